/* SPDX-License-Identifier: MIT */
/*
 * accept() without a descriptor. The kernel resets nothing (since 2.6.18 the descriptor is taken
 * first); programs that close what they cannot serve do.
 */
#include "causes/rules.h"

const struct cause cause_fd_exhausted = {
	.id = "fd-exhausted",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -8,
	.base_source = "measured: node 20 under ulimit -n 40 reset 20 of 40 clients; kernels since 2.6.18 reset none by themselves",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT) | SHOWS(LATE)),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(RESETTER_NEVER_SENT, IS, 1),
		FITS(VICTIM_SILENT, IS, 0),
		SIGN(30, STARVED_NEIGHBOURS, AT_LEAST, 2),
		SIGN(8, OPEN_TO_SERVER, AT_LEAST, 900),
		SIGN(5, SYNS_UNANSWERED, AT_LEAST, 1),
		/* Shedding follows the accept at once; a second (RFC 6298: the first timeout) is no such thing. */
		HINT(-7, SINCE_LAST, AT_LEAST, 1000000),
		HINT(5, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		PROOF(HOST_FD_EXHAUSTED, IS, 1),
		SIGN(1, HOST_FD_LIMIT, AT_LEAST, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_ENDED_BY, IS, END_RUNNING),
		NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "out of file descriptors",
		.summary = "The server at {server_addr} had no file descriptor left to serve this "
"connection and shed it: accepted with its last spare one, closed at once, "
"the request unread.",
		.told = "{Resetter} had {HOST_FD_USED} of {HOST_FD_LIMIT} file descriptors in use and shed this connection: accepted with its last one, closed at once, the request unread.",
		.story = "accept() fails with EMFILE or ENFILE when the process, or the host, has no "
"descriptor left; the connection stays in the queue, acknowledged by the "
"kernel, unanswered. Many programs then free a spare descriptor, accept the "
"connection and close it at once (libuv, and so Node.js, does). A client "
"that had already sent its request gets a reset, a silent one a FIN: both "
"without a byte of answer. Kernels before 2.6.18 did the same by themselves.",
		.decide = "At {server_addr}: ls /proc/PID/fd | wc -l against \"Max open files\" in "
"/proc/PID/limits, and \"Too many open files\" (EMFILE, 24) in its log. No "
"kernel counter shows it; ss -ltn 'sport = :{port}' shows Recv-Q growing.",
		.fix = {
			"Raise the limit of that service and restart it: systemctl edit UNIT, "
"[Service] LimitNOFILE=65536; nginx worker_rlimit_nofile; docker run "
"--ulimit nofile=65536.",
			"Look for a leak first: the same count an hour later, ls -l /proc/PID/fd by "
"type, ss -tnp state close-wait | grep PID.",
			"Limit what comes in below the descriptors you have: nginx "
"worker_connections, HAProxy maxconn, Node server.maxConnections.",
			"ENFILE (23) instead of EMFILE: the host is out, see /proc/sys/fs/file-nr "
"and fs.file-max.",
		},
		.folklore = "fs.file-max does not change EMFILE, which is per process. "
"/etc/security/limits.conf is read by PAM logins and ignored by systemd "
"services. A larger backlog only makes the queue of unserved clients longer.",
	},
	.zh = {
		.title = "文件描述符耗尽",
		.summary = "{server_addr} 上的服务已经没有文件描述符可用，只好甩掉这条连接："
"用备用的最后一个描述符 accept() 后立刻关闭，请求根本没读。",
		.told = "{Resetter}的文件描述符上限 {HOST_FD_LIMIT} 已用 {HOST_FD_USED}，只好甩掉这条连接：用最后一个描述符 accept() 后立刻关闭，请求没读。",
		.story = "进程（EMFILE）或整机（ENFILE）的文件描述符用完时 accept() "
"失败，连接留在全连接队列里，内核已经回了 ACK，却没有人应答。"
"很多程序这时会释放一个备用描述符，accept() 之后立即关闭（libuv "
"就是这样，因此 Node.js 也是）。已经发出请求的客户端收到 RST，还没说话的收到 "
"FIN，两者都没有得到一个字节的响应。2.6.18 之前的内核会自己这样做。",
		.decide = "在 {server_addr} 上：把 ls /proc/PID/fd | wc -l 与 /proc/PID/limits 里的 "
"“Max open files” 比较，并在日志里找 “Too many open files”（EMFILE，"
"24）。内核没有对应的计数器；ss -ltn 'sport = :{port}' 能看到 Recv-Q 上涨。",
		.fix = {
			"调高该服务的上限并重启：systemctl edit UNIT，[Service] "
"LimitNOFILE=65536；nginx 的 worker_rlimit_nofile；docker run --ulimit "
"nofile=65536。",
			"先查泄漏：过一小时再数一次，按类型看 ls -l /proc/PID/fd，ss -tnp state "
"close-wait | grep PID。",
			"把入口限制在描述符数量之下：nginx worker_connections、HAProxy maxconn、Node "
"的 server.maxConnections。",
			"如果是 ENFILE（23）而不是 EMFILE：整机用尽，看 /proc/sys/fs/file-nr 和 "
"fs.file-max。",
		},
		.folklore = "fs.file-max 管不了 EMFILE，后者是每个进程的限制。/etc/security/limits.conf "
"只对 PAM 登录有效，systemd 服务不读它。加大 backlog "
"只会让没人服务的队列更长。",
	},
	.sources = {
		"Linux __sys_accept4() in net/socket.c: the descriptor is reserved before "
"the connection is taken",
		"libuv src/unix/stream.c: uv__emfile_trick()",
		"Linux 2.6.11 net/socket.c: sys_accept()",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA75; s A; +660us s RA", NULL },
		{ EXAMPLE_WINS, "c2 S; s2 SA; c2 A; c3 S; s3 SA; c3 A; s2 FA; s3 FA; c2 A; c3 A; +1s c S; s SA; "
"c A; c PA75; s A; +660us s RA", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; +2ms s FA; c A; +200ms c PA75; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA75; s A; +660us s RA", "close-unread" },
	},
};
