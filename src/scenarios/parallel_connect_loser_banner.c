/* SPDX-License-Identifier: MIT */
/* Happy eyeballs: IPv6 wins. The server spoke first, and its words are unread when IPv4 is closed.
 */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, LAB_IP6, 16), server, dropped;
	struct lab_sock winner = lab_socket(lab, LAB_CLIENT, LAB_IP6);
	struct lab_sock loser = lab_socket(lab, LAB_CLIENT, 0);

	lab_connect_start(lab, winner, lab_at(lab, LAB_SERVER, 0, LAB_IP6));
	if (lab_fixed(lab)) {
		server = lab_accept(lab, listener);
		lab_send(lab, winner, "hello");
		lab_recv(lab, server, 1024);
		lab_send(lab, server, "220 banner");
		lab_recv(lab, winner, 1024);
		return 0;
	}
	server = lab_accept(lab, listener);
	lab_connect_start(lab, loser, lab_at(lab, LAB_SERVER, 0, 0));
	dropped = lab_accept(lab, listener);
	lab_send(lab, winner, "hello");
	lab_recv(lab, server, 1024);
	lab_send(lab, dropped, "220 banner");
	lab_await_unread(lab, loser, 10);
	lab_close(lab, loser);
	lab_send(lab, server, "220 banner");
	lab_recv(lab, winner, 1024);
	lab_recv(lab, dropped, 1024);
	return 0;
}

const struct scenario scenario_parallel_connect_loser_banner = {
	.name = "parallel_connect_loser_banner",
	.story = { "the client connects over IPv6 and IPv4 at once and closes the loser, on "
		   "which the server's banner is unread",
		   "客户端同时用 IPv6 和 IPv4 连接，关闭落选的那条时，服务端的欢迎语还没读" },
	.remedy = { "the client tries the second address only when the first has not answered "
		    "for a while (RFC 8305)",
		    "前一个地址一段时间没有应答，客户端才去试下一个（RFC 8305）" },
	.class = "owner-abort",
	.cause = "parallel-connect-loser",
	.needs = NEED_IP6,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
