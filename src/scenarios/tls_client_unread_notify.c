/* SPDX-License-Identifier: MIT */
/* The client has all it wanted and does not read the goodbye. It does no harm. */
#include <netinet/tcp.h>
#include <sys/socket.h>

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
	lab_recv(lab, pair.client, 1024);
	lab_send_data(lab, pair.server, farewell, sizeof(farewell));
	lab_shutdown(lab, pair.server, SHUT_WR);
	lab_await_state(lab, pair.client, TCP_CLOSE_WAIT);
	if (lab_fixed(lab))
		lab_recv(lab, pair.client, 1024);
	lab_close(lab, pair.client);
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_tls_client_unread_notify = {
	.name = "tls_client_unread_notify",
	.story = { "the TLS client closes while the server's close_notify is unread",
		   "TLS 客户端没读服务端的 close_notify 就关闭" },
	.remedy = { "the client reads the server's close_notify before it closes",
		    "客户端读完服务端的 close_notify 再关闭" },
	.class = "owner-abort",
	.cause = "unread-close-notify",
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
