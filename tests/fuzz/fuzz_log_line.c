/* SPDX-License-Identifier: MIT */
/*
 * A log, or words that somebody asked for: whatever the bytes are, what is found lies inside them,
 * counts agree, and the way the bytes are cut into pieces changes nothing. The first byte is the
 * size of the pieces.
 *
 * Seeds: tests/explain/logs/[a-z]*.log data/facts-errors.csv
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "catalogue/log.h"
#include "catalogue/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define REQUIRE(what)                                                                              \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s does not hold\n", #what);                              \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static struct log *read_log(const uint8_t *bytes, size_t count, size_t piece)
{
	static const uint64_t key[2] = { 1, 2 };
	struct log *log = log_new(key, 5);

	REQUIRE(log);
	while (count) {
		size_t room, n = count < piece ? count : piece;
		char *into = log_buffer(log, &room);

		n = n < room ? n : room;
		memcpy(into, bytes, n);
		log_commit(log, n);
		bytes += n;
		count -= n;
	}
	log_finish(log);
	return log;
}

static void check_groups(const struct log *log, size_t count)
{
	const struct log_counts *counts = log_get_counts(log);
	const struct log_group *groups[8];
	struct log_minute minutes[4];
	struct log_peer peers[4];
	char text[WHEN_TEXT_MAX];
	int all = log_groups(log, groups, 8), n, total;

	REQUIRE(counts->bytes == count);
	REQUIRE(counts->matched == counts->events + counts->repeated);
	REQUIRE(counts->matched <= counts->lines);
	for (int i = 0; i < all && i < 8; i++) {
		REQUIRE(groups[i]->count >= groups[i]->without_time);
		REQUIRE(groups[i]->count >= groups[i]->without_peer);
		n = log_peers(log, groups[i]->entry, peers, 4, &total);
		for (int j = 0; j < n; j++)
			REQUIRE(peers[j].peer[0] && strlen(peers[j].peer) < PEER_MAX);
		n = log_minutes(log, groups[i]->entry, minutes, 4, &total);
		for (int j = 0; j < n; j++)
			when_format(&minutes[j].when, j & 1, text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct matches matches;
	struct log *whole, *pieces;

	if (!count)
		return 0;
	match_words((const char *)bytes + 1, count - 1, &matches);
	for (int i = 0; i < matches.count; i++) {
		REQUIRE(matches.match[i].entry >= 0 && matches.match[i].entry < entry_count);
		REQUIRE(!i || matches.match[i - 1].score >= matches.match[i].score);
	}
	whole = read_log(bytes + 1, count - 1, count);
	pieces = read_log(bytes + 1, count - 1, bytes[0] + 1u);
	check_groups(whole, count - 1);
	check_groups(pieces, count - 1);
	REQUIRE(log_get_counts(whole)->lines == log_get_counts(pieces)->lines);
	REQUIRE(log_get_counts(whole)->matched == log_get_counts(pieces)->matched);
	log_free(whole);
	log_free(pieces);
	return 0;
}
