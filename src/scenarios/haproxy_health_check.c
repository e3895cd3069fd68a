/* SPDX-License-Identifier: MIT */
/* It hangs up before it acknowledges the SYN-ACK, so that the back end's program never hears of
 * it. Meant so: whoever is told of it must be told that nobody needs to act. */
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	uint64_t resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");

	server_haproxy(lab, "tcp", "", "check inter 200ms");
	lab_await_counter(lab, LAB_SERVER, "Tcp.OutRsts", resets + 2);
	return 0;
}

const struct scenario scenario_haproxy_health_check = {
	.name = "haproxy_health_check",
	.story = { "look-alike: HAProxy's TCP check hangs up on a healthy back end with a reset",
		   "似是而非：HAProxy 的 TCP 健康检查用 RST 挂断健康的后端" },
	.why = { "there is a reset, and it is meant: the check only wants to know "
		 "whether the port answers, and hanging up with a reset before the "
		 "handshake ends spares the back end's program an accept()",
		 "RST 确实有，但它是故意的：检查只想知道端口有没有应答，握手没完成就"
		 "用 RST 挂断，后端程序就不必 accept() 一次" },
	.program = "haproxy",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_THIRD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
