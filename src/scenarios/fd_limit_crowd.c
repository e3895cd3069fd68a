/* SPDX-License-Identifier: MIT */
/* The application of which half the clients report a reset and the others a silent end: it is one
 * cause, and what a client had said before the server closed makes the difference. */
#include "scenarios/crowd.h"
#include "scenarios/scenario.h"

#define DESCRIPTORS 1000

static void expect(struct lab *lab, const struct crowd_sights *saw, const struct lab_tally *tally,
		   uint64_t resets)
{
	if (!saw->reset || !saw->silent_finished || saw->silent_reset)
		lab_break(lab,
			  "%u clients saw a reset, %u silent ones a FIN and %u a reset: many, many "
			  "and none are awaited",
			  saw->reset, saw->silent_finished, saw->silent_reset);
	lab_tally_is(lab, tally, resets);
}

static int run(struct lab *lab)
{
	const struct crowd crowd = {
		.clients = 10000, .silent_every = 5, .returns = 1, .ms = 12000, .quiet_ms = 500
	};
	struct lab_sock listener;
	struct crowd_sights saw;
	struct lab_tally tally;
	uint64_t resets;
	long shed;

	lab_sysctl(lab, LAB_SERVER, "net.core.somaxconn", "16384"); /* the queue is not the limit */
	listener = lab_listen(lab, LAB_SERVER, 0, 0, 16384);
	lab_tally(lab, LAB_SERVER);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");
	crowd_serve(lab, listener, lab_fixed(lab) ? -1 : DESCRIPTORS);
	crowd_start(lab, LAB_CLIENT, &crowd, lab_at(lab, LAB_SERVER, 0, 0));
	saw = crowd_watch(lab, LAB_CLIENT);
	crowd_leave(lab, LAB_CLIENT);
	shed = crowd_dismiss(lab);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts") - resets;
	tally = lab_tally_end(lab, "fd-exhausted");
	if (!lab_fixed(lab))
		expect(lab, &saw, &tally, resets);
	else if (shed || saw.reset || saw.finished)
		lab_break(lab, "%ld connections were shed all the same", shed);
	return 0;
}

const struct scenario scenario_fd_limit_crowd = {
	.name = "fd_limit_crowd",
	.story = { "ten thousand clients come to a server that may open 1000 descriptors; it sheds "
		   "the others with its spare one, they come back at once: those that had sent a "
		   "request see a reset, silent ones see a FIN",
		   "一万个客户端涌向只能打开 1000 个描述符的服务端，多出的连接被它用备用描述符 "
		   "接受后立刻关闭，客户端马上重连：发过请求的看到 RST，没说过话的看到 "
		   "FIN" },
	.remedy = { "the limit of descriptors is above the number of clients (LimitNOFILE=)",
		    "把描述符上限调到客户端数量以上（LimitNOFILE=）" },
	.fingerprint = "emfile_reserve_trick_unread",
	.class = "owner-abort",
	.cause = "fd-exhausted",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ANY, /* a request may come just before the end or just after */
	.also = { { "no-socket", "fd-exhausted", LAB_SERVER },
		  { "no-socket", "fd-exhausted", LAB_CLIENT },
		  { "no-socket", "stray-packet", LAB_SERVER },
		  { "no-socket", "stray-packet", LAB_CLIENT } },
	.remains = "stray-packet", /* of ten thousand closes some cross their own last packets */
	.want_captures = WANT_ANY, /* they lose packets */
	.group = GROUP_LOAD,
	.limit_s = 60,
	.takes_s = 6,
	.run = run,
};
