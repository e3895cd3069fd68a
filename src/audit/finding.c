/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"

/* --- asking the checks -------------------------------------------------------------------------
 */

static bool is_before(const struct finding *why, const struct finding *what)
{
	if (why->space && what->space && why->space != what->space)
		return false;
	/* About two listeners, or two programs: they are two things. */
	if (why->cookie && what->cookie && why->cookie != what->cookie)
		return false;
	if (why->pid && what->pid && why->pid != what->pid)
		return false;
	for (int i = 0; i < CHECK_BEFORE_MAX && why->check->before[i]; i++)
		if (!strcmp(why->check->before[i], what->check->id))
			return true;
	return false;
}

static void drop_what_follows(struct findings *findings)
{
	int kept = 0;

	for (int i = 0; i < findings->count; i++) {
		bool follows = false;

		for (int k = 0; k < findings->count && !follows; k++)
			follows = is_before(&findings->items[k], &findings->items[i]);
		/* What was moved away is not asked about itself: marks first, then moves. */
		if (follows)
			findings->items[i].slot_count = -1;
	}
	for (int i = 0; i < findings->count; i++)
		if (findings->items[i].slot_count >= 0) {
			if (kept != i)
				findings->items[kept] = findings->items[i];
			kept++;
		}
	findings->count = kept;
}

/* "a@1.service" and "a@.service": both have it from the same template. */
static bool is_same_template(const char *one, const char *other)
{
	const char *at = strchr(one, '@');

	return at && !strncmp(one, other, (size_t)(at + 1 - one));
}

static bool is_same(const struct slot *one, const struct slot *other)
{
	if (one->kind != other->kind)
		return false;
	if (one->kind != SLOT_TEXT)
		return one->number == other->number;
	return !strcmp(one->text[LANG_EN], other->text[LANG_EN]) ||
	       is_same_template(one->text[LANG_EN], other->text[LANG_EN]);
}

/* The same statement at the same place, of another instance. */
static bool is_twin(const struct finding *a, const struct finding *b)
{
	if (a->check != b->check || !a->check->reads_config || a->slot_count != b->slot_count)
		return false;
	for (int i = 0; i < a->slot_count; i++) {
		const struct slot *slot = &a->slots[i];
		const struct slot *other = finding_slot(b, slot->name, strlen(slot->name));

		if (!other || !is_same(slot, other))
			return false;
	}
	return true;
}

static void drop_twins(struct findings *findings)
{
	int kept = 0;

	for (int i = 0; i < findings->count; i++) {
		bool is_told = false;

		for (int k = 0; k < kept && !is_told; k++)
			is_told = is_twin(&findings->items[k], &findings->items[i]);
		if (is_told)
			continue;
		if (kept != i)
			findings->items[kept] = findings->items[i];
		kept++;
	}
	findings->count = kept;
}

bool check_applies(const struct check *check, const struct audit *audit)
{
	return check->reads_config || !audit->config_files;
}

int findings_judge(struct findings *findings, const struct audit *audit)
{
	*findings = (struct findings){ .audit = audit };
	findings->items = calloc(FINDINGS_MAX, sizeof(*findings->items));
	if (!findings->items)
		return -ENOMEM;
	for (int i = 0; i < check_table_count; i++) {
		findings->check = check_table[i];
		findings->of_check = 0;
		if (check_applies(check_table[i], audit))
			check_table[i]->judge(audit, findings);
	}
	drop_what_follows(findings);
	drop_twins(findings);
	return 0;
}

void findings_release(struct findings *findings)
{
	free(findings->items);
	*findings = (struct findings){ 0 };
}

static void hide(struct slot *slot, struct anonymizer *anonymizer)
{
	struct buf text;

	if (slot->hides == HIDES_NOTHING)
		return;
	buf_init(&text, 1024);
	if (slot->hides == HIDES_ADDRESS)
		anonymizer_add_peer(anonymizer, slot->text[LANG_EN], &text);
	else
		anonymizer_add_path(anonymizer, slot->text[LANG_EN], &text);
	for (int lang = 0; lang < LANG_COUNT; lang++)
		snprintf(slot->text[lang], sizeof(slot->text[lang]), "%s", buf_text(&text));
	buf_release(&text);
}

void findings_hide(struct findings *findings, struct anonymizer *anonymizer)
{
	for (int i = 0; i < findings->count; i++)
		for (int k = 0; k < findings->items[i].slot_count; k++)
			hide(&findings->items[i].slots[k], anonymizer);
}

/* --- one finding -------------------------------------------------------------------------------
 */

struct finding *finding_add(struct findings *found, const struct audit_space *space)
{
	struct finding *finding = &found->spare;

	if (found->count < FINDINGS_MAX &&
	    (found->of_check < FINDINGS_OF_CHECK_MAX || found->audit->config_files)) {
		finding = &found->items[found->count++];
		found->of_check++;
	} else {
		found->dropped++;
	}
	*finding = (struct finding){ .check = found->check,
				     .space = space,
				     .suggested = found->audit->since_boot,
				     .since_us = found->audit->begin_wall_us };
	if (!found->audit->since_boot && !found->audit->config_files)
		finding_duration(finding, "time", found->audit->interval_us);
	if (space && !space->own)
		finding_text(finding, "namespace", "%s", space->name);
	return finding;
}

static struct slot *slot_new(struct finding *finding, const char *name, enum slot_kind kind)
{
	struct slot *slot = (struct slot *)finding_slot(finding, name, strlen(name));

	if (!slot && finding->slot_count < FINDING_SLOTS_MAX)
		slot = &finding->slots[finding->slot_count++];
	if (!slot)
		return NULL;
	slot->name = name;
	slot->kind = kind;
	slot->hides = HIDES_NOTHING;
	return slot;
}

static void set_number(struct finding *finding, const char *name, enum slot_kind kind,
		       int64_t number)
{
	struct slot *slot = slot_new(finding, name, kind);

	if (slot)
		slot->number = number;
}

void finding_count(struct finding *finding, const char *name, uint64_t count)
{
	set_number(finding, name, SLOT_COUNT, (int64_t)count);
}

void finding_bytes(struct finding *finding, const char *name, uint64_t bytes)
{
	set_number(finding, name, SLOT_BYTES, (int64_t)bytes);
}

void finding_duration(struct finding *finding, const char *name, int64_t us)
{
	set_number(finding, name, SLOT_DURATION, us);
}

void finding_text(struct finding *finding, const char *name, const char *format, ...)
{
	struct slot *slot = slot_new(finding, name, SLOT_TEXT);
	va_list arguments;

	if (!slot)
		return;
	va_start(arguments, format);
	vsnprintf(slot->text[LANG_EN], sizeof(slot->text[LANG_EN]), format, arguments);
	va_end(arguments);
	for (char *p = slot->text[LANG_EN]; *p; p++)
		if (*p < 0x20 || *p >= 0x7f)
			*p = '?';
	memcpy(slot->text[LANG_ZH], slot->text[LANG_EN], sizeof(slot->text[LANG_ZH]));
}

void finding_hides(struct finding *finding, const char *name, enum slot_hides hides)
{
	struct slot *slot = (struct slot *)finding_slot(finding, name, strlen(name));

	if (slot)
		slot->hides = hides;
}

void finding_address(struct finding *finding, const char *name, const char *text)
{
	finding_text(finding, name, "%s", text);
	finding_hides(finding, name, HIDES_ADDRESS);
}

void finding_place(struct finding *finding, const char *name, const char *file, int line)
{
	if (line)
		finding_text(finding, name, "%s:%d", file, line);
	else
		finding_text(finding, name, "%s", file);
	finding_hides(finding, name, HIDES_PATH);
}

void finding_words(struct finding *finding, const char *name, const char *en, const char *zh)
{
	struct slot *slot = slot_new(finding, name, SLOT_TEXT);

	if (!slot)
		return;
	snprintf(slot->text[LANG_EN], sizeof(slot->text[LANG_EN]), "%s", en);
	snprintf(slot->text[LANG_ZH], sizeof(slot->text[LANG_ZH]), "%s", zh);
}

void finding_program(struct finding *finding, uint32_t pid)
{
	struct program program;

	finding->pid = pid;
	if (!pid || process_read(pid, &program)) {
		finding_words(finding, "program", "a program that could not be found",
			      "（查不到的程序）");
		return;
	}
	finding_text(finding, "program", "%s (pid %u)", program.comm, pid);
	finding_text(finding, "comm", "%s", program.comm);
}

void finding_listener(struct finding *finding, const struct audit_listener *listener)
{
	char text[ENDPOINT_TEXT_MAX];

	endpoint_format(&listener->local, text);
	finding_address(finding, "listener", text);
	finding_program(finding, listener->pid);
	finding->cookie = listener->cookie;
}

bool finding_setting(struct finding *finding, const char *slot, const char *slot_to,
		     const char *name, const char *to)
{
	const struct audit_space *space = finding->space;
	struct change *change;
	char now[sizeof(change->from)];

	if (audit_setting(space, name, now, sizeof(now)))
		return false;
	finding_text(finding, slot, "%s", now);
	if (!strcmp(now, to) || finding->change_count == FINDING_CHANGES_MAX ||
	    !audit_can_set(space, name))
		return false;
	finding_text(finding, slot_to, "%s", to);
	change = &finding->changes[finding->change_count++];
	*change = (struct change){ .kind = CHANGE_SYSCTL,
				   .netns = space ? space->inode : 0,
				   .own = !space || space->own };
	snprintf(change->name, sizeof(change->name), "%s", name);
	snprintf(change->from, sizeof(change->from), "%s", now);
	snprintf(change->to, sizeof(change->to), "%s", to);
	return true;
}

/* --- words -------------------------------------------------------------------------------------
 */

const struct slot *finding_slot(const struct finding *finding, const char *name, size_t bytes)
{
	for (int i = 0; i < finding->slot_count; i++)
		if (strlen(finding->slots[i].name) == bytes &&
		    !memcmp(finding->slots[i].name, name, bytes))
			return &finding->slots[i];
	return NULL;
}

static void add_slot(const struct slot *slot, enum lang lang, struct buf *out)
{
	switch (slot->kind) {
	case SLOT_COUNT:
		lang_add_count(lang, (uint64_t)slot->number, out);
		break;
	case SLOT_BYTES:
		lang_add_bytes(lang, (uint64_t)slot->number, out);
		break;
	case SLOT_DURATION:
		lang_add_duration(lang, slot->number, out);
		break;
	case SLOT_TEXT:
		buf_add_text(out, slot->text[lang]);
		break;
	}
}

/* "|connection|connections}" behind a slot: the one that fits. Returns where the brace is. */
static const char *add_noun(const struct slot *slot, const char *at, const char *end,
			    struct buf *out)
{
	const char *one = at + 1, *bar = memchr(one, '|', (size_t)(end - one));

	if (!bar)
		return end;
	buf_add_char(out, ' ');
	if (slot->number == 1)
		buf_add(out, one, (size_t)(bar - one));
	else
		buf_add(out, bar + 1, (size_t)(end - bar - 1));
	return end;
}

bool finding_expand(const struct finding *finding, enum lang lang, const char *template_,
		    struct buf *out)
{
	size_t before = out->length;

	for (const char *p = template_; *p; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		const struct slot *slot;
		size_t bytes;

		if (!end) {
			buf_add_char(out, *p);
			continue;
		}
		bytes = strcspn(p + 1, "|}");
		slot = finding_slot(finding, p + 1, bytes);
		if (!slot) {
			out->length = before;
			return false;
		}
		add_slot(slot, lang, out);
		if (p[1 + bytes] == '|')
			add_noun(slot, p + 1 + bytes, end, out);
		p = end;
	}
	/* What there is nothing to say about is a space. */
	while (out->length > before && buf_text(out)[out->length - 1] == ' ')
		out->length--;
	return true;
}
