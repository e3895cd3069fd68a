/* SPDX-License-Identifier: MIT */
/* whyrst probe: a peer measured from outside. */
#include "cmds/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/anonymize.h"
#include "cmds/options.h"
#include "cmds/shared.h"
#include "probe/resolve.h"
#include "run/watching.h"

#define SECOND_NS INT64_C(1000000000)
#define MAX_DEFAULT_NS (600 * SECOND_NS)
#define MAX_LEAST_NS (2 * SECOND_NS)
#define MAX_MOST_NS (24 * 3600 * SECOND_NS)
#define REQUESTS_MOST 1000000
#define TEXT_MAX 4096

static struct {
	int64_t max_ns;
	uint64_t requests;
	const struct protocol *protocol;
	const char *host, *path;
	char text[TEXT_MAX];
	size_t text_length;
	bool has_text, get, insecure, parallel;
	enum addr_family family;
} chosen = { .max_ns = MAX_DEFAULT_NS };

static int complain_protocol(const char *name)
{
	struct buf names;

	buf_init(&names, 1024);
	for (int i = 0; i < protocol_table_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", protocol_table[i]->name);
	options_complain(options_lang(), "--protocol cannot be '%s': it is one of %s",
			 "--protocol 不能是“%s”，可选：%s", name, buf_text(&names));
	buf_release(&names);
	return -EINVAL;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* \r, \n, \t, \\ and \xNN. */
static int take_text(const char *text)
{
	size_t n = 0;

	for (; *text; text++) {
		char byte = *text;

		if (n == sizeof(chosen.text))
			return -E2BIG;
		if (byte == '\\') {
			text++;
			if (*text == 'x' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
				byte = (char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
				text += 2;
			} else {
				byte = *text == 'r'    ? '\r'
				       : *text == 'n'  ? '\n'
				       : *text == 't'  ? '\t'
				       : *text == '\\' ? '\\'
						       : '\0';
				if (!byte)
					return -EINVAL;
			}
		}
		chosen.text[n++] = byte;
	}
	chosen.text_length = n;
	chosen.has_text = true;
	return n ? 0 : -EINVAL;
}

/* What goes into the head of a request must not end its line. */
static int take_clean(const char *name, const char *text, size_t max, const char **ret_text)
{
	bool clean = *text && strlen(text) < max;

	for (const char *c = text; *c; c++)
		clean &= (unsigned char)*c > ' ' && *c != 0x7f;
	if (!clean) {
		options_complain(options_lang(), "%s cannot be '%s'", "%s 不能是“%s”", name, text);
		return -EINVAL;
	}
	*ret_text = text;
	return 0;
}

static int take_option(char letter, const char *name, const char *argument)
{
	if (letter == '4' || letter == '6') {
		chosen.family = letter == '4' ? ADDR_IP4 : ADDR_IP6;
		return 0;
	}
	if (!strcmp(name, "max"))
		return cmd_parse_duration("--max", argument, MAX_LEAST_NS, MAX_MOST_NS,
					  &chosen.max_ns);
	if (!strcmp(name, "requests"))
		return cmd_parse_number("--requests", argument, 2, REQUESTS_MOST, &chosen.requests);
	if (!strcmp(name, "host"))
		return take_clean("--host", argument, TARGET_HOST_MAX, &chosen.host);
	if (!strcmp(name, "path")) {
		if (argument[0] == '/')
			return take_clean("--path", argument, RESOLVE_PATH_MAX, &chosen.path);
		options_complain(options_lang(), "--path begins with /, not '%s'",
				 "--path 以 / 开头，不能是“%s”", argument);
		return -EINVAL;
	}
	if (!strcmp(name, "send")) {
		if (take_text(argument) == 0)
			return 0;
		options_complain(
			options_lang(),
			"--send takes 1 to %d bytes, with \\r \\n \\t \\\\ and \\xNN, not '%s'",
			"--send 需要 1 到 %d 字节，可用 \\r \\n \\t \\\\ 和 \\xNN，不能是“%s”",
			TEXT_MAX, argument);
		return -EINVAL;
	}
	if (!strcmp(name, "protocol")) {
		chosen.protocol = protocol_find(argument);
		return chosen.protocol ? 0 : complain_protocol(argument);
	}
	chosen.get |= !strcmp(name, "get");
	chosen.insecure |= !strcmp(name, "insecure");
	chosen.parallel |= !strcmp(name, "parallel");
	return 0;
}

/* --- the target ---------------------------------------------------------------------------------
 */

static int wrong_usage(const struct cmd_common *common, const char *en, const char *zh,
		       const char *word)
{
	options_complain(common->lang, en, zh, word);
	return 2;
}

/* Fills all of @target but its address; 0 or the exit status after one line. */
static int choose_target(const struct cmd_common *common, const char *word,
			 struct resolve_target *named, struct target *target)
{
	if (resolve_parse(word, named) < 0)
		return wrong_usage(common, "'%s' is no target: HOST:PORT, [IPV6]:PORT or a URL",
				   "“%s”不是目标：请写 主机:端口、[IPv6]:端口，或 URL", word);
	if (!named->port)
		return wrong_usage(common, "'%s' names no port: HOST:PORT, or a URL",
				   "“%s”没有端口：请写 主机:端口，或 URL", word);
	*target = (struct target){ .get = chosen.get, .insecure = chosen.insecure };
	target->protocol = chosen.protocol   ? chosen.protocol
			   : named->protocol ? named->protocol
			   : chosen.has_text ? protocol_find("plain")
					     : protocol_of_port(named->port);
	if (chosen.has_text && strcmp(target->protocol->name, "plain"))
		return wrong_usage(common, "--send belongs to --protocol plain, not to %s",
				   "--send 只用于 --protocol plain，不能用于 %s",
				   target->protocol->name);
	if (chosen.requests && !target->protocol->asks(target) && !chosen.has_text)
		return wrong_usage(common, "--requests takes a protocol with requests, not %s",
				   "--requests 需要有请求的协议，不能是 %s",
				   target->protocol->name);
	target->text = chosen.has_text ? chosen.text : NULL;
	target->text_length = chosen.text_length;
	target->path = chosen.path ? chosen.path : named->path[0] ? named->path : "/";
	snprintf(target->host, sizeof(target->host), "%s", chosen.host ? chosen.host : named->host);
	/* The interface of a link-local address is for this host alone (RFC 6874). */
	if (!chosen.host && strchr(target->host, ':'))
		target->host[strcspn(target->host, "%")] = '\0';
	snprintf(target->given, sizeof(target->given),
		 strchr(named->host, ':') ? "[%s]:%u" : "%s:%u", named->host, named->port);
	return 0;
}

/* --- the run ------------------------------------------------------------------------------------
 */

struct run {
	const struct cmd_common *common;
	struct anonymizer anonymizer;
	int stop_fd;
	int failed;
};

static void report_one(struct run *run, const struct ladder *ladder)
{
	struct endpoint address = ladder->target.address;
	struct finding finding;
	struct page page;
	struct probe_report report = { .page = &page, .ladder = ladder, .finding = &finding };
	bool json = !strcmp(run->common->output, "json");
	struct buf problem;

	page_init(&page, run->common);
	finding_make(ladder, &finding);
	if (run->common->anonymize)
		anonymizer_map(&run->anonymizer, &address);
	endpoint_format(&address, report.address);
	snprintf(report.target, sizeof(report.target), "%s",
		 run->common->anonymize ? report.address : ladder->target.given);
	if (!finding.answers)
		run->failed++;
	if (json) {
		probe_json(&report);
	} else if (finding.answers) {
		probe_text(&report);
	}
	if (!finding.answers) {
		buf_init(&problem, 4096);
		probe_add_problem(&report, finding.first, &problem);
		if (strcmp(report.target, report.address))
			options_complain(page.lang, "%s (%s): %s", "%s（%s）：%s", report.target,
					 report.address, buf_text(&problem));
		else
			options_complain(page.lang, "%s: %s", "%s：%s", report.address,
					 buf_text(&problem));
		buf_release(&problem);
	}
	fflush(stdout);
	page_release(&page);
}

/* @count addresses side by side. */
static void probe_some(struct run *run, const struct target *target,
		       const struct resolve_address *addresses, int count)
{
	struct ladder *ladders[LADDER_ADDRESSES] = { NULL };
	struct probe_progress progress = { .common = run->common,
					   .ladders = ladders,
					   .count = count,
					   .terminal = isatty(STDERR_FILENO) };
	struct ladder_options options = { .max_ns = chosen.max_ns,
					  .requests_max = (uint32_t)chosen.requests,
					  .stop_fd = run->stop_fd,
					  .progress = probe_progress_tell,
					  .context = &progress };
	int ready = 0, r = -ENOMEM;

	for (; ready < count; ready++) {
		struct target one = *target;

		ladders[ready] = malloc(sizeof(**ladders));
		if (!ladders[ready])
			break;
		one.address = addresses[ready].endpoint;
		one.interface = addresses[ready].interface;
		ladder_init(ladders[ready], &one);
	}
	if (ready == count)
		r = ladders_run(ladders, count, &options);
	probe_progress_end(&progress);
	if (r < 0) {
		options_complain(run->common->lang, "probe: %s", "probe：%s", strerror(-r));
		run->failed++;
	}
	for (int i = 0; i < ready; i++) {
		if (r >= 0)
			report_one(run, ladders[i]);
		ladder_release(ladders[i]);
		free(ladders[i]);
	}
}

static bool is_stopped(const struct run *run)
{
	fd_set set;
	struct timeval none = { 0 };

	if (run->stop_fd < 0)
		return false;
	FD_ZERO(&set);
	FD_SET(run->stop_fd, &set);
	return select(run->stop_fd + 1, &set, NULL, NULL, &none) == 1;
}

static int probe_all(struct run *run, const struct target *target,
		     const struct resolve_address *addresses, int count)
{
	int step = chosen.parallel ? count : 1, at;

	for (at = 0; at < count && !is_stopped(run); at += step)
		probe_some(run, target, addresses + at, step);
	if (at < count && at && !run->common->quiet)
		options_complain(run->common->lang, "stopped: %d of %d addresses were not probed",
				 "中途停止：%2$d 个地址中有 %1$d 个没有探测", count - at, count);
	return run->failed ? 1 : 0;
}

static int run_probe(const struct cmd_common *common, int argc, char **argv)
{
	struct resolve_address addresses[LADDER_ADDRESSES];
	struct resolve_target named;
	struct target target;
	struct run run = { .common = common, .stop_fd = -1 };
	struct cmd_seed seed = { 0 };
	const char *problem;
	uint64_t key[2];
	int count, status;

	if (argc != 1) {
		options_complain(common->lang, "probe takes one target: HOST:PORT, or a URL",
				 "probe 需要一个目标：主机:端口，或 URL");
		return 2;
	}
	status = choose_target(common, argv[0], &named, &target);
	if (status)
		return status;
	count = resolve_addresses(named.host, named.port, chosen.family, addresses,
				  LADDER_ADDRESSES, &problem);
	if (count <= 0) {
		options_complain(common->lang, "%s: %s", "%s：%s", named.host,
				 count < 0 ? problem : strerror(ENOENT));
		return 1;
	}
	if (count > LADDER_ADDRESSES) {
		options_complain(common->lang, "%s has %d addresses: the first %d are probed",
				 "%s 有 %d 个地址：只探测前 %d 个", named.host, count,
				 LADDER_ADDRESSES);
		count = LADDER_ADDRESSES;
	}
	cmd_choose_key(&seed, key);
	anonymizer_init(&run.anonymizer, key);
	run.stop_fd = watching_signals();
	status = probe_all(&run, &target, addresses, count);
	if (run.stop_fd >= 0)
		close(run.stop_fd);
	return status;
}

const struct cmd cmd_probe = {
	.name = "probe",
	.synopsis = "HOST:PORT|URL",
	.summary = { "a peer from outside: its idle timeout, how it closes, what a late request gets",
		     "从外部测量对端：空闲超时多久、怎样关闭、迟到的请求会怎样" },
	.description = {
		"Opens a few connections (about two dozen, at most 64 at a time) and lets them be idle, some "
		"before a request and some after the answer to one. A close shows itself to the "
		"millisecond; what forgets connections in silence is found by requests after 1, 2, 4 ... "
		"seconds, and narrowed down to 5 % in a second round. It takes as long as the timeout that is "
		"there to be found, at most --max and again as long if something forgets in silence; Ctrl-C "
		"prints what is known.\n\n"
		"The protocol follows from the port or the URL: http and https send HEAD, tls only "
		"shakes hands, plain sends nothing (but --send) and tests with TCP's own keepalive "
		"probe. Nothing is sent to any other host. Requests say User-Agent: whyrst-probe.\n\n"
		"Needs no rights. Whether a box between resets what was forgotten is told by the TTL of the "
		"reset: seen with CAP_NET_RAW, and without it found by sockets that refuse packets of a lower "
		"TTL (RFC 5082), which takes some 20 s more.",
		"打开若干连接（约二十多条，同时最多 64 条）并让它们空闲：一部分在请求之前，一部分在收到应答之后。"
		"对端的关闭可精确到毫秒；悄悄遗忘连接的设备，用 1、2、4……秒之后的请求找到，再用第二轮缩小到 5% "
		"以内。耗时取决于要测的超时，最多 --max；若有设备悄悄遗忘，再加同样长的时间。按 Ctrl-C 输出已知结果。\n\n"
		"协议由端口或 URL 决定：http 和 https 发送 HEAD，tls 只握手，plain 什么都不发（除非 --send），"
		"用 TCP 自身的 keepalive 探测来检查。不会向其他主机发送任何东西。请求带 User-Agent: whyrst-probe。\n\n"
		"不需要特权。RST 出自中间设备还是服务端，要看它的 TTL：有 CAP_NET_RAW 时直接看到；没有时用"
		"拒收低 TTL 报文的套接字（RFC 5082）测出来，要多花约 20 秒。" },
	.options = {
		{ 0, "protocol", "NAME", { "plain, http, https or tls; default by the port or the URL",
					   "plain、http、https 或 tls；默认由端口或 URL 决定" } },
		{ 0, "max", "TIME", { "the longest wait: 90s, 10m, 1h (default 600s)",
				      "最长等待时间：90s、10m、1h（默认 600s）" } },
		{ 0, "requests", "COUNT", { "also count how many requests one connection takes, up to COUNT",
					    "同时测一条连接最多接受多少个请求，测到 COUNT 为止" } },
		{ 0, "host", "NAME", { "what to ask for: Host and the server name of TLS (default HOST)",
				       "请求的 Host 和 TLS 的服务器名（默认为目标主机名）" } },
		{ 0, "path", "PATH", { "what to ask for (default /)", "请求的路径（默认 /）" } },
		{ 0, "get", NULL, { "GET instead of HEAD", "用 GET 代替 HEAD" } },
		{ 0, "send", "TEXT", { "with plain: the request, with \\r \\n \\t \\\\ \\xNN; any bytes back are its answer",
				       "用于 plain：请求内容，可含 \\r \\n \\t \\\\ \\xNN；收到任何字节即为应答" } },
		{ '4', NULL, NULL, { "IPv4 only", "只用 IPv4" } },
		{ '6', NULL, NULL, { "IPv6 only", "只用 IPv6" } },
		{ 'k', "insecure", NULL, { "go on if the certificate does not verify", "证书验证不通过也继续" } },
		{ 0, "parallel", NULL, { "all addresses of the name at once, not one after the other",
					 "同时探测域名的所有地址，而不是逐个进行" } },
	},
	.examples = {
		{ "whyrst probe www.example.com:443", { "when and how it closes idle connections",
							"何时、怎样关闭空闲连接" } },
		{ "whyrst probe --requests 2000 http://10.0.0.5:8080/health", { "and how many requests a connection takes",
										"以及一条连接接受多少个请求" } },
		{ "whyrst probe --send 'PING\\r\\n' 10.0.0.9:6379", { "any protocol with one line of its own",
								      "任意协议，用它自己的一行请求" } },
		{ "whyrst probe --max 90s -o json db.internal:5432", { "for scripts, no longer than 90 s",
								       "供脚本使用，不超过 90 秒" } },
	},
	.option = take_option,
	.run = run_probe,
};
