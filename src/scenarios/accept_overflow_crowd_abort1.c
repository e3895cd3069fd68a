/* SPDX-License-Identifier: MIT */
/* The server does not get to accept(): 900 clients wait, a thousand more shake hands while there is
 * room for 125. Whoever comes too late is told at once. */
#include "scenarios/crowd.h"
#include "scenarios/scenario.h"

#define BACKLOG 1024
#define EARLY 900 /* wait in the queue already */
#define LATE 1000 /* shake hands all at once */

static int run(struct lab *lab)
{
	const struct crowd early = { .clients = EARLY, .ms = 3000, .quiet_ms = 50 };
	const struct crowd late = { .clients = LATE, .ms = 12000, .quiet_ms = 500 };
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, LAB_ROUTED);
	struct crowd_sights saw;
	struct lab_tally tally;
	uint64_t resets;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_abort_on_overflow", "1");
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_synack_retries", "1");
	lab_listen(lab, LAB_SERVER, 0, LAB_ROUTED, lab_fixed(lab) ? 4 * BACKLOG : BACKLOG);
	lab_tally(lab, LAB_SERVER);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");
	crowd_start(lab, LAB_CLIENT_2, &early, to);
	crowd_watch(lab, LAB_CLIENT_2);
	lab_hold(lab, LAB_ROUTER, "to-client");
	crowd_start(lab, LAB_CLIENT, &late, to);
	lab_await_held(lab, LAB_ROUTER, "to-client", LATE); /* all SYN-ACKs */
	lab_release(lab, LAB_ROUTER, "to-client");
	saw = crowd_watch(lab, LAB_CLIENT);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts") - resets;
	tally = lab_tally_end(lab, "accept-overflow");
	if (lab_fixed(lab))
		return 0;
	/* One more than the backlog finds room. */
	if (saw.reset != EARLY + LATE - BACKLOG - 1)
		lab_break(lab, "%u clients saw a reset, %u are awaited", saw.reset,
			  EARLY + LATE - BACKLOG - 1);
	if (tally.of_cause + tally.repeated + tally.lost != resets)
		lab_break(lab, "whyrst counted %lu, %lu repeated and %lu lost ones of %lu resets",
			  tally.of_cause, tally.repeated, tally.lost, resets);
	return 0;
}

const struct scenario scenario_accept_overflow_crowd_abort1 = {
	.name = "accept_overflow_crowd_abort1",
	.story = { "a stalled server has 900 connections in a queue of 1024; a thousand clients "
		   "more finish "
		   "their handshakes in one burst, and with tcp_abort_on_overflow=1 those without "
		   "room "
		   "are reset",
		   "服务端卡住，1024 的全连接队列里已有 900 条连接；又有一千个客户端同时完成握手，"
		   "tcp_abort_on_overflow=1 时放不下的都收到 RST" },
	.remedy = { "a larger backlog: listen(fd, 4096), with net.core.somaxconn not below it",
		    "加大 backlog：listen(fd, 4096)，并且 net.core.somaxconn 不低于它" },
	.fingerprint = "accept_overflow_abort1",
	.class = "no-socket",
	.cause = "accept-overflow",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	/* Many programs watch a storm at once here: its ring may overflow, and of a reset there is
	 * then half a story. */
	.want_all = WANT_CLASS,
	.group = GROUP_LOAD,
	.limit_s = 60,
	.run = run,
};
