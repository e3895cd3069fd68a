/* SPDX-License-Identifier: MIT */
/* A BGP session with a key on one side only. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	recipe_md5(lab, NULL);
	return 0;
}

const struct scenario scenario_md5_client_without = {
	.name = "md5_client_without",
	.story = { "look-alike: the server wants TCP MD5 signatures, and the client does not sign",
		   "似是而非：服务端要求 TCP MD5 签名，客户端没有签名" },
	.why = { "a segment without the signature that the socket demands is "
		 "dropped before TCP looks at it: a reset would help those who "
		 "forge segments",
		 "缺少应有签名的报文在 TCP 处理之前就被丢弃：如果回 RST，反而帮了伪"
		 "造者" },
	.class = "none",
	.cause = "none",
	.needs = NEED_MD5,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
