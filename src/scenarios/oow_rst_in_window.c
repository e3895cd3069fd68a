/* SPDX-License-Identifier: MIT */
/* RFC 5961: inside the window, but not the next number: the receiver asks back. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst = { .flags = TCP_RST, .window = 1024, .ttl = 40, .ip_id = 1 };

	lab_seqs(lab, pair.server, &rst.ack, &rst.seq);
	rst.seq += 100;
	rst.from = pair.client_end;
	rst.to = pair.server_end;
	lab_inject(lab, LAB_ROUTER, &rst);
	lab_send(lab, pair.client, "still alive");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_oow_rst_in_window = {
	.name = "oow_rst_in_window",
	.story = { "look-alike: a router injects a reset whose sequence number is not the next "
		   "one, and the server does not believe it",
		   "似是而非：路由器注入的 RST 在窗口内但序号不对，服务端不予采信" },
	.why = { "a reset counts only if its number is exactly the next one; "
		 "another one inside the window is answered with a challenge ACK, "
		 "to which a true peer would reply with a right one (RFC 5961)",
		 "RST 的序号恰好是下一个才算数；落在窗口内的其他序号只会引来一个"
		 " challenge ACK，真正的对端会据此再发一个正确的 RST（RFC 5961）" },
	.class = "none",
	.cause = "none",
	.needs = NEED_REPAIR,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_OTHER,
	/* The forger itself can know no better. */
	.want = { [LAB_ROUTER] = WANT_ANY },
	.also = { { "network", "forged-reset", LAB_ROUTER } },
	.run = run,
};
