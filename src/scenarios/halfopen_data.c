/* SPDX-License-Identifier: MIT */
/* A host that crashed and came back: it remembers nothing and nobody listens. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_NO_LISTENER);

	lab_send(lab, pair.client, "GET /1");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "200 OK");
	lab_recv(lab, pair.client, 1024);
	lab_forget(lab, pair.server);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, 0);
	lab_send(lab, pair.client, "GET /2");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_halfopen_data = {
	.name = "halfopen_data",
	.story = { "after a request and its answer the server loses the connection without a "
		   "word; then the client writes",
		   "一问一答之后，服务端悄无声息地丢了连接状态，随后客户端又发数据" },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
