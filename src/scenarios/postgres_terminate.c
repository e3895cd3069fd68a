/* SPDX-License-Identifier: MIT */
/* The backend says FATAL and exits; the pool looks only with its next query. */
#include <netinet/tcp.h>
#include <stdio.h>

#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock session, admin;
	struct endpoint client_end;
	char query[128];

	server_postgres(lab);
	session = server_postgres_session(lab, LAB_CLIENT);
	admin = server_postgres_session(lab, LAB_SERVER);
	client_end = lab_local(lab, session);
	snprintf(query, sizeof(query),
		 "select pg_terminate_backend(pid) from pg_stat_activity where client_port = %u",
		 client_end.port);
	server_postgres_query(lab, admin, query);
	lab_await_remains(lab, LAB_SERVER, lab_remote(lab, session), client_end, TCP_FIN_WAIT2);
	lab_idle_ms(lab, 120);
	if (lab_fixed(lab)) {
		lab_recv(lab, session, 1024); /* looks: FATAL, and the end */
		lab_recv(lab, session, 1024);
		lab_close(lab, session);
		session = server_postgres_session(lab, LAB_CLIENT);
		server_postgres_query(lab, session, "select 2");
		return 0;
	}
	server_postgres_send(lab, session, "select 2");
	lab_recv(lab, session, 1024);
	lab_recv(lab, session, 1024);
	return 0;
}

const struct scenario scenario_postgres_terminate = {
	.name = "postgres_terminate",
	.story = { "an operator ends a session with pg_terminate_backend(), then the client's pool "
		   "sends its next query",
		   "管理员用 pg_terminate_backend() 结束会话，客户端的连接池随后发出下一条查询" },
	.remedy = { "the pool tests a connection before it lends it, and connects anew",
		    "连接池借出连接之前先检测，失效就重连" },
	.program = SERVER_POSTGRES,
	.package = "postgresql",
	.class = "no-socket",
	.cause = "process-exited",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
