/* SPDX-License-Identifier: MIT */
/* What tcpkill does: the reset leaves the very host it claims to come from, but not from its TCP.
 */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_segment rst;

	lab_send(lab, pair.client, "hello");
	lab_recv(lab, pair.server, 1024);
	rst = recipe_imitation(lab, pair.client, lab_port(lab, 0));
	lab_inject_frame(lab, LAB_SERVER_2, "direct", &rst);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_forged_rst_own_host = {
	.name = "forged_rst_own_host",
	.story = { "another program on the server's host writes a reset of the connection through "
		   "a packet socket, as tcpkill does",
		   "服务端主机上的另一个程序像 tcpkill 那样，用原始报文套接字伪造了这条连接的 "
		   "RST" },
	.fingerprint = "forged_rst_afpacket",
	.class = "network",
	.cause = "forged-reset",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_FOOLED, /* it leaves by the server's own device */
	.run = run,
};
