/* SPDX-License-Identifier: MIT */
/*
 * Configuration files with anything in them. The first byte says whose it is, or that it is a
 * dump of many.
 *
 * Seeds: tests/fuzz/seeds/config/[a-z]*
 */
#include <stdlib.h>
#include <string.h>

#include "audit/config.h"
#include "audit/root.h"
#include "audit/units.h"
#include "base/anonymize.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* As --anonymize does it to what findings quote. */
static void hide(const char *word)
{
	static struct anonymizer anonymizer;
	struct buf out;

	buf_init(&out, 1024);
	anonymizer_add_path(&anonymizer, word, &out);
	anonymizer_add_peer(&anonymizer, word, &out);
	buf_release(&out);
}

static void ask_unit(const struct config *config)
{
	for (int i = 0; i < config->count && i < 64; i++) {
		const struct config_item *item = &config->items[i];

		if (item->parent >= 0 && item->count != 2)
			abort();
		if (item->parent < 0)
			continue;
		unit_time_us(item->words[1]);
		unit_command(item);
		unit_setting(config, 0, item->words[0]);
		unit_time(config, 0, item->words[0]);
		unit_limit(config, 0, item->words[0]);
		unit_signal(config, 0, item->words[0]);
		unit_reads(item, item->words[0], config);
		config_unit_has_level(item->words[1], item->words[0]);
		unit_runs(config, 0, item->words[1]);
		for (int k = 0, next; (next = unit_list(config, 0, item->words[0], k)) >= 0;
		     k = next)
			if (next <= k)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct config config = { 0 };
	char *text;

	if (!count)
		return 0;
	/* Nothing of this machine is read: no include finds a file. */
	root_set("/nowhere");
	config.kind = (enum config_kind)(bytes[0] % (CONFIG_KINDS + 1) % CONFIG_KINDS);
	text = malloc(count);
	if (!text)
		return 0;
	memcpy(text, bytes + 1, count - 1);
	text[count - 1] = '\0';
	config_recognize("x", text, count - 1);
	if (bytes[0] % (CONFIG_KINDS + 1) == CONFIG_KINDS) {
		text = config_keep(&config, text);
		if (text)
			config_parse_dump(&config, text, count - 1);
	} else {
		config_parse(&config, "/etc/x", text, count - 1);
	}
	for (int i = 0; i < config.count; i++) {
		const struct config_item *item = &config.items[i];

		/* A block stands before what is in it, and every word ends. */
		if (item->parent >= i || item->count < 1 || item->count > CONFIG_WORDS_MAX)
			abort();
		for (int w = 0; w < item->count; w++) {
			config_time_us(item->words[w], 1000 * (int64_t)strlen(item->words[w]));
			hide(item->words[w]);
		}
		config_inherit(&config, item->parent, item->words[0]);
		haproxy_is_settled(&config, item->parent);
		if (i > 64)
			break;
	}
	if (config.kind == CONFIG_SYSTEMD)
		ask_unit(&config);
	config_release(&config);
	return 0;
}
