/* SPDX-License-Identifier: MIT */
/* A reset would have to be signed with a key that is lost: there is none. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = recipe_md5(lab, "secret");

	lab_close(lab, pair.listener);
	lab_forget(lab, pair.server);
	lab_send(lab, pair.client, "data");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_md5_rst_unsigned = {
	.name = "md5_rst_unsigned",
	.story = { "look-alike: the server forgets a connection with TCP MD5 and its key, then "
		   "the client sends",
		   "似是而非：服务端忘了一条带 TCP MD5 的连接及其密钥，随后客户端发数据" },
	.why = { "the segment is signed, and the server, which no longer has the "
		 "key, cannot sign a reset that the client would believe: it drops "
		 "the segment, and the client repeats until it gives up",
		 "报文带有签名，而服务端已经没有密钥，签不出客户端肯信的 RST：它只好"
		 "丢弃报文，客户端一直重传到放弃" },
	.class = "none",
	.cause = "none",
	.needs = NEED_MD5 | NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
