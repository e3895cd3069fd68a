/* SPDX-License-Identifier: MIT */
/* One address as text: what was measured, and what it means for clients. */
#include "cmds/probe.h"

#include <string.h>

#include "base/escape.h"

const char *probe_pick(const struct probe_report *report, const char *en, const char *zh)
{
	return page_pick(report->page, en, zh);
}

/* "65.0 s ± 0.1", "352 s ± 12": timeouts are set in seconds, so they are told in seconds. */
static void add_span(const struct probe_report *report, int64_t us, int64_t error_us,
		     struct buf *out)
{
	double s = (double)us / 1e6, error_s = (double)error_us / 1e6;

	if (error_us > 1000000)
		buf_printf(out, probe_pick(report, "%.0f s ± %.0f", "%.0f ± %.0f 秒"), s, error_s);
	else if (error_us)
		buf_printf(out, probe_pick(report, "%.1f s ± %.1f", "%.1f ± %.1f 秒"), s,
			   error_s < 0.1 ? 0.1 : error_s);
	else
		buf_printf(out, probe_pick(report, "%.1f s", "%.1f 秒"), s);
}

static const char *end_words(const struct probe_report *report, const struct lapse *lapse)
{
	if (lapse->alert && lapse->end == LINK_END_FIN)
		return probe_pick(report, "with a TLS close_notify, then FIN",
				  "先发 TLS close_notify，再发 FIN");
	if (lapse->alert && lapse->end == LINK_END_RST)
		return probe_pick(report, "with a TLS close_notify, then RST",
				  "先发 TLS close_notify，再发 RST");
	if (lapse->alert)
		return probe_pick(report, "with a TLS close_notify and no FIN",
				  "只发 TLS close_notify，不发 FIN");
	switch (lapse->end) {
	case LINK_END_FIN:
		if (lapse->then_reset)
			return probe_pick(report, "with FIN, and RST right behind it",
					  "用 FIN 关闭，紧接着又发 RST");
		return probe_pick(report, "with FIN", "用 FIN 关闭");
	case LINK_END_RST:
		return probe_pick(report, "with RST", "用 RST 关闭");
	case LINK_END_TLS:
		return probe_pick(report, "with a TLS error", "以 TLS 错误结束");
	case LINK_END_UNREACHABLE:
		return probe_pick(report, "and is unreachable (ICMP)", "并且不可达（ICMP）");
	default:
		return probe_pick(report, "in silence", "没有任何报文");
	}
}

static void add_idle(const struct probe_report *report, const struct lapse *lapse, struct buf *out)
{
	switch (lapse->kind) {
	case LAPSE_CLOSED:
		if (lapse->varies) {
			buf_add_text(out, probe_pick(report, "between ", "在 "));
			add_span(report, lapse->shortest_us, 0, out);
			buf_add_text(out, probe_pick(report, " and ", " 到 "));
			add_span(report, lapse->longest_us, 0, out);
		} else {
			add_span(report, lapse->idle_us, lapse->error_us, out);
		}
		buf_printf(out, probe_pick(report, ", %s", "，%s"), end_words(report, lapse));
		if (lapse->farewell_status)
			buf_printf(
				out,
				probe_pick(report, " after a status %d", "，之前先回了状态码 %d"),
				lapse->farewell_status);
		buf_printf(out, probe_pick(report, " (seen on %d connection%s)", "（%d 条连接%s）"),
			   lapse->samples,
			   lapse->samples == 1 || report->page->lang == LANG_ZH ? "" : "s");
		break;
	case LAPSE_FORGOTTEN:
		add_span(report, lapse->idle_us, lapse->error_us, out);
		buf_add_text(
			out,
			lapse->reset
				? probe_pick(
					  report,
					  ", then forgotten in silence: the next packet is reset",
					  "后被悄悄遗忘：之后的报文收到 RST")
				: probe_pick(report,
					     ", then forgotten in silence: the next packet "
					     "is not even acknowledged",
					     "后被悄悄遗忘：之后的报文连确认都没有"));
		if (lapse->closes_us) {
			buf_add_text(out, probe_pick(report, "; the server itself closes after ",
						     "；服务端自己在空闲这么久后关闭："));
			add_span(report, lapse->closes_us, 0, out);
		}
		break;
	case LAPSE_SURVIVED:
		buf_add_text(out, probe_pick(report, "none: still alive after ",
					     "没有：仍存活，已空闲 "));
		add_span(report, lapse->survived_us, 0, out);
		if (lapse->busy)
			buf_add_text(
				out,
				probe_pick(
					report,
					"; it is never idle for longer: the server goes on sending",
					"；不会空闲更久：服务端一直在发送"));
		break;
	case LAPSE_UNKNOWN:
	default:
		if (lapse->busy)
			buf_add_text(out, probe_pick(report, "never: the server goes on sending",
						     "从不空闲：服务端一直在发送"));
		else
			buf_add_text(out, probe_pick(report, "not known: nothing was measured yet",
						     "未知：还没有测到"));
		break;
	}
}

/* --- the first line -----------------------------------------------------------------------------
 */

static void add_headline(const struct probe_report *report, struct buf *out)
{
	const struct finding *finding = report->finding;
	enum finding_mode mode;
	const struct lapse *lapse = finding_main(finding, &mode);
	const char *when = mode == FINDING_AFTER ? probe_pick(report, "after an answer", "应答之后")
			   : report->ladder->target.protocol->asks(&report->ladder->target)
				   ? probe_pick(report, "before a request", "请求之前")
				   : probe_pick(report, "without a byte from the client",
						"客户端一个字节都没发时");

	buf_printf(out, "%s", report->target);
	if (strcmp(report->target, report->address))
		buf_printf(out, " (%s)", report->address);
	buf_printf(out, probe_pick(report, ", %s: ", "，%s："),
		   report->ladder->target.protocol->title[report->page->lang]);
	if (finding->closes_each) {
		buf_add_text(out,
			     probe_pick(report,
					"every answer is the last one on its connection; before a "
					"request ",
					"每次应答之后就关闭连接；请求之前"));
		when = "";
	} else {
		buf_add_text(out, probe_pick(report, "idle timeout ", "空闲超时 "));
	}
	switch (lapse->kind) {
	case LAPSE_CLOSED:
	case LAPSE_FORGOTTEN:
		add_span(report,
			 lapse->kind == LAPSE_CLOSED && lapse->varies ? lapse->shortest_us
								      : lapse->idle_us,
			 lapse->varies ? 0 : lapse->error_us, out);
		if (*when)
			buf_printf(out, probe_pick(report, " %s", "（%s）"), when);
		if (lapse->varies)
			buf_add_text(out, probe_pick(report, " and more: it varies", "起，不固定"));
		if (lapse->kind == LAPSE_CLOSED)
			buf_printf(out, probe_pick(report, ", closes %s", "，%s"),
				   end_words(report, lapse));
		else
			buf_add_text(out, probe_pick(report, ", then forgotten in silence",
						     "，之后被悄悄遗忘"));
		break;
	case LAPSE_SURVIVED:
		buf_add_text(out, probe_pick(report, "none within ", "没有测到，已等 "));
		add_span(report, lapse->survived_us, 0, out);
		if (*when)
			buf_printf(out, probe_pick(report, " (%s)", "（%s）"), when);
		break;
	default:
		buf_add_text(out, lapse->busy ? probe_pick(report, "cannot be measured: never idle",
							   "无法测量：从不空闲")
					      : probe_pick(report, "not known yet", "尚不知道"));
		break;
	}
	if (finding->stopped)
		buf_add_text(out, probe_pick(report, " (stopped: what is known so far)",
					     "（中途停止：目前已知的结果）"));
}

/* --- rows ---------------------------------------------------------------------------------------
 */

static void row_answers(const struct probe_report *report)
{
	const struct finding *finding = report->finding;
	const struct trial *first = finding->first;
	struct buf line;

	buf_init(&line, 8192);
	buf_add_text(&line, probe_pick(report, "handshake ", "握手 "));
	lang_add_duration(report->page->lang, finding->rtt_us, &line);
	if (finding->lost)
		buf_printf(&line,
			   probe_pick(report, ", %u SYN lost in %d connections",
				      "，%u 个 SYN 丢失，共 %d 条连接"),
			   finding->lost, finding->connections);
	else
		buf_printf(&line,
			   probe_pick(report, ", no SYN lost in %d connection%s",
				      "，%d 条连接没有丢 SYN%s"),
			   finding->connections,
			   finding->connections == 1 || report->page->lang == LANG_ZH ? "" : "s");
	if (finding->failed) {
		buf_printf(&line, probe_pick(report, ", %d of them failed: ", "，其中 %d 条失败："),
			   finding->failed);
		probe_add_problem(report, finding->failure, &line);
	}
	if (first->link.tls_version[0]) {
		buf_printf(&line, "%s%s", probe_pick(report, "; ", "；"), first->link.tls_version);
		if (finding->tls_us) {
			buf_add_text(&line, probe_pick(report, " in ", " 握手 "));
			lang_add_duration(report->page->lang, finding->tls_us, &line);
		}
	}
	if (finding->status) {
		buf_printf(&line, probe_pick(report, "; status %d", "；状态码 %d"),
			   finding->status);
		if (first->server[0]) {
			buf_add_text(&line, probe_pick(report, " from \"", "，Server: “"));
			escape_terminal(&line, first->server, strlen(first->server));
			buf_add_text(&line, probe_pick(report, "\"", "”"));
		}
	}
	if (finding->status == 400 && finding->closes_each && !first->link.tls_version[0])
		buf_add_text(
			&line,
			probe_pick(report,
				   " (so does a TLS port that is asked without TLS: try --protocol "
				   "https)",
				   "（不用 TLS 去问 TLS 端口就是这样：可试 --protocol https）"));
	page_row(report->page, probe_pick(report, "answers", "应答"), NULL, buf_text(&line));
	buf_release(&line);
}

static void row_idle(const struct probe_report *report, enum finding_mode mode)
{
	const struct lapse *lapse = &report->finding->lapse[mode];
	struct buf line;

	buf_init(&line, 8192);
	buf_add_text(&line, mode == FINDING_BEFORE
				    ? probe_pick(report, "before a request: ", "请求之前：")
				    : probe_pick(report, "after an answer: ", "应答之后："));
	if (mode == FINDING_AFTER && report->finding->closes_each)
		buf_add_text(&line, probe_pick(report, "closed at once, as the answer says",
					       "立即关闭，应答里已说明"));
	else
		add_idle(report, lapse, &line);
	page_row(report->page, mode == FINDING_BEFORE ? probe_pick(report, "idle", "空闲") : NULL,
		 NULL, buf_text(&line));
	buf_release(&line);
}

static void add_late(const struct probe_report *report, const struct finding_late *late,
		     struct buf *out)
{
	buf_printf(out, probe_pick(report, "%.2g s after the close: ", "关闭后 %.2g 秒："),
		   (double)late->after_us / 1e6);
	switch (late->got) {
	case LATE_RST:
		buf_add_text(out, probe_pick(report, "reset, no answer (", "收到 RST，没有应答（"));
		lang_add_duration(report->page->lang, late->took_us, out);
		buf_add_text(out, probe_pick(report, ")", "）"));
		break;
	case LATE_ANSWER:
		buf_add_text(out, probe_pick(report, "answered", "得到应答"));
		break;
	case LATE_IGNORED:
		buf_add_text(out, probe_pick(report,
					     "taken and never answered: the client waits in vain",
					     "被收下但永远没有应答：客户端会一直等"));
		break;
	default:
		buf_add_text(out, probe_pick(report, "not even acknowledged", "连确认都没有"));
		break;
	}
}

static void row_late(const struct probe_report *report, const struct lapse *lapse)
{
	struct buf line;

	if (lapse->kind != LAPSE_CLOSED || !lapse->lates)
		return;
	buf_init(&line, 8192);
	for (int i = 0; i < lapse->lates; i++) {
		if (i)
			buf_add_text(&line, probe_pick(report, "; ", "；"));
		add_late(report, &lapse->late[i], &line);
	}
	page_row(report->page, probe_pick(report, "late data", "迟到数据"), NULL, buf_text(&line));
	buf_release(&line);
}

static void row_requests(const struct probe_report *report)
{
	const struct finding *finding = report->finding;
	struct buf line;

	if (!finding->requests)
		return;
	buf_init(&line, 8192);
	if (finding->requests_all) {
		buf_printf(&line,
			   probe_pick(report, "%u on one connection, then the server closes it",
				      "一条连接 %u 个，之后服务端关闭"),
			   finding->requests);
		if (finding->requests_late.got != LATE_NOT_TRIED) {
			buf_add_text(&line, probe_pick(report, "; one more, ", "；再发一个，"));
			add_late(report, &finding->requests_late, &line);
		}
	} else {
		buf_printf(&line,
			   probe_pick(report, "%u on one connection, and no end seen",
				      "一条连接 %u 个，没有见到上限"),
			   finding->requests);
	}
	page_row(report->page, probe_pick(report, "requests", "请求数"), NULL, buf_text(&line));
	buf_release(&line);
}

/* Whether something between the ends has a part in it. */
static void row_between(const struct probe_report *report, const struct lapse *lapse)
{
	bool forgotten = lapse->kind == LAPSE_FORGOTTEN;
	bool reset = lapse->reset || (!forgotten && lapse->end == LINK_END_RST);
	struct buf line;

	if (lapse->kind != LAPSE_CLOSED && !forgotten)
		return;
	if (!forgotten && !reset)
		return;
	buf_init(&line, 8192);
	if (!reset)
		buf_add_text(&line,
			     probe_pick(report,
					"a firewall, NAT or load balancer forgot the connection: "
					"new ones are answered, the old "
					"one is not even by the server's stack",
					"防火墙、NAT "
					"或负载均衡遗忘了连接：新连接有应答，旧连接连服务端的协议"
					"栈都没有回应"));
	else if (!lapse->ttl)
		buf_add_text(&line,
			     probe_pick(report,
					"the reset may be the server's or that of a box between: "
					"its TTL would tell, and is not known: run as root, or "
					"with CAP_NET_RAW",
					"RST 可能来自服务端，也可能来自中间设备：要看它的 "
					"TTL，这次不知道：请用 root 或 CAP_NET_RAW 运行"));
	else if (lapse->ttl == SIEVE_SAME)
		buf_printf(&line,
			   probe_pick(report,
				      "the reset has the TTL of the server's packets (%u): it "
				      "comes from there, or from a box that stands as far away",
				      "RST 的 TTL "
				      "与服务端的报文相同（%u）：来自服务端，或同样距离的设备"),
			   lapse->ttl_handshake);
	else if (lapse->ttl_reset)
		buf_printf(&line,
			   probe_pick(report,
				      "a box between: its reset came with TTL %u, the server's "
				      "handshake with %u",
				      "是中间设备：它的 RST 带 TTL %u，服务端握手时是 %u"),
			   lapse->ttl_reset, lapse->ttl_handshake);
	else
		buf_printf(&line,
			   probe_pick(report,
				      "a box between: its reset came with a %s TTL than the "
				      "server's packets, which have %u",
				      "是中间设备：它的 RST 的 TTL 比服务端的报文%s，后者是 %u"),
			   lapse->ttl == SIEVE_HIGHER ? probe_pick(report, "higher", "大")
						      : probe_pick(report, "lower", "小"),
			   lapse->ttl_handshake);
	page_row(report->page, probe_pick(report, "between", "中间"), NULL, buf_text(&line));
	buf_clear(&line);
	if (lapse->keepalive != KEEPALIVE_NOT_TRIED) {
		buf_printf(
			&line,
			lapse->keepalive == KEEPALIVE_HOLDS
				? probe_pick(
					  report,
					  "TCP keepalive every %d s kept a connection alive for ",
					  "每 %d 秒一次 TCP keepalive 能保住连接，已试 ")
				: probe_pick(report,
					     "TCP keepalive every %d s did not keep a connection "
					     "alive for ",
					     "每 %d 秒一次 TCP keepalive 保不住连接，已试 "),
			lapse->keepalive_s);
		add_span(report, lapse->keepalive_us, 0, &line);
		page_row(report->page, probe_pick(report, "keepalive", "保活"), NULL,
			 buf_text(&line));
	}
	buf_release(&line);
}

static void row_announced(const struct probe_report *report, const struct lapse *lapse)
{
	const struct trial *first = report->finding->first;
	struct buf line;

	if (first->announced_s < 0 && first->announced_max < 0)
		return;
	buf_init(&line, 4096);
	buf_add_text(&line, "Keep-Alive:");
	if (first->announced_s >= 0)
		buf_printf(&line, " timeout=%lld", (long long)first->announced_s);
	if (first->announced_max >= 0)
		buf_printf(&line, "%s max=%lld", first->announced_s >= 0 ? "," : "",
			   (long long)first->announced_max);
	if (first->announced_s >= 0 && lapse->kind == LAPSE_CLOSED &&
	    (lapse->shortest_us + 500000) / 1000000 < first->announced_s)
		buf_add_text(&line, probe_pick(report, ": more than it keeps", "：比实际保持的长"));
	page_row(report->page, probe_pick(report, "announces", "自称"), NULL, buf_text(&line));
	buf_release(&line);
}

void probe_text(const struct probe_report *report)
{
	const struct finding *finding = report->finding;
	const struct lapse *lapse = finding_main(finding, NULL);
	struct buf line;

	buf_init(&line, 8192);
	add_headline(report, &line);
	page_strong(report->page, buf_text(&line));
	buf_add_char(&report->page->out, '\n');
	buf_release(&line);
	if (!report->page->common->quiet) {
		row_answers(report);
		row_idle(report, FINDING_BEFORE);
		if (finding->asked[FINDING_AFTER])
			row_idle(report, FINDING_AFTER);
		row_late(report, lapse);
		row_requests(report);
		row_between(report, lapse);
		row_announced(report, lapse);
		probe_row_matches(report, lapse);
		probe_rows_advice(report, lapse);
	}
	page_flush(report->page);
}
