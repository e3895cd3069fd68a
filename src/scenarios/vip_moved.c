/* SPDX-License-Identifier: MIT */
/* What a failover does to connections that were open. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server, other;
	struct endpoint address;

	other = lab_listen(lab, LAB_THIRD, 0, 0, 16);
	address = recipe_vip(lab);
	lab_connect(lab, client, address);
	server = lab_accept(lab, listener);
	lab_send(lab, client, "one");
	lab_recv(lab, server, 1024);
	lab_await_acked(lab, client);
	if (lab_fixed(lab)) {
		struct lab_pair pair = { .client = client, .server = server };

		recipe_end(lab, &pair);
		recipe_vip_moves(lab);
		client = lab_socket(lab, LAB_CLIENT, 0);
		lab_connect(lab, client, address);
		server = lab_accept(lab, other);
		lab_send(lab, client, "two");
		lab_recv(lab, server, 1024);
		return 0;
	}
	recipe_vip_moves(lab);
	lab_send(lab, client, "two");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_vip_moved = {
	.name = "vip_moved",
	.story = { "the virtual address moves to another host that listens there too, then the "
		   "client writes",
		   "虚拟地址漂移到另一台同样在监听的主机，随后客户端发数据" },
	.remedy = { "the server drains before the switch: it ends its connections while it has the "
		    "address, and the client connects anew",
		    "切换前先排空：服务端还持有地址时就关闭连接，客户端重新连接" },
	.class = "no-socket",
	.cause = "vip-moved",
	.sender = LAB_THIRD,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
