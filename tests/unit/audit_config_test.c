/* SPDX-License-Identifier: MIT */
/* Configuration files as statements, and the pairs in them that must race. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/check.h"
#include "audit/config.h"
#include "audit/limits.h"
#include "audit/root.h"
#include "config_files.h"

static struct config parse(enum config_kind kind, const char *text)
{
	struct config config = { .kind = kind };
	char *copy = strdup(text);

	config_parse(&config, "/etc/x", copy, strlen(text));
	return config;
}

static void is(const struct config *config, int index, int line, int parent, const char *words)
{
	const struct config_item *item = &config->items[index];
	char text[256] = "";

	assert_true(index < config->count);
	for (int i = 0; i < item->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? "|" : "",
			 item->words[i]);
	assert_string_equal(text, words);
	assert_int_equal(item->line, line);
	assert_int_equal(item->parent, parent);
}

static void test_nginx(void **state)
{
	struct config config =
		parse(CONFIG_NGINX, "user www; # a comment; {\n"
				    "http {\n"
				    "  log '$a \\'{;}\\' b' \"x y\";\n"
				    "  server { listen 80\n backlog=9; set $x ${y}z; }\n"
				    "  content_by_lua_block { if x then return \"}\" .. {1} end } "
				    "log_by_lua_block { --[[ }\n } don't ]] f() -- }\n"
				    "}"
				    "  set_by_lua_block $y {}\n"
				    "  empty {}\n"
				    "}");

	(void)state;
	assert_int_equal(config.problem_count, 0);
	is(&config, 0, 1, -1, "user|www");
	is(&config, 1, 2, -1, "http");
	is(&config, 2, 3, 1, "log|$a '{;}' b|x y");
	is(&config, 3, 4, 1, "server");
	is(&config, 4, 4, 3, "listen|80|backlog=9");
	is(&config, 5, 5, 3, "set|$x|${y}z");
	assert_string_equal(config_value(&config.items[4], "backlog"), "9");
	assert_null(config_value(&config.items[4], "back"));
	assert_ptr_equal(config_inherit(&config, 3, "user"), &config.items[0]);
	assert_null(config_find(&config, 3, "user"));
	config_release(&config);
}

static void test_keepalived(void **state)
{
	struct config config = parse(CONFIG_KEEPALIVED, "! comment\n"
							"vrrp_script web {\n"
							"  script \"netstat -tln | grep :80\"\n"
							"  interval 1 # s\n"
							"}\n");

	(void)state;
	assert_int_equal(config.problem_count, 0);
	is(&config, 0, 2, -1, "vrrp_script|web");
	is(&config, 1, 3, 0, "script|netstat -tln | grep :80");
	is(&config, 2, 4, 0, "interval|1");
	config_release(&config);
	/* A brace on a line of its own opens what stands on the line before. */
	config = parse(CONFIG_KEEPALIVED, "vrrp_script web\n\n# x\n{\n interval 1\n}\nlast\n");
	assert_int_equal(config.problem_count, 0);
	is(&config, 0, 1, -1, "vrrp_script|web");
	is(&config, 1, 5, 0, "interval|1");
	is(&config, 2, 7, -1, "last");
	config_release(&config);
	config = parse(CONFIG_KEEPALIVED, "a {\n}\n{\n}\n");
	assert_int_equal(config.problem_count, 1);
	assert_int_equal(config.problems[0].line, 3);
	config_release(&config);
}

static void test_haproxy(void **state)
{
	struct config config = parse(CONFIG_HAPROXY, "global\n"
						     "  log \"a b\" # c\n"
						     "frontend web\n"
						     "\tbind :80,:443 name a\\ b#x\n"
						     "  acl x path 'it''s'");

	(void)state;
	assert_int_equal(config.problem_count, 0);
	is(&config, 0, 1, -1, "global");
	is(&config, 1, 2, 0, "log|a b");
	is(&config, 2, 3, -1, "frontend|web");
	is(&config, 3, 4, 2, "bind|:80,:443|name|a b");
	is(&config, 4, 5, 2, "acl|x|path|its");
	config_release(&config);
}

static const char *mode_of(const struct config *config, const char *name)
{
	for (int i = 0; i < config->count; i++)
		if (config->items[i].parent < 0 && config->items[i].count > 1 &&
		    !strcmp(config->items[i].words[1], name)) {
			const struct config_item *item = haproxy_find(config, i, "mode", NULL);

			return !item					    ? "none"
			       : haproxy_has_option(config, i, "httpclose") ? "closing"
									    : item->words[1];
		}
	return "missing";
}

/* Which defaults a section stands on, and which of two options counts. */
static void test_haproxy_defaults(void **state)
{
	struct config config = parse(CONFIG_HAPROXY, ".if defined(X)\n"
						     ".notice \"a\"\n"
						     "defaults a\n mode http\n"
						     "defaults b from a\n"
						     ".endif\n"
						     "defaults c\n option httpclose\n mode tcp\n"
						     "listen of-c\n"
						     "listen of-a from a\n"
						     "listen of-b from b\n"
						     "listen not\n no option httpclose\n"
						     "listen last\n option httpclose\n"
						     " no option httpclose\n"
						     "defaults\n"
						     "listen of-none\n"
						     "frontend of-unknown from z\n");

	(void)state;
	assert_int_equal(config.problem_count, 0);
	assert_string_equal(mode_of(&config, "of-c"), "closing");
	assert_string_equal(mode_of(&config, "of-a"), "http");
	assert_string_equal(mode_of(&config, "of-b"), "http");
	assert_string_equal(mode_of(&config, "not"), "tcp");
	assert_string_equal(mode_of(&config, "last"), "tcp");
	assert_string_equal(mode_of(&config, "of-none"), "none");
	assert_string_equal(mode_of(&config, "of-unknown"), "none");
	config_release(&config);
}

/* At the limit that is told, and not that each line is wrong. */
static void test_limit(void **state)
{
	static const char section[] = "listen x\n";
	char *text = malloc(20000 * (sizeof(section) - 1) + 1);
	struct config config = { .kind = CONFIG_HAPROXY };

	(void)state;
	text[0] = '\0';
	for (int i = 0; i < 20000; i++)
		strcpy(text + i * (sizeof(section) - 1), section);
	config_parse(&config, "/etc/x", text, 20000 * (sizeof(section) - 1));
	assert_true(config.truncated);
	assert_int_equal(config.problem_count, 0);
	config_release(&config);
}

static void test_tomcat(void **state)
{
	struct config config =
		parse(CONFIG_TOMCAT, "<Server>\n<!-- <Connector port=\"1\"/> -->\n"
				     "<Connector port = \"8080\" protocol='HTTP/1.1'\n"
				     "  connectionTimeout=\"20000\" />\n</Server>\n");

	(void)state;
	assert_int_equal(config.problem_count, 0);
	assert_int_equal(config.count, 1);
	is(&config, 0, 3, -1, "Connector|port=8080|protocol=HTTP/1.1|connectionTimeout=20000");
	config_release(&config);
}

/* What is wrong is told with its line, and what is right around it is read. */
static void test_problems(void **state)
{
	static const struct {
		enum config_kind kind;
		const char *text;
		int line, items;
	} rows[] = {
		{ CONFIG_NGINX, "a b;\nc d }\ne f;", 2, 3 },
		{ CONFIG_NGINX, "a {\n b c;\n", 1, 2 },
		{ CONFIG_NGINX, "a b;\nc", 2, 2 },
		{ CONFIG_NGINX, "a 'b;\n\nc d;", 1, 1 },
		{ CONFIG_NGINX, "\n{ a b; }", 2, 1 },
		{ CONFIG_KEEPALIVED, "a {\n b\n}\n}\nc d", 4, 3 },
		{ CONFIG_HAPROXY, "bind :80\nglobal\n x", 1, 2 },
		{ CONFIG_HAPROXY, "global\n log 'x\n y", 2, 3 },
		{ CONFIG_TOMCAT, "<Connector port=8080/>\n<Connector port='1'/>", 1, 2 },
		{ CONFIG_TOMCAT, "<Connector port='1'/>\n<!-- x", 2, 1 },
		{ CONFIG_TOMCAT, "\n\n<Connector port='1", 3, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config config = parse(rows[i].kind, rows[i].text);

		if (config.problem_count < 1 || config.problems[0].line != rows[i].line ||
		    config.count != rows[i].items)
			fail_msg("row %zu: %d problems, first in line %d, %d statements", i,
				 config.problem_count, config.problems[0].line, config.count);
		config_release(&config);
	}
}

/* As nginx -T prints it, with what it says of the test on standard error before it. */
static void test_dump(void **state)
{
	static const char text[] =
		"nginx: configuration file /srv/n/nginx.conf test is successful\n"
		"# configuration file /srv/n/nginx.conf:\n"
		"http {\n  include sites/*.conf;\n  a b;\n}\n\n"
		"# configuration file /srv/n/sites/x.conf:\n"
		"# configuration file, not a name\n"
		"server { include /srv/n/both; }\n\n"
		"# configuration file /srv/n/both:\n"
		"\nlisten 80;\n\n"
		"# configuration file /srv/n/sites/y.conf:\n"
		"server { include both; }\n\n"
		"# configuration file /srv/n/alone:\nc d;";
	static const char other[] = "# configuration file /srv/n/nginx.conf:\n"
				    "http { include sites/*.conf;\n g h; }\n"
				    "# configuration file /srv/n/sites/x.conf:\ne f;\n";
	struct config config = { .kind = CONFIG_NGINX };

	(void)state;
	config_parse_dump(&config, config_keep(&config, strdup(text)), strlen(text));
	assert_int_equal(config.problem_count, 0);
	assert_int_equal(config.count, 7);
	is(&config, 0, 1, -1, "http");
	is(&config, 1, 2, 0, "server");
	assert_string_equal(config.items[1].file, "/srv/n/sites/x.conf");
	is(&config, 2, 2, 1, "listen|80");
	assert_string_equal(config.items[2].file, "/srv/n/both");
	is(&config, 3, 1, 0, "server");
	is(&config, 4, 2, 3, "listen|80");
	is(&config, 5, 3, 0, "a|b");
	is(&config, 6, 1, -1, "c|d");
	/* Another host's, which calls its files the same: each has its own. */
	assert_int_equal(
		config_parse_dump(&config, config_keep(&config, strdup(other)), strlen(other)), 2);
	assert_int_equal(config.count, 10);
	is(&config, 7, 1, -1, "http");
	is(&config, 8, 1, 7, "e|f");
	is(&config, 9, 2, 7, "g|h");
	assert_false(config_include_part(&config, "/srv/n/alone", -1));
	config_release(&config);
}

static void test_recognize(void **state)
{
	static const struct {
		const char *path, *text;
		int kind;
	} rows[] = {
		{ "x", "# configuration file /a:\n", CONFIG_NGINX },
		{ "x", "# configuration file /a\n", -1 },
		{ "a.service", "", CONFIG_SYSTEMD },
		{ "a.service.d/x.conf", "LimitNOFILE=1", CONFIG_SYSTEMD },
		{ "x.conf", "# c\n\n[Socket]\nListenStream=1\n", CONFIG_SYSTEMD },
		{ "x", "\n  upstream a {", CONFIG_NGINX },
		{ "x", "defaults\n mode http\n", CONFIG_HAPROXY },
		{ "x", "global_defs {\n", CONFIG_KEEPALIVED },
		{ "x", "<?xml?>\n<Server port='1'>", CONFIG_TOMCAT },
		{ "x", "# c\nserver\n{\n", CONFIG_NGINX },
		{ "x", "[Manager]\n", CONFIG_SYSTEMD },
		{ "x", "server a 10.0.0.1:80\n", -1 },
		{ "x", "globality {", -1 },
		{ "x", "", -1 },
		{ "x", "hello world\n", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(config_recognize(rows[i].path, rows[i].text, strlen(rows[i].text)),
				 rows[i].kind);
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} rows[] = {
		{ "65", 65000000 },
		{ "65s", 65000000 },
		{ "1m30s", 90000000 },
		{ "500ms", 500000 },
		{ "2h", 7200000000 },
		{ "0", 0 },
		{ "", -1 },
		{ "s", -1 },
		{ "-1", -1 },
		{ "1w", 604800000000 },
		{ "1M", 2592000000000 },
		{ "1m 30s", 90000000 },
		{ "5Y", -1 },
		{ "99999999999d", -1 },
		{ "999999999999y", -1 },
		{ "1 s", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(config_time_us(rows[i].text, 1000000), rows[i].us);
}

/* --- the pairs, in files below a folder ----------------------------------------------------------
 */

/* Against a frontend that closes after 4 s and a Tomcat that does after 20 s. */
static const char haproxy[] = "defaults\n mode http\n timeout client 50s\n"
			      " timeout http-keep-alive 4s\n"
			      "frontend f\n bind 127.0.0.1:9000\n use_backend briefly if x\n"
			      "backend b\n external-check command /usr/bin/netstat\n"
			      "backend pool\n server a 127.0.0.1:9000\n" /* line 11 */
			      " server quick 127.0.0.1:9000 pool-purge-delay 1s\n"
			      " server none 127.0.0.1:9000 pool-max-conn 0\n"
			      " server two 127.0.0.1:9000 proto h2\n"
			      " server away 10.0.0.1:9000\n"
			      " server fine 127.0.0.1:8080\n"
			      "backend slow\n default-server pool-purge-delay 7s\n" /* 18 */
			      " server c localhost:8080\n"
			      "backend closing\n option http-server-close\n"
			      " server d 127.0.0.1:9000\n"
			      "backend plain\n mode tcp\n server e 127.0.0.1:9000\n"
			      "frontend g\n bind :9001\n timeout http-keep-alive 30s\n" /* 28 */
			      " default_backend session\n"
			      "backend session\n http-reuse never\n server s [::1]:8080\n"
			      "backend briefly\n http-reuse never\n server s [::1]:8080\n"
			      "defaults\n mode http\n option http-server-close\n"
			      "listen closed\n server x 127.0.0.1:9000\n"
			      "listen kept\n no option http-server-close\n"
			      " server y 127.0.0.1:9000\n" /* 43 */
			      "listen open\n option http-keep-alive\n"
			      " server z 127.0.0.1:9000\n" /* 46 */
			      /* Of the same ports, at another address: not what is called above. */
			      "frontend outside\n bind 10.0.0.5:8080\n"
			      " timeout http-keep-alive 1s\n"
			      "listen list\n bind :9003,10.0.0.5:9002\n option http-keep-alive\n"
			      " timeout http-keep-alive 1s\n"
			      " server self localhost:9003\n"; /* 54 */

/* --anonymize: nothing is left of names and addresses, the same stays the same. */
static void expect_hidden(struct findings *findings)
{
	const uint64_t key[2] = { 7, 9 };
	struct anonymizer anonymizer;
	struct buf site;

	anonymizer_init(&anonymizer, key);
	findings_hide(findings, &anonymizer);
	assert_int_equal(count(findings, "idle-pair", "127.0.0.1"), 0);
	assert_int_equal(count(findings, "idle-pair", ":8080) for"), 3);
	assert_int_equal(count(findings, "idle-pair", "example.com"), 0);
	assert_int_equal(count(findings, "idle-pair", "/etc/nginx/nginx.conf:4: nginx"), 1);
	buf_init(&site, 256);
	anonymizer_add_path(&anonymizer, "/etc/nginx/sites/a.example.com.conf:1", &site);
	assert_int_equal(count(findings, "idle-pair", buf_text(&site)), 1);
	assert_int_equal(count(findings, "config-unreadable", "example.com"), 0);
	assert_int_equal(count(findings, "netstat-check", "/usr/local/bin/check.sh:3"), 1);
	buf_release(&site);
}

static void test_pairs(void **state)
{
	struct audit audit = { 0 };
	struct findings findings;

	(void)state;
	make_folder();
	put("/etc/nginx/nginx.conf",
	    "http {\n"
	    "  include sites/*.conf;\n"
	    "  reset_timedout_connection on; send_timeout $soon;\n"
	    "  upstream java { server 127.0.0.1:8080; keepalive 8; }\n"
	    "  upstream short { server 127.0.0.1:8080; keepalive 8;\n"
	    "    keepalive_timeout 10s; }\n"
	    "  upstream none { server 127.0.0.1:8080; }\n"
	    "  upstream away { server 10.0.0.1:8080; keepalive 8; }\n"
	    "  upstream self { server localhost:81; keepalive 8;\n"
	    "    keepalive_timeout 75s; }\n"
	    "  upstream hap { server 127.0.0.1:9000; keepalive 8; }\n"
	    "  upstream zero { server 127.0.0.1:9000; keepalive 0; }\n"
	    "  upstream one { server 127.0.0.1:9000; keepalive 8; }\n"
	    "  upstream old { server 127.0.0.1:9000; keepalive 8; }\n"
	    "  server { location / { proxy_pass http://old/x; }\n"
	    "    location /1 { proxy_pass http://one; proxy_http_version 1.0; }\n"
	    "    location /2 { proxy_pass http://hap; }\n"
	    "    location /3 { proxy_pass https://hap; proxy_http_version 1.1; }\n"
	    "  }\n"
	    "}\n");
	put("/etc/nginx/sites/a.example.com.conf", "server { listen 81; }\nserver { listen 82\n");
	put("/etc/tomcat10/server.xml", "<Connector port=\"8080\" connectionTimeout=\"20000\"/>\n"
					"<Connector port=\"8009\" protocol=\"AJP/1.3\"/>\n");
	put("/etc/haproxy/haproxy.cfg", haproxy);
	put("/etc/keepalived/keepalived.conf",
	    "vrrp_script a {\n script \"netstat -tln | grep :80\"\n}\n"
	    "vrrp_script b {\n script \"/usr/local/bin/check.sh 80\"\n}\n"
	    "vrrp_script c {\n script \"/usr/local/bin/good.sh\"\n}\n");
	put("/usr/local/bin/check.sh", "#!/bin/sh\n# netstat\nexec netstat -tln\n");
	put("/usr/local/bin/good.sh", "#!/bin/sh\n# not netstat\nmy_netstat\n");
	root_set(folder);
	assert_int_equal(findings_judge(&findings, &audit), 0);
	assert_int_equal(count(&findings, "idle-pair", "nginx keeps idle connections to"), 4);
	assert_int_equal(
		count(&findings, "idle-pair", "hap (127.0.0.1:9000) for 60.0 s (its default)"), 1);
	assert_int_equal(count(&findings, "idle-pair",
			       "old (127.0.0.1:9000) for 60.0 s, if it is nginx 1.29.7"),
			 1);
	assert_int_equal(count(&findings, "idle-pair",
			       "/etc/haproxy/haproxy.cfg:11: HAProxy keeps idle connections to "
			       "pool/a (127.0.0.1:9000) for 15.0 s: the last one"),
			 1);
	assert_int_equal(count(&findings, "idle-pair",
			       "haproxy.cfg:18: HAProxy keeps idle "
			       "connections to slow/c (localhost:8080) for "
			       "21.0 s"),
			 1);
	assert_int_equal(count(&findings, "idle-pair",
			       "haproxy.cfg:28: HAProxy keeps idle "
			       "connections to session/s ([::1]:8080) for "
			       "30.0 s: as long as their client's"),
			 1);
	assert_int_equal(count(&findings, "idle-pair", "haproxy.cfg:43: HAProxy keeps"), 1);
	assert_int_equal(count(&findings, "idle-pair", "haproxy.cfg:46: HAProxy keeps"), 1);
	assert_int_equal(count(&findings, "idle-pair", "haproxy.cfg:54: HAProxy keeps"), 1);
	assert_int_equal(count(&findings, "idle-pair", ""), 10);
	assert_int_equal(count(&findings, "idle-pair",
			       "/etc/nginx/nginx.conf:4: nginx keeps idle connections to java "
			       "(127.0.0.1:8080) for 60.0 s (its default)"),
			 1);
	assert_int_equal(count(&findings, "idle-pair", "/etc/tomcat10/server.xml:1: Tomcat"), 3);
	assert_int_equal(count(&findings, "idle-pair",
			       "/etc/nginx/sites/a.example.com.conf:1: nginx closes"),
			 1);
	assert_int_equal(count(&findings, "idle-pair", "HAProxy closes them after 4.00 s"), 5);
	/* Nothing is left of words that there was nothing to say with. */
	assert_true(count(&findings, "idle-pair", "4.00 s (timeout http-keep-alive)HAProxy keeps"));
	assert_int_equal(count(&findings, "netstat-check", ""), 3);
	assert_int_equal(count(&findings, "netstat-check", "/usr/local/bin/check.sh:3"), 1);
	assert_int_equal(count(&findings, "timedout-reset", "/etc/nginx/nginx.conf:3"), 1);
	assert_int_equal(count(&findings, "timedout-reset", "has timed out"), 0);
	assert_int_equal(
		count(&findings, "config-unreadable", "/etc/nginx/sites/a.example.com.conf:2"), 2);
	expect_hidden(&findings);
	findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nginx),
		cmocka_unit_test(test_keepalived),
		cmocka_unit_test(test_haproxy),
		cmocka_unit_test(test_haproxy_defaults),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_tomcat),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_recognize),
		cmocka_unit_test(test_times),
		cmocka_unit_test_teardown(test_pairs, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
