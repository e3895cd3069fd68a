/* SPDX-License-Identifier: MIT */
/* The server has answered early and read on for a while, as a lingering close does; it gives up
 * long after its answer, and the client is still at it. */
#include "scenarios/scenario.h"

#define PIECES 24
#define PIECE_BYTES 2000

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	unsigned int i;

	for (i = 0; i < PIECES; i++) {
		lab_send_bytes(lab, pair.client, PIECE_BYTES);
		lab_recv(lab, pair.server, 4096);
		if (i == 1)
			lab_send(lab, pair.server,
				 "HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n");
		lab_idle_ms(lab, 60);
	}
	lab_send_bytes(lab, pair.client, PIECE_BYTES);
	lab_await_unread(lab, pair.server, PIECE_BYTES);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
	}
	lab_close(lab, pair.server);
	if (!lab_fixed(lab))
		lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_early_close_413_late = {
	.name = "early_close_413_late",
	.story = { "the server answers 413 and reads on; after 1.4 s it has had enough, while the "
		   "client still uploads",
		   "服务端回了 413 之后继续读，1.4 秒后不再等待，而客户端还在上传" },
	.remedy = { "the client reads the answer, and ends the upload",
		    "客户端读到应答后停止上传" },
	.fingerprint = "early_close_413",
	.class = "owner-abort",
	.cause = "early-response",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	/* That what was read since the answer came since, too, the socket does not tell. */
	.want = { [LAB_SERVER] = WANT_CLASS },
	.want_all = WANT_CLASS,
	.run = run,
};
