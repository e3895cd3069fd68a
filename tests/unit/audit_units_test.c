/* SPDX-License-Identifier: MIT */
/* systemd's units as configuration: how they are read, what is reported of them and what is not. */
#include <unistd.h>

#include "audit/config.h"
#include "audit/limits.h"
#include "audit/root.h"
#include "audit/queues.h"
#include "audit/units.h"
#include "config_files.h"

static struct config parse(const char *text)
{
	struct config config = { .kind = CONFIG_SYSTEMD };

	config_parse(&config, "/etc/systemd/system/x.service", strdup(text), strlen(text));
	return config;
}

static void is(const struct config *config, const char *name, int line, const char *value)
{
	const struct config_item *item = unit_setting(config, 0, name);

	assert_non_null(item);
	assert_string_equal(item->words[1], value);
	assert_int_equal(item->line, line);
}

static void test_parse(void **state)
{
	struct config config = parse("# LimitNOFILE=1\n"
				     "[Unit]\nLimitNOFILE=2\n[Service]\n"
				     "ExecStart=/bin/sh -c \"a \\\n"
				     "  ; netstat=x\\\n"
				     "  b\" \\\\\n"
				     "LimitNOFILE =  1024:4096 \r\n"
				     "User=a\nUser=\n"
				     "ExecStop=one\nExecStop=\nExecStop=-two\nExecStop=@three\n"
				     "[Install]\nUser=b");
	int i;

	(void)state;
	assert_int_equal(config.problem_count, 0);
	assert_string_equal(config.items[0].words[0], "x.service");
	is(&config, "ExecStart", 5, "/bin/sh -c \"a    b\" \\\\");
	is(&config, "LimitNOFILE", 8, "1024:4096");
	assert_null(unit_setting(&config, 0, "User"));
	assert_null(unit_setting(&config, 0, "netstat"));
	i = unit_list(&config, 0, "ExecStop", 0);
	assert_string_equal(unit_command(&config.items[i]), "two");
	i = unit_list(&config, 0, "ExecStop", i);
	assert_string_equal(unit_command(&config.items[i]), "three");
	assert_int_equal(unit_list(&config, 0, "ExecStop", i), -1);
	config_release(&config);
}

/* What is wrong is told with its line, and what is right around it is read. */
static void test_problems(void **state)
{
	static const struct {
		const char *text;
		int line;
	} rows[] = {
		{ "User=a\n[Service]\nUser=b", 1 },
		{ "[Service]\nUser=b\nand more", 3 },
		{ "\n[Service\n[Service]\nUser=b\n", 2 },
		{ "[Service]\nExecStart=a \\\nb\nc\nUser=b", 4 },
		{ "[Service]\r\nExecStart=a \\\r\n b\r\nc\r\nUser=b", 4 },
		{ "\xef\xbb\xbf[Service]\nUser=b\nand more", 3 },
		{ "[X-Mine]\nwhat I like\n[Service]\nUser=b\nand more", 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config config = parse(rows[i].text);

		assert_int_equal(config.problem_count, 1);
		assert_int_equal(config.problems[0].line, rows[i].line);
		assert_string_equal(unit_setting(&config, 0, "User")->words[1], "b");
		config_release(&config);
	}
}

/* What systemctl cat prints, and files that are called like no unit. */
static void test_given(void **state)
{
	static const struct {
		const char *path, *text, *units[2], *user;
		int line;
	} rows[] = {
		{ "stdin",
		  "# /lib/systemd/system/a.service\n[Service]\nUser=a\n\n"
		  "# /etc/systemd/system/a.service.d/x.conf\n# /no mark.conf\n[Service]\nUser=b\n\n"
		  "# /lib/systemd/system/b.socket\n[Socket]\nBacklog=1\n",
		  { "a.service", "b.socket" },
		  "b",
		  3 },
		{ "stdin", "[Service]\nUser=a\n", { "stdin.service" }, "a", 2 },
		{ "x/web.txt", "[Socket]\nUser=a", { "web.txt.socket" }, "a", 2 },
		{ "/e/c@.service.d/y.conf", "[Service]\n\nUser=a", { "c@.service" }, "a", 3 },
		{ "y.conf", "[Service]\nUser=a", { "y.conf.service" }, "a", 2 },
		/* Drop-ins of every level that systemctl cat prints. */
		{ "stdin",
		  "# /usr/lib/systemd/system/a-b.service\n[Service]\nUser=a\n"
		  "# /usr/lib/systemd/system/service.d/10-all.conf\n[Service]\nGroup=x\n"
		  "# /usr/lib/systemd/system/a-.service.d/x.conf\n[Service]\nGroup=y\n"
		  "# /etc/systemd/system/a-b.service.d/y.conf\n[Service]\nUser=b\n"
		  "# /lib/systemd/system/b.socket\n[Socket]\nBacklog=1\n",
		  { "a-b.service", "b.socket" },
		  "b",
		  2 },
		{ "stdin",
		  "# /usr/lib/systemd/system/c@.service\n[Service]\nUser=a\n"
		  "# /etc/systemd/system/c@.service.d/y.conf\n[Service]\nUser=b\n"
		  "# /etc/systemd/system/c@d.service.d/y.conf\n[Service]\nUser=d\n"
		  "# /usr/lib/systemd/system/c@.service\n[Service]\nUser=a\n",
		  { "c@d.service", "c@.service" },
		  "d",
		  2 },
		{ "/etc/systemd/system.conf", "[Manager]\nUser=a", { "system.conf" }, "a", 2 },
		/* Those of its other names, too. */
		{ "stdin",
		  "# /lib/systemd/system/ssh.service\n[Service]\nUser=a\n[Install]\n"
		  "WantedBy=multi-user.target\nAlias=x.service sshd.service\n"
		  "# /etc/systemd/system/sshd.service.d/x.conf\n[Service]\nUser=b\n"
		  "# /etc/systemd/system/shd.service.d/x.conf\n[Service]\nUser=c\n",
		  { "ssh.service", "shd.service" },
		  "b",
		  2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config config = { .kind = CONFIG_SYSTEMD };
		int units = 0;

		config_parse(&config, rows[i].path, strdup(rows[i].text), strlen(rows[i].text));
		for (int k = 0; k < config.count; k++)
			if (config.items[k].parent < 0)
				assert_string_equal(config.items[k].words[0],
						    rows[i].units[units++]);
		assert_int_equal(units, 1 + (rows[i].units[1] != NULL));
		is(&config, "User", rows[i].line, rows[i].user);
		assert_int_equal(config.problem_count, 0);
		config_release(&config);
	}
}

/* --- units below a folder ------------------------------------------------------------------------
 */

#define SYSTEM "/etc/systemd/system/"
#define SHIPPED "/usr/lib/systemd/system/"
#define NGINX "[Service]\nExecStart=/usr/sbin/nginx\n"
#define HAPROXY "[Service]\nExecStart=/usr/sbin/haproxy -Ws\n"

static void put_link(const char *path, const char *target)
{
	char full[PATH_MAX + 128];

	snprintf(full, sizeof(full), "%s%s", folder, path);
	assert_int_equal(symlink(target, full), 0);
}

static void put_descriptors(void)
{
	put("/etc/nginx/nginx.conf", "worker_shutdown_timeout 30s;\n"
				     "events { worker_connections 4096; }\n");
	put("/etc/haproxy/haproxy.cfg", "global\n maxconn 20000\n hard-stop-after 60s\n");
	put("/etc/tomcat10/server.xml", "<Connector port=\"8080\" maxConnections=\"8000\"/>");
	put(SHIPPED "few.service", NGINX "LimitNOFILE=1024:524288\n");
	put(SHIPPED "shadowed.service", NGINX "LimitNOFILE=1\n");
	put(SYSTEM "shadowed.service", NGINX "LimitNOFILE=4096\n");
	put(SHIPPED "enough.service", NGINX "LimitNOFILE=1\n");
	put(SHIPPED "enough.service.d/50-a.conf", "[Service]\nLimitNOFILE=2\n");
	put(SYSTEM "enough.service.d/60-b.conf", "[Service]\nLimitNOFILE=infinity\n");
	/* The order is that of the names, not that of the folders. */
	put(SHIPPED "late.service", NGINX);
	put(SYSTEM "late.service.d/10-a.conf", "[Service]\nLimitNOFILE=65536\n");
	put(SHIPPED "late.service.d/20-b.conf", "[Service]\nLimitNOFILE=1000\n");
	/* The same name: the stronger folder's counts. */
	put(SHIPPED "same.service", NGINX);
	put(SHIPPED "same.service.d/a.conf", "[Service]\nLimitNOFILE=1\n");
	put(SYSTEM "same.service.d/a.conf", "[Service]\nLimitNOFILE=65536\n");
	put(SHIPPED "reset.service", NGINX "LimitNOFILE=1\nLimitNOFILE=\n");
	put(SHIPPED "arguments.service",
	    "[Service]\nExecStart=nginx -g 'worker_rlimit_nofile 9999;'\nLimitNOFILE=1\n");
	put(SHIPPED "masked.service", NGINX "LimitNOFILE=1\n");
	put_link(SYSTEM "masked.service", "/dev/null");
	put_link(SYSTEM "alias.service", "few.service");
	put(SHIPPED "proxy-a.service", HAPROXY "LimitNOFILE=32768\n");
	put(SHIPPED "proxy-b.service", HAPROXY "User=haproxy\nLimitNOFILE=1024:32768\n");
	put(SHIPPED "proxy-c.service", HAPROXY "User=haproxy\nLimitNOFILE=1024:65536\n");
	put(SHIPPED "proxy-d.service",
	    HAPROXY "User=haproxy\nAmbientCapabilities=CAP_SYS_RESOURCE\nLimitNOFILE=1024\n");
	put(SHIPPED "gate-e.service", HAPROXY);
	put(SHIPPED "gate-.service.d/all.conf", "[Service]\nUser=haproxy\nLimitNOFILE=9000\n");
	put(SHIPPED "tomcat10.service", "[Service]\nExecStart=/bin/sh x\nLimitNOFILE=4096\n");
	put(SHIPPED "tomcat9.service", "[Service]\nExecStart=/bin/sh x\nLimitNOFILE=5\n");
}

static void expect_descriptors(const struct findings *findings)
{
	static const char id[] = "descriptor-promise";

	assert_int_equal(count(findings, id, SHIPPED "few.service:3: LimitNOFILE= allows 1,024"),
			 1);
	/* Two that say it, one that did not take it back, and the 11 that say nothing. */
	assert_int_equal(count(findings, id,
			       "/etc/nginx/nginx.conf:2: worker_connections promises "
			       "4,096 connections: 4,096 descriptors"),
			 14);
	assert_int_equal(count(findings, id, "reset.service:3: LimitNOFILE= allows 1"), 1);
	assert_int_equal(count(findings, id,
			       SHIPPED "time-a.service: no LimitNOFILE=, and systemd's own default "
				       "allows 1,024"),
			 1);
	assert_int_equal(count(findings, id, "no LimitNOFILE="), 11);
	assert_int_equal(count(findings, id, "late.service.d/20-b.conf:2"), 1);
	assert_int_equal(count(findings, id, "40,000 descriptors"), 2);
	assert_int_equal(count(findings, id, "allows 9,000"), 1);
	assert_int_equal(count(findings, id, "tomcat10.service:3: LimitNOFILE= allows 4,096"), 1);
	assert_int_equal(count(findings, id, ""), 17);
}

static void put_netstat(void)
{
	put(SHIPPED "web.service", "[Service]\nExecStartPost=/bin/sh -c 'until netstat -tln | \\\n "
				   "grep -q :80; do :; done'\n");
	put(SHIPPED "watch.service", "[Service]\nExecStart=/bin/sh /usr/local/bin/watch.sh\n");
	put("/usr/local/bin/watch.sh", "#!/bin/sh\nnetstat -ltn | grep -c :443 || exit 1\n");
	put(SHIPPED "quiet.service", "[Service]\nExecStart=/usr/bin/netstat -s\n"
				     "ExecStartPre=/bin/sh -c 'true | grep netstat'\n"
				     "ExecReload=/bin/sh -c 'netstat -s || true'\n"
				     "ExecStop=netstat | grep x\nExecStop=\n");
}

static void expect_netstat(const struct findings *findings)
{
	assert_int_equal(count(findings, "netstat-check",
			       "web.service:2: ExecStartPost= of "
			       "web.service"),
			 1);
	assert_int_equal(count(findings, "netstat-check", "/usr/local/bin/watch.sh:2"), 1);
	assert_int_equal(count(findings, "netstat-check", ""), 2);
}

static void put_stops(void)
{
	put(SHIPPED "kill-a.service", NGINX "KillSignal=SIGKILL\n");
	put(SHIPPED "kill-b.service", NGINX "KillSignal=9\nExecStop=/usr/sbin/nginx -s stop\n");
	put(SHIPPED "kill-c.service", "[Service]\nExecStart=/usr/bin/batch\nKillSignal=KILL\n");
	put(SHIPPED "kill-d.service", "[Service]\nExecStart=/usr/bin/batch\nKillSignal=KILL\n");
	put(SHIPPED "kill-d.socket", "[Socket]\nListenStream=[::]:8443\n");
	put(SHIPPED "kill-e.service", "[Service]\nExecStart=/usr/bin/batch\nKillSignal=KILL\n");
	put(SHIPPED "kill-e.socket", "[Socket]\nListenStream=/run/batch:80\n");
	put(SHIPPED "kill-g.service", "[Service]\nExecStart=/usr/bin/batch\nKillSignal=KILL\n");
	put(SHIPPED "kill-g.socket", "[Socket]\nListenStream=vsock:2:80\n");
	put(SHIPPED "ask-a.service", NGINX "ExecStop=/usr/sbin/nginx -s quit\n");
	put(SHIPPED "ask-b.service",
	    NGINX "ExecStop=/bin/kill -s QUIT $MAINPID\nKillSignal=QUIT\n");
	put(SHIPPED "ask-c.service",
	    NGINX "ExecStop=/bin/kill -s QUIT $MAINPID\nExecStop=/bin/sleep 5\n");
	put(SHIPPED "ask-d.service", NGINX "ExecStop=/bin/kill -s TERM $MAINPID\n");
	put(SHIPPED "ask-e.service", HAPROXY "ExecStop=/bin/kill -USR1 $MAINPID\n");
	put(SHIPPED "ask-f.service", NGINX "ExecStop=nginx -s quit\nKillMode=none\n");
	put(SHIPPED "ask-g.service",
	    HAPROXY "ExecStop=/bin/kill -USR1 $MAINPID\nKillSignal=SIGCONT\n");
	put(SHIPPED "kill-f.service", HAPROXY "KillSignal=SIGKILL\nKillMode=none\n");
	put(SHIPPED "time-a.service", NGINX "KillSignal=SIGQUIT\nTimeoutStopSec=5\n");
	put(SHIPPED "time-b.service", NGINX "KillSignal=SIGQUIT\nTimeoutStopSec=1min\n");
	put(SHIPPED "time-c.service", NGINX "TimeoutStopSec=5\n");
	put(SHIPPED "time-d.service",
	    NGINX "ExecStop=-/sbin/start-stop-daemon --stop --retry QUIT/5\nTimeoutStopSec=20\n");
	put(SHIPPED "time-e.service", HAPROXY "KillSignal=SIGUSR1\nTimeoutSec=10\n");
	put(SHIPPED "time-f.service",
	    HAPROXY "KillSignal=SIGUSR1\nTimeoutSec=10\nTimeoutStopSec=infinity\n");
	put(SHIPPED "time-g.service", HAPROXY "KillSignal=SIGUSR1\nTimeoutSec=9\nSendSIGKILL=no\n");
}

static void expect_stops(const struct findings *findings)
{
	static const char id[] = "stop-kills";

	assert_int_equal(count(findings, id, "kill-a.service:3: KillSignal=SIGKILL"), 1);
	assert_int_equal(count(findings, id, "kill-d.service:3"), 1);
	assert_int_equal(count(findings, id, "KillSignal=SIGKILL"), 2);
	assert_int_equal(count(findings, id, "ask-a.service:3: ExecStop= asks nginx"), 1);
	assert_int_equal(count(findings, id, "ask-e.service:3: ExecStop= asks HAProxy"), 1);
	assert_int_equal(count(findings, id, "ExecStop= asks"), 2);
	assert_int_equal(count(findings, id,
			       "worker_shutdown_timeout gives requests under way 30.0 "
			       "s" SHIPPED "time-a.service:4: TimeoutStopSec="),
			 1);
	assert_int_equal(count(findings, id,
			       "time-d.service:3: the wait in ExecStop= ends them after 5.00 s"),
			 1);
	assert_int_equal(
		count(findings, id, "time-e.service:4: TimeoutSec= ends them after 10.0 s"), 1);
	assert_int_equal(count(findings, id, ""), 7);
}

/* Sockets that systemd listens on, against a host whose limit is 4,096 or less. */
static void put_sockets(void)
{
	put(SHIPPED "long.socket", "[Socket]\nListenStream=0.0.0.0:8081\nBacklog=900000000\n");
	put(SHIPPED "short.socket", "[Socket]\nListenStream=8082\nBacklog=16\n");
	put(SHIPPED "most.socket", "[Socket]\nListenStream=8083\nBacklog=4294967295\n");
	put(SHIPPED "path.socket", "[Socket]\nListenStream=/run/x\nBacklog=900000000\n");
	put(SHIPPED "vsock.socket", "[Socket]\nListenStream=vsock:2:80\nBacklog=900000000\n");
	put(SHIPPED "packets.socket", "[Socket]\nListenDatagram=8084\nBacklog=900000000\n");
}

/* The queue of a listener that systemd made: what to change is its unit. */
static void expect_queue(struct audit_space *space)
{
	struct audit_listener listener = { .local.port = 8082, .backlog = 16 };
	struct finding finding = { .space = space };
	const struct slot *setting;

	queue_tell(&finding, &listener);
	setting = finding_slot(&finding, "setting", 7);
	assert_string_equal(setting->text[LANG_EN], SHIPPED "short.socket:3: Backlog=");
	finding = (struct finding){ .space = space };
	listener.backlog = 17;
	queue_tell(&finding, &listener);
	setting = finding_slot(&finding, "setting", 7);
	assert_null(strstr(setting->text[LANG_EN], "Backlog="));
}

static void test_units(void **state)
{
	struct audit_space space = { .fd = 0, .own = true };
	struct audit audit = { .spaces = &space, .space_count = 1, .interval_us = 1 };
	struct limit_setting limit;
	struct findings findings;

	(void)state;
	make_folder();
	root_set(folder);
	put_descriptors();
	put_netstat();
	put_stops();
	put_sockets();
	assert_int_equal(findings_judge(&findings, &audit), 0);
	expect_descriptors(&findings);
	expect_netstat(&findings);
	expect_stops(&findings);
	assert_int_equal(count(&findings, "backlog-cut", "long.socket:3: Backlog= 900,000,000"), 1);
	assert_int_equal(count(&findings, "backlog-cut", ""), 1);
	assert_int_equal(count(&findings, "config-unreadable", ""), 0);
	expect_queue(&space);
	findings_release(&findings);
	assert_true(limits_of_unit("few.service", &limit));
	assert_int_equal(limit.soft, 1024);
	assert_string_equal(limit.file, SHIPPED "few.service");
	/* systemd passes over an empty value here. */
	assert_true(limits_of_unit("reset.service", &limit));
	assert_int_equal(limit.soft, 1);
	assert_false(limits_of_unit("masked.service", &limit));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_given),
		cmocka_unit_test_teardown(test_units, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
