/* SPDX-License-Identifier: MIT */
#include "catalogue/entry.h"

#define NAMES(names, value)                                                                        \
	((size_t)(value) < sizeof(names) / sizeof((names)[0]) ? (names)[value] : "")

const char *entry_kind_name(enum entry_kind kind)
{
	static const char *const names[] = { "errno", "error", "sysctl", "limit", "counter" };

	return NAMES(names, kind);
}

const char *entry_op_name(enum entry_op op)
{
	static const char *const names[] = { "none",	"any",	  "read", "write",
					     "connect", "accept", "bind" };

	return NAMES(names, op);
}

const char *entry_call_name(enum entry_call call)
{
	static const char *const names[] = { "any", "first", "later" };

	return NAMES(names, call);
}

const char *entry_who_name(enum entry_who who)
{
	static const char *const names[] = { "either", "remote", "local", "nobody" };

	return NAMES(names, who);
}

const char *entry_packet_name(enum entry_packet packet)
{
	static const char *const names[] = { "any",	   "none",	 "rst",	 "fin",
					     "rst-or-fin", "rst-to-syn", "icmp", "http2-frame" };

	return NAMES(names, packet);
}

const char *entry_scope_name(enum entry_scope scope)
{
	static const char *const names[] = { "", "netns", "host", "process" };

	return NAMES(names, scope);
}

const char *entry_scope_words(enum entry_scope scope, enum lang lang)
{
	static const char *const words[][LANG_COUNT] = {
		[SCOPE_UNKNOWN] = { "", "" },
		[SCOPE_NETNS] = { "per network namespace", "每个网络命名空间" },
		[SCOPE_HOST] = { "the whole host", "整台主机" },
		[SCOPE_PROCESS] = { "one process", "单个进程" },
	};

	return words[scope][lang];
}

void entry_add_side(const struct entry *entry, enum lang lang, struct buf *out)
{
	static const char *const ops[OP_COUNT_ALL][LANG_COUNT] = {
		[OP_NONE] = { "no call of its own", "不对应某个调用" },
		[OP_ANY] = { "read or write (the text does not tell)", "读或写（文字分不出）" },
		[OP_READ] = { "read", "读" },
		[OP_WRITE] = { "write", "写" },
		[OP_CONNECT] = { "connect()", "connect()" },
		[OP_ACCEPT] = { "accept()", "accept()" },
		[OP_BIND] = { "bind() or listen()", "bind() 或 listen()" },
	};
	static const char *const calls[CALL_COUNT_ALL][LANG_COUNT] = {
		[CALL_ANY_TIME] = { "", "" },
		[CALL_FIRST] = { ", first call after it", "，之后的首次调用" },
		[CALL_LATER] = { ", a later call", "，之后的再次调用" },
	};
	static const char *const whos[WHO_COUNT_ALL][LANG_COUNT] = {
		[WHO_EITHER] = { "either end", "任一端" },
		[WHO_PEER] = { "remote: the other end, or a box that speaks for it",
			       "远端：对端，或替它说话的设备" },
		[WHO_LOCAL] = { "local: this host", "本端：本机" },
		[WHO_PATH] = { "nobody answered", "无人应答" },
	};
	static const char *const packets[PACKET_COUNT_ALL][LANG_COUNT] = {
		[PACKET_ANY] = { "RST, FIN or none", "RST、FIN 或没有报文" },
		[PACKET_NONE] = { "no packet at all", "没有任何报文" },
		[PACKET_RST] = { "RST", "RST" },
		[PACKET_FIN] = { "FIN, not RST", "FIN，不是 RST" },
		[PACKET_RST_OR_FIN] = { "RST or FIN (the text does not tell)",
					"RST 或 FIN（文字分不出）" },
		[PACKET_RST_TO_SYN] = { "RST in answer to the SYN", "对 SYN 的 RST" },
		[PACKET_ICMP] = { "ICMP, no RST", "ICMP，不是 RST" },
		[PACKET_FRAME] = { "an HTTP/2 frame, no RST", "HTTP/2 帧，不是 RST" },
	};

	if (entry->kind >= ENTRY_SYSCTL)
		return;
	buf_add_text(out, ops[entry->op][lang]);
	if (entry->op == OP_ANY || entry->op == OP_READ || entry->op == OP_WRITE)
		buf_add_text(out, calls[entry->call][lang]);
	buf_add_text(out, " · ");
	buf_add_text(out, whos[entry->who][lang]);
	buf_add_text(out, " · ");
	buf_add_text(out, packets[entry->packet][lang]);
}
