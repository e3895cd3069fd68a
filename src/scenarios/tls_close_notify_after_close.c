/* SPDX-License-Identifier: MIT */
/* The client says goodbye to a server that is gone already. It does no harm. */
#include <sys/socket.h>
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

/* Records of TLS: their headers tell, and what follows is as good as encrypted. */
static const uint8_t request[5 + 32] = { 23, 3, 3, 0, 32 }; /* application data */
static const uint8_t response[5 + 64] = { 23, 3, 3, 0, 64 };
static const uint8_t farewell[5 + 26] = { 21, 3, 3, 0, 26 }; /* an alert */

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_data(lab, pair.client, request, sizeof(request));
	lab_recv(lab, pair.server, 1024);
	lab_send_data(lab, pair.server, response, sizeof(response));
	if (lab_fixed(lab)) {
		lab_shutdown(lab, pair.server, SHUT_WR);
		lab_recv(lab, pair.client, 1024);
		lab_recv(lab, pair.client, 1024);
		lab_send_data(lab, pair.client, farewell, sizeof(farewell));
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
		lab_close(lab, pair.server);
		return 0;
	}
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.client, 1024);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, TCP_FIN_WAIT2);
	lab_send_data(lab, pair.client, farewell, sizeof(farewell));
	lab_close(lab, pair.client);
	return 0;
}

const struct scenario scenario_tls_close_notify_after_close = {
	.name = "tls_close_notify_after_close",
	.story = { "the TLS server closes right after its answer, and the client's close_notify "
		   "comes after that",
		   "TLS 服务端应答后立即关闭，之后客户端的 close_notify 才到" },
	.remedy = { "the server shuts its half down and reads the client's close_notify before "
		    "it closes",
		    "服务端先关闭发送方向，读完客户端的 close_notify 再关闭" },
	.class = "no-socket",
	.cause = "late-close-notify",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
