/* SPDX-License-Identifier: MIT */
/* `timeout` in redis.conf does the same to idle clients. The pool looks only when it is used. */
#include <netinet/tcp.h>

#include "scenarios/servers.h"
#include "scenarios/scenario.h"

#define PING "PING\r\n"

static struct lab_sock client_connect(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, client, PING);
	lab_recv(lab, client, 1024);
	return client;
}

static int run(struct lab *lab)
{
	struct lab_sock client, admin;

	server_redis(lab, "");
	client = client_connect(lab);
	admin = lab_socket(lab, LAB_SERVER, 0);
	lab_connect(lab, admin, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, admin, "CLIENT KILL TYPE normal SKIPME yes\r\n");
	lab_recv(lab, admin, 1024);
	lab_await_remains(lab, LAB_SERVER, lab_remote(lab, client), lab_local(lab, client),
			  TCP_FIN_WAIT2);
	lab_idle_ms(lab, 120);
	if (lab_fixed(lab)) {
		lab_recv(lab, client, 1024); /* looks: it is the end */
		lab_close(lab, client);
		client_connect(lab);
		return 0;
	}
	lab_send(lab, client, PING);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_redis_client_kill = {
	.name = "redis_client_kill",
	.story = { "an operator kills the clients of Redis, and the next command of one of them "
		   "comes too late",
		   "管理员用 CLIENT KILL 断开 Redis 的客户端，其中一个之后才发出下一条命令" },
	.remedy = { "the client looks whether its connection has ended before it uses it again, "
		    "and connects anew",
		    "客户端复用连接之前先看它是否已关闭，已关闭就重连" },
	.program = "redis-server",
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
