/* SPDX-License-Identifier: MIT */
/* The sibling knows nothing of the request and resets what the client sends. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock old = recipe_listen_too(lab, LAB_SERVER);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), young;

	if (lab_fixed(lab)) {
		if (!recipe_moves_queues())
			return lab_skip(lab, "before 5.14 no queue moves (tcp_migrate_req)");
		lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_migrate_req", "1");
	}
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u tcp flags & (syn|ack) == ack drop",
		 lab_port(lab, 0));
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	young = recipe_listen_too(lab, LAB_SERVER_2);
	lab_close(lab, old);
	lab_unrule(lab, LAB_SERVER);
	lab_send(lab, client, "GET /");
	if (lab_fixed(lab))
		lab_recv(lab, lab_accept(lab, young), 1024);
	else
		lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_reuseport_close_synrecv = {
	.name = "reuseport_close_synrecv",
	.story = { "of two SO_REUSEPORT listeners the server closes the one that has a handshake "
		   "under way, then the client sends",
		   "两个 SO_REUSEPORT 监听 socket 中，服务端关闭了正在握手的那个，"
		   "随后客户端发数据" },
	.remedy = { "net.ipv4.tcp_migrate_req is 1: the other listener takes over what the "
		    "closed one had",
		    "设 net.ipv4.tcp_migrate_req = 1，由另一个监听 socket 接手" },
	.class = "no-socket",
	.cause = "listener-closed",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
