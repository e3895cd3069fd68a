/* SPDX-License-Identifier: MIT */
/*
 * whyrst check: is somebody listening, and accepting? A health check for keepalived and Nagios.
 *
 * It runs every second or two on hosts with any number of connections, so it asks the kernel for
 * the listeners of one port and for nothing else, and answers in milliseconds.
 */
#include "cmds/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/options.h"
#include "cmds/shared.h"
#include "host/boot.h"
#include "host/netns.h"

#define WATCH_NS INT64_C(100000000)
#define ANSWER_MAX ((size_t)1 << 20)

static struct {
	uint64_t warn_percent, timeout_ms;
	const char *netns;
	bool connect, vrrp;
} chosen = { .warn_percent = 80, .timeout_ms = 1000 };

static int take_option(char letter, const char *name, const char *argument)
{
	(void)letter;
	if (!strcmp(name, "warn"))
		return cmd_parse_number("--warn", argument, 1, 100, &chosen.warn_percent);
	if (!strcmp(name, "timeout"))
		return cmd_parse_number("--timeout", argument, 1, 60000, &chosen.timeout_ms);
	if (!strcmp(name, "netns"))
		chosen.netns = argument;
	else if (!strcmp(name, "connect"))
		chosen.connect = true;
	else
		chosen.vrrp = true;
	return 0;
}

/* keepalived takes any other status than 0 for a failure, and moves the address for it. */
static int exit_status(enum check_state state)
{
	return chosen.vrrp ? state == CHECK_CRITICAL : (int)state;
}

/*
 * The verb could not be run, or its answer could not be written: that says nothing of the port.
 * Whether --vrrp was meant is looked for in the words themselves, as they were not all understood;
 * a --vrp that somebody typed is meant, too.
 */
static int unusable(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strncmp(argv[i], "--vr", 4))
			chosen.vrrp = true;
	return exit_status(CHECK_UNKNOWN);
}

/* --- [ADDR:]PORT ---------------------------------------------------------------------------------
 */

static int parse_port(const char *text, uint16_t *ret_port)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long value = digits && digits <= 5 && !text[digits] ? strtoul(text, NULL, 10) : 0;

	*ret_port = (uint16_t)value;
	return value && value <= UINT16_MAX ? 0 : -EINVAL;
}

int check_parse_target(const char *text, struct endpoint *ret)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const char *colon = strrchr(text, ':');
	const char *host = text, *host_end = colon;
	uint16_t port;
	int r;

	memset(ret, 0, sizeof(*ret));
	r = parse_port(colon ? colon + 1 : text, &port);
	if (r == 0 && host_end && host_end != text && !(host_end == text + 1 && *text == '*')) {
		if (*host == '[') {
			host++;
			host_end--;
			if (host_end < host || *host_end != ']')
				return -EINVAL;
		} else if (memchr(host, ':', (size_t)(host_end - host))) {
			return -EINVAL; /* which of its colons is the last one? */
		}
		r = endpoint_parse_host(host, (size_t)(host_end - host), ret);
	}
	/* The kernel gives connections to such an address to its IPv4 listeners. */
	if (r == 0 && ret->family == ADDR_IP6 && !memcmp(ret->ip, mapped, sizeof(mapped))) {
		memmove(ret->ip, ret->ip + 12, 4);
		memset(ret->ip + 4, 0, 12);
		ret->family = ADDR_IP4;
	}
	ret->port = port;
	return r;
}

/* --- the check itself, in the namespace that was chosen ------------------------------------------
 */

struct work {
	struct check_result *result;
	struct check_holders *holders; /* NULL: not asked for */
	bool told;		       /* and the kernel answered */
};

static void try_handshake(struct check_result *result)
{
	const struct sock_diag_answer *listener = &result->worst->socket;
	int64_t limit_ns = (int64_t)chosen.timeout_ms * 1000000;
	struct endpoint to = result->target;
	int r = 0;

	if (to.family == ADDR_NONE)
		to = listener->local;
	if (endpoint_is_wildcard(&to))
		r = check_reachable(listener, &to);
	if (r == 0)
		check_connect(&to, listener->device, limit_ns, &result->handshake);
	else
		result->handshake = (struct check_handshake){ .tried = true, .to = to, .error = r };
	check_judge_handshake(result);
}

static bool any_full(const struct accepting *found)
{
	for (size_t i = 0; i < found->count; i++)
		if (acceptor_is_full(&found->items[i].socket))
			return true;
	return false;
}

static int do_check(void *context)
{
	struct work *work = context;
	struct check_result *result = work->result;
	int64_t begin_ns = clock_monotonic_ns();
	int fd = sock_diag_open(), r = fd;

	if (r >= 0)
		r = accepting_read(fd, &result->target, &result->found);
	if (r >= 0 && any_full(&result->found))
		r = accepting_watch(fd, &result->target, &result->found, WATCH_NS);
	if (r < 0) {
		result->error = r;
		result->why = CHECK_CANNOT_ASK;
		result->state = CHECK_UNKNOWN;
	} else {
		check_judge(result);
	}
	if (result->worst && result->worst->socket.device)
		if_indextoname(result->worst->socket.device, result->device);
	if (chosen.connect && result->worst && result->state < CHECK_CRITICAL)
		try_handshake(result);
	result->took_ns = clock_monotonic_ns() - begin_ns;
	work->told = work->holders && r >= 0 &&
		     check_holders_find(
			     fd, result->worst ? &result->worst->socket.local : &result->target,
			     !result->worst, work->holders) == 0;
	if (fd >= 0)
		close(fd);
	return 0;
}

/* --- run -----------------------------------------------------------------------------------------
 */

static void write_answer(const struct cmd_common *common, const struct work *work)
{
	const struct check_holders *holders = work->told ? work->holders : NULL;
	struct check_words words = { .common = common };
	struct anonymizer anonymizer;
	struct buf out;

	if (common->anonymize) {
		struct cmd_seed seed = { 0 };
		uint64_t key[2];

		cmd_choose_key(&seed, key);
		anonymizer_init(&anonymizer, key);
		words.anonymizer = &anonymizer;
	}
	buf_init(&out, ANSWER_MAX);
	if (!strcmp(common->output, "json"))
		check_write_json(&words, work->result, holders, &out);
	else
		check_write_text(&words, work->result, holders, &out);
	fwrite(buf_text(&out), 1, out.length, stdout);
	buf_release(&out);
}

/* On standard output as a plugin says it: who reads that alone must see why. */
static int say_unknown(const struct cmd_common *common, const char *en, const char *zh, ...)
	__attribute__((format(printf, 2, 4)));
static int say_unknown(const struct cmd_common *common, const char *en, const char *zh, ...)
{
	struct check_words words = { .common = common };
	struct buf reason, out;
	va_list arguments;

	buf_init(&reason, 4096);
	buf_init(&out, 32768);
	va_start(arguments, zh);
	buf_vprintf(&reason, common->lang == LANG_ZH ? zh : en, arguments);
	va_end(arguments);
	check_write_unknown(&words, buf_text(&reason), &out);
	fputs(buf_text(&out), stdout);
	buf_release(&reason);
	buf_release(&out);
	return exit_status(CHECK_UNKNOWN);
}

static int run(const struct cmd_common *common, int argc, char **argv)
{
	struct check_result result = { .warn_percent = (uint32_t)chosen.warn_percent };
	struct work work = { .result = &result };
	uint32_t inode;
	int netns = -1, r;

	if (argc != 1)
		return say_unknown(common, "name one [ADDR:]PORT: whyrst check 8080",
				   "请给出一个 [地址:]端口：whyrst check 8080");
	if (check_parse_target(argv[0], &result.target) < 0)
		return say_unknown(
			common,
			"'%s' is not [ADDR:]PORT: a number from 1 to 65535, before it an address "
			"in numbers if need be (10.0.0.5:8080, [2001:db8::5]:8080)",
			"“%s”不是 [地址:]端口：需要 1 到 65535 的数字，前面可加数字形式的地址"
			"（10.0.0.5:8080、[2001:db8::5]:8080）",
			argv[0]);
	if (chosen.netns) {
		r = netns_open(chosen.netns, &netns, &inode);
		if (r == -EACCES || r == -EPERM)
			return say_unknown(common, "--netns %s: %s; that needs root",
					   "--netns %s：%s；需要 root", chosen.netns, strerror(-r));
		if (r < 0)
			return say_unknown(common, "--netns %s: no network namespace there (%s)",
					   "--netns %s：找不到网络命名空间（%s）", chosen.netns,
					   strerror(-r));
	}
	if (common->verbose)
		work.holders = calloc(1, sizeof(*work.holders));
	r = chosen.netns ? netns_run(netns, do_check, &work) : do_check(&work);
	if (netns >= 0)
		close(netns);
	if (r < 0) {
		say_unknown(common, "--netns %s: cannot enter it (%s); that needs root",
			    "--netns %s：无法进入（%s）；需要 root", chosen.netns, strerror(-r));
		result.state = CHECK_UNKNOWN;
	} else {
		write_answer(common, &work);
	}
	free(work.holders);
	accepting_release(&result.found);
	return exit_status(result.state);
}

const struct cmd cmd_check = {
	.name = "check",
	.synopsis = "[ADDR:]PORT",
	.summary = { "is somebody listening and accepting? a health check for keepalived and Nagios",
		     "有没有程序在监听并且在接受连接：给 keepalived 和 Nagios 用的健康检查" },
	.description = {
		"Asks the kernel for the listeners of one port, never for its connections: the answer takes "
		"milliseconds on a host with 400,000 of them, where `netstat -tln | grep` takes so long that "
		"a health check times out and an address moves. Needs no root, and sends nothing (but for "
		"--connect).\n\n"
		"OK: somebody listens and the accept queue, where the kernel keeps connections that the "
		"program has not taken yet, is below the threshold. WARNING: it is above (--warn), or full, "
		"but the program was seen to take connections within 100 ms. CRITICAL: it is full and the "
		"program took none in 100 ms, or nobody listens. UNKNOWN: the kernel did not tell, or wrong "
		"usage.\n\n"
		"Without an address all listeners of the port count and the worst one decides; with one, "
		"those that the kernel would give a connection to it. Of several listeners that share a port "
		"(SO_REUSEPORT) some that do not accept are a WARNING, all of them CRITICAL.\n\n"
		"--connect completes a handshake, sends a FIN and waits for the server's own, so that nothing is "
		"reset: up to --timeout, which belongs below that of keepalived or Nagios. What logs connections "
		"without a request logs this one, too (HAProxy without `option dontlognull`: <BADREQ>).\n\n"
		"The exit status is that of a Nagios plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. With "
		"--vrrp it is 1 for CRITICAL and 0 for all else, so that neither a slow moment nor a typo "
		"moves a virtual address. The performance data are the queue's length, the threshold and the "
		"backlog in force: queue=0;409;511.",
		"只向内核查询一个端口的监听套接字，从不遍历连接：在有 40 万条连接的主机上也只要几毫秒；而 `netstat -tln | grep` "
		"会慢到健康检查超时、虚拟地址漂移。不需要 root，也不发送任何报文（--connect 除外）。\n\n"
		"OK：有程序在监听，并且全连接队列（内核已完成握手、程序还没取走的连接）低于阈值。WARNING：高于阈值（--warn），"
		"或者已满但 100 毫秒内看到程序仍在取走连接。CRITICAL：已满且 100 毫秒内没有取走任何连接，或者没有程序监听。"
		"UNKNOWN：内核没有给出答案，或用法不对。\n\n"
		"不给地址时，端口上的所有监听套接字都算，以最差的为准；给了地址时，只看内核会把连到该地址的连接交给谁。"
		"多个监听套接字共用一个端口（SO_REUSEPORT）时，部分不接受是 WARNING，全部不接受才是 CRITICAL。\n\n"
		"--connect 完成一次握手，发送 FIN，再等服务端的 FIN，因此不会产生 RST：最多等 --timeout，它应小于 keepalived "
		"或 Nagios 的超时。会记录无请求连接的程序也会记录这一次（没有 `option dontlognull` 的 HAProxy：<BADREQ>）。\n\n"
		"退出码与 Nagios 插件相同：0 OK、1 WARNING、2 CRITICAL、3 UNKNOWN。加 --vrrp 时，CRITICAL 返回 1，"
		"其余都返回 0：短暂的拥堵或打错字不会让虚拟地址漂移。性能数据依次是队列长度、阈值和实际生效的 backlog："
		"queue=0;409;511。" },
	.options = {
		{ 0, "vrrp", NULL, { "for keepalived: exit status 1 if CRITICAL, else 0",
				     "给 keepalived 用：CRITICAL 时退出码为 1，其余为 0" } },
		{ 0, "connect", NULL, { "also complete a handshake, and close it with a FIN",
					"另外完成一次握手，并用 FIN 正常关闭" } },
		{ 0, "timeout", "MS", { "of --connect, in milliseconds (default 1000)",
					"--connect 的超时，单位毫秒（默认 1000）" } },
		{ 0, "warn", "PERCENT", { "of the accept queue taken: more is a WARNING (default 80)",
					  "全连接队列的占用百分比，超过即 WARNING（默认 80）" } },
		{ 0, "netns", "PATH|PID", { "in another network namespace (as root)",
					    "在另一个网络命名空间里检查（需要 root）" } },
	},
	.examples = {
		{ "whyrst check 8080", { "is somebody listening and accepting?", "有没有程序在监听并接受连接？" } },
		{ "whyrst check -v 10.0.0.5:443", { "and who holds the port", "并显示谁占用了端口" } },
		{ "whyrst check --vrrp 8080", { "as the script of a vrrp_script block in keepalived.conf",
						"用作 keepalived.conf 里 vrrp_script 的脚本" } },
		{ "whyrst check --connect --timeout 500 [::1]:8080", { "with a real handshake", "做一次真实的握手" } },
		{ "whyrst check --netns 812 80", { "in the container of process 812", "在 812 号进程所在的容器里" } },
	},
	.exit = { { "OK; with --vrrp: anything but CRITICAL", "OK；加 --vrrp 时：除 CRITICAL 以外的任何结果" },
		  { "WARNING; with --vrrp: CRITICAL", "WARNING；加 --vrrp 时：CRITICAL" },
		  { "CRITICAL", "CRITICAL" },
		  { "UNKNOWN, wrong usage", "UNKNOWN，或用法不对" } },
	.option = take_option,
	.unusable = unusable,
	.run = run,
};
