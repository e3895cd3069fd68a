/* SPDX-License-Identifier: MIT */
/*
 * [ADDR:]PORT as somebody typed it, and behind its NUL two replies of the kernel about listeners:
 * what is said of them, in both languages and as JSON.
 *
 * Seeds: check
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cmds/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define LISTENERS 64

static void tell(struct check_result *result, const char *output, enum lang lang)
{
	struct cmd_common common = { .output = output, .lang = lang, .verbose = 1 };
	struct check_words words = { .common = &common };
	static struct check_holders holders;
	struct buf out;

	memset(&holders, 0, sizeof(holders));
	for (size_t i = 0; i < result->found.count; i++) {
		struct check_holder *holder = &holders.items[holders.count++];

		holder->socket = result->found.items[i].socket;
		holder->count = (uint32_t)i + 1;
		holder->bound = holder->socket.state & 1;
		holder->outgoing = holder->socket.state & 2;
		holder->program.pid = holder->socket.inode;
		memcpy(holder->program.comm, &holder->socket.local,
		       sizeof(holder->program.comm) - 1);
	}
	buf_init(&out, 1 << 20);
	if (strcmp(output, "json")) {
		check_write_text(&words, result, &holders, &out);
		/* One bar: what begins performance data is ours. */
		if (strchr(strchr(buf_text(&out), '\n'), '|'))
			abort();
	} else {
		json_t *object;

		check_write_json(&words, result, &holders, &out);
		object = json_loads(buf_text(&out), 0, NULL);
		if (!object)
			abort();
		json_decref(object);
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct sock_diag_answer answers[LISTENERS];
	static struct acceptor acceptors[ACCEPTORS_MAX];
	_Alignas(8) static uint8_t reply[16384];
	struct check_result result = { .warn_percent = 80, .found = { .items = acceptors } };
	const uint8_t *nul = memchr(bytes, 0, count);
	size_t left, half;

	if (!nul || check_parse_target((const char *)bytes, &result.target) < 0)
		memset(&result.target, 0, sizeof(result.target));
	left = nul ? count - (size_t)(nul + 1 - bytes) : 0;
	left = left < sizeof(reply) ? left : sizeof(reply);
	half = left / 2 & ~(size_t)3;
	for (int look = 0; look < 2 && nul; look++) {
		struct sock_diag_list list = { .items = answers, .limit = LISTENERS };
		size_t size = look ? left - half : half;

		memcpy(reply, nul + 1 + (look ? half : 0), size);
		sock_diag_parse(reply, size, false, &list);
		accepting_choose(&result.target, &list, &result.found);
		accepting_note(&result.found, &list);
	}
	if (count & 1)
		accepting_conclude(&result.found, count & 2);
	check_judge(&result);
	if (count & 4) {
		result.handshake = (struct check_handshake){ .tried = true,
							     .to = result.target,
							     .error = count & 8 ? -ECONNREFUSED : 0,
							     .closed = count & 16,
							     .reset = count & 32 };
		check_judge_handshake(&result);
	}
	tell(&result, "text", LANG_EN);
	tell(&result, "text", LANG_ZH);
	tell(&result, "json", LANG_EN);
	return 0;
}
