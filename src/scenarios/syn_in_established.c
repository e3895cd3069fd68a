/* SPDX-License-Identifier: MIT */
/* RFC 5961: the receiver asks back, and the connection lives. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_segment syn = { .flags = TCP_SYN, .window = 1024, .ip_id = 1 };
	uint32_t unused;

	lab_seqs(lab, pair.server, &unused, &syn.seq);
	syn.seq += 10;
	syn.from = pair.client_end;
	syn.to = pair.server_end;
	lab_inject(lab, LAB_CLIENT, &syn);
	lab_send(lab, pair.client, "alive");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_syn_in_established = {
	.name = "syn_in_established",
	.story = { "look-alike: a SYN comes to a connection whose two ends are alive",
		   "似是而非：两端都存活的连接上收到一个 SYN" },
	.why = { "a SYN for a connection that is alive may be a forgery: the kernel "
		 "answers with a challenge ACK; a peer that has really begun anew "
		 "would reset, this one is alive and ignores it (RFC 5961)",
		 "发给存活连接的 SYN 有可能是伪造的：内核回一个 challenge ACK；真的"
		 "重新开始的对端会因此发 RST，而这里的对端还活着，不予理会（RFC 5961"
		 "）" },
	.class = "none",
	.cause = "none",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
