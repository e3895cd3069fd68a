/* SPDX-License-Identifier: MIT */
/*
 * A function that runs beside the calls of a program, in a child of it that has copies of its
 * descriptors: a server that serves while its clients are told what to do.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab_private.h"

struct beside {
	struct lab_call call; /* the child's; the parent reads it */
	long result;
	volatile bool stop;
};

/* In the program: its child, and what they share. One at a time. */
static struct beside *beside;
static pid_t beside_pid;

/* call->data ends with the function. */
static void function_put(struct lab_call *call, long (*function)(struct lab_call *call))
{
	memcpy(call->data + sizeof(call->data) - sizeof(function), &function, sizeof(function));
}

static long op_begin(struct lab_call *call)
{
	long (*function)(struct lab_call * call);
	pid_t parent = getpid();

	memcpy(&function, call->data + sizeof(call->data) - sizeof(function), sizeof(function));
	if (beside_pid)
		return -EBUSY;
	if (!beside)
		beside = mmap(NULL, sizeof(*beside), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (beside == MAP_FAILED) {
		beside = NULL;
		return -ENOMEM;
	}
	memset(beside, 0, sizeof(*beside));
	beside->call = *call;
	beside_pid = fork();
	if (beside_pid == 0) {
		if (!sandbox_child(parent))
			_exit(1);
		beside->result = function(&beside->call);
		_exit(0);
	}
	if (beside_pid < 0) {
		beside_pid = 0;
		return -errno;
	}
	return beside_pid;
}

bool lab_beside_over(void)
{
	return beside && beside->stop;
}

/* call->a: how many milliseconds it has. */
static long op_end(struct lab_call *call)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	long left = call->a;

	if (!beside_pid)
		return -ESRCH;
	beside->stop = true;
	while (waitpid(beside_pid, NULL, WNOHANG) == 0) {
		if (left-- <= 0) {
			kill(beside_pid, SIGKILL);
			beside->result = -ETIMEDOUT;
		}
		nanosleep(&tick, NULL);
	}
	beside_pid = 0;
	*call = beside->call;
	return beside->result;
}

pid_t lab_beside(struct lab *lab, enum lab_who who, long (*function)(struct lab_call *call),
		 struct lab_call *call)
{
	long r;

	function_put(call, function);
	r = lab_call(lab, who, op_begin, call);
	if (r < 0)
		lab_break(lab, "nothing runs beside %s: %s", lab_who_name(who), strerror((int)-r));
	return (pid_t)r;
}

long lab_beside_end(struct lab *lab, enum lab_who who, struct lab_call *ret_call)
{
	long r;

	memset(ret_call, 0, sizeof(*ret_call));
	ret_call->a = 5000;
	r = lab_call(lab, who, op_end, ret_call);
	if (r < 0)
		lab_break(lab, "what ran beside %s: %s", lab_who_name(who), strerror((int)-r));
	return r;
}
