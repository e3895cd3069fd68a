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
		   "貌似而非：客户端与服务端的 TCP MD5 密钥不一致" },
	.class = "none",
	.cause = "none",
	.needs = NEED_MD5,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
