/* SPDX-License-Identifier: MIT */
/*
 * Rights given up, in children of this test: what is left of them is what /proc says, and what
 * still works is tried. A build with ASan has no filter of calls: that part is skipped there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/addresses.h"
#include "host/counters.h"
#include "host/netns.h"
#include "host/process.h"
#include "host/symbols.h"
#include "run/confine.h"
#include "run/confine_build.h"
#include "because.h"

static int parent_pid;

/* Ends a child with the line that failed. */
#define TRY(condition)                                                                             \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition,                 \
				strerror(errno));                                                  \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

/* Runs @what in a child; its wait status. */
static int in_child(void (*what)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_words(void **unused)
{
	char english[128], chinese[128];
	int missing = confine_missing(CONFINE_ATTACH, english, chinese, sizeof(english));

	(void)unused;
	assert_true(missing >= 0);
	assert_int_equal(missing == 0, english[0] == '\0');
	assert_string_equal(confine_name(CONFINE_SYSLOG), "CAP_SYSLOG");
	assert_null(confine_name(CONFINE_SYSLOG | CONFINE_BPF));
	assert_null(confine_name(0));
	assert_int_equal(confine_missing(0, english, chinese, sizeof(english)), 0);
	assert_string_equal(chinese, "");
	assert_int_equal(confine_optional_missing() & ~(unsigned)CONFINE_OPTIONAL, 0);
}

/* The line of /proc/self/status that begins with @label. */
static void status_line(const char *label, char *ret, size_t bytes)
{
	char text[4096], *p, *end;
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t length = read(fd, text, sizeof(text) - 1);

	TRY(length > 0);
	close(fd);
	text[length] = '\0';
	p = strstr(text, label);
	TRY(p);
	p += strlen(label);
	end = strchr(p, '\n');
	TRY(end);
	*end = '\0';
	snprintf(ret, bytes, "%s", p);
}

static uint64_t status_bits(const char *label)
{
	char text[64];

	status_line(label, text, sizeof(text));
	return strtoull(text, NULL, 16);
}

static void drop_most(void)
{
	/* CAP_SYS_PTRACE is 19, CAP_BPF 39 (linux/capability.h). */
	uint64_t kept = UINT64_C(1) << 19 | UINT64_C(1) << 39;
	char english[128], chinese[128], text[64];

	TRY(confine_drop(CONFINE_SYS_PTRACE | CONFINE_BPF) == 0);
	TRY(status_bits("CapEff:\t") == kept);
	TRY(status_bits("CapPrm:\t") == kept);
	TRY(status_bits("CapBnd:\t") == kept);
	TRY(status_bits("CapInh:\t") == 0);
	TRY(status_bits("CapAmb:\t") == 0);
	status_line("NoNewPrivs:\t", text, sizeof(text));
	TRY(text[0] == '1');
	TRY(prctl(PR_GET_DUMPABLE) == (CONFINE_SANITIZED ? 1 : 0));
	TRY(confine_missing(CONFINE_ATTACH, english, chinese, sizeof(english)) == 2);
	TRY(!strcmp(english, "CAP_PERFMON and CAP_NET_ADMIN"));
	TRY(!strcmp(chinese, "CAP_PERFMON 和 CAP_NET_ADMIN"));
	TRY(confine_missing(CONFINE_ATTACH | CONFINE_NET_RAW, english, chinese, sizeof(english)) ==
	    3);
	TRY(!strcmp(english, "CAP_PERFMON, CAP_NET_ADMIN and CAP_NET_RAW"));
	TRY(!strcmp(chinese, "CAP_PERFMON、CAP_NET_ADMIN 和 CAP_NET_RAW"));
	TRY(confine_missing(CONFINE_ATTACH, english, chinese, 8) == 2);
	TRY(!strcmp(english, "CAP_PER"));
	TRY(confine_optional_missing() == (CONFINE_OPTIONAL & ~(unsigned)CONFINE_SYS_PTRACE));
	/* Again, and to nothing. */
	TRY(confine_drop(0) == 0);
	TRY(status_bits("CapEff:\t") == 0);
	TRY(confine_drop(CONFINE_BPF) == 0);
	TRY(status_bits("CapPrm:\t") == 0);
}

static void only_admin(void)
{
	char english[128], chinese[128];

	TRY(confine_drop(CONFINE_SYS_ADMIN | CONFINE_NET_ADMIN) == 0);
	TRY(confine_missing(CONFINE_ATTACH, english, chinese, sizeof(english)) == 0);
	TRY(!strcmp(english, ""));
}

static void test_drop(void **unused)
{
	(void)unused;
	if (geteuid() || confine_missing(CONFINE_ATTACH, (char[128]){ 0 }, (char[128]){ 0 }, 128) ||
	    confine_optional_missing())
		SKIP_BECAUSE("needs root with all capabilities");
	assert_int_equal(in_child(drop_most), 0);
	assert_int_equal(in_child(only_admin), 0);
}

/* --- the filter ----------------------------------------------------------------------------------
 */

static int map_fd = -1;

static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1
	};

	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static int map_call(int command)
{
	uint32_t key = 0;
	uint64_t value = 0;
	union bpf_attr attr = { .map_fd = (uint32_t)map_fd,
				.key = (uint64_t)(uintptr_t)&key,
				.value = (uint64_t)(uintptr_t)&value };

	return (int)syscall(SYS_bpf, command, &attr, sizeof(attr));
}

static bool refused(long result)
{
	return result == -1 && errno == EPERM;
}

/* All of src/host works as before. */
static void host_works(void)
{
	static const char *const names[] = { "TcpOutRsts" };
	struct endpoint loop = { .family = ADDR_IP4, .ip = { 127, 0, 0, 1 } };
	struct address_answer answer;
	struct program program;
	uint32_t used, limit;
	uint64_t value;
	int fd;

	TRY(process_read((uint32_t)parent_pid, &program) == 0);
	TRY(strstr(program.exe, "host_confine_test"));
	TRY(program.has_uid && !strcmp(program.user, "root"));
	TRY(process_descriptors((uint32_t)parent_pid, &used, &limit) == 0 && used > 2);
	TRY(counters_read(0, names, 1, &value) == 0);
	TRY(addresses_ask(0, &loop, &answer) == 0);
	TRY(netns_find(1, &fd) == -ENOENT);
	TRY(netns_find(netns_own(), &fd) == 0);
	close(fd);
}

static void waits_work(void)
{
	struct timespec short_time = { 0, 1000000 };
	struct epoll_event event = { .events = EPOLLIN };
	struct itimerspec timer = { .it_value = { 0, 1000000 } };
	int epoll = epoll_create1(0), fd = timerfd_create(CLOCK_MONOTONIC, 0);
	uint64_t ticks;
	void *memory;

	TRY(epoll >= 0 && fd >= 0);
	TRY(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
	TRY(timerfd_settime(fd, 0, &timer, NULL) == 0);
	TRY(epoll_wait(epoll, &event, 1, 1000) == 1);
	TRY(read(fd, &ticks, 8) == 8);
	TRY(nanosleep(&short_time, NULL) == 0);
	TRY(poll(NULL, 0, 1) == 0);
	memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TRY(memory != MAP_FAILED);
	TRY(munmap(memory, 1 << 20) == 0);
	free(malloc(10 << 20));
	isatty(1);
	printf("  (written by a confined process)\n");
	fflush(stdout);
}

static void confined(void)
{
	struct rlimit limit = { 100, 100 };
	struct symbols *symbols = symbols_new((const char *const[]){ "tcp_", NULL });
	char name[] = "/tmp/whyrst-confine-new";

	map_fd = make_map();
	TRY(map_fd >= 0);
	parent_pid = getppid();
	TRY(confine_drop(CONFINE_SYS_PTRACE | CONFINE_BPF) == 0);
	TRY(confine_seccomp(0) == 0);
	TRY(confine_optional_missing() == (CONFINE_OPTIONAL & ~(unsigned)CONFINE_SYS_PTRACE));
	host_works();
	waits_work();
	TRY(map_call(BPF_MAP_LOOKUP_ELEM) == 0);
	TRY(refused(map_call(BPF_MAP_UPDATE_ELEM)));
	TRY(refused(make_map()));
	TRY(refused(open(name, O_WRONLY | O_CREAT, 0600)));
	TRY(refused(open("/dev/null", O_WRONLY)));
	TRY(refused(open("/dev/null", O_RDWR)));
	TRY(refused(open("/tmp", O_TMPFILE | O_WRONLY, 0600)));
	TRY(refused(open("/dev/null", O_RDONLY | O_TRUNC)));
	TRY(refused(socket(AF_INET, SOCK_STREAM, 0)));
	TRY(refused(socket(AF_UNIX, SOCK_STREAM, 0)));
	TRY(refused(setns(0, CLONE_NEWNET)));
	TRY(refused(
		(long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
	TRY(refused(fork()));
	TRY(refused(kill(parent_pid, 0)));
	TRY(refused(unlink(name)));
	TRY(refused(setrlimit(RLIMIT_NOFILE, &limit)));
	TRY(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	TRY(refused(ioctl(0, TIOCSTI, "x")));
	symbols_free(symbols);
}

static void *thread_main(void *unused)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? NULL : unused;
}

static void confined_with_more(void)
{
	pthread_t thread;
	uint32_t inode;
	void *result = &inode;
	int fd;

	map_fd = make_map();
	parent_pid = getppid();
	TRY(netns_open("/proc/self/ns/net", &fd, &inode) == 0);
	TRY(confine_drop(CONFINE_SYS_PTRACE | CONFINE_SYS_ADMIN | CONFINE_BPF) == 0);
	TRY(confine_seccomp(CONFINE_ALLOW_SETNS | CONFINE_ALLOW_MAP_WRITE |
			    CONFINE_ALLOW_THREADS) == 0);
	host_works();
	TRY(map_call(BPF_MAP_UPDATE_ELEM) == 0);
	TRY(setns(fd, CLONE_NEWNET) == 0);
	TRY(refused(setns(fd, 0)));
	TRY(pthread_create(&thread, NULL, thread_main, &inode) == 0);
	TRY(pthread_join(thread, &result) == 0);
	TRY(result == NULL);
	TRY(refused(fork()));
}

static void runs_a_program(void)
{
	TRY(confine_drop(0) == 0 && confine_seccomp(0) == 0);
	execl("/bin/true", "true", NULL);
}

static void becomes_another(void)
{
	TRY(confine_drop(0) == 0 && confine_seccomp(0) == 0);
	TRY(setuid(1) == 0);
}

static void aborts(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	TRY(confine_drop(0) == 0 && confine_seccomp(0) == 0);
	abort();
}

static void test_filter(void **unused)
{
	int status;

	(void)unused;
	if (geteuid() || confine_missing(CONFINE_ATTACH, (char[128]){ 0 }, (char[128]){ 0 }, 128) ||
	    confine_optional_missing())
		SKIP_BECAUSE("needs root with all capabilities");
	assert_int_equal(in_child(confined), 0);
	assert_int_equal(in_child(confined_with_more), 0);
	status = in_child(runs_a_program);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	status = in_child(becomes_another);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	status = in_child(aborts);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	/* Sanitizers make calls that no filter of ours allows: the last runs in the plain build of
	 * this test, which mk/test.mk makes, too. */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_filter),
	};
	size_t count = sizeof(tests) / sizeof(*tests) - (CONFINE_SANITIZED ? 1 : 0);

	return _cmocka_run_group_tests("host_confine_test", tests, count, NULL, NULL);
}
