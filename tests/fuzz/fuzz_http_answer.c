/* SPDX-License-Identifier: MIT */
/*
 * An HTTP answer, and the name of a target: the way the bytes are cut into pieces changes nothing,
 * and nothing is taken beyond its limits. The first byte is the size of the pieces, and whether a
 * HEAD was asked.
 *
 * Seeds: tests/fuzz/seeds/http.*
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/http_answer.h"
#include "probe/resolve.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define REQUIRE(what)                                                                              \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s does not hold\n", #what);                              \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static size_t take(struct http_answer *answer, bool to_head, const uint8_t *bytes, size_t count,
		   size_t piece)
{
	size_t at = 0;

	http_answer_init(answer, to_head);
	while (at < count) {
		size_t n = count - at < piece ? count - at : piece;
		size_t taken = http_answer_take(answer, bytes + at, n);

		REQUIRE(taken <= n);
		at += taken;
		if (taken < n)
			break;
	}
	http_answer_end(answer);
	REQUIRE(answer->head <= HTTP_HEAD_MAX + 1);
	REQUIRE(strnlen(answer->server, sizeof(answer->server)) < sizeof(answer->server));
	REQUIRE(answer->status == 0 || (answer->status >= 100 && answer->status <= 999));
	REQUIRE(answer->announced_s >= -1 && answer->announced_max >= -1);
	return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct http_answer whole, pieces;
	struct resolve_target target;
	char name[512];

	if (!count)
		return 0;
	REQUIRE(take(&whole, bytes[0] & 1, bytes + 1, count - 1, count) ==
		take(&pieces, bytes[0] & 1, bytes + 1, count - 1, (bytes[0] >> 1) + 1u));
	REQUIRE(whole.phase == pieces.phase && whole.status == pieces.status);
	REQUIRE(whole.closes == pieces.closes && whole.body == pieces.body);
	REQUIRE(whole.announced_s == pieces.announced_s);
	if (count < sizeof(name)) {
		memcpy(name, bytes, count);
		name[count] = '\0';
		if (resolve_parse(name, &target) == 0)
			REQUIRE(target.host[0] && strlen(target.host) < sizeof(target.host));
	}
	return 0;
}
