/* SPDX-License-Identifier: MIT */
/* -o json: each line an object of the contract; unknown is left out; hostile text is harmless. */
#include "sinks_play.h"

#include <jansson.h>

static const char *const names[] = { "a \"capture\"\n.pcap", NULL };
static const struct sink_options plain = { .file_names = names, .source_kind = "pcap" };

#define UNREAD "c S; s SA; c A; c PA75; s A; +660us s RA"

/* The @index-th line, parsed; every line must parse. */
static json_t *line_of(char *text, int index)
{
	json_t *found = NULL;
	char *rest, *line;
	int i = 0;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		if (!value)
			fail_msg("not JSON: %s", line);
		if (i++ == index)
			found = value;
		else
			json_decref(value);
	}
	assert_non_null(found);
	return found;
}

static const char *text_at(json_t *object, const char *path)
{
	char part[64];

	while (object && *path) {
		size_t n = strcspn(path, "/");

		memcpy(part, path, n);
		part[n] = 0;
		object = part[0] >= '0' && part[0] <= '9'
				 ? json_array_get(object, (size_t)atoi(part))
				 : json_object_get(object, part);
		path += n + (path[n] == '/');
	}
	return object && json_is_string(object) ? json_string_value(object) : "";
}

static void test_reset(void **state)
{
	char *text = play_text(&sink_json, &plain, UNREAD, NULL);
	json_t *event = line_of(text, 0);
	json_t *reset = json_object_get(event, "reset");
	json_t *connection = json_object_get(event, "connection");

	(void)state;
	assert_string_equal(text_at(event, "type"), "reset");
	assert_true(json_is_true(json_object_get(event, "final")));
	assert_string_equal(text_at(event, "source/name"), names[0]);
	assert_string_equal(text_at(event, "source/kind"), "pcap");
	assert_string_equal(text_at(event, "connection/roles"), "seen");
	assert_string_equal(text_at(event, "connection/server_state"), "ESTABLISHED");
	assert_int_equal(json_integer_value(json_object_get(connection, "client_bytes")), 75);
	assert_int_equal(json_integer_value(json_object_get(connection, "server_bytes")), 0);
	assert_true(json_number_value(json_object_get(connection, "since_last_ms")) == 0.66);
	assert_string_equal(text_at(event, "reset/from"), "server");
	assert_string_equal(text_at(event, "reset/flags"), "R.");
	assert_int_equal(json_integer_value(json_object_get(reset, "ack_rel")), 76);
	assert_string_equal(text_at(event, "verdict/class"), "owner-abort");
	assert_string_equal(text_at(event, "request/executed"), "unknown");
	assert_string_equal(text_at(event, "app_sees/client/first_call"), "ECONNRESET");
	assert_true(strlen(text_at(event, "time")) == strlen("2026-11-20T14:01:03.568769Z"));
	assert_true(strncmp(text_at(event, "time"), "2026-11-20T14:01:03.00", 22) == 0);
	assert_null(json_object_get(event, "time_of_day"));
	assert_null(json_object_get(event, "owner"));
	assert_true(json_array_size(json_object_get(event, "alternatives")) <= 4);
	for (size_t i = 0; i < json_array_size(json_object_get(event, "alternatives")); i++) {
		char path[64];

		snprintf(path, sizeof(path), "alternatives/%zu/would_decide", i);
		assert_true(*text_at(event, path));
	}
	json_decref(event);
	free(text);
}

static void make_hostile(struct evidence *ev)
{
	static const char reason[] = "x\"\\\n\x1b[31m\xff\xe2\x80\xae";

	memcpy(ev->reason, reason, sizeof(reason) - 1);
	ev->reason_bytes = sizeof(reason) - 1;
	ev->has_date = false;
	ev->reset_ns = ((23 * 60 + 59) * 60 + 59) * 1000000000ll + 999999999;
	ev->rst_known = 0;
	ev->rst_relative_known = false;
}

static void test_unknown_is_left_out(void **state)
{
	static const char *const absent[] = { "seq", "seq_rel", "ack_rel", "window",
					      "ttl", "ip_id",	"tos",	   "options" };
	char *text = play_text(&sink_json, &plain, UNREAD, make_hostile);
	json_t *event = line_of(text, 0);

	(void)state;
	for (size_t i = 0; i < sizeof(absent) / sizeof(*absent); i++)
		assert_null(json_object_get(json_object_get(event, "reset"), absent[i]));
	assert_null(json_object_get(event, "time"));
	assert_string_equal(text_at(event, "time_of_day"), "23:59:59.999999");
	assert_string_equal(text_at(event, "reset/reason"), "x\"\\\n\x1b[31m\\xff\\xe2\\x80\\xae");
	json_decref(event);
	free(text);
}

static void test_anonymized(void **state)
{
	struct sink_options options = plain;
	json_t *event, *again;
	char *text, *other;

	(void)state;
	options.anonymize = true;
	options.anonymize_key[0] = 42;
	text = play_text(&sink_json, &plain, UNREAD, make_hostile);
	event = line_of(text, 0);
	other = play_text(&sink_json, &options, UNREAD, make_hostile);
	again = line_of(other, 0);
	assert_string_not_equal(text_at(event, "connection/client"),
				text_at(again, "connection/client"));
	assert_string_not_equal(text_at(event, "connection/server"),
				text_at(again, "connection/server"));
	/* Ports stay; text that the reset carried may name addresses and goes. */
	assert_string_equal(strrchr(text_at(event, "connection/server"), ':'),
			    strrchr(text_at(again, "connection/server"), ':'));
	assert_string_equal(text_at(again, "reset/reason"), "");
	json_decref(event);
	json_decref(again);
	free(text);
	/* No sentence may name what was replaced either. */
	text = play_text(&sink_json, &plain, UNREAD, NULL);
	event = line_of(text, 0);
	{
		const char *server = text_at(event, "connection/server");
		char host[64] = "";

		memcpy(host, server, strcspn(server, ":"));
		free(other);
		other = play_text(&sink_json, &options, UNREAD, NULL);
		assert_true(*host);
		assert_null(strstr(other, host));
	}
	json_decref(event);
	free(text);
	free(other);
}

static void test_ignored_and_summary(void **state)
{
	/* Far outside the window, and the connection goes on to a normal end. */
	char *text = play_text(&sink_json, &plain,
			       "c S; s SA; c A; c PA75; s A; s R seq=1000000000; +50ms c PA10; s "
			       "A; s PA100; c A; c FA; s FA; c A",
			       NULL);
	char *copy = strdup(text);
	json_t *event = line_of(text, 0), *summary = line_of(copy, 1);

	(void)state;
	assert_string_equal(text_at(event, "type"), "ignored");
	assert_true(*text_at(event, "why") && *text_at(event, "text"));
	assert_null(json_object_get(event, "verdict"));
	assert_string_equal(text_at(summary, "type"), "summary");
	assert_int_equal(json_integer_value(json_object_get(summary, "resets")), 0);
	assert_int_equal(json_integer_value(json_object_get(summary, "ignored")), 1);
	assert_int_equal(json_integer_value(json_object_get(summary, "connections")), 1);
	json_decref(event);
	json_decref(summary);
	free(text);
	free(copy);
}

static void test_languages_agree(void **state)
{
	struct sink_options options = plain;
	char *en = play_text(&sink_json, &plain, UNREAD, NULL), *zh;
	json_t *a, *b;

	(void)state;
	options.lang = LANG_ZH;
	zh = play_text(&sink_json, &options, UNREAD, NULL);
	a = line_of(en, 0);
	b = line_of(zh, 0);
	assert_string_equal(text_at(a, "id"), text_at(b, "id"));
	assert_string_equal(text_at(a, "verdict/cause"), text_at(b, "verdict/cause"));
	assert_string_not_equal(text_at(a, "verdict/summary"), text_at(b, "verdict/summary"));
	assert_string_not_equal(text_at(a, "evidence/0/text"), text_at(b, "evidence/0/text"));
	assert_string_equal(text_at(a, "evidence/0/fact"), text_at(b, "evidence/0/fact"));
	json_decref(a);
	json_decref(b);
	free(en);
	free(zh);
}

/* A reader that went away is told as such. */
static void test_closed_pipe(void **state)
{
	struct sink_state *sink_state;
	struct tracker_counts counts = { 0 };
	struct run_summary summary = { .tracker = &counts };
	FILE *full = fopen("/dev/full", "w");
	int r;

	(void)state;
	assert_non_null(full);
	assert_int_equal(sink_json.open(full, &plain, &sink_state), 0);
	sink_json.summary(sink_state, &summary);
	r = sink_json.close(sink_state);
	assert_true(r < 0);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reset),		cmocka_unit_test(test_unknown_is_left_out),
		cmocka_unit_test(test_anonymized),	cmocka_unit_test(test_ignored_and_summary),
		cmocka_unit_test(test_languages_agree), cmocka_unit_test(test_closed_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
