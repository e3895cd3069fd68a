/* SPDX-License-Identifier: MIT */
/* ECONNREFUSED without any reset: ICMP port unreachable. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u reject", lab_port(lab, 0));
	lab_patience(
		lab,
		2500); /* an error that comes inside connect() is lost; the next SYN gets one too */
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	return 0;
}

const struct scenario scenario_nft_reject_icmp = {
	.name = "nft_reject_icmp",
	.story = { "look-alike: the firewall on the server's host rejects the SYN with an ICMP "
		   "error",
		   "貌似而非：服务端主机上的防火墙用 ICMP 差错拒绝 SYN" },
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
