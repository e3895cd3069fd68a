/* SPDX-License-Identifier: MIT */
/* The words of the engine's enums. */
#include "lang/lang.h"

#include <errno.h>
#include <string.h>

static const char *const words[WORD_COUNT][LANG_COUNT] = {
#define WORD(id, en, zh) [WORD_##id] = { en, zh },
#include "lang/words.def"
#undef WORD
};

const char *lang_word(enum lang lang, enum word word)
{
	return words[word][lang];
}

int lang_find(const char *name)
{
	if (!name)
		return -ENOENT;
	if (!strncmp(name, "zh", 2))
		return LANG_ZH;
	if (!strncmp(name, "en", 2) || !strcmp(name, "C") || !strcmp(name, "POSIX") ||
	    !strncmp(name, "C.", 2))
		return LANG_EN;
	return -ENOENT;
}

/* The entry of a table of pairs, or the first where the index is out of range. */
#define PICK(table, index, lang)                                                                   \
	((table)[(size_t)(index) < sizeof(table) / sizeof(*(table)) ? (size_t)(index) : 0][lang])

const char *lang_confidence(enum lang lang, enum confidence confidence)
{
	static const char *const names[][LANG_COUNT] = {
		{ "unknown", "未知" },
		{ "possible", "不能排除" },
		{ "likely", "高度疑似" },
		{ "certain", "已证实" },
	};

	return PICK(names, confidence, lang);
}

const char *lang_confidence_means(enum lang lang, enum confidence confidence)
{
	static const char *const means[][LANG_COUNT] = {
		{ "nothing could be shown", "没有可用的证据" },
		{ "it is consistent with the packets, no more", "与报文不矛盾，仅此而已" },
		{ "it fits, and each rival is contradicted or needs a rarer circumstance",
		  "与证据相符，其他解释或与证据矛盾，或需要更罕见的条件" },
		{ "every other explanation is contradicted by a named fact",
		  "其他每种解释都与某个明确的事实矛盾" },
	};

	return PICK(means, confidence, lang);
}

const char *lang_class(enum lang lang, enum reset_class class_)
{
	static const char *const names[][LANG_COUNT] = {
		{ "unknown", "未知" },
		{ "owner-abort", "所有者中止（owner-abort）" },
		{ "no-socket", "无对应套接字（no-socket）" },
		{ "refused", "拒绝连接（refused）" },
		{ "network", "网络设备（network）" },
	};

	return PICK(names, class_, lang);
}

const char *lang_class_means(enum lang lang, enum reset_class class_)
{
	static const char *const means[][LANG_COUNT] = {
		{ "the packets do not show what made this reset",
		  "仅凭报文看不出这个 RST 由什么产生" },
		{ "a program, its death, or a timer of its kernel aborted a live connection",
		  "程序、程序的终止或内核定时器中止了一条存活的连接" },
		{ "the stack had no live connection to give the packet to",
		  "协议栈找不到可以接收该报文的存活连接" },
		{ "the reset answers a SYN: no connection was made",
		  "RST 应答的是 SYN：连接没有建立" },
		{ "a packet filter, router, middlebox or forger made it, not the end itself",
		  "由包过滤器、路由器、中间设备或伪造者产生，而不是连接的一端" },
	};

	return PICK(means, class_, lang);
}

const char *lang_retry(enum lang lang, enum executed executed)
{
	static const char *const names[][LANG_COUNT] = {
		{ "unknown", "无法确定" },
		{ "yes", "可以" },
		{ "no", "不可以" },
	};

	return PICK(names, executed, lang);
}

const char *lang_from(enum lang lang, enum reset_from from)
{
	static const char *const names[][LANG_COUNT] = {
		{ "unknown", "未知" },
		{ "client", "客户端" },
		{ "server", "服务端" },
		{ "a box on the path", "路径上的设备" },
		{ "another host", "另一台主机" },
	};

	return PICK(names, from, lang);
}

const char *lang_state(enum tcp_state state)
{
	static const char *const names[] = {
		"",	      "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2",
		"CLOSE_WAIT", "CLOSING",  "LAST_ACK", "TIME_WAIT",   "CLOSED",	  "LISTEN",
	};

	return (size_t)state < sizeof(names) / sizeof(*names) ? names[state] : "";
}

const char *lang_request_why(enum lang lang, enum request_why why)
{
	static const char *const means[][LANG_COUNT] = {
		[REQUEST_NONE] = { "no request was under way", "当时没有正在进行的请求" },
		[REQUEST_ACKED_NOT_ANSWERED] = { "the server's kernel took the request; whether "
						 "the program read it, packets cannot tell",
						 "服务端内核已收下请求；程序有没有读取，从报文看不"
						 "出来" },
		[REQUEST_NEVER_DELIVERED] = { "the stack that answered had no connection to "
					      "deliver the request to",
					      "应答的协议栈没有可以交付该请求的连接" },
		[REQUEST_REFUSED] = { "no connection was made, so nothing was sent",
				      "连接没有建立，什么都没有发出去" },
		[REQUEST_PARTLY_ANSWERED] = { "the answer had begun, so the program had the "
					      "request",
					      "应答已经开始，说明程序拿到了请求" },
		[REQUEST_ANSWERED] = { "the answer was complete as far as the packets show",
				       "从报文看，应答已经完整" },
		[REQUEST_NOT_ACKED] = { "no acknowledgement of the request was seen: it may have "
					"been lost, or taken",
					"没有见到对请求的确认：可能丢了，也可能被收下了" },
		[REQUEST_AFTER_CLOSE] = { "the request reached an end that had already closed",
					  "请求到达时，对端已经关闭" },
	};

	return PICK(means, why, lang);
}

const char *lang_call(enum lang lang, enum call_result result)
{
	static const char *const means[][LANG_COUNT] = {
		[CALL_UNKNOWN] = { "", "" },
		[CALL_OK] = { "as if nothing had happened", "看起来一切正常" },
		[CALL_EOF] = { "end of file: 0 bytes", "文件结束：读到 0 字节" },
		[CALL_ECONNRESET] = { "connection reset by peer", "连接被对端重置" },
		[CALL_EPIPE] = { "broken pipe, and SIGPIPE", "管道破裂，并产生 SIGPIPE" },
		[CALL_ECONNREFUSED] = { "connection refused", "连接被拒绝" },
		[CALL_ETIMEDOUT] = { "connection timed out", "连接超时" },
		[CALL_ECONNABORTED] = { "connection aborted on this side", "连接被本端中止" },
	};

	return PICK(means, result, lang);
}

const char *lang_ignored(enum lang lang, enum ignored_why why)
{
	static const char *const means[][LANG_COUNT] = {
		[IGNORED_NOT] = { "", "" },
		[IGNORED_OUT_OF_WINDOW] = { "its sequence number is outside the window: the "
					    "receiver drops it",
					    "序号在窗口之外：接收方会丢弃它" },
		[IGNORED_CHALLENGED] = { "its sequence number is not exact: the receiver answers "
					 "with a challenge ACK (RFC 5961)",
					 "序号不精确：接收方用 challenge ACK 回应（RFC 5961）" },
		[IGNORED_AFTER_CLOSE] = { "both ends had closed and it answers nothing new",
					  "两端都已关闭，它也不是对新数据的应答" },
		[IGNORED_CONTINUED] = { "the connection went on unharmed",
					"连接照常继续，没有受影响" },
		[IGNORED_NO_CONNECTION] = { "there is no connection that it could belong to",
					    "没有它可以归属的连接" },
	};

	return PICK(means, why, lang);
}

/* RFC 8684 section 3.6. */
const char *lang_mptcp_reason(enum lang lang, int64_t reason)
{
	static const char *const means[][LANG_COUNT] = {
		{ "unspecified", "未说明" },
		{ "MPTCP-specific error", "MPTCP 自身的错误" },
		{ "lack of resources", "资源不足" },
		{ "administratively prohibited", "管理策略禁止" },
		{ "too much outstanding data", "未确认数据过多" },
		{ "unacceptable performance", "性能不可接受" },
		{ "middlebox interference", "受到中间设备干扰" },
	};

	return PICK(means, reason, lang);
}
