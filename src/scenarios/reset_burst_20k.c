/* SPDX-License-Identifier: MIT */
/* A service is down, and its clients try again at once, as fast as the machine can. However many
 * there are: each is counted. */
#include "scenarios/flood.h"
#include "scenarios/scenario.h"

#define CONNECTS 20000

static int run(struct lab *lab)
{
	uint64_t resets;
	struct lab_tally tally;
	long refused;

	lab_tally(lab, LAB_SERVER);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");
	refused = flood_connects(lab, lab_at(lab, LAB_SERVER, 0, 0), CONNECTS);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts") - resets;
	tally = lab_tally_end(lab, "port-closed");
	if (refused != CONNECTS || resets < CONNECTS)
		lab_break(lab, "%ld of %d connects were refused, by %lu resets", refused, CONNECTS,
			  resets);
	if (tally.of_cause + tally.repeated + tally.lost != resets)
		lab_break(lab, "whyrst counted %lu, %lu repeated and %lu lost ones of %lu resets",
			  tally.of_cause, tally.repeated, tally.lost, resets);
	return 0;
}

const struct scenario scenario_reset_burst_20k = {
	.name = "reset_burst_20k",
	.story = { "nobody listens any more, and clients try again at once, twenty thousand times; "
		   "every reset is counted",
		   "服务已停，客户端一刻不停地重连两万次；每一个 RST 都计入" },
	.fingerprint = "syn_closed_port",
	.class = "refused",
	.cause = "port-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want_all = WANT_CLASS, /* as in fd_limit_crowd */
	.group = GROUP_LOAD,
	.slow = false,
	.limit_s = 60,
	.run = run,
};
