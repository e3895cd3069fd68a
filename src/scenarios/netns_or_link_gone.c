/* SPDX-License-Identifier: MIT */
/* Nobody has the address: no answer to ARP, or an ICMP error. An address of its own, so that the
 * server's others are as old as they were. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	const char *own = lab_ip6(lab) ? "fd77::9" : "10.77.0.9";

	lab_command(lab, LAB_SERVER, NULL, "ip addr add %s/%d dev direct %s", own,
		    lab_ip6(lab) ? 64 : 24, lab_ip6(lab) ? "nodad" : "");
	lab_connect(lab, client, lab_endpoint(own, lab_port(lab, 0)));
	lab_accept(lab, listener);
	lab_command(lab, LAB_SERVER, NULL, "ip addr del %s/%d dev direct", own,
		    lab_ip6(lab) ? 64 : 24);
	lab_send(lab, client, "x");
	lab_patience(lab, 400);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_netns_or_link_gone = {
	.name = "netns_or_link_gone",
	.story = { "look-alike: the server's address is removed, then the client writes",
		   "似是而非：服务端的地址被删除，随后客户端发数据" },
	.why = { "a host that has no such address leaves the packets to its router, "
		 "and nobody answers for it: a reset needs a stack that takes the "
		 "packet for its own",
		 "没有这个地址的主机不会接收这些报文，也没有谁替它回答：要有协议栈认"
		 "领报文，才会有 RST" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
