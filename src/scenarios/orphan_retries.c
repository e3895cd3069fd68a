/* SPDX-License-Identifier: MIT */
/* An orphan against a closed window may probe only so often. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;
	struct endpoint here, there;

	lab_set_int(lab, client, SOL_SOCKET, SO_RCVBUF, 4096);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	server = lab_accept(lab, listener);
	here = lab_local(lab, server);
	there = lab_remote(lab, server);
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_orphan_retries", lab_fixed(lab) ? "8" : "1");
	/* One probe is answered, further ones are not: they would count from zero again. */
	lab_sysctl(lab, LAB_CLIENT, "net.ipv4.tcp_invalid_ratelimit", "5000");
	lab_patience(lab, 5000);
	lab_fill(lab, server);
	lab_close(lab, server);
	if (lab_fixed(lab)) {
		lab_idle_ms(lab, 1000);
		lab_drain(lab, client);
		return 0;
	}
	lab_await_remains(lab, LAB_SERVER, here, there, 0);
	lab_drain(lab, client);
	lab_send(lab, client, "x");
	return 0;
}

const struct scenario scenario_orphan_retries = {
	.name = "orphan_retries",
	.story = { "the server has closed with data unsent and gives up on a client that takes "
		   "nothing; later the client reads",
		   "服务端还有数据没发出就关闭，对一直不接收的客户端探测无果而放弃，"
		   "之后客户端才来读" },
	.remedy = { "tcp_orphan_retries is large enough for the server to wait until the client "
		    "reads",
		    "tcp_orphan_retries 足够大，服务端等得到客户端来读" },
	.class = "no-socket",
	.cause = "timed-out-earlier",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.takes_s = 3,
	.run = run,
};
