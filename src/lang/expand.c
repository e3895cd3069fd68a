/* SPDX-License-Identifier: MIT */
/* Templates: cut into pieces once, filled from a verdict many times. */
#include "lang/lang.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "lang/programs.h"
#include "verdict/idle.h"

enum slot {
	SLOT_RESETTER,
	SLOT_VICTIM,
	SLOT_RESETTER_CAP,
	SLOT_VICTIM_CAP,
	SLOT_RESETTER_ADDR,
	SLOT_VICTIM_ADDR,
	SLOT_CLIENT_ADDR,
	SLOT_SERVER_ADDR,
	SLOT_PORT,
	SLOT_IDLE_MATCH,
	SLOT_OWNER_END,
	SLOT_ACTOR,
	SLOT_VALUE,
	SLOT_FACT, /* and all facts from here on */
};

static const char *const slot_names[] = {
	[SLOT_RESETTER] = "resetter",
	[SLOT_VICTIM] = "victim",
	[SLOT_RESETTER_CAP] = "Resetter",
	[SLOT_VICTIM_CAP] = "Victim",
	[SLOT_RESETTER_ADDR] = "resetter_addr",
	[SLOT_VICTIM_ADDR] = "victim_addr",
	[SLOT_CLIENT_ADDR] = "client_addr",
	[SLOT_SERVER_ADDR] = "server_addr",
	[SLOT_PORT] = "port",
	[SLOT_IDLE_MATCH] = "idle_match",
	[SLOT_OWNER_END] = "owner_end",
	[SLOT_ACTOR] = "actor",
	[SLOT_VALUE] = "value",
};

#define SLOT_NAME_MAX 48

/* Slot of the name of @length bytes, or -1. */
static int slot_find(const char *name, size_t length)
{
	char lower[SLOT_NAME_MAX];
	int fact;

	for (int slot = 0; slot < SLOT_FACT; slot++) {
		if (strlen(slot_names[slot]) == length && !memcmp(slot_names[slot], name, length))
			return slot;
	}
	if (length >= sizeof(lower))
		return -1;
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[length] = 0;
	fact = fact_find(lower);
	return fact < 0 ? -1 : SLOT_FACT + fact;
}

static size_t count_braces(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '{';
	return n;
}

static void add_literal(struct lang_template *template_, const char *text, size_t length)
{
	if (length)
		template_->pieces[template_->count++] =
			(struct lang_piece){ text, (uint32_t)length, -1 };
}

static int escape_copy(const char *text, char **ret_copy)
{
	struct buf buf;

	buf_init(&buf, 1 << 20);
	escape_json(&buf, text, strlen(text));
	*ret_copy = strdup(buf_text(&buf));
	buf_release(&buf);
	return *ret_copy ? 0 : -ENOMEM;
}

int lang_compile(const char *text, bool json, struct lang_template *ret_template,
		 const char **ret_slot)
{
	struct lang_template template_ = { 0 };
	const char *literal, *at;
	int r = 0;

	if (json) {
		if (escape_copy(text, &template_.escaped) < 0)
			return -ENOMEM;
		text = template_.escaped;
	}
	template_.pieces = calloc(2 * count_braces(text) + 1, sizeof(*template_.pieces));
	if (!template_.pieces) {
		free(template_.escaped);
		return -ENOMEM;
	}
	for (literal = at = text; *at; at++) {
		const char *end;
		int slot;

		/* "{1,0}" and the braces of code examples are no slots. */
		if (*at != '{' || !isalpha((unsigned char)at[1]))
			continue;
		end = at + 1 +
		      strspn(at + 1,
			     "abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
		if (*end != '}')
			continue;
		slot = slot_find(at + 1, (size_t)(end - at - 1));
		if (slot < 0) {
			if (ret_slot && !r)
				*ret_slot = at;
			r = -ENOENT;
			continue;
		}
		add_literal(&template_, literal, (size_t)(at - literal));
		template_.pieces[template_.count++] = (struct lang_piece){ at, 0, slot };
		literal = end + 1;
		at = end;
	}
	add_literal(&template_, literal, (size_t)(at - literal));
	*ret_template = template_;
	return r;
}

void lang_template_release(struct lang_template *template_)
{
	free(template_->pieces);
	free(template_->escaped);
	*template_ = (struct lang_template){ 0 };
}

static void fill_end(enum lang lang, const struct verdict *verdict, bool resetter, bool capital,
		     struct buf *out)
{
	static const enum word ends[2][2] = { { WORD_THE_SERVER, WORD_THE_CLIENT },
					      { WORD_THE_SERVER_CAP, WORD_THE_CLIENT_CAP } };
	enum word word;

	if (verdict && programs_add_end(lang, verdict, resetter, out))
		return;
	if (!verdict)
		word = resetter ? (capital ? WORD_ONE_END_CAP : WORD_ONE_END)
				: (capital ? WORD_OTHER_END_CAP : WORD_OTHER_END);
	else
		word = ends[capital][verdict->evidence->resetter_is_client == resetter];
	buf_add_text(out, lang_word(lang, word));
}

static void fill_address(enum lang lang, const struct verdict *verdict, int slot, struct buf *out)
{
	char text[ENDPOINT_TEXT_MAX];
	const struct evidence *ev;
	bool client;

	if (!verdict) {
		buf_add_text(out, lang_word(lang, WORD_AN_ADDRESS));
		return;
	}
	ev = verdict->evidence;
	client = slot == SLOT_CLIENT_ADDR ||
		 (slot == SLOT_RESETTER_ADDR && ev->resetter_is_client) ||
		 (slot == SLOT_VICTIM_ADDR && !ev->resetter_is_client);
	buf_add(out, text, endpoint_format(client ? &ev->client : &ev->server, text));
}

/* Where a fact is not known, a general word: templates must read well with it. */
static void fill_fact(enum lang lang, const struct verdict *verdict, enum fact_id fact,
		      struct buf *out)
{
	if (verdict && evidence_knows(verdict->evidence, fact)) {
		lang_add_fact_value(lang, fact, evidence_value(verdict->evidence, fact), out);
		return;
	}
	switch (fact_kind(fact)) {
	case KIND_BYTES:
		buf_add_text(out, lang_word(lang, WORD_SOME_BYTES));
		break;
	case KIND_USEC:
		buf_add_text(out, lang_word(lang, WORD_SOME_TIME));
		break;
	default:
		buf_add_text(out, lang_word(lang, WORD_SOME));
	}
}

void lang_add_idle(enum lang lang, const struct idle_product *product, struct buf *out)
{
	(void)lang; /* names and settings are the same in both */
	buf_add_text(out, product->software);
	if (product->setting && *product->setting) {
		buf_add_literal(out, " ");
		buf_add_text(out, product->setting);
	}
	buf_add_literal(out, " = ");
	buf_add_i64(out, product->seconds);
	buf_add_literal(out, " s");
}

static void fill_idle(enum lang lang, const struct verdict *verdict, struct buf *out)
{
	if (verdict && verdict->idle_match_count > 0)
		lang_add_idle(lang, verdict->idle_match[0], out);
}

static bool ends_with(const struct buf *out, const char *text)
{
	size_t length = strlen(text);

	return out->length >= length && !memcmp(out->data + out->length - length, text, length);
}

/*
 * "(…)" around a slot that turned out empty goes with it, or the space before it: returns how much
 * of the next literal, which may be NULL.
 */
static size_t drop_around(struct buf *out, const struct lang_piece *next)
{
	static const char *const pairs[][2] = { { " (", ")" }, { "(", ")" }, { "（", "）" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		size_t close = strlen(pairs[i][1]);

		if (next && next->slot < 0 && next->length >= close &&
		    ends_with(out, pairs[i][0]) && !memcmp(next->text, pairs[i][1], close)) {
			out->length -= strlen(pairs[i][0]);
			return close;
		}
	}
	if (ends_with(out, " "))
		out->length--;
	return 0;
}

/* The first of the three bytes of a Chinese character that is no punctuation. */
static bool is_han(char byte)
{
	return (uint8_t)byte >= 0xe4 && (uint8_t)byte <= 0xe9;
}

/*
 * Chinese sets a space between itself and figures or Latin, none within itself. Templates are
 * written for values of either kind: what a slot brought decides. Returns how much of the next
 * literal to skip.
 */
static size_t set_spaces(struct buf *out, size_t before, const struct lang_piece *next)
{
	bool wide_first = (uint8_t)out->data[before] >= 0xe0;
	bool wide_last = (uint8_t)out->data[out->length - 1] >= 0x80;

	if (before > 1 && wide_first && out->data[before - 1] == ' ' &&
	    (uint8_t)out->data[before - 2] >= 0x80) {
		memmove(out->data + before - 1, out->data + before, out->length - before);
		out->length--;
	}
	if (before > 2 && isalnum((unsigned char)out->data[before]) &&
	    is_han(out->data[before - 3]) && (buf_add_char(out, ' '), !out->overflow)) {
		memmove(out->data + before + 1, out->data + before, out->length - before - 1);
		out->data[before] = ' ';
	}
	if (next && next->slot < 0 && isalnum((unsigned char)out->data[out->length - 1]) &&
	    is_han(next->text[0]))
		buf_add_char(out, ' ');
	return wide_last && next && next->slot < 0 && next->length > 1 && next->text[0] == ' ' &&
	       (uint8_t)next->text[1] >= 0xe0;
}

void lang_fill(enum lang lang, const struct lang_template *template_, const struct verdict *verdict,
	       int fact, struct buf *out)
{
	size_t skip = 0;

	for (int i = 0; i < template_->count; i++) {
		const struct lang_piece *piece = &template_->pieces[i];
		const struct lang_piece *next = i + 1 < template_->count ? piece + 1 : NULL;
		size_t before = out->length;

		switch (piece->slot) {
		case -1:
			buf_add(out, piece->text + skip, piece->length - skip);
			skip = 0;
			continue;
		case SLOT_RESETTER:
		case SLOT_RESETTER_CAP:
			fill_end(lang, verdict, true, piece->slot == SLOT_RESETTER_CAP, out);
			break;
		case SLOT_VICTIM:
		case SLOT_VICTIM_CAP:
			fill_end(lang, verdict, false, piece->slot == SLOT_VICTIM_CAP, out);
			break;
		case SLOT_PORT:
			if (verdict)
				buf_add_u64(out, verdict->evidence->server.port);
			else
				buf_add_text(out, lang_word(lang, WORD_A_PORT));
			break;
		case SLOT_IDLE_MATCH:
			fill_idle(lang, verdict, out);
			break;
		case SLOT_OWNER_END:
			programs_add_owner_end(lang, verdict, out);
			break;
		case SLOT_ACTOR:
			programs_add_actor(lang, verdict, out);
			break;
		case SLOT_VALUE:
			if (fact >= 0)
				fill_fact(lang, verdict, (enum fact_id)fact, out);
			break;
		case SLOT_RESETTER_ADDR:
		case SLOT_VICTIM_ADDR:
		case SLOT_CLIENT_ADDR:
		case SLOT_SERVER_ADDR:
			fill_address(lang, verdict, piece->slot, out);
			break;
		default:
			fill_fact(lang, verdict, (enum fact_id)(piece->slot - SLOT_FACT), out);
		}
		if (out->length == before && before)
			skip = drop_around(out, next);
		else if (lang == LANG_ZH && out->length > before)
			skip = set_spaces(out, before, next);
	}
}

bool lang_can_fill(const char *text, const struct verdict *verdict)
{
	const struct host_story *story = &verdict->evidence->story;
	struct lang_template template_;
	bool can = true;

	if (lang_compile(text, false, &template_, NULL) < 0)
		return false;
	for (int i = 0; i < template_.count; i++) {
		int slot = template_.pieces[i].slot;

		if (slot >= SLOT_FACT)
			can &= evidence_knows(verdict->evidence, (enum fact_id)(slot - SLOT_FACT));
		else if (slot == SLOT_OWNER_END)
			can &= story->signal || story->exit_status >= 0;
		else if (slot == SLOT_ACTOR)
			can &= story->actor_pid != 0;
	}
	lang_template_release(&template_);
	return can;
}

static void expand(enum lang lang, const char *text, const struct verdict *verdict, int fact,
		   struct buf *out)
{
	struct lang_template template_;

	if (!text || lang_compile(text, false, &template_, NULL) == -ENOMEM)
		return;
	lang_fill(lang, &template_, verdict, fact, out);
	lang_template_release(&template_);
}

void lang_expand(enum lang lang, const char *text, const struct verdict *verdict, struct buf *out)
{
	expand(lang, text, verdict, -1, out);
}

void lang_add_fact(enum lang lang, enum fact_id fact, const struct verdict *verdict,
		   struct buf *out)
{
	if (!evidence_knows(verdict->evidence, fact))
		return;
	expand(lang, lang_fact_template(lang, fact, evidence_value(verdict->evidence, fact)),
	       verdict, fact, out);
}

/* Both languages must say the same: the same slots, each as often or not at all. */
bool lang_same_slots(const char *a, const char *b)
{
	struct lang_template ta = { 0 }, tb = { 0 };
	uint8_t seen[SLOT_FACT + FACT_COUNT_ALL] = { 0 };
	bool same = true;

	if (!a || !b)
		return !a && !b;
	if (lang_compile(a, false, &ta, NULL) < 0 || lang_compile(b, false, &tb, NULL) < 0)
		same = false;
	for (int i = 0; i < ta.count; i++) {
		int slot = ta.pieces[i].slot;

		/* Only English has capitals to begin a sentence with. */
		if (slot == SLOT_RESETTER_CAP || slot == SLOT_VICTIM_CAP)
			slot -= SLOT_RESETTER_CAP;
		if (slot >= 0)
			seen[slot] |= 1;
	}
	for (int i = 0; i < tb.count; i++) {
		int slot = tb.pieces[i].slot;

		if (slot == SLOT_RESETTER_CAP || slot == SLOT_VICTIM_CAP)
			slot -= SLOT_RESETTER_CAP;
		if (slot >= 0)
			seen[slot] |= 2;
	}
	for (size_t i = 0; i < sizeof(seen); i++)
		same = same && (seen[i] == 0 || seen[i] == 3);
	lang_template_release(&ta);
	lang_template_release(&tb);
	return same;
}
