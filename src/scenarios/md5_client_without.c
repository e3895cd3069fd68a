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
		   "貌似而非：服务端要求 TCP MD5 签名，客户端没有签名" },
	.class = "none",
	.cause = "none",
	.needs = NEED_MD5,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
