/* SPDX-License-Identifier: MIT */
/* What conntrack judges INVALID passes without being translated back: the client sees a stranger
 * and resets it, and the server takes that for the client's word. */
#include <stdio.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

#define SERVICE "10.77.9.9"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;
	struct lab_segment ahead = {
		.flags = TCP_ACK | TCP_PSH,
		.window = 500,
		.ip_id = 0x1234,
		.options = { 1, 1, 8, 10, 0, 0, 1 }, /* a timestamp, as all of Linux have */
		.option_bytes = 12,
		.payload = "ahead",
	};
	struct endpoint server_end = lab_at(lab, LAB_SERVER, 0, LAB_ROUTED);
	char host[ENDPOINT_TEXT_MAX], script[512];

	endpoint_format_host(&server_end, host);
	snprintf(script, sizeof(script),
		 "table ip service {\nchain c {\ntype nat hook prerouting priority -100;\n"
		 "ip daddr " SERVICE " tcp dport %u dnat to %s\n}\n}\n",
		 server_end.port, host);
	lab_nft(lab, LAB_ROUTER, script);
	if (lab_fixed(lab))
		lab_rule(lab, LAB_ROUTER, "forward", "ct state invalid drop");
	lab_connect(lab, client, lab_endpoint(SERVICE, server_end.port));
	server = lab_accept(lab, listener);
	lab_send(lab, client, "one");
	lab_recv(lab, server, 1024);
	lab_send(lab, server, "answer");
	lab_recv(lab, client, 1024);
	lab_await_acked(lab, server);
	ahead.from = server_end;
	ahead.to = lab_remote(lab, server);
	lab_seqs(lab, server, &ahead.seq, &ahead.ack);
	ahead.seq += 10000000; /* as if the NAT had missed what moved the window */
	lab_inject(lab, LAB_SERVER, &ahead);
	lab_patience(lab, lab_fixed(lab) ? 100 : 1000);
	lab_recv(lab, server, 1024);
	return 0;
}

const struct scenario scenario_nat_invalid_reply = {
	.name = "nat_invalid_reply",
	.story = { "a segment of a service is ahead of the window that the NAT knows, and passes "
		   "untranslated as INVALID; the client resets the stranger",
		   "服务端的报文超出 NAT 所知的窗口，被判为 INVALID，未经转换就放行；客户端 RST "
		   "掉这个陌生来源" },
	.remedy = { "the NAT drops what is INVALID (or nf_conntrack_tcp_be_liberal = 1)",
		    "NAT 丢弃 INVALID 报文（或设 nf_conntrack_tcp_be_liberal = 1）" },
	.fingerprint = "nat_entry_lost_port_taken",
	.class = "no-socket",
	.cause = "nat-lost",
	.needs = NEED_NFT | NEED_CONNTRACK | NEED_REPAIR,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	/* Which connection it was meant for is not asked when there are many strangers. */
	.want_all = WANT_LISTED,
	.only_ip = 4,
	.run = run,
};
