/* SPDX-License-Identifier: MIT */
/* What no longer fits into the queue gets a cookie: the flood costs the server no memory, and real
 * clients get in. */
#include "scenarios/flood.h"
#include "scenarios/scenario.h"

#define SYNS 20000
#define BACKLOG 256

static int run(struct lab *lab)
{
	uint64_t cookies = lab_counter(lab, LAB_SERVER, "TcpExt.SyncookiesSent");
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);
	struct lab_sock listener, client, server;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", "1");
	listener = lab_listen(lab, LAB_SERVER, 0, 0, BACKLOG);
	flood_deafen(lab);
	flood_syns(lab, to, SYNS);
	lab_await_counter(lab, LAB_SERVER, "TcpExt.SyncookiesSent", cookies + SYNS - 2 * BACKLOG);
	client = lab_socket(lab, LAB_CLIENT, 0);
	lab_connect(lab, client, to);
	lab_send(lab, client, "hello");
	server = lab_accept(lab, listener);
	lab_recv(lab, server, 1024);
	lab_send(lab, server, "welcome");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_syn_flood_cookies = {
	.name = "syn_flood_cookies",
	.story = { "look-alike: under 20,000 SYNs from addresses that never answer, cookies let a "
		   "real client in",
		   "似是而非：20000 个来自假地址的 SYN 涌来，SYN cookie "
		   "让正常客户端照样连上" },
	.why = { "what no longer fits into the SYN queue is answered with a SYN "
		 "cookie, a sequence number that holds all there is to know: the "
		 "flood takes no memory, and a client that answers is let in",
		 "半连接队列放不下的 SYN 用 SYN cookie 应答，所需的信息都编在序号里"
		 "：洪水占不到内存，肯应答的客户端照样能进来" },
	.fingerprint = "synq_full_cookies",
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.group = GROUP_LOAD,
	.run = run,
};
