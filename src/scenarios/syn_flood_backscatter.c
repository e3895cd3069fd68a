/* SPDX-License-Identifier: MIT */
/* The addresses that the flood bears belong to somebody, who gets SYN-ACKs that nobody asked for
 * and refuses them: what a victim of spoofing sees. */
#include "scenarios/flood.h"
#include "scenarios/scenario.h"

#define SYNS 5000

static int run(struct lab *lab)
{
	uint64_t resets = lab_counter(lab, LAB_CLIENT, "Tcp.OutRsts");
	struct lab_tally tally;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", "1");
	lab_listen(lab, LAB_SERVER, 0, 0, 256);
	lab_tally(lab, LAB_CLIENT);
	flood_syns(lab, lab_at(lab, LAB_SERVER, 0, 0), SYNS);
	lab_await_counter(lab, LAB_CLIENT, "Tcp.OutRsts", resets + SYNS);
	lab_idle_ms(lab, 300);
	resets = lab_counter(lab, LAB_CLIENT, "Tcp.OutRsts") - resets;
	tally = lab_tally_end(lab, "stray-packet");
	lab_tally_is(lab, &tally, resets);
	return 0;
}

const struct scenario scenario_syn_flood_backscatter = {
	.name = "syn_flood_backscatter",
	.story = { "5,000 SYNs bear the address of a host that never sent them; its kernel answers "
		   "each SYN-ACK with a reset",
		   "5000 个 SYN 冒用了一台主机的地址，这台主机从未发过它们，对每个 SYN-ACK "
		   "都回 RST" },
	.fingerprint = "stray_synack",
	.class = "no-socket",
	.cause = "stray-packet",
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY, /* the server had nothing but a cookie */
	.shape = SHAPE_PASSIVE,
	.want_captures = WANT_ANY, /* they lose packets */
	.group = GROUP_LOAD,
	.limit_s = 60,
	.run = run,
};
