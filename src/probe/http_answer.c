/* SPDX-License-Identifier: MIT */
#include "probe/http_answer.h"

#include <string.h>
#include <strings.h>

void http_answer_init(struct http_answer *answer, bool to_head)
{
	*answer =
		(struct http_answer){ .to_head = to_head, .announced_s = -1, .announced_max = -1 };
}

/* Digits of @base at @text, bounded; -1 if there are none or too many. */
static int64_t number_at(const char *text, int base)
{
	int64_t value = 0;
	int digits = 0;

	for (;; text++, digits++) {
		int digit = *text >= '0' && *text <= '9'		 ? *text - '0'
			    : base == 16 && *text >= 'a' && *text <= 'f' ? *text - 'a' + 10
			    : base == 16 && *text >= 'A' && *text <= 'F' ? *text - 'A' + 10
									 : -1;

		if (digit < 0)
			return digits ? value : -1;
		if (value > INT64_MAX / 32)
			return -1;
		value = value * base + digit;
	}
}

/* Whether the list @value ("a, b; c=1") has the word @word. */
static bool has_word(const char *value, const char *word)
{
	size_t n = strlen(word);

	while (*value) {
		value += strspn(value, " \t,;");
		if (!strncasecmp(value, word, n) && (!value[n] || strchr(" \t,;=", value[n])))
			return true;
		value += strcspn(value, " \t,;");
	}
	return false;
}

/* The number of "@name=N" in @value; -1 if there is none. */
static int64_t parameter(const char *value, const char *name)
{
	size_t n = strlen(name);

	while (*value) {
		value += strspn(value, " \t,;");
		if (!strncasecmp(value, name, n) && value[n] == '=')
			return number_at(value + n + 1, 10);
		value += strcspn(value, " \t,;");
	}
	return -1;
}

static void take_status(struct http_answer *answer)
{
	const char *line = answer->line;

	/* "HTTP/1.1 200 OK": an interim answer (1xx) is followed by another one. */
	if (strncmp(line, "HTTP/1.", 7) || (line[7] != '0' && line[7] != '1') || line[8] != ' ' ||
	    number_at(line + 9, 10) < 100 || number_at(line + 9, 10) > 999) {
		answer->phase = HTTP_BAD;
		return;
	}
	answer->is_11 = line[7] == '1';
	answer->status = (int)number_at(line + 9, 10);
	answer->phase = HTTP_FIELDS;
}

static void take_field(struct http_answer *answer)
{
	char *colon = strchr(answer->line, ':'), *value;

	if (!colon)
		return;
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	if (!strcasecmp(answer->line, "Connection")) {
		answer->closes |= has_word(value, "close");
		answer->keeps |= has_word(value, "keep-alive");
	} else if (!strcasecmp(answer->line, "Keep-Alive")) {
		answer->announced_s = parameter(value, "timeout");
		answer->announced_max = parameter(value, "max");
	} else if (!strcasecmp(answer->line, "Content-Length")) {
		answer->left = number_at(value, 10);
		answer->has_length = answer->left >= 0;
	} else if (!strcasecmp(answer->line, "Transfer-Encoding")) {
		answer->chunked |= has_word(value, "chunked");
	} else if (!strcasecmp(answer->line, "Server")) {
		size_t n = strnlen(value, sizeof(answer->server) - 1);

		memcpy(answer->server, value, n);
		answer->server[n] = '\0';
	}
}

/* The empty line: what follows (RFC 9112 section 6.3). */
static void end_head(struct http_answer *answer)
{
	if (answer->status < 200 && answer->status != 101) {
		answer->phase = HTTP_STATUS_LINE;
		return;
	}
	if (!answer->is_11 && !answer->keeps)
		answer->closes = true;
	if (answer->to_head || answer->status == 204 || answer->status == 304 ||
	    answer->status == 101) {
		answer->phase = HTTP_DONE;
	} else if (answer->chunked) {
		answer->phase = HTTP_CHUNK_SIZE;
	} else if (answer->has_length) {
		answer->phase = answer->left ? HTTP_BODY : HTTP_DONE;
	} else {
		answer->closes = true;
		answer->phase = HTTP_BODY_TO_END;
	}
}

static void take_chunk_size(struct http_answer *answer)
{
	answer->left = number_at(answer->line, 16);
	if (answer->left < 0)
		answer->phase = HTTP_BAD;
	else
		answer->phase = answer->left ? HTTP_CHUNK : HTTP_TRAILERS;
}

static void take_line(struct http_answer *answer)
{
	switch (answer->phase) {
	case HTTP_STATUS_LINE:
		take_status(answer);
		break;
	case HTTP_FIELDS:
		if (answer->length)
			take_field(answer);
		else
			end_head(answer);
		break;
	case HTTP_CHUNK_SIZE:
		take_chunk_size(answer);
		break;
	case HTTP_CHUNK_END:
		answer->phase = answer->length ? HTTP_BAD : HTTP_CHUNK_SIZE;
		break;
	case HTTP_TRAILERS:
		if (!answer->length)
			answer->phase = HTTP_DONE;
		break;
	default:
		break;
	}
	answer->length = 0;
}

/* One byte of a line. */
static void take_byte(struct http_answer *answer, char byte)
{
	if (++answer->head > HTTP_HEAD_MAX) {
		answer->phase = HTTP_BAD;
	} else if (byte == '\n') {
		if (answer->length && answer->line[answer->length - 1] == '\r')
			answer->length--;
		answer->line[answer->length] = '\0';
		take_line(answer);
	} else if (!byte) {
		answer->phase = HTTP_BAD;
	} else if (answer->length < HTTP_LINE_MAX - 1) {
		answer->line[answer->length++] = byte;
	}
}

/* Bytes that are only counted. */
static size_t take_body(struct http_answer *answer, size_t count)
{
	size_t taken = count;

	if (answer->phase != HTTP_BODY_TO_END) {
		if ((uint64_t)answer->left < taken)
			taken = (size_t)answer->left;
		answer->left -= (int64_t)taken;
	}
	answer->body += (int64_t)taken;
	if (answer->body > HTTP_BODY_MAX)
		answer->phase = HTTP_BAD;
	else if (answer->phase == HTTP_BODY && !answer->left)
		answer->phase = HTTP_DONE;
	else if (answer->phase == HTTP_CHUNK && !answer->left) {
		/* Chunks are no head: only their lines are bounded, and the body as a whole. */
		answer->head = 0;
		answer->phase = HTTP_CHUNK_END;
	}
	return taken;
}

size_t http_answer_take(struct http_answer *answer, const uint8_t *bytes, size_t count)
{
	size_t at = 0;

	while (at < count && answer->phase != HTTP_DONE && answer->phase != HTTP_BAD) {
		if (answer->phase == HTTP_BODY || answer->phase == HTTP_BODY_TO_END ||
		    answer->phase == HTTP_CHUNK)
			at += take_body(answer, count - at);
		else
			take_byte(answer, (char)bytes[at++]);
	}
	return at;
}

void http_answer_end(struct http_answer *answer)
{
	if (answer->phase == HTTP_BODY_TO_END)
		answer->phase = HTTP_DONE;
}
