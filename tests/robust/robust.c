/* SPDX-License-Identifier: MIT */
/*
 * Reads captures that were damaged: cut off at every byte, every byte turned over, and handfuls of
 * bytes at random (seeded). Nothing may crash or hang, and what is missing must be named:
 *
 *   robust [-s STRIDE] FILE...      prints "ok WHAT" or "bad WHAT: why" for each
 *
 * With a stride, payload is cut at every STRIDE-th byte only; headers always at each.
 *
 * Built with sanitizers: what lies beyond the cut is poisoned, so that one byte too far is seen.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow/tracker.h"
#include "sinks/sink.h"
#include "sources/source.h"
#include "verdict/verdict.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, count) ((void)(at), (void)(count))
#define ASAN_UNPOISON_MEMORY_REGION(at, count) ((void)(at), (void)(count))
#endif

#define SECONDS_MAX 20 /* for one reading; normal are microseconds */
#define RANDOM_ROUNDS 300
#define HEADERS_BYTES 128

struct reading {
	bool opened;
	char problem[160]; /* why not */
	struct source_counts counts;
};

struct judge {
	struct evidence evidence;
	const struct sink *sinks[8];
	struct sink_state *states[8];
	int sink_count;
	uint64_t verdicts;
};

static FILE *nowhere;
static size_t stride = 1;  /* within payload, cut at every so many bytes */
static struct judge judge; /* its sinks see all readings of a file */

static struct evidence *evidence_reserve(void *context)
{
	(void)context;
	return &judge.evidence;
}

static void evidence_judge(void *context, struct evidence *ev)
{
	struct verdict verdict;
	int i;

	(void)context;
	verdict_reach(ev, &verdict);
	judge.verdicts++;
	for (i = 0; i < judge.sink_count; i++)
		judge.sinks[i]->verdict(judge.states[i], &verdict);
}

static void judge_open(void)
{
	static const char *const names[] = { "damaged" };
	const struct sink_options options = {
		.verbose = 1,
		.file_names = names,
		.source_kind = "pcap",
	};
	int i;

	judge.verdicts = 0;
	for (i = 0; i < sink_table_count && judge.sink_count < 8; i++) {
		judge.sinks[judge.sink_count] = sink_table[i];
		if (!sink_table[i]->open(nowhere, &options, &judge.states[judge.sink_count]))
			judge.sink_count++;
	}
}

static void judge_close(void)
{
	const struct tracker_counts counts = { .resets = judge.verdicts };
	struct run_summary summary = {
		.tracker = &counts,
		.input_count = 1,
		.resets = judge.verdicts,
	};
	int i;

	for (i = 0; i < judge.sink_count; i++) {
		judge.sinks[i]->summary(judge.states[i], &summary);
		judge.sinks[i]->close(judge.states[i]);
	}
	judge.sink_count = 0;
}

/* The whole way of a capture: input, source, tracker, verdict, sinks. */
static void reading_do(const uint8_t *bytes, size_t count, struct reading *ret_reading)
{
	static struct observation obs[64];
	const struct tracker_config config = {
		.hash_key = { 1, 2 },
		.memory_bytes = 1 << 18,
		.reserve = evidence_reserve,
		.emit = evidence_judge,
	};
	const struct source_options options = { 0 };
	const struct source *source;
	struct source_state *state;
	struct tracker *tracker;
	struct input *input;
	const uint8_t *head;
	size_t available;
	int i, got;

	memset(ret_reading, 0, sizeof(*ret_reading));
	if (input_open_memory(bytes, count, &input)) {
		strcpy(ret_reading->problem, "no memory");
		return;
	}
	head = input_peek(input, 4096, &available);
	source = source_find(head, available);
	if (!source) {
		strcpy(ret_reading->problem, "not recognized");
		input_close(input);
		return;
	}
	if (source->open(input, &options, &state, ret_reading->problem))
		return;
	tracker = tracker_new(&config);
	if (!tracker)
		abort();
	while ((got = source->read(state, obs, 64)) > 0)
		for (i = 0; i < got; i++)
			tracker_push(tracker, &obs[i]);
	tracker_finish(tracker);
	ret_reading->opened = true;
	ret_reading->counts = *source->counts(state);
	tracker_free(tracker);
	source->close(state);
}

static uint32_t load32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool is_pcap(const uint8_t *bytes, size_t count)
{
	return count >= 24 && (load32(bytes) == 0xa1b2c3d4 || load32(bytes) == 0xa1b23c4d);
}

/* Whole records in the first @count bytes of a little-endian pcap, and whether it ends with one. */
static uint64_t records_whole(const uint8_t *bytes, size_t count, bool *ret_even)
{
	uint64_t records = 0;
	size_t at = 24;

	while (at + 16 <= count && at + 16 + load32(bytes + at + 8) <= count) {
		at += 16 + load32(bytes + at + 8);
		records++;
	}
	*ret_even = at == count;
	return records;
}

/* NULL, or what is wrong with how the first @count bytes of a good pcap were read. */
static const char *cut_problem(const uint8_t *bytes, size_t count, const struct reading *reading)
{
	bool even;
	uint64_t records;

	if (count < 24)
		return reading->opened && !reading->counts.problem[0]
			       ? "no word about a missing head"
		       : !reading->opened && !reading->problem[0] ? "failed without a word"
								  : NULL;
	if (!reading->opened)
		return "a whole head was not recognized";
	records = records_whole(bytes, count, &even);
	if (reading->counts.packets != records)
		return "whole records were not read";
	if (!even && !reading->counts.truncated)
		return "the cut was not noticed";
	if (!even && !reading->counts.problem[0])
		return "the cut was not named";
	if (even && (reading->counts.truncated || reading->counts.corrupt))
		return "a whole file was called cut off";
	return NULL;
}

/* Whether @at lies in the headers of a record, where every byte matters. */
static bool in_headers(const uint8_t *bytes, size_t count, size_t at)
{
	static size_t record, next; /* asked for falling positions of one file at a time */
	size_t from = 24;

	if (at >= record && at < next)
		return at - record < HEADERS_BYTES;
	while (from + 16 <= count && from + 16 + load32(bytes + from + 8) <= at)
		from += 16 + load32(bytes + from + 8);
	record = from;
	next = from + 16 <= count ? from + 16 + load32(bytes + from + 8) : count;
	return at - record < HEADERS_BYTES;
}

static const char *cut_everywhere(uint8_t *bytes, size_t count, bool pcap, size_t *ret_at)
{
	struct reading reading;
	const char *problem = NULL;
	size_t cut = count + 1;

	while (!problem && cut--) {
		if (stride > 1 && pcap && cut > 24 && cut % stride &&
		    !in_headers(bytes, count, cut))
			continue;
		*ret_at = cut;
		if (cut < count)
			ASAN_POISON_MEMORY_REGION(bytes + cut, count - cut);
		alarm(SECONDS_MAX);
		reading_do(bytes, cut, &reading);
		ASAN_UNPOISON_MEMORY_REGION(bytes, count);
		if (pcap)
			problem = cut_problem(bytes, cut, &reading);
	}
	return problem;
}

static void flip_everywhere(uint8_t *bytes, size_t count)
{
	uint8_t *copy = malloc(count ? count : 1);
	uint64_t random = 88172645463325252ull;
	struct reading reading;
	size_t i, step = count > 30000 ? count / 30000 + 1 : 1;
	int round, flips;

	if (!copy)
		abort();
	for (i = 0; i < count; i += i < 4000 ? 1 : step) {
		memcpy(copy, bytes, count);
		copy[i] ^= (uint8_t)(i & 1 ? 0xff : 1 << (i / 2 % 8));
		alarm(SECONDS_MAX);
		reading_do(copy, count, &reading);
	}
	for (round = 0; count && round < RANDOM_ROUNDS; round++) {
		memcpy(copy, bytes, count);
		for (flips = 1 << (round % 6); flips; flips--) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			copy[random % count] = (uint8_t)(random >> 32);
		}
		alarm(SECONDS_MAX);
		reading_do(copy, count, &reading);
	}
	free(copy);
}

static int file_read(const char *path, uint8_t **ret_bytes, size_t *ret_count)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long size;

	if (!file)
		return -1;
	if (fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET))
		return -1;
	bytes = malloc(size ? (size_t)size : 1);
	if (!bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size)
		return -1;
	fclose(file);
	*ret_bytes = bytes;
	*ret_count = (size_t)size;
	return 0;
}

int main(int argc, char **argv)
{
	const char *problem;
	uint8_t *bytes;
	size_t count, at = 0;
	int i = 1, bad = 0;

	if (argc > 2 && !strcmp(argv[1], "-s")) {
		stride = strtoul(argv[2], NULL, 10);
		i = 3;
	}
	nowhere = fopen("/dev/null", "w");
	if (!nowhere)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; i < argc; i++) {
		if (file_read(argv[i], &bytes, &count)) {
			printf("bad %s: cannot be read\n", argv[i]);
			bad = 1;
			continue;
		}
		judge_open();
		problem = cut_everywhere(bytes, count, is_pcap(bytes, count), &at);
		if (problem)
			printf("bad %s cut at %zu: %s\n", argv[i], at, problem);
		else
			printf("ok %s cut at each of %zu bytes (stride %zu)\n", argv[i], count,
			       stride);
		bad |= problem != NULL;
		flip_everywhere(bytes, count);
		judge_close();
		printf("ok %s with bytes flipped\n", argv[i]);
		free(bytes);
	}
	fclose(nowhere);
	return bad;
}
