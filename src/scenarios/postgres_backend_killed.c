/* SPDX-License-Identifier: MIT */
/* As the OOM killer does. PostgreSQL trusts its shared memory no more then, and would end every
 * other session as well. */
#include <signal.h>
#include <stdio.h>

#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	pid_t postgres = server_postgres(lab), backend;
	struct lab_sock session = server_postgres_session(lab, LAB_CLIENT), admin;
	char title[32], query[64];

	snprintf(title, sizeof(title), "(%u)", lab_local(lab, session).port);
	backend = lab_await_child(lab, postgres, title);
	lab_stall(lab, backend); /* at work */
	server_postgres_send(lab, session, "select 2");
	lab_await_acked(lab, session);
	if (lab_fixed(lab)) {
		admin = server_postgres_session(lab, LAB_SERVER);
		snprintf(query, sizeof(query), "select pg_cancel_backend(%d)", backend);
		server_postgres_query(lab, admin, query);
		lab_signal_process(lab, backend, SIGCONT);
		lab_recv(lab, session, 1024);
		return 0;
	}
	if (!lab_broken(lab))
		kill(backend, SIGKILL);
	lab_recv(lab, session, 1024);
	return 0;
}

const struct scenario scenario_postgres_backend_killed = {
	.name = "postgres_backend_killed",
	.story = { "a backend of PostgreSQL is killed with SIGKILL before it has read a query",
		   "PostgreSQL 的一个后端进程还没读到查询就被 SIGKILL 杀死" },
	.remedy = { "the query is ended with pg_cancel_backend() instead of kill -9: the session "
		    "goes on",
		    "用 pg_cancel_backend() 取消查询，不用 kill -9，会话得以保留" },
	.program = SERVER_POSTGRES,
	.package = "postgresql",
	.class = "owner-abort",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	/* The client had been answered before: it knows that this query was not. */
	.want = { [LAB_CLIENT] = WANT_LISTED },
	.run = run,
};
