/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "verdict/library.h"
#include "whyrst.h"

#define TEXT_MAX 65536

static bool slot_is(const char *slot, size_t length, const char *name)
{
	return strlen(name) == length && !memcmp(slot, name, length);
}

static void add_end(struct buf *out, const struct endpoint *end)
{
	char text[ENDPOINT_TEXT_MAX];

	buf_add(out, text, endpoint_format(end, text));
}

static void add_role(struct buf *out, bool is_client, bool capital, bool zh)
{
	if (zh)
		buf_add_text(out, is_client ? "客户端" : "服务端");
	else
		buf_printf(out, "%s %s", capital ? "The" : "the", is_client ? "client" : "server");
}

static void add_duration(struct buf *out, int64_t us, bool zh)
{
	/* No %f: its decimal point depends on the locale. */
	if (us < 1000)
		buf_printf(out, "%lld %s", (long long)us, zh ? "微秒" : "us");
	else if (us < 1000000)
		buf_printf(out, "%lld.%d %s", (long long)us / 1000, (int)(us % 1000 / 100),
			   zh ? "毫秒" : "ms");
	else
		buf_printf(out, "%lld.%d %s", (long long)us / 1000000, (int)(us % 1000000 / 100000),
			   zh ? "秒" : "s");
}

static void add_fact(struct buf *out, const struct evidence *ev, enum fact_id fact, bool zh)
{
	int64_t value = evidence_value(ev, fact);
	const char *name = fact_value_name(fact, value);

	if (!evidence_knows(ev, fact))
		buf_add_char(out, '?');
	else if (name)
		buf_add_text(out, name);
	else if (fact_kind(fact) == KIND_USEC)
		add_duration(out, value, zh);
	else if (fact_kind(fact) == KIND_BYTES)
		buf_printf(out, "%lld %s", (long long)value, zh ? "字节" : "bytes");
	else
		buf_add_i64(out, value);
}

static void add_slot(struct buf *out, const struct evidence *ev, const char *slot, size_t length,
		     bool zh)
{
	const struct endpoint *resetter = ev->resetter_is_client ? &ev->client : &ev->server;
	const struct endpoint *victim = ev->resetter_is_client ? &ev->server : &ev->client;
	char name[64];
	size_t i;
	int fact;

	if (slot_is(slot, length, "resetter") || slot_is(slot, length, "Resetter"))
		add_role(out, ev->resetter_is_client, *slot == 'R', zh);
	else if (slot_is(slot, length, "victim") || slot_is(slot, length, "Victim"))
		add_role(out, !ev->resetter_is_client, *slot == 'V', zh);
	else if (slot_is(slot, length, "resetter_addr"))
		add_end(out, resetter);
	else if (slot_is(slot, length, "victim_addr"))
		add_end(out, victim);
	else if (slot_is(slot, length, "client_addr"))
		add_end(out, &ev->client);
	else if (slot_is(slot, length, "server_addr"))
		add_end(out, &ev->server);
	else if (slot_is(slot, length, "port"))
		buf_add_u64(out, ev->server.port);
	else if (length < sizeof(name)) {
		for (i = 0; i < length; i++)
			name[i] =
				slot[i] >= 'A' && slot[i] <= 'Z' ? (char)(slot[i] | 0x20) : slot[i];
		name[length] = 0;
		fact = fact_find(name);
		if (fact >= 0)
			add_fact(out, ev, (enum fact_id)fact, zh);
	}
}

static void fill(struct buf *out, const struct evidence *ev, const char *words, bool zh)
{
	while (*words) {
		size_t plain = strcspn(words, "{");
		const char *end;

		buf_add(out, words, plain);
		words += plain;
		end = *words ? strchr(words, '}') : NULL;
		if (!end)
			return;
		add_slot(out, ev, words + 1, (size_t)(end - words - 1), zh);
		words = end + 1;
	}
}

static void fill_fixes(struct buf *out, const struct evidence *ev, const struct cause *cause,
		       bool zh)
{
	const struct cause_words *words = zh ? &cause->zh : &cause->en;
	uint8_t places[CAUSE_FIXES_MAX];
	int count = cause_fixes(cause, ev, places);

	for (int i = 0; i < count; i++) {
		if (i)
			buf_add_char(out, '\n');
		fill(out, ev, words->fix[places[i]], zh);
	}
}

static const char *pick(const struct cause_words *words, int what)
{
	switch (what) {
	case WHYRST_TEXT_TITLE:
		return words->title;
	case WHYRST_TEXT_SUMMARY:
		return words->summary;
	case WHYRST_TEXT_STORY:
		return words->story;
	case WHYRST_TEXT_DECIDE:
		return words->decide;
	case WHYRST_TEXT_FOLKLORE:
		return words->folklore;
	default:
		return NULL;
	}
}

/* Copies what fits, never half a character. */
static void copy_out(struct buf *from, char *text, size_t size)
{
	size_t length = from->length;
	const char *bytes = buf_text(from);

	if (!size)
		return;
	if (length >= size) {
		length = size - 1;
		while (length && ((unsigned char)bytes[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(text, bytes, length);
	text[length] = 0;
}

int library_text(const struct verdict *verdict, int what, const char *language, char *text,
		 size_t size)
{
	const struct cause_words *words;
	struct buf out;
	bool zh;
	int length;

	if (!language || (strcmp(language, "en") && strcmp(language, "zh")) || (size && !text))
		return -EINVAL;
	if (!verdict || !verdict->cause)
		return -ENOENT;
	zh = *language == 'z';
	words = zh ? &verdict->cause->zh : &verdict->cause->en;
	buf_init(&out, TEXT_MAX);
	if (what == WHYRST_TEXT_FIX)
		fill_fixes(&out, verdict->evidence, verdict->cause, zh);
	else if (pick(words, what))
		fill(&out, verdict->evidence, pick(words, what), zh);
	copy_out(&out, text, size);
	length = out.length ? (int)out.length : -ENOENT;
	buf_release(&out);
	return length;
}
