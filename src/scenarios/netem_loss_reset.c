/* SPDX-License-Identifier: MIT */
/* A bad path: what is lost is repeated, what is late arrives; the reset at the end is the server's.
 */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	unsigned int i;

	lab_patience(lab, 8000);
	lab_command(lab, LAB_ROUTER, "tc qdisc del dev to-client root",
		    "tc qdisc add dev to-client root netem delay 40ms 10ms loss 10%%");
	lab_command(lab, LAB_ROUTER, "tc qdisc del dev to-server root",
		    "tc qdisc add dev to-server root netem delay 40ms 10ms loss 10%%");
	for (i = 0; i < 10; i++) {
		lab_send(lab, pair.client, "a request");
		lab_recv(lab, pair.server, 1024);
		lab_send(lab, pair.server, "an answer");
		lab_recv(lab, pair.client, 1024);
	}
	lab_await_acked(lab, pair.server);
	lab_send(lab, pair.client, "the last request");
	lab_await_unread(lab, pair.server, 16);
	/* Whether a reset arrives is luck; this one does. */
	lab_command(lab, LAB_ROUTER, NULL, "tc qdisc change dev to-client root netem delay 40ms");
	lab_command(lab, LAB_ROUTER, NULL, "tc qdisc change dev to-server root netem delay 40ms");
	lab_await_acked(lab, pair.client);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.server, 1024);
		lab_send(lab, pair.server, "an answer");
		recipe_end(lab, &pair);
		return 0;
	}
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_netem_loss_reset = {
	.name = "netem_loss_reset",
	.story = { "on a path with 80 ms of delay and a tenth of its packets lost, ten requests "
		   "are answered; the server closes with the last one unread",
		   "链路往返 80 毫秒、丢包一成，十个请求都得到应答；最后一个请求没读，"
		   "服务端就关闭了" },
	.remedy = { "the server reads the request and answers it before it closes",
		    "服务端读完请求并应答之后再关闭" },
	.fingerprint = "close_unread_routed",
	.class = "owner-abort",
	.cause = "close-unread",
	.needs = NEED_NETEM,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
