/* SPDX-License-Identifier: MIT */
/* Reads the notation of example.h: text in, one step at a time out. */
#include "flow/example_step.h"

#include <errno.h>
#include <string.h>

#include "wire/observation.h"

struct reader {
	const char *at;
};

static void skip_spaces(struct reader *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n')
		p->at++;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int read_number(struct reader *p, uint64_t limit, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!is_digit(*p->at))
		return -EINVAL;
	for (; is_digit(*p->at); p->at++) {
		value = value * 10 + (uint64_t)(*p->at - '0');
		if (value > limit)
			return -EINVAL;
	}
	*ret_value = value;
	return 0;
}

static int read_u32(struct reader *p, uint32_t limit, uint32_t *ret_value)
{
	uint64_t value;

	if (read_number(p, limit, &value) < 0)
		return -EINVAL;
	*ret_value = (uint32_t)value;
	return 0;
}

/* "+65s": at most ten years, so that sums of nanoseconds stay in range. */
static int read_delay(struct reader *p, struct example_step *step)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = { { "us", 1000 },
		      { "ms", 1000000 },
		      { "s", 1000000000 },
		      { "m", 60000000000 },
		      { "h", 3600000000000 } };
	uint64_t value;

	p->at++;
	if (read_number(p, 315360000, &value) < 0)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t length = strlen(units[i].unit);

		if (strncmp(p->at, units[i].unit, length) != 0 || p->at[length] != ' ')
			continue;
		if (value > (uint64_t)(315360000000000000 / units[i].ns))
			return -EINVAL;
		step->delay_ns = (int64_t)value * units[i].ns;
		step->has_delay = true;
		p->at += length;
		skip_spaces(p);
		return 0;
	}
	return -EINVAL;
}

static int read_end(struct reader *p, struct example_step *step)
{
	uint32_t value;

	if (*p->at != 'c' && *p->at != 's')
		return -EINVAL;
	step->end = *p->at++ == 's';
	if (is_digit(*p->at)) {
		if (read_u32(p, EXAMPLE_CONNECTIONS_MAX, &value) < 0 || value < 1)
			return -EINVAL;
		step->connection = (int)value - 1;
	}
	while (*p->at == ':' || *p->at == '@' || *p->at == '#') {
		char what = *p->at++;

		if (read_u32(p, what == ':' ? 65535 : 255, &value) < 0)
			return -EINVAL;
		if (what == ':')
			step->server_port = (uint16_t)value;
		else if (what == '@')
			step->server_host = (uint8_t)value;
		else
			step->client_host = (uint8_t)value;
	}
	if (*p->at != ' ')
		return -EINVAL;
	skip_spaces(p);
	return 0;
}

static int read_what(struct reader *p, struct example_step *step)
{
	static const struct {
		char letter;
		uint8_t flag;
	} letters[] = { { 'S', TCP_SYN },
			{ 'F', TCP_FIN },
			{ 'R', TCP_RST },
			{ 'P', TCP_PSH },
			{ 'A', TCP_ACK } };

	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		if (*p->at != letters[i].letter)
			continue;
		step->flags |= letters[i].flag;
		p->at++;
	}
	if (!step->flags)
		return -EINVAL;
	if (is_digit(*p->at) && read_u32(p, 65000, &step->bytes) < 0)
		return -EINVAL;
	return 0;
}

/* The word at p->at, without its number: matches "ttl=" and "again" alike. */
static bool take(struct reader *p, const char *word)
{
	size_t length = strlen(word);
	char after;

	if (strncmp(p->at, word, length) != 0)
		return false;
	after = p->at[length];
	if (word[length - 1] != '=' && after != ' ' && after != ';' && after != '\0')
		return false;
	p->at += length;
	return true;
}

static bool take_flag(struct reader *p, struct example_step *step)
{
	const struct {
		const char *word;
		bool *set;
	} words[] = {
		{ "probe", &step->probe },
		{ "again", &step->again },
		{ "lost", &step->lost },
		{ "undelivered", &step->undelivered },
		{ "nots", &step->no_timestamps },
		{ "md5", &step->signed_md5 },
		{ "http-close", &step->http_close },
	};
	static const struct {
		const char *word;
		uint8_t hint;
	} hints[] = { { "tls-alert", HINT_TLS_ALERT },
		      { "tls-data", HINT_TLS_DATA },
		      { "tls-handshake", HINT_TLS_HANDSHAKE },
		      { "request", HINT_HTTP_REQUEST } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (take(p, words[i].word))
			return *words[i].set = true;
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		if (!take(p, hints[i].word))
			continue;
		step->hint = hints[i].hint;
		return true;
	}
	if (take(p, "fastclose"))
		return step->mptcp |= 1 << MPTCP_FASTCLOSE;
	if (take(p, "join"))
		return step->mptcp |= 1 << MPTCP_JOIN;
	return false;
}

static int read_attribute(struct reader *p, struct example_step *step)
{
	const struct {
		const char *word;
		uint32_t limit;
		uint32_t *value;
		bool *has;
	} numbers[] = {
		{ "ttl=", 255, &step->ttl, &step->has_ttl },
		{ "id=", 65535, &step->id, &step->has_id },
		{ "win=", 65535, &step->window, &step->has_window },
		{ "tos=", 255, &step->tos, &step->has_tos },
		{ "seq=", UINT32_MAX, &step->seq, &step->has_seq },
		{ "ack=", UINT32_MAX, &step->ack, &step->has_ack },
		{ "mac=", 65535, &step->mac, NULL },
		{ "http=", 999, &step->http, NULL },
	};

	if (take_flag(p, step))
		return 0;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (!take(p, numbers[i].word))
			continue;
		if (numbers[i].has)
			*numbers[i].has = true;
		return read_u32(p, numbers[i].limit, numbers[i].value);
	}
	if (take(p, "tcprst=")) {
		step->mptcp |= 1 << MPTCP_TCPRST;
		return read_u32(p, 255, &step->tcprst);
	}
	if (take(p, "reason=")) {
		step->reason = p->at;
		step->reason_bytes = strcspn(p->at, " ;");
		p->at += step->reason_bytes;
		step->bytes = (uint32_t)step->reason_bytes;
		return step->reason_bytes ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static int read_step(struct reader *p, struct example_step *step)
{
	if (*p->at == '+' && read_delay(p, step) < 0)
		return -EINVAL;
	if (read_end(p, step) < 0 || read_what(p, step) < 0)
		return -EINVAL;
	for (skip_spaces(p); *p->at && *p->at != ';'; skip_spaces(p))
		if (read_attribute(p, step) < 0)
			return -EINVAL;
	if (*p->at == ';')
		p->at++;
	skip_spaces(p);
	return 0;
}

int example_read_step(const char **at, struct example_step *ret_step)
{
	struct reader p = { .at = *at };
	int r = 0;

	memset(ret_step, 0, sizeof(*ret_step));
	skip_spaces(&p);
	if (*p.at)
		r = read_step(&p, ret_step) < 0 ? -EINVAL : 1;
	*at = p.at;
	return r;
}
