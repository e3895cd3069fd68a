/* SPDX-License-Identifier: MIT */
/*
 * One reset as a line of JSON (contract section 3). A capture may hold a hundred thousand of them,
 * so this appends constant pieces and hand-made numbers: no printf, no allocation.
 */
#include "sinks/json_sink.h"

#include <time.h>

#include "base/escape.h"
#include "verdict/idle.h"
#include "wire/observation.h"

#define LITERAL(out, text) buf_add_literal(out, text)

static void add_key_number(struct buf *out, const char *key, int64_t value)
{
	buf_add_text(out, key);
	buf_add_i64(out, value);
}

static void add_key_text(struct buf *out, const char *key, const char *text)
{
	buf_add_text(out, key);
	buf_add_text(out, text);
	LITERAL(out, "\"");
}

void json_add_endpoint(struct buf *out, const struct endpoint *endpoint)
{
	char text[ENDPOINT_TEXT_MAX + 2];
	size_t length = endpoint_format(endpoint, text + 1);

	text[0] = '"';
	text[length + 1] = '"';
	buf_add(out, text, length + 2);
}

void json_add_ms(struct buf *out, int64_t us)
{
	uint64_t t = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
	unsigned int rest = (unsigned int)(t % 1000);
	char digits[4] = { '.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10),
			   (char)('0' + rest % 10) };
	size_t length = rest % 10 ? 4 : rest % 100 ? 3 : rest ? 2 : 0;

	if (us < 0)
		buf_add_char(out, '-');
	buf_add_u64(out, t / 1000);
	buf_add(out, digits, length);
}

/* The text of a second is kept: events come in order of time. */
static void second_set(struct sink_state *state, bool has_date, int64_t second)
{
	time_t t = (time_t)second;
	struct tm tm;

	if (!gmtime_r(&t, &tm))
		memset(&tm, 0, sizeof(tm));
	state->second_length =
		(uint8_t)strftime(state->second_text, sizeof(state->second_text),
				  has_date ? "%Y-%m-%dT%H:%M:%S." : "%H:%M:%S.", &tm);
	state->second = second;
}

void json_add_time(struct sink_state *state, const char *dated_key, const char *undated_key,
		   bool has_date, int64_t ns)
{
	int64_t second = ns / 1000000000;
	int64_t micro = ns % 1000000000 / 1000;
	char digits[6];

	if (ns < 0 && ns % 1000000000) {
		second--;
		micro = (ns - second * 1000000000) / 1000;
	}
	if (second != state->second || !state->second_length ||
	    (state->second_length > sizeof("12:34:56.")) != has_date)
		second_set(state, has_date, second);
	for (int i = 5; i >= 0; i--, micro /= 10)
		digits[i] = (char)('0' + micro % 10);
	buf_add_text(&state->buf, has_date ? dated_key : undated_key);
	buf_add(&state->buf, state->second_text, state->second_length);
	buf_add(&state->buf, digits, sizeof(digits));
	buf_add_text(&state->buf, has_date ? "Z\"" : "\"");
}

static void add_name(struct sink_state *state, uint8_t file)
{
	if (!state->options.file_names || !state->options.file_names[file])
		return;
	if (!state->names[file]) {
		struct buf name;

		buf_init(&name, 1 << 16);
		json_add_string(&name, state->options.file_names[file]);
		state->names[file] = strdup(buf_text(&name));
		buf_release(&name);
		if (!state->names[file])
			return;
	}
	LITERAL(&state->buf, ",\"name\":");
	buf_add_text(&state->buf, state->names[file]);
}

static void add_source(struct sink_state *state, const struct evidence *ev)
{
	/* On loopback both ends are here: "server" is true, and the contract knows no word for
	 * both. */
	static const char *const places[] = { "unknown", "client", "server", "between", "server" };
	int64_t place = evidence_value(ev, FACT_CAPTURE_PLACE);
	struct buf *out = &state->buf;

	add_key_text(out, ",\"source\":{\"kind\":\"",
		     state->options.source_kind ? state->options.source_kind : "pcap");
	add_name(state, ev->file);
	add_key_text(out, ",\"capture_at\":\"",
		     place >= 0 && place < 5 ? places[place] : places[0]);
	if (ev->frame) {
		LITERAL(out, ",\"frame\":");
		buf_add_u64(out, ev->frame);
	}
	LITERAL(out, "},\"view\":\"");
	if (ev->story.known) {
		add_key_text(out, "", json_view(&ev->story));
		add_key_number(out, ",\"netns\":", ev->story.netns);
	} else {
		buf_add_text(out, evidence_is(ev, FACT_RST_MADE_HERE, 1) ? "sent\"" : "observed\"");
	}
}

static void add_state(struct buf *out, const struct evidence *ev, bool client)
{
	enum fact_id fact =
		client == ev->resetter_is_client ? FACT_RESETTER_STATE : FACT_VICTIM_STATE;
	const char *name = lang_state((enum tcp_state)evidence_value(ev, fact));

	if (evidence_knows(ev, fact) && *name)
		add_key_text(out, client ? ",\"client_state\":\"" : ",\"server_state\":\"", name);
}

static void add_ms_of(struct buf *out, const struct evidence *ev, enum fact_id fact,
		      const char *key)
{
	if (!evidence_knows(ev, fact))
		return;
	buf_add_text(out, key);
	json_add_ms(out, evidence_value(ev, fact));
}

static void add_connection(struct buf *out, const struct evidence *ev)
{
	LITERAL(out, ",\"connection\":{\"client\":");
	json_add_endpoint(out, &ev->client);
	LITERAL(out, ",\"server\":");
	json_add_endpoint(out, &ev->server);
	buf_add_text(out, evidence_is(ev, FACT_ROLES_SEEN, 1) ? ",\"roles\":\"seen\""
							      : ",\"roles\":\"assumed\"");
	add_state(out, ev, true);
	add_state(out, ev, false);
	add_ms_of(out, ev, FACT_AGE, ",\"age_ms\":");
	add_ms_of(out, ev, FACT_SILENCE, ",\"silence_ms\":");
	add_ms_of(out, ev, FACT_SINCE_LAST, ",\"since_last_ms\":");
	add_key_number(out, ",\"client_bytes\":", ev->client_bytes);
	add_key_number(out, ",\"server_bytes\":", ev->server_bytes);
	if (evidence_knows(ev, FACT_OPEN_TO_SERVER))
		add_key_number(out,
			       ",\"open_to_server\":", evidence_value(ev, FACT_OPEN_TO_SERVER));
	LITERAL(out, "}");
}

/* As tcpdump writes them: "R.", "R". */
static void add_flags(struct buf *out, uint8_t flags)
{
	static const struct {
		uint8_t bit;
		char letter;
	} letters[] = {
		{ TCP_FIN, 'F' }, { TCP_SYN, 'S' }, { TCP_RST, 'R' }, { TCP_PSH, 'P' },
		{ TCP_ACK, '.' }, { TCP_URG, 'U' }, { TCP_ECE, 'E' }, { TCP_CWR, 'W' },
	};

	LITERAL(out, ",\"flags\":\"");
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		if (flags & letters[i].bit)
			buf_add_char(out, letters[i].letter);
	}
	LITERAL(out, "\"");
}

static void add_options(struct buf *out, uint16_t options)
{
	static const char *const names[] = { "MSS",   "WS",  "SACK_OK", "SACK", "TS",
					     "MPTCP", "MD5", "AO",	"TFO",	"other" };
	bool any = false;

	LITERAL(out, ",\"options\":\"");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!(options >> i & 1))
			continue;
		if (any)
			buf_add_char(out, ',');
		buf_add_text(out, names[i]);
		any = true;
	}
	LITERAL(out, "\"");
}

static void add_reset(struct buf *out, const struct evidence *ev, enum reset_from from)
{
	add_key_text(out, ",\"reset\":{\"from\":\"", reset_from_name(from));
	add_flags(out, ev->rst_flags);
	if (ev->rst_known & SEEN_SEQ)
		add_key_number(out, ",\"seq\":", ev->rst_seq);
	if (ev->rst_relative_known) {
		add_key_number(out, ",\"seq_rel\":", ev->rst_seq_relative);
		if (ev->rst_flags & TCP_ACK)
			add_key_number(out, ",\"ack_rel\":", ev->rst_ack_relative);
	}
	if (ev->rst_known & SEEN_WINDOW)
		add_key_number(out, ",\"window\":", ev->rst_window);
	if (ev->rst_known & SEEN_TTL)
		add_key_number(out, ",\"ttl\":", ev->rst_ttl);
	if (ev->rst_known & SEEN_IP_ID)
		add_key_number(out, ",\"ip_id\":", ev->rst_ip_id);
	if (ev->rst_known & SEEN_TOS)
		add_key_number(out, ",\"tos\":", ev->rst_tos);
	if (ev->rst_known & SEEN_OPTIONS)
		add_options(out, ev->rst_options);
	add_key_number(out, ",\"len\":", ev->rst_payload);
	if (ev->reason_bytes) {
		LITERAL(out, ",\"reason\":\"");
		escape_json(out, ev->reason, ev->reason_bytes);
		LITERAL(out, "\"");
	}
	LITERAL(out, "}");
}

static void add_verdict(struct sink_state *state, const struct verdict *verdict)
{
	struct buf *out = &state->buf;

	add_key_text(out, ",\"verdict\":{\"class\":\"", class_name(verdict->class_));
	if (verdict->class_confidence != CONFIDENCE_NONE)
		add_key_text(out, ",\"class_confidence\":\"",
			     confidence_name(verdict->class_confidence));
	add_key_text(out, ",\"cause\":\"", verdict->cause ? verdict->cause->id : "unknown");
	if (verdict->confidence != CONFIDENCE_NONE)
		add_key_text(out, ",\"confidence\":\"", confidence_name(verdict->confidence));
	buf_add_text(out, verdict->expected ? ",\"expected\":true,\"summary\":\""
					    : ",\"expected\":false,\"summary\":\"");
	json_add_summary(state->words, verdict, out);
	LITERAL(out, "\"");
	if (verdict->cause && verdict->confidence != CONFIDENCE_CERTAIN) {
		LITERAL(out, ",\"would_decide\":\"");
		json_add_decide(state->words, verdict->cause, verdict, out);
		LITERAL(out, "\"");
	}
	LITERAL(out, "}");
}

static void add_fact_value(struct buf *out, enum fact_id fact, int64_t value)
{
	const char *name = fact_value_name(fact, value);

	if (fact_kind(fact) == KIND_BOOL)
		buf_add_text(out, value ? "true" : "false");
	else if (name)
		add_key_text(out, "\"", name);
	else
		buf_add_i64(out, value);
}

static void add_evidence(struct sink_state *state, const struct verdict *verdict)
{
	struct buf *out = &state->buf;

	LITERAL(out, ",\"evidence\":[");
	for (int i = 0; i < verdict->shown_count; i++) {
		enum fact_id fact = verdict->shown[i];

		if (i)
			LITERAL(out, ",");
		add_key_text(out, "{\"fact\":\"", fact_name(fact));
		LITERAL(out, ",\"value\":");
		add_fact_value(out, fact, evidence_value(verdict->evidence, fact));
		LITERAL(out, ",\"text\":\"");
		json_add_fact(state->words, fact, verdict, out);
		LITERAL(out, "\"}");
	}
	LITERAL(out, "],\"alternatives\":[");
	for (int i = 0; i < verdict->alternative_count; i++) {
		const struct alternative *alternative = &verdict->alternatives[i];

		if (i)
			LITERAL(out, ",");
		add_key_text(out, "{\"cause\":\"", alternative->cause->id);
		add_key_text(out, ",\"confidence\":\"", confidence_name(alternative->confidence));
		LITERAL(out, ",\"would_decide\":\"");
		json_add_decide(state->words, alternative->cause, verdict, out);
		LITERAL(out, "\"}");
	}
	LITERAL(out, "]");
}

static void add_request(struct sink_state *state, const struct verdict *verdict)
{
	struct buf *out = &state->buf;

	LITERAL(out, ",\"request\":{");
	if (!verdict->request_uncounted) {
		add_key_number(out, "\"sent\":", verdict->request_sent);
		add_key_number(out, ",\"acked\":", verdict->request_acked);
		LITERAL(out, ",");
	}
	add_key_number(out, "\"answered\":", verdict->request_answered);
	add_key_text(out, ",\"executed\":\"", executed_name(verdict->executed));
	add_key_text(out, ",\"why\":\"", lang_request_why(state->options.lang, verdict->why));
	LITERAL(out, "}");
}

static void add_fix(struct sink_state *state, const struct verdict *verdict)
{
	struct buf *out = &state->buf;
	uint8_t places[CAUSE_FIXES_MAX];
	int count;

	if (!verdict->cause)
		return;
	LITERAL(out, ",\"fix\":[");
	count = cause_fixes(verdict->cause, verdict->evidence, places);
	for (int i = 0; i < count; i++) {
		if (i)
			LITERAL(out, ",");
		json_add_fix(state->words, verdict, places[i], out);
	}
	LITERAL(out, "]");
}

static bool app_seen(const struct app_view *view)
{
	return view->first_call != CALL_UNKNOWN || view->later_read != CALL_UNKNOWN ||
	       view->later_write != CALL_UNKNOWN;
}

static void add_app(struct buf *out, const char *key, const struct app_view *view)
{
	const struct {
		const char *key;
		enum call_result result;
	} calls[] = { { "\"first_call\":\"", view->first_call },
		      { "\"later_read\":\"", view->later_read },
		      { "\"later_write\":\"", view->later_write } };
	bool any = false;

	buf_add_text(out, key);
	for (int i = 0; i < 3; i++) {
		if (calls[i].result == CALL_UNKNOWN)
			continue;
		if (any)
			LITERAL(out, ",");
		add_key_text(out, calls[i].key, call_result_name(calls[i].result));
		any = true;
	}
	LITERAL(out, "}");
}

static void add_apps(struct buf *out, const struct verdict *verdict)
{
	bool client = app_seen(&verdict->client_sees), server = app_seen(&verdict->server_sees);

	if (!client && !server)
		return;
	LITERAL(out, ",\"app_sees\":{");
	if (client)
		add_app(out, "\"client\":{", &verdict->client_sees);
	if (server)
		add_app(out, client ? ",\"server\":{" : "\"server\":{", &verdict->server_sees);
	LITERAL(out, "}");
}

/* Who acted, as far as packets can tell: a live socket may have been a task or a timer. */
static const char *by_of(const struct verdict *verdict)
{
	static const char *const told[] = { "unknown", "task", "kernel", "network" };

	if (verdict->evidence->story.by)
		return told[verdict->evidence->story.by];
	switch (verdict->class_) {
	case CLASS_NETWORK:
		return "network";
	case CLASS_NO_SOCKET:
	case CLASS_REFUSED:
		if (verdict->from == FROM_CLIENT || verdict->from == FROM_SERVER ||
		    verdict->from == FROM_THIRD)
			return "kernel";
		return verdict->from == FROM_BETWEEN ? "network" : "unknown";
	default:
		return "unknown";
	}
}

static void add_idle(struct sink_state *state, const struct verdict *verdict)
{
	struct buf *out = &state->buf;
	struct buf text;

	if (!verdict->idle_match_count)
		return;
	buf_init(&text, 4096);
	LITERAL(out, ",\"idle_matches\":[");
	for (int i = 0; i < verdict->idle_match_count; i++) {
		buf_clear(&text);
		lang_add_idle(state->options.lang, verdict->idle_match[i], &text);
		if (i)
			LITERAL(out, ",");
		json_add_string(out, buf_text(&text));
	}
	LITERAL(out, "]");
	buf_release(&text);
}

static void add_id(struct sink_state *state, uint64_t id)
{
	static const char hex[] = "0123456789abcdef";
	struct buf *out = &state->buf;

	for (int shift = 12; shift >= 0; shift -= 4)
		buf_add_char(out, hex[state->run >> shift & 15]);
	buf_add_char(out, '-');
	buf_add_u64(out, id ? id : ++state->count);
}

void json_add_event(struct sink_state *state, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;
	bool ignored = ev->ignored != IGNORED_NOT;
	struct buf *out = &state->buf;

	add_key_text(out, "{\"type\":\"",
		     ignored	       ? "ignored"
		     : verdict->update ? "update"
				       : "reset");
	LITERAL(out, ",\"schema\":1,\"id\":\"");
	add_id(state, verdict->id);
	buf_add_text(out, verdict->pending ? "\",\"final\":false" : "\",\"final\":true");
	if (ev->has_time)
		json_add_time(state, ",\"time\":\"", ",\"time_of_day\":\"", ev->has_date,
			      ev->reset_ns);
	add_source(state, ev);
	add_connection(out, ev);
	/* Of an ignored reset nobody judged who made it. */
	add_reset(out, ev, ignored ? FROM_UNKNOWN : verdict->from);
	if (ignored) {
		add_key_text(out, ",\"why\":\"", ignored_why_name(ev->ignored));
		add_key_text(out, ",\"text\":\"", lang_ignored(state->options.lang, ev->ignored));
		LITERAL(out, "}\n");
		return;
	}
	add_verdict(state, verdict);
	add_evidence(state, verdict);
	add_request(state, verdict);
	add_fix(state, verdict);
	add_apps(out, verdict);
	add_key_text(out, ",\"by\":\"", by_of(verdict));
	if (ev->story.known)
		json_add_story(out, &ev->story);
	add_idle(state, verdict);
	add_key_number(out, ",\"count\":", verdict->count ? (int64_t)verdict->count : 1);
	if (verdict->count > 1 && ev->has_date) {
		json_add_time(state, ",\"first_time\":\"", "", true, verdict->first_ns);
		json_add_time(state, ",\"last_time\":\"", "", true, verdict->last_ns);
	}
	LITERAL(out, "}\n");
}
