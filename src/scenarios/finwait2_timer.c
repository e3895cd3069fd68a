/* SPDX-License-Identifier: MIT */
/* Above 60 s the orphan waits for a timer, which looks at the sysctl again. */
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_fin_timeout", "61");
	pair = lab_pair(lab, 0);
	lab_close(lab, pair.server);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, TCP_FIN_WAIT2);
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_fin_timeout", "30");
	lab_recv(lab, pair.client, 1024);
	if (lab_fixed(lab)) {
		lab_close(lab, pair.client);
		lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, TCP_TIME_WAIT);
		return 0;
	}
	lab_await_state(lab, pair.client, TCP_CLOSE); /* after a second */
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_finwait2_timer = {
	.name = "finwait2_timer",
	.story = { "the server has closed and waits in FIN_WAIT2 for a client that does not "
		   "close; after tcp_fin_timeout was lowered its timer runs out",
		   "服务端已关闭，在 FIN_WAIT2 等待一直不关闭的客户端；tcp_fin_timeout 被调低后，"
		   "定时器到期" },
	.remedy = { "the client closes when it reads the end", "客户端读到结尾就关闭" },
	.class = "owner-abort",
	.cause = "fin-wait-abort",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
