/* SPDX-License-Identifier: MIT */
/*
 * Network namespaces, which the kernel's programs name by inode number: finding one, and doing
 * something in it.
 *
 * Needs CAP_SYS_ADMIN to enter another namespace and CAP_SYS_PTRACE to look at the namespace of
 * another user's process; our own needs nothing. No namespace is held open longer than the caller
 * does: an open descriptor would keep a dead container's devices alive.
 *
 * Not found are namespaces in which only a thread that is not its process's first one runs, and
 * those mounted at unusual places with no process in them.
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_NETNS_H
#define WHYRST_HOST_NETNS_H

#include <stdint.h>

/*
 * Opens the namespace @what: a path (/run/netns/blue, /proc/812/ns/net), a number of a process, or
 * a name as `ip netns` has it. Gives a descriptor (the caller closes it) and the inode number.
 * Returns 0, -EINVAL if it is no network namespace, -ESRCH if there is no such process, or -errno.
 */
int netns_open(const char *what, int *ret_fd, uint32_t *ret_inode);

/* Inode number of the namespace that this program was started in; 0 without /proc. */
uint32_t netns_own(void);

/*
 * Opens the namespace of that inode number; the caller closes the descriptor. It is looked for
 * among the 256 that are remembered, then below /run/netns and /run/docker/netns and among all
 * processes. Such a search takes up to 20 us a process; it is made in slices of 10 ms, at most a
 * twentieth of the time and at most once a second from its beginning. What is not found (yet) is
 * -ENOENT: with 10,000 processes a question may have to be asked again for 4 s. netns_learn()
 * spares the search.
 */
int netns_find(uint32_t inode, int *ret_fd);

/* A process that was seen in it, as an event of the kernel tells: it is found without a search. */
void netns_learn(uint32_t inode, uint32_t pid);

/* The same by a descriptor that stays open: --netns PATH of a namespace without a process. */
void netns_learn_fd(uint32_t inode, int fd);

/* A process that is in that namespace now, if one is known; 0 otherwise. Never searches. */
uint32_t netns_process(uint32_t inode);

/*
 * Runs @work in the namespace @fd (negative: our own) in the calling thread, and comes back.
 * Returns what @work returns, or, without having called it, -EPERM (no CAP_SYS_ADMIN over the
 * namespace, or none to come back with) or another -errno. -ENOTRECOVERABLE: @work was done, but
 * the kernel had no memory to come back; the next call tries again before anything else.
 *
 * A descriptor that @work opens (a socket) belongs to that namespace for good.
 */
int netns_run(int fd, int (*work)(void *context), void *context);

#endif
