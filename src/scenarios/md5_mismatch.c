/* SPDX-License-Identifier: MIT */
/* A BGP session with a mistyped key. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	recipe_md5(lab, "wrong");
	return 0;
}

const struct scenario scenario_md5_mismatch = {
	.name = "md5_mismatch",
	.story = { "look-alike: client and server sign with different TCP MD5 keys",
		   "似是而非：客户端与服务端的 TCP MD5 密钥不一致" },
	.why = { "a segment with a wrong signature is dropped before TCP looks at "
		 "it, and the SYN seems to get lost: the kernel's log and "
		 "TCPMD5Failure tell, no packet does",
		 "签名不对的报文在 TCP 处理之前就被丢弃，看上去像 SYN 丢了：只有内核"
		 "日志和 TCPMD5Failure 计数能说明，报文里看不出来" },
	.class = "none",
	.cause = "none",
	.needs = NEED_MD5,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
