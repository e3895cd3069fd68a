/* SPDX-License-Identifier: MIT */
/* The rarely known way to disconnect a TCP socket and keep the descriptor. */
#include <errno.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static long disconnect(struct lab_call *call)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	return connect(call->fd, &nowhere, sizeof(nowhere)) < 0 ? -errno : 0;
}

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_call call = { .fd = pair.server.fd };

	if (lab_fixed(lab)) {
		lab_close(lab, pair.server);
		lab_recv(lab, pair.client, 1024);
		return 0;
	}
	lab_record(lab, LAB_SERVER, "connect", lab_call(lab, LAB_SERVER, disconnect, &call));
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_connect_af_unspec = {
	.name = "connect_af_unspec",
	.story = { "the server calls connect() with AF_UNSPEC, which disconnects its socket",
		   "服务端以 AF_UNSPEC 调用 connect()，把自己的 socket 断开" },
	.remedy = { "the server closes its socket and opens a new one",
		    "服务端关闭这个 socket，另开一个新的" },
	.class = "owner-abort",
	.cause = "connect-unspec",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
