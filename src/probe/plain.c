/* SPDX-License-Identifier: MIT */
/*
 * Any protocol over TCP. Without --send nothing is ever said to a living server; after its close a
 * line end is, to see what late bytes get.
 */
#include "probe/protocol.h"

static bool asks(const struct target *target)
{
	return target->text;
}

static void request(const struct target *target, struct buf *out)
{
	buf_add(out, target->text, target->text_length);
}

static void begin(const struct target *target, struct answer *answer)
{
	(void)target;
	(void)answer;
}

/* What an answer looks like is not known: its first piece counts, the rest resets the clock. */
static enum answer_state take(struct answer *answer, const uint8_t *bytes, size_t count)
{
	(void)answer;
	(void)bytes;
	return count ? ANSWER_DONE : ANSWER_MORE;
}

static void late(const struct target *target, struct buf *out)
{
	if (target->text)
		request(target, out);
	else
		buf_add_literal(out, "\r\n");
}

const struct protocol protocol_plain = {
	.name = "plain",
	.title = { "TCP", "TCP" },
	.clients = PROTOCOL_CLIENTS_OTHER,
	.asks = asks,
	.request = request,
	.begin = begin,
	.take = take,
	.late = late,
};
