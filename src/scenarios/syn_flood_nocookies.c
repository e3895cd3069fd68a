/* SPDX-License-Identifier: MIT */
/* Half-open connections fill the queue. Nobody is reset: real clients hang. */
#include "scenarios/flood.h"
#include "scenarios/scenario.h"

#define SYNS 20000
#define BACKLOG 256

static int run(struct lab *lab)
{
	uint64_t drops = lab_counter(lab, LAB_SERVER, "TcpExt.TCPReqQFullDrop");
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);
	struct lab_sock listener, client;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", lab_fixed(lab) ? "1" : "0");
	listener = lab_listen(lab, LAB_SERVER, 0, 0, BACKLOG);
	flood_deafen(lab);
	flood_syns(lab, to, SYNS);
	client = lab_socket(lab, LAB_CLIENT, 0);
	if (lab_fixed(lab)) {
		lab_connect(lab, client, to);
		lab_send(lab, client, "hello");
		lab_recv(lab, lab_accept(lab, listener), 1024);
		return 0;
	}
	lab_await_counter(lab, LAB_SERVER, "TcpExt.TCPReqQFullDrop", drops + SYNS - 2 * BACKLOG);
	lab_patience(lab, 500);
	if (lab_connect(lab, client, to) == 0)
		lab_break(lab, "the client got in, the queue was not full");
	return 0;
}

const struct scenario scenario_syn_flood_nocookies = {
	.name = "syn_flood_nocookies",
	.story = { "look-alike: 20,000 SYNs from addresses that never answer fill the SYN queue; "
		   "without cookies a real client's connect() hangs",
		   "似是而非：20000 个来自假地址的 SYN 占满半连接队列，没有开 SYN "
		   "cookie，正常客户端的 connect() 只能干等" },
	.why = { "a SYN that finds the queue full is dropped: nobody is told "
		 "anything, so the real client repeats its SYN and hangs",
		 "队列已满时到来的 SYN 直接被丢弃：谁也得不到通知，正常客户端只能重"
		 "发 SYN 干等" },
	.remedy = { "net.ipv4.tcp_syncookies = 1: the client gets in",
		    "net.ipv4.tcp_syncookies = 1，正常客户端就能连上" },
	.fingerprint = "synq_full_nocookies",
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.group = GROUP_LOAD,
	.run = run,
};
