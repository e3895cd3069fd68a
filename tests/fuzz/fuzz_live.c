/* SPDX-License-Identifier: MIT */
/*
 * What the kernel tells of a reset, with anything in it: the segments, options and first payload
 * bytes in an event come from the network, names from whoever runs a program.
 *
 * Seeds: none
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lang/lang.h"
#include "sinks/sink.h"
#include "sources/live_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

extern const struct sink sink_json, sink_text;

static struct live *watch(void)
{
	static struct live *live;

	if (live)
		return live;
	live = calloc(1, sizeof(*live));
	if (!live)
		abort();
	live->symbols = symbols_new(live_symbol_prefixes);
	live->processes = process_cache_new(16);
	live->kernel.ring_fd = live->kernel.counts_fd = live->kernel.owners_fd = -1;
	live->kernel.twins_fd = live->kernel.twin_fd = live->kernel.listeners_fd = -1;
	live->kernel.dead_fd = live->kernel.dead_sought_fd = -1;
	return live;
}

static void tell(const struct sink *sink, const struct verdict *verdict, enum lang lang)
{
	struct sink_options options = { .lang = lang, .live = true, .source_kind = "live" };
	static FILE *nowhere;
	struct sink_state *state;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!nowhere || sink->open(nowhere, &options, &state) < 0)
		return;
	sink->verdict(state, verdict);
	sink->close(state);
}

/* The first byte says which pieces there are, the next their stage; the rest fills them. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct affair affair;
	static struct evidence ev;
	struct event_reset *const pieces[] = { &affair.sent, &affair.received, &affair.out,
					       &affair.in, &affair.refused };
	bool *const has[] = { &affair.has_sent, &affair.has_received, &affair.has_out,
			      &affair.has_in, &affair.has_refused };
	static const uint8_t kinds[] = { EVENT_SENT, EVENT_RECEIVED, EVENT_OUT, EVENT_IN,
					 EVENT_REFUSED };
	struct verdict verdict;
	uint8_t which;

	if (count < 2)
		return 0;
	which = bytes[0] & 31;
	memset(&affair, 0, sizeof(affair));
	memset(&ev, 0, sizeof(ev));
	for (int i = 0; i < 5; i++) {
		size_t at = 1 + (size_t)i * 200;

		if (!(which >> i & 1))
			continue;
		if (at < count)
			memcpy(pieces[i], bytes + at,
			       count - at < sizeof(*pieces[i]) ? count - at : sizeof(*pieces[i]));
		pieces[i]->head.kind = kinds[i];
		*has[i] = true;
	}
	if (!which)
		return 0;
	affair_evidence(watch(), &affair, &ev);
	verdict_reach(&ev, &verdict);
	tell(&sink_json, &verdict, LANG_EN);
	tell(&sink_text, &verdict, LANG_ZH);
	return 0;
}
