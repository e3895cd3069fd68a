/* SPDX-License-Identifier: MIT */
/* The answer of `check` as JSON: docs/schema/check.json. */
#include "cmds/check.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"

static void add_text(struct buf *out, const char *key, const char *text)
{
	if (!text[0])
		return;
	buf_printf(out, ",\"%s\":\"", key);
	escape_json(out, text, strlen(text));
	buf_add_char(out, '"');
}

static void add_ms(struct buf *out, const char *key, int64_t ns)
{
	buf_printf(out, ",\"%s\":%" PRId64 ".%03d", key, ns / 1000000, (int)(ns / 1000 % 1000));
}

static void add_endpoint(const struct check_words *words, struct buf *out, const char *key,
			 const struct endpoint *endpoint)
{
	buf_printf(out, ",\"%s\":\"", key);
	check_add_endpoint(words, endpoint, out);
	buf_add_char(out, '"');
}

static void add_listener(const struct check_words *words, const struct check_result *result,
			 struct buf *out)
{
	static const char *const moves[] = {
		[ACCEPTOR_MOVES] = "yes",
		[ACCEPTOR_STUCK] = "no",
		[ACCEPTOR_FULL] = "not-seen",
	};
	const struct acceptor *worst = result->worst;

	add_endpoint(words, out, "address", &worst->socket.local);
	add_text(out, "device", result->device);
	buf_printf(out, ",\"queue\":%u,\"backlog\":%u,\"listeners\":%zu",
		   worst->socket.receive_queue, worst->socket.send_queue, result->members);
	if (worst->moves)
		buf_printf(out, ",\"accepts\":\"%s\"", moves[worst->moves]);
	if (result->found.watched) {
		add_ms(out, "watched_ms", result->found.watched_ns);
		if (worst->socket.has_drops)
			buf_printf(out, ",\"dropped\":%u",
				   worst->socket.drops - worst->first_drops);
	}
	if (result->stuck)
		buf_printf(out, ",\"stuck\":%zu", result->stuck);
}

static void add_handshake(const struct check_words *words, const struct check_handshake *handshake,
			  struct buf *out)
{
	const char *ended = handshake->error == -ECONNREFUSED ? "refused"
			    : handshake->error == -ETIMEDOUT  ? "timeout"
			    : handshake->error		      ? "not-tried"
			    : handshake->reset		      ? "reset"
			    : handshake->closed		      ? "fin"
							      : "open";

	buf_add_text(out, ",\"connect\":{\"ended\":\"");
	buf_add_text(out, ended);
	buf_add_char(out, '"');
	add_endpoint(words, out, "to", &handshake->to);
	if (!handshake->error)
		add_ms(out, "ms", handshake->took_ns);
	if (handshake->closed)
		add_ms(out, "closed_ms", handshake->closed_ns);
	buf_add_char(out, '}');
}

static void add_holder(const struct check_words *words, const struct check_holder *holder,
		       struct buf *out)
{
	const struct sock_diag_answer *socket = &holder->socket;
	const struct program *program = &holder->program;

	buf_printf(out, "{\"as\":\"%s\"",
		   socket->state == SOCK_DIAG_LISTEN ? "listener"
		   : holder->bound		     ? "bound"
		   : holder->outgoing		     ? "outgoing"
						     : "connection");
	buf_printf(out, ",\"count\":%u", holder->count);
	add_endpoint(words, out, "local", &socket->local);
	if (socket->state != SOCK_DIAG_LISTEN && !holder->bound) {
		add_endpoint(words, out, "remote", &socket->remote);
		add_text(out, "state", sock_diag_state_name(socket->state));
	}
	if (socket->inode)
		add_text(out, "user", program->user[0] ? program->user : holder->user);
	if (program->pid) {
		buf_printf(out, ",\"pid\":%u,\"processes\":%u", program->pid, holder->programs);
		add_text(out, "comm", program->comm);
		add_text(out, "exe", program->exe);
		add_text(out, "container", program->container);
		buf_printf(out, ",\"stopped\":%s",
			   program->state == 'T' || program->state == 't' ? "true" : "false");
		if (holder->stopped)
			buf_printf(out, ",\"stopped_pid\":%u", holder->stopped);
		if (holder->since_us >= 0)
			buf_printf(out, ",\"started_s\":%" PRId64, holder->since_us / 1000000);
		if (holder->not_run_us >= 0)
			add_ms(out, "not_run_ms", holder->not_run_us * 1000);
	}
	buf_add_char(out, '}');
}

void check_write_json(const struct check_words *words, const struct check_result *result,
		      const struct check_holders *holders, struct buf *out)
{
	struct buf summary;

	buf_add_text(out, "{\"type\":\"check\",\"schema\":1");
	add_endpoint(words, out, "target", &result->target);
	add_text(out, "state", check_state_name(result->state));
	if (result->why != CHECK_CANNOT_ASK && result->why != CHECK_TOO_MANY)
		buf_printf(out, ",\"listen\":%s", result->worst ? "true" : "false");
	if (result->worst)
		add_listener(words, result, out);
	if (result->handshake.tried)
		add_handshake(words, &result->handshake, out);
	add_ms(out, "ms", result->took_ns);
	buf_init(&summary, 4096);
	check_add_summary(words, result, &summary);
	add_text(out, "summary", buf_text(&summary));
	buf_release(&summary);
	for (size_t i = 0; holders && i < holders->count; i++) {
		buf_add_text(out, i ? "," : ",\"holders\":[");
		add_holder(words, &holders->items[i], out);
		if (i + 1 == holders->count)
			buf_add_char(out, ']');
	}
	buf_add_text(out, "}\n");
}
