/* SPDX-License-Identifier: MIT */
/*
 * What a lab must not leave behind. Its processes live in a PID namespace whose first process, the
 * keeper, dies with the lab: then the kernel kills the rest, grandchildren of real servers too. Its
 * files lie on a tmpfs that only its own mount namespace has.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/lab_private.h"

#define ROOM "size=512m,mode=1777"

int sandbox_files(char *ret_why, size_t why_size)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("whyrst-lab", LAB_FILES, "tmpfs", MS_NOSUID | MS_NODEV, ROOM) < 0) {
		int r = -errno;

		snprintf(ret_why, why_size, "cannot mount a private %s: %s", LAB_FILES,
			 strerror(-r));
		return r;
	}
	return 0;
}

/* Reaps orphans until its parent is gone. @alive: a pipe that the parent alone can write to. The
 * parent may have died before its death was asked for; its number, outside of this namespace, is 0
 * in either case, but its end of the pipe is closed. */
static void keeper_main(int alive)
{
	struct pollfd parent = { .fd = alive };

	prctl(PR_SET_NAME, "lab-keeper", 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (poll(&parent, 1, 0) != 0)
		_exit(0);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	close_range(0, ~0u, 0);
	for (;;)
		if (waitpid(-1, NULL, 0) < 0)
			usleep(50000);
}

int sandbox_processes(struct lab *lab, char *ret_why, size_t why_size)
{
	int alive[2], r = pipe2(alive, O_CLOEXEC) < 0 ? -errno : 0;

	if (r == 0) {
		r = unshare(CLONE_NEWPID) < 0 ? -errno : 0;
		fflush(NULL);
		lab->keeper = r == 0 ? fork() : 0;
		if (r == 0 && lab->keeper == 0) {
			close(alive[1]);
			keeper_main(alive[0]);
		}
		if (lab->keeper < 0)
			r = -errno;
		close(alive[0]);
		lab->keeper_alive = alive[1];
	}
	if (r < 0)
		snprintf(ret_why, why_size, "cannot make a PID namespace: %s", strerror(-r));
	return r;
}

void sandbox_end(struct lab *lab)
{
	if (lab->keeper <= 0)
		return;
	kill(lab->keeper, SIGKILL);
	waitpid(lab->keeper, NULL, 0);
	lab->keeper = 0;
	close(lab->keeper_alive);
}

bool sandbox_child(pid_t parent)
{
	pid_t now;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* A parent outside of this PID namespace is 0 here; the keeper adopts if it is dead. */
	now = getppid();
	return now == parent || now == 0;
}
