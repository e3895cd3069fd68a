/* SPDX-License-Identifier: MIT */
/* As with the ports 445 and 139: the loser gets a FIN, and what the server says then a reset. */
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	struct lab_sock slower = lab_listen(lab, LAB_SERVER, 1, 0, 16), dropped;
	struct lab_sock winner = lab_socket(lab, LAB_CLIENT, 0);
	struct lab_sock loser = lab_socket(lab, LAB_CLIENT, 0);
	struct endpoint loser_end;

	lab_connect_start(lab, winner, lab_at(lab, LAB_SERVER, 0, 0));
	if (lab_fixed(lab)) {
		server = lab_accept(lab, listener);
		lab_send(lab, winner, "hello");
		lab_recv(lab, server, 1024);
		lab_send(lab, server, "220 banner");
		lab_recv(lab, winner, 1024);
		return 0;
	}
	lab_connect_start(lab, loser, lab_at(lab, LAB_SERVER, 1, 0));
	server = lab_accept(lab, listener);
	dropped = lab_accept(lab, slower);
	lab_send(lab, winner, "hello");
	lab_recv(lab, server, 1024);
	loser_end = lab_local(lab, loser);
	lab_close(lab, loser);
	lab_await_remains(lab, LAB_CLIENT, loser_end, lab_at(lab, LAB_SERVER, 1, 0), TCP_FIN_WAIT2);
	lab_send(lab, dropped, "220 banner");
	lab_await_state(lab, dropped, TCP_CLOSE);
	lab_send(lab, server, "welcome");
	lab_recv(lab, winner, 1024);
	lab_recv(lab, dropped, 1024);
	return 0;
}

const struct scenario scenario_parallel_connect_loser_clean = {
	.name = "parallel_connect_loser_clean",
	.story = { "the client connects to two ports at once and closes the loser, then the "
		   "server speaks on it",
		   "客户端同时连接两个端口，关闭落选的那条，随后服务端仍在上面发数据" },
	.remedy = { "the client tries the second port only when the first has not answered for a "
		    "while",
		    "前一个端口一段时间没有应答，客户端才去试下一个" },
	.class = "no-socket",
	.cause = "parallel-connect-loser",
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
