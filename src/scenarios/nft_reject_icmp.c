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
		   "似是而非：服务端主机上的防火墙用 ICMP 差错拒绝 SYN" },
	.why = { "this rule answers with ICMP port unreachable; for a connect() "
		 "under way the kernel turns it into the same ECONNREFUSED that a "
		 "reset gives, and only the packets show the difference",
		 "这条规则用 ICMP 端口不可达来回应；内核同样让正在进行的 connect() "
		 "得到 ECONNREFUSED，和收到 RST 一样，只有看报文才分得清" },
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
