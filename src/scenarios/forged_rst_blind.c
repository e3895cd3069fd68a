/* SPDX-License-Identifier: MIT */
/* An attacker who sees nothing tries numbers a window apart (RFC 5961 is why that no longer works:
 * only the exact one counts). The last guess is right. */
#include "scenarios/scenario.h"

#define GUESSES 24
#define STEP 3000

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst = { .flags = TCP_RST, .ttl = 57, .ip_id = 0x77 };
	uint32_t right, unused;
	unsigned int i;

	lab_send(lab, pair.client, "hello");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	lab_seqs(lab, pair.server, &right, &unused);
	rst.from = pair.server_end;
	rst.to = pair.client_end;
	for (i = GUESSES; i-- > 0;) {
		rst.seq = right + i * STEP;
		rst.ip_id++;
		lab_inject(lab, LAB_ROUTER, &rst);
	}
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_forged_rst_blind = {
	.name = "forged_rst_blind",
	.story = { "an attacker guesses: 23 resets miss, some of them inside the window, and the "
		   "24th has the right number",
		   "攻击者盲猜序号：前 23 个 RST 没有命中（有些落在窗口内），第 24 个猜中" },
	.fingerprint = "forged_rst",
	.class = "network",
	.cause = "forged-reset",
	.needs = NEED_REPAIR,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_OTHER,
	.run = run,
};
