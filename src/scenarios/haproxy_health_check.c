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
		   "貌似而非：HAProxy 的 TCP 健康检查用 RST 挂断健康的后端" },
	.program = "haproxy",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_THIRD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
