/* SPDX-License-Identifier: MIT */
/* The answer of `check` as a Nagios plugin gives it: one line with its performance data. */
#include "cmds/check.h"

#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "draw/width.h"

#define LABEL 12

const char *check_pick(const struct check_words *words, const char *en, const char *zh)
{
	return words->common->lang == LANG_ZH ? zh : en;
}

const char *check_state_name(enum check_state state)
{
	static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return names[state];
}

void check_add_endpoint(const struct check_words *words, const struct endpoint *endpoint,
			struct buf *out)
{
	struct endpoint shown = *endpoint;
	char text[ENDPOINT_TEXT_MAX];

	if (shown.family == ADDR_NONE) {
		buf_printf(out, "*:%u", shown.port);
		return;
	}
	if (words->anonymizer)
		anonymizer_map(words->anonymizer, &shown);
	endpoint_format(&shown, text);
	buf_add_text(out, text);
}

/*
 * The name of what was asked for, and in brackets where it listens if that is somewhere else, and
 * on which interface if it is bound to one.
 */
static void add_target(const struct check_words *words, const struct check_result *result,
		       struct buf *out)
{
	const struct endpoint *local =
		result->worst ? &result->worst->socket.local : &result->target;
	bool named = result->target.family == ADDR_NONE || endpoint_same(local, &result->target);

	check_add_endpoint(words, named ? local : &result->target, out);
	if (!named) {
		buf_add_text(out, check_pick(words, " (at ", "（监听在 "));
		check_add_endpoint(words, local, out);
	}
	if (result->device[0]) {
		buf_add_text(out,
			     named ? check_pick(words, " (", "（") : check_pick(words, ", ", "，"));
		buf_add_text(out, check_pick(words, "interface ", "接口 "));
		check_add_foreign(result->device, out);
	}
	if (!named || result->device[0])
		buf_add_text(out, check_pick(words, ")", "）"));
}

static void add_ms(const struct check_words *words, int64_t ns, struct buf *out)
{
	lang_add_duration(words->common->lang, ns / 1000, out);
}

static void add_queue(const struct check_words *words, const struct acceptor *listener,
		      struct buf *out)
{
	buf_printf(out, check_pick(words, "%u of %u", "%u/%u"), listener->socket.receive_queue,
		   listener->socket.send_queue);
}

static void add_dropped(const struct check_words *words, const struct acceptor *listener,
			struct buf *out)
{
	uint32_t dropped = listener->socket.drops - listener->first_drops;

	if (!listener->socket.has_drops || !dropped)
		return;
	buf_printf(out,
		   check_pick(words, "; %u connection attempts were dropped meanwhile",
			      "；期间丢弃了 %u 次连接请求"),
		   dropped);
}

/* --- the sentence --------------------------------------------------------------------------------
 */

static void say_listener(const struct check_words *words, const struct check_result *result,
			 struct buf *out)
{
	const struct acceptor *worst = result->worst;

	switch (result->why) {
	case CHECK_ACCEPTS:
		buf_add_text(out, check_pick(words, " is listening, ", " 正在监听，全连接队列 "));
		add_queue(words, worst, out);
		buf_add_text(out, check_pick(words, " places of its accept queue taken", ""));
		if (result->members > 1)
			buf_printf(out,
				   check_pick(words, ", the fullest of %zu listeners",
					      "（%zu 个监听套接字中最满的一个）"),
				   result->members);
		break;
	case CHECK_FILLS:
		buf_add_text(out, check_pick(words, " is listening, but its accept queue fills: ",
					     " 正在监听，但全连接队列快满了："));
		add_queue(words, worst, out);
		buf_add_text(out, check_pick(words, " places taken", ""));
		break;
	case CHECK_FULL_MOVES:
		buf_add_text(out,
			     check_pick(words,
					" accepts too slowly: its accept queue was full and is ",
					" 接受连接太慢：全连接队列曾经占满，现在 "));
		add_queue(words, worst, out);
		buf_add_text(out, check_pick(words, "; accept() was seen to move within ",
					     "；accept() 仍在取走连接，在此时间内可见："));
		add_ms(words, result->found.watched_ns, out);
		add_dropped(words, worst, out);
		break;
	case CHECK_FULL_NEW:
		buf_add_text(out,
			     check_pick(words,
					" has just begun to listen, and its accept queue is full: ",
					" 刚开始监听，全连接队列已满："));
		add_queue(words, worst, out);
		break;
	case CHECK_SOME_STUCK:
		buf_printf(out,
			   check_pick(words, ": %zu of %zu listeners accept nothing and are full (",
				      "：%2$zu 个监听套接字中有 %1$zu 个已满且不再接受连接（"),
			   result->stuck, result->members);
		add_queue(words, worst, out);
		buf_add_text(out, check_pick(words, "): their share of new connections is lost",
					     "），分到它们的新连接会丢失"));
		add_dropped(words, worst, out);
		break;
	case CHECK_STUCK:
	case CHECK_NEVER_BELOW:
	default:
		buf_add_text(out,
			     check_pick(words,
					" listens but does not accept: its accept queue is full (",
					" 在监听但不接受连接：全连接队列已满（"));
		add_queue(words, worst, out);
		buf_add_text(out, check_pick(words, ") and ", "），"));
		if (result->why == CHECK_STUCK) {
			buf_add_text(out,
				     check_pick(words, "did not move for ", "没有动过，观察时间 "));
		} else {
			buf_printf(out,
				   check_pick(words, "was so at each of %u looks within ",
					      "看了 %u 次都是满的，观察时间 "),
				   result->found.looks);
		}
		add_ms(words, result->found.watched_ns, out);
		add_dropped(words, worst, out);
		break;
	}
}

static void say_nobody(const struct check_words *words, const struct check_result *result,
		       struct buf *out)
{
	buf_add_text(out, check_pick(words, "nobody listens on ", "没有程序监听 "));
	check_add_endpoint(words, &result->target, out);
	if (result->why == CHECK_GONE)
		buf_add_text(
			out,
			check_pick(words,
				   " any more: its listener, whose accept queue was full, closed",
				   " 了：原来的监听套接字（全连接队列已满）已关闭"));
	if (!result->found.elsewhere)
		return;
	buf_add_text(out, check_pick(words, ", only on ", "，只有 "));
	check_add_endpoint(words, &result->found.other, out);
	if (result->found.elsewhere > 1)
		buf_printf(out, check_pick(words, " and %zu more", " 等 %zu 处"),
			   words->common->lang == LANG_ZH ? result->found.elsewhere
							  : result->found.elsewhere - 1);
	buf_add_text(out, check_pick(words, "", " 在监听"));
}

static void say_handshake(const struct check_words *words, const struct check_result *result,
			  struct buf *out)
{
	const struct check_handshake *handshake = &result->handshake;

	if (result->why == CHECK_RESET) {
		buf_add_text(out, check_pick(words, " completed a handshake and reset it ",
					     " 完成握手后又用 RST 断开，间隔 "));
		add_ms(words, handshake->closed_ns, out);
		buf_add_text(out, check_pick(words, " later", ""));
	} else if (result->why == CHECK_REFUSED) {
		buf_add_text(out, check_pick(words, " is listening, but a connection to ",
					     " 正在监听，但连接 "));
		check_add_endpoint(words, &handshake->to, out);
		buf_add_text(out,
			     check_pick(words,
					" was refused: a packet filter, or it listens elsewhere",
					" 被拒绝：可能是防火墙规则，或监听的不是这个地址"));
	} else if (result->why == CHECK_NO_HANDSHAKE) {
		buf_add_text(out, check_pick(words, " is listening, but a connection to ",
					     " 正在监听，但连接 "));
		check_add_endpoint(words, &handshake->to, out);
		buf_add_text(out, check_pick(words, " was not answered within ",
					     " 没有得到应答，等待时间 "));
		add_ms(words, handshake->allowed_ns, out);
	} else {
		buf_add_text(out, check_pick(words, " is listening; a connection to ",
					     " 正在监听；但本机无法连接 "));
		check_add_endpoint(words, &handshake->to, out);
		buf_printf(out, check_pick(words, " could not be tried from here: %s", "：%s"),
			   strerror(-handshake->error));
	}
}

static void add_truncated(const struct check_words *words, const struct check_result *result,
			  struct buf *out)
{
	if (result->found.truncated)
		buf_printf(
			out,
			check_pick(words,
				   "; the port has more than %d listeners, and the others were not "
				   "looked at",
				   "；这个端口的监听套接字超过 %d 个，其余没有查看"),
			ACCEPTORS_MAX);
}

void check_add_summary(const struct check_words *words, const struct check_result *result,
		       struct buf *out)
{
	const struct check_handshake *handshake = &result->handshake;

	switch (result->why) {
	case CHECK_NOBODY:
	case CHECK_GONE:
		say_nobody(words, result, out);
		return;
	case CHECK_TOO_MANY:
		buf_add_text(out, check_pick(words, "not known whether anybody listens on ",
					     "无法确定是否有程序监听 "));
		check_add_endpoint(words, &result->target, out);
		add_truncated(words, result, out);
		return;
	case CHECK_CANNOT_ASK:
		buf_printf(out,
			   check_pick(words, "the kernel does not tell its listeners: %s",
				      "无法从内核得到监听套接字：%s"),
			   strerror(-result->error));
		return;
	case CHECK_RESET:
	case CHECK_REFUSED:
	case CHECK_NO_HANDSHAKE:
	case CHECK_CANNOT_CONNECT:
		add_target(words, result, out);
		say_handshake(words, result, out);
		return;
	default:
		add_target(words, result, out);
		say_listener(words, result, out);
		break;
	}
	if (handshake->tried && !handshake->error && !handshake->reset) {
		buf_add_text(out, check_pick(words, ", handshake in ", "，握手用时 "));
		add_ms(words, handshake->took_ns, out);
	}
	add_truncated(words, result, out);
}

/* --- performance data ----------------------------------------------------------------------------
 */

static void add_performance(const struct check_result *result, struct buf *out)
{
	const struct check_handshake *handshake = &result->handshake;

	if (result->worst) {
		const struct sock_diag_answer *socket = &result->worst->socket;

		buf_printf(out, " | queue=%u;%u;%u", socket->receive_queue,
			   check_threshold(socket->send_queue, result->warn_percent),
			   socket->send_queue);
	}
	if (handshake->tried && !handshake->error)
		buf_printf(out, " connect=%" PRId64 "us;;%" PRId64, handshake->took_ns / 1000,
			   handshake->allowed_ns / 1000);
}

/* --- all of it -----------------------------------------------------------------------------------
 */

void check_add_foreign(const char *text, struct buf *out)
{
	struct buf line;

	buf_init(&line, 1024);
	escape_terminal(&line, text, strlen(text));
	for (size_t i = 0; i < line.length; i++)
		buf_add_char(out, line.data[i] == '|' ? '/' : line.data[i]);
	buf_release(&line);
}

void check_add_label(const struct check_words *words, const char *en, const char *zh,
		     struct buf *out)
{
	buf_add_text(out, "  ");
	width_pad(out, check_pick(words, en, zh), LABEL);
}

static void add_handshake(const struct check_words *words, const struct check_handshake *handshake,
			  struct buf *out)
{
	if (!handshake->tried || handshake->error || handshake->reset)
		return;
	check_add_label(words, "handshake", "握手", out);
	check_add_endpoint(words, &handshake->to, out);
	if (handshake->closed) {
		buf_add_text(out, check_pick(words, " closed in answer to our FIN after ",
					     " 收到 FIN 后也正常关闭，用时 "));
		add_ms(words, handshake->closed_ns, out);
	} else {
		buf_add_text(
			out,
			check_pick(words,
				   " completed it, but did not close in answer to our FIN within ",
				   " 完成握手，但收到 FIN 后没有关闭，等待时间 "));
		add_ms(words, handshake->allowed_ns, out);
	}
	buf_add_char(out, '\n');
}

static void add_state(const struct check_words *words, enum check_state state, struct buf *out)
{
	static const char *const colors[] = { "\033[1;32m", "\033[1;33m", "\033[1;31m",
					      "\033[1;35m" };
	bool color = words->common->use_color;

	buf_add_text(out, color ? colors[state] : "");
	buf_add_text(out, check_state_name(state));
	buf_add_text(out, color ? "\033[0m" : "");
	buf_add_text(out, check_pick(words, ": ", "："));
}

void check_write_unknown(const struct check_words *words, const char *reason, struct buf *out)
{
	if (!strcmp(words->common->output, "json")) {
		buf_add_text(
			out,
			"{\"type\":\"check\",\"schema\":1,\"state\":\"UNKNOWN\",\"summary\":\"");
		escape_json(out, reason, strlen(reason));
		buf_add_text(out, "\"}\n");
		return;
	}
	add_state(words, CHECK_UNKNOWN, out);
	check_add_foreign(reason, out);
	buf_add_char(out, '\n');
}

void check_write_text(const struct check_words *words, const struct check_result *result,
		      const struct check_holders *holders, struct buf *out)
{
	add_state(words, result->state, out);
	check_add_summary(words, result, out);
	add_performance(result, out);
	buf_add_char(out, '\n');
	if (words->common->verbose)
		add_handshake(words, &result->handshake, out);
	if (holders)
		check_write_holders(words, holders, out);
}
