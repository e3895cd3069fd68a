/* SPDX-License-Identifier: MIT */
/*
 * The programs of the lab: processes forked from this one, so that a function's address means the
 * same there; they run what they are sent, one call at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab_private.h"

#define CALL_MS 15000 /* no call of a program takes longer */
#define RPC_FD 3
#define JITTER_US 1500

struct request {
	long (*function)(struct lab_call *call);
	struct lab_call call;
};

struct reply {
	long result;
	struct lab_call call;
};

static void program_serve(int rpc)
{
	static struct request request;
	static struct reply reply;

	while (recv(rpc, &request, sizeof(request), 0) == sizeof(request)) {
		reply.result = request.function(&request.call);
		reply.call = request.call;
		if (send(rpc, &reply, sizeof(reply), MSG_NOSIGNAL) != sizeof(reply))
			break;
	}
	_exit(0);
}

static void program_main(struct lab *lab, enum lab_who who, int rpc, pid_t parent)
{
	char name[16];

	snprintf(name, sizeof(name), "lab-%s", lab_who_name(who));
	prctl(PR_SET_NAME, name, 0, 0, 0);
	if (!sandbox_child(parent) || setns(lab->ns[lab_host_of(who)], CLONE_NEWNET) < 0 ||
	    dup2(rpc, RPC_FD) < 0)
		_exit(1);
	close_range(RPC_FD + 1, ~0u, 0);
	signal(SIGINT, SIG_IGN); /* the lab decides when it ends */
	program_serve(RPC_FD);
}

static int program_start(struct lab *lab, enum lab_who who)
{
	struct lab_program *program = &lab->programs[who];
	pid_t parent = getpid();
	int pair[2], size = 65536;

	if (program->pid)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	fflush(NULL);
	program->pid = fork();
	if (program->pid == 0)
		program_main(lab, who, pair[1], parent);
	close(pair[1]);
	if (program->pid < 0) {
		program->pid = 0;
		close(pair[0]);
		return -errno;
	}
	program->rpc = pair[0];
	return 0;
}

/* Waits for the end of a program that was told to die. */
static int program_reap(struct lab *lab, enum lab_who who)
{
	struct lab_program *program = &lab->programs[who];
	const struct timespec tick = { .tv_nsec = 200000 };
	int64_t deadline = lab_now_ns() + LAB_AWAIT_MS * 1000000ll;
	int status = 0;

	if (!program->pid)
		return 0;
	while (waitpid(program->pid, &status, WNOHANG) == 0) {
		if (lab_now_ns() > deadline) {
			kill(program->pid, SIGKILL);
			waitpid(program->pid, &status, 0);
			break;
		}
		nanosleep(&tick, NULL);
	}
	close(program->rpc);
	program->pid = 0;
	return status;
}

/* By the seed: nobody's calls come at the same pace twice. */
static void jitter(struct lab *lab)
{
	const struct timespec wait = { .tv_nsec = (long)lab_random(lab, JITTER_US) * 1000 };

	if (wait.tv_nsec)
		nanosleep(&wait, NULL);
}

static int program_send(struct lab *lab, enum lab_who who, long (*function)(struct lab_call *call),
			const struct lab_call *call)
{
	static struct request request;
	int r = program_start(lab, who);

	if (r < 0)
		return r;
	jitter(lab);
	request.function = function;
	request.call = *call;
	if (send(lab->programs[who].rpc, &request, sizeof(request), MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

static long program_call(struct lab *lab, enum lab_who who, long (*function)(struct lab_call *call),
			 struct lab_call *call)
{
	static struct reply reply;
	struct pollfd ready = { .events = POLLIN };
	int r = program_send(lab, who, function, call);

	ready.fd = lab->programs[who].rpc;
	if (r == 0 && poll(&ready, 1, CALL_MS) <= 0)
		r = -ETIMEDOUT;
	if (r == 0 && recv(ready.fd, &reply, sizeof(reply), MSG_DONTWAIT) != sizeof(reply))
		r = -ESRCH;
	if (r < 0) {
		lab_break(lab, "%s does not answer: %s", lab_who_name(who), strerror(-r));
		if (lab->programs[who].pid)
			kill(lab->programs[who].pid, SIGKILL);
		program_reap(lab, who);
		return r;
	}
	*call = reply.call;
	return reply.result;
}

long lab_call(struct lab *lab, enum lab_who who, long (*function)(struct lab_call *call),
	      struct lab_call *call)
{
	if (lab_broken(lab))
		return -ECANCELED;
	return program_call(lab, who, function, call);
}

static void record_end(struct lab *lab, enum lab_who who, int status)
{
	if (WIFSIGNALED(status))
		tell(lab, who, WORD_LAB_DIES, "SIG%s", sigabbrev_np(WTERMSIG(status)) ?: "?");
	else
		tell(lab, who, WORD_LAB_EXITS, "%d", WEXITSTATUS(status));
}

void lab_kill(struct lab *lab, enum lab_who who, int signal)
{
	if (lab_broken(lab))
		return;
	if (!lab->programs[who].pid) {
		lab_break(lab, "%s is not running", lab_who_name(who));
		return;
	}
	kill(lab->programs[who].pid, signal);
	record_end(lab, who, program_reap(lab, who));
}

void lab_signal(struct lab *lab, enum lab_who who, int signal)
{
	if (lab_broken(lab) || !lab->programs[who].pid)
		return;
	tell(lab, who, WORD_LAB_GETS, "SIG%s", sigabbrev_np(signal) ?: "?");
	kill(lab->programs[who].pid, signal);
}

void lab_signal_process(struct lab *lab, pid_t pid, int signal)
{
	if (lab_broken(lab) || pid <= 0)
		return;
	tell(lab, LAB_NOBODY, WORD_LAB_GETS, "%d: SIG%s", pid, sigabbrev_np(signal) ?: "?");
	kill(pid, signal);
}

static long op_exit(struct lab_call *call)
{
	_exit((int)call->a);
}

void lab_exit(struct lab *lab, enum lab_who who, int status)
{
	struct lab_call call = { .a = status };

	if (!lab_broken(lab) && program_send(lab, who, op_exit, &call) == 0)
		record_end(lab, who, program_reap(lab, who));
}

static long op_crash(struct lab_call *call)
{
	static int *volatile nowhere;
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSEGV, SIG_DFL);
	*nowhere = (int)call->a;
	return 0;
}

void lab_crash(struct lab *lab, enum lab_who who)
{
	struct lab_call call = { 0 };

	if (!lab_broken(lab) && program_send(lab, who, op_crash, &call) == 0)
		record_end(lab, who, program_reap(lab, who));
}

static long op_limit_files(struct lab_call *call)
{
	struct rlimit limit;
	int next;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return -errno;
	limit.rlim_cur = limit.rlim_max;
	if (call->a >= 0) {
		next = fcntl(RPC_FD, F_DUPFD, 0); /* the lowest free one */
		if (next < 0)
			return -errno;
		close(next);
		limit.rlim_cur = (rlim_t)(next + call->a);
	}
	return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

void lab_limit_files(struct lab *lab, enum lab_who who, int spare)
{
	struct lab_call call = { .a = spare };
	long r = lab_call(lab, who, op_limit_files, &call);

	if (r < 0)
		lab_break(lab, "cannot limit the descriptors of %s: %s", lab_who_name(who),
			  strerror((int)-r));
}

/* Closes @fd so that nothing of it shows: TCP_REPAIR sends no segment at all. */
static void close_quietly(int fd)
{
	int on = 1, listens = 0, child;
	socklen_t size = sizeof(listens);

	getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
	while (listens && (child = accept4(fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		setsockopt(child, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on));
		close(child);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on));
	close(fd);
}

long program_forget_all(struct lab_call *call)
{
	const struct rlimit plenty = { 1024, 1024 };
	int fd, queued;

	(void)call;
	setrlimit(RLIMIT_NOFILE, &plenty);
	for (fd = RPC_FD + 1; fd < 1024; fd++) {
		/* accept() on a blocking listener would wait */
		queued = fcntl(fd, F_GETFL);
		if (queued < 0)
			continue;
		fcntl(fd, F_SETFL, queued | O_NONBLOCK);
		close_quietly(fd);
	}
	return 0;
}

void programs_stop(struct lab *lab)
{
	struct lab_call call = { 0 };
	int who;

	for (who = 0; who < LAB_WHO_COUNT; who++)
		if (lab->programs[who].pid) {
			kill(lab->programs[who].pid, SIGCONT);
			program_call(lab, who, program_forget_all, &call);
		}
	for (who = 0; who < LAB_WHO_COUNT; who++)
		if (lab->programs[who].pid) {
			kill(lab->programs[who].pid, SIGKILL);
			program_reap(lab, who);
		}
	while (lab->spawned_count) {
		pid_t pid = lab->spawned[--lab->spawned_count];

		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

pid_t program_spawn(struct lab *lab, enum lab_who host, const char *const argv[], const char *words)
{
	pid_t parent = getpid(), pid;

	if (lab_broken(lab))
		return -ECANCELED;
	if (lab->spawned_count == LAB_SPAWN_MAX) {
		lab_break(lab, "more than %d programs", LAB_SPAWN_MAX);
		return -ENOSPC;
	}
	tell(lab, lab_host_of(host), WORD_LAB_STARTS, "%s", words);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setpgid(0, 0);
		if (!sandbox_child(parent) || hosts_enter(lab, host) < 0)
			_exit(126);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0) {
		lab_break(lab, "cannot fork: %s", strerror(errno));
		return -errno;
	}
	setpgid(pid, pid);
	lab->spawned[lab->spawned_count++] = pid;
	return pid;
}

pid_t lab_spawn(struct lab *lab, enum lab_who host, const char *const argv[])
{
	return program_spawn(lab, host, argv, argv[0]);
}
