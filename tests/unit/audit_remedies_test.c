/* SPDX-License-Identifier: MIT */
/* What --apply would do. */
#include <errno.h>

#include "audit/limits.h"
#include "audit/root.h"
#include "audit/queues.h"
#include "audit/remedies.h"
#include "audit/tally.h"
#include "audit_child.h"
#include "config_files.h"
#include "host/sysctl.h"

static int begin(void **state)
{
	(void)state;
	make_folder();
	root_set(folder);
	sysctl_set_root(folder);
	return 0;
}

/* A limit that the running program may raise itself to is not lowered for its next start. */
static void test_drop_in(void **state)
{
	static const char path[] = "/etc/systemd/system/a.service.d/99-whyrst.conf";
	struct check check = { .id = "x" };
	struct finding finding = { .change_count = 1, .check = &check };
	struct findings findings = { .items = &finding, .count = 1 };
	struct change *change = &finding.changes[0];
	pid_t pid = start_child(64, 512);
	struct remedies remedies;

	(void)state;
	*change = (struct change){ .kind = CHANGE_DESCRIPTORS,
				   .own = true,
				   .pid = (uint32_t)pid,
				   .soft_to = 256,
				   .to = "256",
				   .comm = "a\n\033[m\xe4",
				   .unit = "a.service" };
	for (int i = 0; i < 2; i++) {
		assert_int_equal(remedies_make(&remedies, &findings), 0);
		assert_string_equal(remedies.files[0].path, path);
		assert_non_null(strstr(remedies.files[0].text,
				       i ? "\nLimitNOFILE=768\n" : "\nLimitNOFILE=256:512\n"));
		assert_string_equal(remedies.changes[0].change.comm, "a??[m?");
		remedies_release(&remedies);
		change->soft_to = 768;
		strcpy(change->to, "768");
	}
	end_child(pid);
}

/* The kernel gives a list of ports back in its own way: --undo has to know it again. */
static void test_ports(void **state)
{
	static const struct {
		const char *before;
		uint16_t ports[4];
		const char *after;
	} rows[] = {
		{ "", { 20001, 20000, 20002, 30000 }, "20000-20002,30000" },
		{ "20000", { 20000, 10241 }, "10241,20000" },
		{ "9000,12001-12003", { 12000, 2000 }, "9000,12000-12003" },
		/* The digits of one are in another. */
		{ "11024", { 1102, 11024, 10240 }, "10240,11024" },
		{ "112,20480", { 12048 }, "112,12048,20480" },
		{ "65535", { 64999 }, "64999,65535" },
		{ "20000-20002", { 20001 }, NULL },
	};
	const uint64_t key[2] = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct audit_listener listeners[4] = { 0 };
		struct audit_space space = { .own = true, .listeners = listeners };
		struct audit audit = { .spaces = &space, .space_count = 1, .interval_us = 1 };
		struct sock_diag_answer answer = { .state = SOCK_DIAG_ESTABLISHED,
						   .local = { .port = 40000 },
						   .remote = { .port = 80 } };
		struct findings findings;
		const char *to = NULL;

		put("/net/ipv4/ip_local_reserved_ports", rows[i].before);
		put("/net/ipv4/ip_local_port_range", "40000 40000\n");
		for (int k = 0; k < 4 && rows[i].ports[k]; k++)
			listeners[space.listener_count++].local.port = rows[i].ports[k];
		space.sockets = tally_new(key, 40000, 40000);
		tally_add(space.sockets, &answer);
		assert_int_equal(findings_judge(&findings, &audit), 0);
		for (int f = 0; f < findings.count; f++)
			for (int c = 0; c < findings.items[f].change_count; c++)
				if (strstr(findings.items[f].changes[c].name, "reserved"))
					to = findings.items[f].changes[c].to;
		if (rows[i].after) {
			assert_non_null(to);
			assert_string_equal(to, rows[i].after);
		} else {
			assert_null(to);
		}
		findings_release(&findings);
		tally_free(space.sockets);
	}
}

static void test_unit_of(void **state)
{
	static const struct {
		const char *cgroup, *unit;
	} rows[] = {
		{ "/system.slice/nginx.service", "nginx.service" },
		{ "/system.slice/x.service/below", "x.service" },
		{ "/system.slice/system-a.slice/a@b.service", "a@b.service" },
		/* Not of the manager that reads /etc/systemd/system. */
		{ "/machine.slice/systemd-nspawn@c.service/payload/system.slice/sshd.service",
		  "systemd-nspawn@c.service" },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/sshd.service", "" },
		{ "/user.slice/session-1.scope", "" },
		{ "/.service", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct program program = { 0 };
		char unit[64];

		strcpy(program.cgroup, rows[i].cgroup);
		assert_int_equal(unit_of(&program, unit, sizeof(unit)), rows[i].unit[0] != '\0');
		assert_string_equal(unit, rows[i].unit);
	}
}

/* Files that count more at the next boot, in every folder that is read. */
static void test_rivals(void **state)
{
	static const char *const paths[] = { "/etc/sysctl.d/99-zz.conf",
					     "/usr/local/lib/sysctl.d/99-zy.conf",
					     "/usr/lib/sysctl.d/99-zx.conf", "/etc/sysctl.conf" };
	struct check check = { .id = "x" };
	struct finding finding = { .change_count = 1, .check = &check };
	struct findings findings = { .items = &finding, .count = 1 };
	struct remedies remedies;

	(void)state;
	finding.changes[0] = (struct change){
		.kind = CHANGE_SYSCTL, .own = true, .name = "a.b", .from = "1", .to = "2"
	};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		put(paths[i], "# a.b = 1\na/b=3\n");
	put("/etc/sysctl.d/10-before.conf", "a.b = 3\n");
	/* Of two with one name the other does not count. */
	put("/run/sysctl.d/99-zz.conf", "a.b = 3\n");
	assert_int_equal(remedies_make(&remedies, &findings), 0);
	assert_int_equal(remedies.rival_count, 4);
	for (int i = 0; i < 4; i++) {
		assert_string_equal(remedies.rivals[i].path, paths[i]);
		assert_int_equal(remedies.rivals[i].line, 2);
		/* After all of them, by one program of two. */
		assert_int_equal(remedies.rivals[i].only_by_sysctl, i == 3);
	}
	remedies_release(&remedies);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_drop_in),
		TEST(test_ports),
		TEST(test_rivals),
		cmocka_unit_test(test_unit_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
