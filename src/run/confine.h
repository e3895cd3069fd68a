/* SPDX-License-Identifier: MIT */
/*
 * Rights: which are missing before a host is watched, and how all but the needed ones are given up
 * once everything is attached.
 *
 * What is still of use afterwards: CONFINE_SYS_PTRACE (exe and namespace of other users'
 * processes), CONFINE_SYS_ADMIN (entering another network namespace: its addresses and counters),
 * CONFINE_BPF (before Linux 5.19, kernel.unprivileged_bpf_disabled forbids even reading a map
 * without it), CONFINE_DAC_READ_SEARCH (before Linux 6.2, counting another user's descriptors),
 * CONFINE_NET_ADMIN (asking connection tracking for one entry). Not
 * CONFINE_SYSLOG: host/symbols.h keeps its file open. Not CONFINE_NET_RAW: a packet socket stays
 * open.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_CONFINE_H
#define WHYRST_RUN_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

/* Capabilities, for `needs`, `keep` and what is missing. */
enum confine_right {
	CONFINE_BPF =
		1 << 0, /* this and the next: CAP_SYS_ADMIN does as well, and alone before 5.8 */
	CONFINE_PERFMON = 1 << 1,
	CONFINE_NET_ADMIN = 1 << 2,
	CONFINE_SYSLOG = 1 << 3,     /* addresses of the kernel's functions */
	CONFINE_SYS_PTRACE = 1 << 4, /* /proc/PID/exe and ns/net of other users */
	CONFINE_SYS_ADMIN = 1 << 5,  /* setns() */
	CONFINE_NET_RAW = 1 << 6,    /* packet sockets: --wire, -w */
	CONFINE_DAC_READ_SEARCH = 1 << 7,
};

#define CONFINE_ATTACH (CONFINE_BPF | CONFINE_PERFMON | CONFINE_NET_ADMIN)
#define CONFINE_OPTIONAL (CONFINE_SYSLOG | CONFINE_SYS_PTRACE | CONFINE_SYS_ADMIN | CONFINE_NET_RAW)

/*
 * How many of @needs this process lacks; their names, as a sentence has them, go into @words_en
 * ("CAP_BPF and CAP_PERFMON") and @words_zh, @bytes each (128 is enough for all); "" if none. Or
 * -errno.
 */
int confine_missing(unsigned needs, char *words_en, char *words_zh, size_t bytes);

/* Those of CONFINE_OPTIONAL that this process lacks. */
unsigned confine_optional_missing(void);

/* "CAP_SYSLOG"; NULL if @right is not one single bit of enum confine_right. */
const char *confine_name(unsigned right);

/*
 * In a user namespace of our own: capabilities there are none over the host, whatever /proc shows.
 */
bool confine_in_user_namespace(void);

/*
 * Gives up, for good, all capabilities but @keep (as far as they are held): bounding, ambient,
 * inheritable, permitted and effective; no new privileges from here on, and no debugger or core
 * dump for other users. Only for the calling thread and those it makes later: call it before there
 * are others. Without CAP_SETPCAP the bounding set stays, which nothing can be gained from any
 * more. Returns 0 or -errno.
 *
 * A build with ASan stays open to debuggers: its leak checker is one.
 */
int confine_drop(unsigned keep);

/* What confine_seccomp() allows beside the rest. */
enum confine_allow {
	CONFINE_ALLOW_SETNS = 1 << 0,	  /* into network namespaces */
	CONFINE_ALLOW_MAP_WRITE = 1 << 1, /* BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM */
	CONFINE_ALLOW_THREADS = 1 << 2,	  /* making threads; they are confined as well */
};

/*
 * From here on only the calls that a running watch needs: waiting, reading and writing what is
 * open, reading maps, opening files for reading, netlink sockets, memory that is not executable,
 * clocks, exit. All threads. Needs no new privileges (confine_drop()) or CAP_SYS_ADMIN. Returns 0
 * or -errno.
 *
 * Calls that only an intruder would make (running a program, tracing, mounting, becoming another
 * user) kill the process. Everything else fails with EPERM, or ENOSYS where the C library
 * then falls back to a call that is allowed: a later C library that does a thing in a new way shall
 * cost one piece of evidence, not the watch at three in the morning; refused it is either way.
 *
 * Does nothing and returns 0 in a build with ASan, whose runtime calls whatever it likes.
 */
int confine_seccomp(unsigned allow);

#endif
