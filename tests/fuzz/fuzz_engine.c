/* SPDX-License-Identifier: MIT */
/*
 * The whole engine: bytes become observations of a few hosts, these go through tracker, verdict and
 * every sink. Whatever a source could push in one form or another is within reach, contradictions
 * too. What a verdict promises to its readers is checked.
 *
 * Seeds: engine
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/tracker.h"
#include "sinks/sink.h"
#include "verdict/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#define REQUIRE(what)                                                                              \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s does not hold\n", #what);                              \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#define INPUTS_A_RUN 500

/* The bytes that are left; past their end everything is 0. */
struct tape {
	const uint8_t *at;
	size_t left;
};

static uint32_t tape_take(struct tape *tape, int bytes)
{
	uint32_t value = 0;

	for (; bytes && tape->left; bytes--, tape->left--)
		value = value << 8 | *tape->at++;
	return value;
}

/* What each end of each pair of addresses sent so far, so that numbers often fit. */
struct memory {
	uint32_t next[4][4][2];
};

struct engine {
	struct evidence evidence;
	struct sink_state *states[8];
	const struct sink *sinks[8];
	int sink_count;
	uint64_t verdicts;
};

static struct evidence *evidence_reserve(void *context)
{
	return &((struct engine *)context)->evidence;
}

static void verdict_check(const struct verdict *verdict)
{
	int i, j;

	if (verdict->evidence->ignored != IGNORED_NOT)
		return;
	REQUIRE(verdict->alternative_count >= 0 && verdict->alternative_count <= ALTERNATIVES_MAX);
	REQUIRE(verdict->shown_count >= 0 && verdict->shown_count <= SHOWN_MAX);
	REQUIRE(verdict->idle_match_count <= IDLE_MATCHES_MAX);
	REQUIRE(verdict->evidence->ladder_count <= LADDER_MAX);
	REQUIRE(!verdict->cause == (verdict->confidence == CONFIDENCE_NONE));
	REQUIRE(verdict->cause || !verdict->alternative_count || verdict->class_ >= CLASS_UNKNOWN);
	for (i = 0; i < verdict->alternative_count; i++) {
		REQUIRE(verdict->alternatives[i].cause);
		REQUIRE(verdict->alternatives[i].cause != verdict->cause);
		for (j = 0; j < i; j++)
			REQUIRE(verdict->alternatives[i].cause != verdict->alternatives[j].cause);
	}
	if (verdict->confidence == CONFIDENCE_CERTAIN)
		for (i = 0; i < cause_table_count; i++)
			REQUIRE(cause_table[i] == verdict->cause ||
				verdict->contradicted_by[i] >= 0);
}

static void evidence_judge(void *context, struct evidence *ev)
{
	struct engine *engine = context;
	struct verdict verdict, again;
	int i;

	verdict_reach(ev, &verdict);
	verdict_check(&verdict);
	verdict_reach(ev, &again);
	REQUIRE(again.cause == verdict.cause && again.class_ == verdict.class_);
	engine->verdicts++;
	for (i = 0; i < engine->sink_count; i++)
		engine->sinks[i]->verdict(engine->states[i], &verdict);
}

static void sinks_open(struct engine *engine, FILE *out, enum lang lang)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	const struct sink_options options = {
		.lang = lang,
		.color = true,
		.verbose = 1,
		.anonymize = lang == LANG_ZH,
		.file_names = names,
		.source_kind = "pcap",
	};
	int i;

	for (i = 0; i < sink_table_count && engine->sink_count < 8; i++) {
		engine->sinks[engine->sink_count] = sink_table[i];
		if (!sink_table[i]->open(out, &options, &engine->states[engine->sink_count]))
			engine->sink_count++;
	}
}

static void sinks_close(struct engine *engine)
{
	const struct tracker_counts counts = { .resets = engine->verdicts };
	struct run_summary summary = {
		.tracker = &counts,
		.resets = engine->verdicts,
		.input_count = 4,
	};
	int i;

	for (i = 0; i < engine->sink_count; i++) {
		engine->sinks[i]->summary(engine->states[i], &summary);
		engine->sinks[i]->close(engine->states[i]);
	}
}

static void endpoint_take(struct endpoint *end, unsigned int host, unsigned int port, bool ip6)
{
	static const uint16_t ports[] = { 40000, 80, 445, 139 };

	memset(end, 0, sizeof(*end));
	end->family = ip6 ? ADDR_IP6 : ADDR_IP4;
	memcpy(end->ip, ip6 ? "\x20\x01\x0d\xb8" : "\xc0\0\2\0", 4);
	end->ip[ip6 ? 15 : 3] = (uint8_t)(1 + host);
	end->port = ports[port];
}

/* A number that fits what was sent, or nearly, or not at all. */
static uint32_t number_take(struct tape *tape, uint32_t fitting)
{
	uint32_t how = tape_take(tape, 1);

	if (how < 160)
		return fitting;
	if (how < 240)
		return fitting + (uint32_t)(int8_t)tape_take(tape, 1);
	return tape_take(tape, 4);
}

static bool observation_take(struct tape *tape, struct memory *memory, int64_t *time_ns,
			     struct observation *ret_obs)
{
	uint32_t who = tape_take(tape, 2), gap = tape_take(tape, 1), way = who >> 8 & 1;
	unsigned int a = who & 3, b = who >> 2 & 3, port = who >> 4 & 3;
	struct endpoint client, server;
	uint32_t *mine = &memory->next[a][port][way], *theirs = &memory->next[a][port][!way];

	if (!tape->left)
		return false;
	memset(ret_obs, 0, sizeof(*ret_obs));
	endpoint_take(&client, a, 0, who & 0x80);
	endpoint_take(&server, b, port, who & 0x80);
	ret_obs->source = way ? server : client;
	ret_obs->destination = way ? client : server;
	/* From microseconds to hours, rarely back. */
	*time_ns += gap == 255 ? -1000000000ll : (int64_t)(gap & 31) << (gap >> 5) * 6;
	ret_obs->time_ns = *time_ns;
	ret_obs->flags = (uint8_t)tape_take(tape, 1);
	ret_obs->seen = (uint16_t)(0xffff ^ (who & 0x8000 ? tape_take(tape, 2) : 0));
	ret_obs->payload_bytes = ret_obs->flags & TCP_PSH ? tape_take(tape, 2) : 0;
	if (who & 0x4000) {
		ret_obs->options = (uint16_t)tape_take(tape, 2);
		ret_obs->mptcp_subtypes = (uint16_t)tape_take(tape, 2);
		ret_obs->hint = (uint8_t)(tape_take(tape, 1) % 8);
		ret_obs->http_status = (uint16_t)tape_take(tape, 2);
		ret_obs->http_close = tape_take(tape, 1) & 1;
		ret_obs->wscale = (uint8_t)tape_take(tape, 1);
		ret_obs->sack_left = tape_take(tape, 4);
		ret_obs->sack_right = tape_take(tape, 4);
		ret_obs->tls_alert_level = (uint8_t)tape_take(tape, 1);
	} else {
		ret_obs->options = OPTION_TS;
	}
	ret_obs->seq = number_take(tape, *mine);
	ret_obs->ack = number_take(tape, *theirs);
	ret_obs->window = (uint16_t)tape_take(tape, 2);
	ret_obs->ip_id = (uint16_t)tape_take(tape, 1);
	ret_obs->ttl = (uint8_t)(tape_take(tape, 1) | 32);
	ret_obs->tos = who & 0x2000 ? 16 : 0;
	ret_obs->ts_value = (uint32_t)(*time_ns / 1000000);
	ret_obs->ts_echo = tape_take(tape, 1);
	ret_obs->link_source = way + (who & 0x1000);
	ret_obs->file = who >> 10 & 3;
	ret_obs->outgoing = way;
	*mine = ret_obs->seq + ret_obs->payload_bytes +
		(ret_obs->flags & (TCP_SYN | TCP_FIN) ? 1u : 0u);
	return true;
}

/* Opening sinks compiles all their words: done once in a while, not for each input. */
static void engine_renew(struct engine *engine, FILE *out)
{
	static unsigned int inputs;

	if (inputs % INPUTS_A_RUN == 0) {
		if (inputs)
			sinks_close(engine);
		memset(engine, 0, sizeof(*engine));
		sinks_open(engine, out, inputs / INPUTS_A_RUN % 2 ? LANG_ZH : LANG_EN);
	}
	inputs++;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static struct engine engine;
	static FILE *out;
	struct tape tape = { bytes, count };
	struct memory memory = { { { { 0 } } } };
	const struct tracker_config config = {
		.hash_key = { 7, 9 },
		.memory_bytes = 1 << 18,
		.reserve = evidence_reserve,
		.emit = evidence_judge,
		.context = &engine,
	};
	struct tracker *tracker = tracker_new(&config);
	struct observation obs;
	int64_t time_ns = 1773738000000000000ll;

	if (!out)
		out = fopen("/dev/null", "w");
	if (!tracker || !out)
		abort();
	engine_renew(&engine, out);
	while (observation_take(&tape, &memory, &time_ns, &obs))
		tracker_push(tracker, &obs);
	tracker_finish(tracker);
	tracker_free(tracker);
	return 0;
}
