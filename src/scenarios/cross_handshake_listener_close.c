/* SPDX-License-Identifier: MIT */
/* The last ACK of the handshake is held back until the listener is gone. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, LAB_ROUTED, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, LAB_ROUTED), server;
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, LAB_ROUTED);

	recipe_warm(lab);
	lab_hold(lab, LAB_ROUTER, "to-client");
	lab_connect_start(lab, client, to);
	lab_await_held(lab, LAB_ROUTER, "to-client", 1); /* the SYN-ACK */
	if (lab_fixed(lab)) {
		lab_release(lab, LAB_ROUTER, "to-client");
		server = lab_accept(lab, listener);
		lab_close(lab, listener);
		lab_send(lab, client, "GET /");
		lab_recv(lab, server, 1024);
		return 0;
	}
	lab_close(lab, listener);
	lab_release(lab, LAB_ROUTER, "to-client");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_cross_handshake_listener_close = {
	.name = "cross_handshake_listener_close",
	.story = { "the server's listener closes (a restart) while the last ACK of a handshake is "
		   "under way",
		   "握手的最后一个 ACK 还在路上，服务端的监听套接字已经关闭（例如重启）" },
	.remedy = { "no new clients are sent to the server for a while, and it accepts what is "
		    "under way before it closes the listener",
		    "先停止向服务端分发新客户端，它接受完正在握手的连接，再关闭监听 socket" },
	.fingerprint = "listener_close_synrecv",
	.class = "no-socket",
	.cause = "listener-closed",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
