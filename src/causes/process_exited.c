/* SPDX-License-Identifier: MIT */
/* The owner ended by itself. What happens to its sockets is the same as when it is killed. */
#include "causes/rules.h"

const struct cause cause_process_exited = {
	.id = "process-exited",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -12,
	.base_source = SURVEY "none; as process-killed, and a program that ends by itself mostly closes first",
	/* clang-format off */
	CAUSE_RULES(
		OWNER_GONE,
		PROOF(HOST_ENDED_BY, IS, END_EXIT),
		BY_OWNERS_END,
		FITS(HOST_PAST, IS, PAST_EXITED),
		NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "the owner exited",
		.summary = "The process that owned the connection at {resetter_addr} ended by itself; "
"the kernel closed its sockets, unread requests and all.",
		.told = "{Resetter} exited by itself {owner_end}; the kernel closed its sockets, unread requests and all.",
		.story = "A program that calls exit() or returns from main() with open connections "
"leaves the closing to the kernel: a socket with unread bytes is reset, one "
"without gets a FIN, connections still waiting to be accepted are reset. It "
"is a normal end as far as the host is concerned; to the clients it looks "
"like a crash.",
		.decide = "At {resetter_addr}: systemctl status UNIT (code=exited), the program's last "
"log lines, ps -o lstart= -p PID of its successor; in Kubernetes the last "
"state of the container (Completed or Error with its exit code).",
		.fix = {
			"Shut down in order: stop accepting, take the instance out of the balancer, "
"finish or refuse what has been read, close each connection, then exit.",
			"In Kubernetes add a preStop sleep of a few seconds, so that the endpoints "
"forget the pod before it stops.",
			"If it exits on an error (out of descriptors, lost dependency): let it "
"report and go on, or restart it with Restart=on-failure and look at the "
"exit status.",
		},
	},
	.zh = {
		.title = "所属进程自行退出",
		.summary = "{resetter_addr} 上持有这条连接的进程自己退出了，内核随之关闭它的全部套接字，"
"包括还没读的请求。",
		.told = "{Resetter}自己退出了{owner_end}，内核随之关闭它的全部套接字，包括还没读的请求。",
		.story = "程序带着打开的连接 exit() 或从 main() 返回时，关闭工作由内核完成："
"有未读数据的套接字发 RST，没有的发 FIN，还在全连接队列里等待 accept() "
"的连接一律 RST。对主机来说是正常退出，对客户端来说和崩溃没有区别。",
		.decide = "在 {resetter_addr} 上：systemctl status UNIT（code=exited）"
"、程序最后几行日志、新进程的启动时间 ps -o lstart= -p PID；Kubernetes "
"里看容器的上一个状态（Completed 或 Error 及退出码）。",
		.fix = {
			"按顺序停机：先停止 accept，从负载均衡摘除，处理完或明确拒绝已读到的请求，"
"逐个关闭连接，最后退出。",
			"Kubernetes 里加几秒钟的 preStop sleep，让 endpoints 先摘掉这个 pod。",
			"如果是出错退出（描述符耗尽、依赖不可用）：改成报错后继续运行，或用 "
"Restart=on-failure 拉起并检查退出码。",
		},
	},
	.sources = {
		"Linux do_exit() in kernel/exit.c; inet_csk_listen_stop() in "
"net/ipv4/inet_connection_sock.c",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA5; s A; +1s s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230; c A; +2s c PA409; s A; "
"+70ms s RA", "close-unread" },
	},
};
