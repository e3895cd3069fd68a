/* SPDX-License-Identifier: MIT */
/* Why a peer does not answer: one clause. */
#include "cmds/probe.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "probe/openssl.h"

static void add_link_problem(const struct page *page, const struct link *link, struct buf *out)
{
	const struct {
		int error;
		const char *en, *zh;
	} known[] = {
		{ ECONNREFUSED,
		  "connection refused: nobody listens there, or a firewall rejects it",
		  "连接被拒绝：那里没有程序监听，或被防火墙拒绝" },
		{ ECONNRESET, "the connection was reset before it answered",
		  "还没有应答，连接就被 RST" },
		{ EHOSTUNREACH, "no route to that host", "没有到该主机的路由" },
		{ ENETUNREACH, "no route to that network", "没有到该网络的路由" },
		{ ETIMEDOUT, "no answer: the SYN was dropped", "没有应答：SYN 被丢弃" },
		{ EINVAL, "a link-local address needs its interface: [fe80::1%eth0]:80",
		  "链路本地地址需要带接口：[fe80::1%eth0]:80" },
	};

	if (link->end == LINK_END_TLS) {
		buf_add_text(out, page_pick(page, "TLS failed: ", "TLS 失败："));
		escape_terminal(out, link->problem, strlen(link->problem));
		if (link->distrusts)
			buf_add_text(out, page_pick(page, "; --insecure goes on without verifying",
						    "；用 --insecure 可不验证证书"));
		else if (strstr(link->problem, "no application protocol"))
			buf_add_text(
				out,
				page_pick(page,
					  " (HTTP/1.1 is not spoken there: try --protocol tls)",
					  "（那里不支持 HTTP/1.1：可试 --protocol tls）"));
		else if (strstr(link->problem, "wrong version") || !link->problem[0] ||
			 strstr(link->problem, "packet length"))
			buf_add_text(out, page_pick(page, " (does this port speak TLS?)",
						    "（这个端口是 TLS 吗？）"));
		return;
	}
	if (link->end == LINK_END_FIN) {
		buf_add_text(out, page_pick(page, "closed (FIN) without an answer to the request",
					    "没有应答请求就关闭了连接（FIN）"));
		return;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (known[i].error == link->error) {
			buf_add_text(out, page_pick(page, known[i].en, known[i].zh));
			return;
		}
	}
	buf_add_text(out, strerror(link->error));
}

void probe_add_problem(const struct probe_report *report, const struct trial *trial,
		       struct buf *out)
{
	const struct page *page = report->page;

	switch (trial->problem) {
	case TRIAL_PROBLEM_LINK:
		add_link_problem(page, &trial->link, out);
		break;
	case TRIAL_PROBLEM_TIMEOUT:
		if (trial->link.connected_ns)
			buf_add_text(out, page_pick(page, "the TLS handshake got no answer in 10 s",
						    "TLS 握手 10 秒没有应答"));
		else
			buf_add_text(out, page_pick(page, "no answer to the SYN in 10 s",
						    "SYN 10 秒没有应答"));
		break;
	case TRIAL_PROBLEM_MUTE:
		buf_add_text(out, page_pick(page, "no answer to the request in 30 s",
					    "请求 30 秒没有应答"));
		break;
	case TRIAL_PROBLEM_FOREIGN:
		buf_printf(out,
			   page_pick(page, "what answers is not %s: try --protocol plain",
				     "应答不是 %s：可试 --protocol plain"),
			   report->ladder->target.protocol->title[page->lang]);
		break;
	case TRIAL_PROBLEM_NO_TLS:
		buf_printf(out,
			   page_pick(page, "TLS needs %s (Debian package libssl3)",
				     "TLS 需要 %s（Debian 软件包 libssl3）"),
			   openssl_file);
		break;
	default:
		buf_add_text(out,
			     page_pick(page, "stopped before it answered", "应答之前就被停止"));
		break;
	}
}
