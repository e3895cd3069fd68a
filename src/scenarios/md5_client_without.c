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
	.story = { "look-alike: the server wants TCP MD5 signatures, the client does not sign",
		   NULL },
	.class = "none",
	.cause = "none",
	.needs = NEED_MD5,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
