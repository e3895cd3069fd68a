/* SPDX-License-Identifier: MIT */
/* Which files count for a unit: drop-ins of every level, links, instances, the manager's own. */
#include <unistd.h>

#include "audit/config.h"
#include "audit/limits.h"
#include "audit/root.h"
#include "audit/units.h"
#include "config_files.h"

#define ETC "/etc/systemd/system/"
#define LIB "/usr/lib/systemd/system/"
#define LIMIT(number) "[Service]\nLimitNOFILE=" #number "\n"
#define NGINX "[Service]\nExecStart=/usr/sbin/nginx\n"

static void put_link(const char *path, const char *target)
{
	char full[PATH_MAX + 128];

	/* Makes the folders. */
	put(path, "");
	snprintf(full, sizeof(full), "%s%s", folder, path);
	assert_int_equal(unlink(full), 0);
	assert_int_equal(symlink(target, full), 0);
}

static void remove_file(const char *path)
{
	char full[PATH_MAX + 128];

	snprintf(full, sizeof(full), "%s%s", folder, path);
	assert_int_equal(unlink(full), 0);
}

static int begin(void **state)
{
	(void)state;
	make_folder();
	root_set(folder);
	return 0;
}

static void expect_limit(const struct config *units, const char *unit, const char *place)
{
	int index = unit_find(units, unit);
	const struct config_item *item = unit_limit(units, index, "LimitNOFILE");

	assert_true(index >= 0);
	if (!place) {
		assert_null(item);
		return;
	}
	assert_non_null(item);
	assert_string_equal(item->file, place);
}

/* Of what is called the same the stronger folder's, then the nearer name's; else the last by name.
 */
static void test_levels(void **state)
{
	struct config units = { .kind = CONFIG_SYSTEMD };

	(void)state;
	put(LIB "a-b-c.service", LIMIT(1));
	put(LIB "a-.service.d/20.conf", LIMIT(2));
	put(LIB "a-b-.service.d/10.conf", LIMIT(3));
	put(LIB "a-b.service", LIMIT(1));
	put(LIB "a-b.service.d/20.conf", LIMIT(4));
	put(LIB "plain.service", LIMIT(1));
	put(LIB "service.d/05.conf", LIMIT(5));
	put(LIB "one.service", LIMIT(1));
	put(LIB "one.service.d/05.conf", LIMIT(6));
	/* Of an instance all of these, of its template the last. */
	put(LIB "t-u@.service", LIMIT(1));
	put(LIB "t-u@x.service.d/10.conf", LIMIT(7));
	put(LIB "t-@x.service.d/40.conf", LIMIT(7));
	put(LIB "t-@.service.d/30.conf", LIMIT(7));
	put(LIB "t-.service.d/20.conf", LIMIT(8));
	/* The folder counts for more than the name. */
	put(LIB "f-g.service", LIMIT(1));
	put(LIB "f-g.service.d/20.conf", LIMIT(2));
	put(ETC "f-.service.d/20.conf", LIMIT(3));
	put("/run/systemd/generator.late/old.service", LIMIT(1));
	put(LIB "old.service.d/90.conf", LIMIT(2));
	config_read_units(&units);
	expect_limit(&units, "a-b-c.service", LIB "a-.service.d/20.conf");
	expect_limit(&units, "a-b.service", LIB "a-b.service.d/20.conf");
	expect_limit(&units, "plain.service", LIB "service.d/05.conf");
	expect_limit(&units, "one.service", LIB "one.service.d/05.conf");
	expect_limit(&units, "t-u@.service", LIB "t-.service.d/20.conf");
	expect_limit(&units, "t-u@x.service", LIB "t-@x.service.d/40.conf");
	expect_limit(&units, "f-g.service", ETC "f-.service.d/20.conf");
	expect_limit(&units, "old.service", LIB "old.service.d/90.conf");
	assert_int_equal(units.problem_count, 0);
	config_release(&units);
}

static void test_instances(void **state)
{
	struct config units = { .kind = CONFIG_SYSTEMD };

	(void)state;
	put(LIB "x@.service", LIMIT(1));
	put(ETC "x@.service.d/50.conf", LIMIT(2));
	put(ETC "x@one.service.d/60.conf", LIMIT(3));
	put(ETC "x@two.service.d/40.conf", LIMIT(4));
	put(LIB "x@own.service", LIMIT(5));
	put(ETC "nothing@one.service.d/60.conf", LIMIT(6));
	config_read_units(&units);
	expect_limit(&units, "x@.service", ETC "x@.service.d/50.conf");
	expect_limit(&units, "x@one.service", ETC "x@one.service.d/60.conf");
	expect_limit(&units, "x@two.service", ETC "x@.service.d/50.conf");
	expect_limit(&units, "x@three.service", ETC "x@.service.d/50.conf");
	expect_limit(&units, "x@own.service", ETC "x@.service.d/50.conf");
	assert_int_equal(unit_find(&units, "nothing@one.service"), -1);
	config_release(&units);
}

static void test_links(void **state)
{
	struct config units = { .kind = CONFIG_SYSTEMD };

	(void)state;
	put("/srv/limits", LIMIT(2));
	put("/srv/real-1.2", LIMIT(3));
	put(LIB "a.service", LIMIT(1));
	/* A drop-in is what its link leads to, whatever that is called. */
	put_link(ETC "a.service.d/10.conf", "../../../../srv/limits");
	put(LIB "a.service.d/20.conf", LIMIT(4));
	put_link(ETC "a.service.d/20.conf", "/dev/null");
	/* So is a unit from elsewhere; among the units a link is another name of one. */
	put_link(ETC "linked.service", "/srv/real-1.2");
	put_link(ETC "near.service", "../../../srv/real-1.2");
	put_link(ETC "alias.service", "../../../usr/lib/systemd/system/a.service");
	put_link(ETC "alias2.service", LIB "a.service");
	put(LIB "b.service", LIMIT(1));
	put_link(ETC "b.service", "/dev/null");
	config_read_units(&units);
	expect_limit(&units, "a.service", ETC "a.service.d/10.conf");
	expect_limit(&units, "linked.service", ETC "linked.service");
	expect_limit(&units, "near.service", ETC "near.service");
	assert_int_equal(unit_find(&units, "alias.service"), -1);
	assert_int_equal(unit_find(&units, "alias2.service"), -1);
	assert_int_equal(unit_find(&units, "b.service"), -1);
	assert_int_equal(units.problem_count, 0);
	config_release(&units);
}

/* Drop-ins of any name of a unit are its own. */
static void test_other_names(void **state)
{
	struct config units = { .kind = CONFIG_SYSTEMD };

	(void)state;
	put(LIB "ssh.service", LIMIT(1));
	put_link(ETC "sshd.service", LIB "ssh.service");
	put(ETC "sshd.service.d/50.conf", LIMIT(2));
	put(LIB "one.service", LIMIT(1));
	put_link(ETC "two.service", "one.service");
	put_link(ETC "three-more.service", "two.service");
	put(ETC "three-.service.d/50.conf", LIMIT(2));
	/* Its own name comes first, what is for all of a kind last. */
	put(LIB "two.service.d/60.conf", LIMIT(3));
	put(LIB "one.service.d/60.conf", LIMIT(4));
	put(ETC "service.d/60.conf", LIMIT(5));
	put(LIB "t@.service", LIMIT(1));
	put_link(ETC "u@.service", LIB "t@.service");
	put(ETC "u@.service.d/50.conf", LIMIT(2));
	put(ETC "t@x.service.d/40.conf", LIMIT(3));
	/* An instance that is a link to its template is no other name of it. */
	put_link(ETC "t@y.service", LIB "t@.service");
	put(ETC "t@y.service.d/70.conf", LIMIT(4));
	/* In a circle there is no unit. */
	put_link(ETC "c.service", "d.service");
	put_link(ETC "d.service", "c.service");
	config_read_units(&units);
	expect_limit(&units, "ssh.service", ETC "service.d/60.conf");
	expect_limit(&units, "one.service", LIB "one.service.d/60.conf");
	expect_limit(&units, "t@.service", ETC "service.d/60.conf");
	expect_limit(&units, "t@y.service", ETC "t@y.service.d/70.conf");
	assert_int_equal(unit_find(&units, "c.service"), -1);
	remove_file(ETC "service.d/60.conf");
	remove_file(LIB "one.service.d/60.conf");
	config_release(&units);
	config_read_units(&units);
	expect_limit(&units, "ssh.service", ETC "sshd.service.d/50.conf");
	expect_limit(&units, "one.service", LIB "two.service.d/60.conf");
	expect_limit(&units, "t@.service", ETC "u@.service.d/50.conf");
	expect_limit(&units, "t@x.service", ETC "u@.service.d/50.conf");
	expect_limit(&units, "t@y.service", ETC "t@y.service.d/70.conf");
	config_release(&units);
}

/* Links lead where they lead for who starts from that folder. */
static void test_links_below_root(void **state)
{
	struct config units = { .kind = CONFIG_SYSTEMD };

	(void)state;
	/* So that what lies outside is not met by chance. */
	put("/srv" LIB "far.service", LIMIT(1));
	put_link(ETC "far.service", "/srv" LIB "far.service");
	put("/srv/drop/10.conf", LIMIT(2));
	put_link(ETC "far.service.d", "/srv/drop");
	put("/srv/one.conf", LIMIT(3));
	put(LIB "near.service", LIMIT(1));
	put_link(ETC "near.service.d/10.conf", "/srv/one.conf");
	put_link(ETC "near.service.d/20.conf", "../../../../../../../../srv/one.conf");
	put_link("/etc/systemd/system.conf", "/srv/manager");
	put("/srv/manager", "[Manager]\nDefaultLimitNOFILE=7\n");
	put_link(ETC "out.service.d/10.conf", "/proc/self/status");
	config_read_units(&units);
	expect_limit(&units, "far.service", ETC "far.service.d/10.conf");
	expect_limit(&units, "near.service", ETC "near.service.d/20.conf");
	assert_non_null(unit_limit(&units, unit_manager(&units), "DefaultLimitNOFILE"));
	assert_int_equal(units.problem_count, 0);
	config_release(&units);
}

/* So do those of other configuration, folders among them. */
static void test_links_of_includes(void **state)
{
	struct config config = { .kind = CONFIG_NGINX };

	(void)state;
	put("/etc/nginx/available/a", "server { listen 1; }");
	put_link("/etc/nginx/enabled/a", "/etc/nginx/available/a");
	put_link("/etc/nginx/sites", "/srv/sites");
	put("/srv/sites/b.conf", "server { listen 2; }");
	config_include(&config, "/etc/nginx/enabled/*", -1);
	config_include(&config, "/etc/nginx/sites/*.conf", -1);
	assert_int_equal(config.count, 4);
	assert_string_equal(config.items[0].file, "/etc/nginx/enabled/a");
	assert_string_equal(config.items[2].file, "/etc/nginx/sites/b.conf");
	assert_int_equal(config.problem_count, 0);
	config_release(&config);
}

static void put_programs(void)
{
	put("/etc/nginx/nginx.conf", "worker_shutdown_timeout 2m;\n"
				     "events { worker_connections 4096; }\n");
	put("/etc/haproxy/haproxy.cfg", "global\n hard-stop-after 50s\n maxconn 20000\n");
	put("/etc/systemd/system.conf",
	    "[Manager]\nDefaultLimitNOFILE=8192:9000\nDefaultTimeoutStopSec=2min\n");
	put("/usr/lib/systemd/system.conf", "[Manager]\nDefaultLimitNOFILE=5:5\n");
	put("/usr/lib/systemd/system.conf.d/20.conf", "[Manager]\nDefaultTimeoutStopSec=30s\n");
	put("/etc/systemd/system.conf.d/10.conf",
	    "[Service]\nLimitNOFILE=7\n[Manager]\nDefaultLimitNOFILE=2048:10000\n"
	    "DefaultTimeoutStopSec=5\n");
	put(LIB "web.service", NGINX "KillSignal=SIGQUIT\n");
	put(LIB "own.service",
	    NGINX "KillSignal=SIGQUIT\nTimeoutStopSec=3min\nLimitNOFILE=65536\n");
	put(LIB "other.service", "[Service]\nExecStart=/usr/sbin/nginx -c "
				 "/srv/b.conf\nKillSignal=SIGQUIT\nLimitNOFILE=1\n");
	put(LIB "proxy.service",
	    "[Service]\nExecStart=/usr/sbin/haproxy -Ws\nUser=haproxy\nKillSignal=SIGUSR1\n");
	put(LIB "seen.service", NGINX "TimeoutStopSec=3min\n");
	put(LIB "many@.service", NGINX "TimeoutStopSec=1\nKillSignal=SIGQUIT\nLimitNOFILE=10\n");
	put(ETC "many@a.service.d/x.conf", "[Service]\nLimitNOFILE=11\n");
	put(ETC "many@b.service.d/x.conf", "[Service]\nUser=b\n");
}

/* Where a unit says nothing, what the manager gives it; what an instance has from its template is
 * told once. */
static void test_defaults(void **state)
{
	static const char promise[] = "descriptor-promise", stop[] = "stop-kills";
	struct audit_process process = { .program = { .cgroup = "/system.slice/seen.service" },
					 .soft = 4096,
					 .hard = 4096 };
	struct audit audit = { .processes = &process, .process_count = 1, .interval_us = 1 };
	struct findings findings;

	(void)state;
	put_programs();
	assert_int_equal(findings_judge(&findings, &audit), 0);
	assert_int_equal(count(&findings, promise,
			       "/etc/systemd/system.conf.d/10.conf:4: DefaultLimitNOFILE= allows "
			       "2,048"),
			 1);
	assert_int_equal(count(&findings, promise, "DefaultLimitNOFILE= allows 10,000"), 1);
	assert_int_equal(count(&findings, promise, "many@.service:5: LimitNOFILE= allows 10n"), 1);
	assert_int_equal(count(&findings, promise, "x.conf:2: LimitNOFILE= allows 11"), 1);
	assert_int_equal(count(&findings, promise, ""), 4);
	assert_int_equal(
		count(&findings, stop,
		      "/usr/lib/systemd/system.conf.d/20.conf:2: DefaultTimeoutStopSec= ends "
		      "them after 30.0 s"),
		2);
	assert_int_equal(count(&findings, stop, "many@.service:3: TimeoutStopSec="), 1);
	assert_int_equal(count(&findings, stop, ""), 3);
	findings_release(&findings);
	/* Where it runs without systemd, as in a container, the unit that came with it says
	 * nothing. */
	process = (struct audit_process){ .program = { .cgroup = "/x", .comm = "nginx" },
					  .soft = 4096 };
	assert_int_equal(findings_judge(&findings, &audit), 0);
	assert_int_equal(count(&findings, promise, "DefaultLimitNOFILE= allows 2,048"), 0);
	assert_int_equal(count(&findings, promise, "DefaultLimitNOFILE= allows 10,000"), 1);
	findings_release(&findings);
}

/* The manager's own file shows in comments what it was built with; drop-ins and others do not. */
static void test_built_with(void **state)
{
	struct config units = { .kind = CONFIG_SYSTEMD };
	const struct config_item *item;

	(void)state;
	put("/etc/systemd/system.conf",
	    "# Entries in this file show the compile time defaults.\n[Manager]\n"
	    "#DefaultTimeoutStopSec=45s\n# DefaultTimeoutStopSec=7s\n#DefaultLimitNOFILE=\n");
	put("/etc/systemd/system.conf.d/a.conf",
	    "[Manager]\n#DefaultTimeoutStopSec=9s\n#DefaultLimitNOFILE=9\n");
	config_read_units(&units);
	item = unit_default_time(&units, "#DefaultTimeoutStopSec");
	assert_non_null(item);
	assert_string_equal(item->words[1], "45s");
	assert_int_equal(item->line, 3);
	assert_null(unit_default_limit(&units, "#DefaultLimitNOFILE"));
	config_release(&units);
	put("/etc/systemd/system.conf.d/a.conf", "[Manager]\nDefaultTimeoutStopSec=10s\n");
	config_read_units(&units);
	item = unit_default_time(&units, "#DefaultTimeoutStopSec");
	assert_non_null(item);
	assert_string_equal(item->words[1], "10s");
	config_release(&units);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_levels),	TEST(test_instances),	     TEST(test_links),
		TEST(test_other_names), TEST(test_links_below_root), TEST(test_links_of_includes),
		TEST(test_built_with),	TEST(test_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
