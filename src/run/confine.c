/* SPDX-License-Identifier: MIT */
#include "run/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "host/lines.h"
#include "run/confine_build.h"

/* Inode number of the first user namespace: PROC_USER_INIT_INO, include/linux/proc_ns.h. */
#define FIRST_USER_NAMESPACE 0xEFFFFFFDu

struct right {
	unsigned bit;
	cap_value_t capability;
	bool by_admin; /* CAP_SYS_ADMIN does as well: bpf_capable(), perfmon_capable() */
	const char *name;
};

static const struct right rights[] = {
	{ CONFINE_BPF, CAP_BPF, true, "CAP_BPF" },
	{ CONFINE_PERFMON, CAP_PERFMON, true, "CAP_PERFMON" },
	{ CONFINE_NET_ADMIN, CAP_NET_ADMIN, false, "CAP_NET_ADMIN" },
	{ CONFINE_SYSLOG, CAP_SYSLOG, false, "CAP_SYSLOG" },
	{ CONFINE_SYS_PTRACE, CAP_SYS_PTRACE, false, "CAP_SYS_PTRACE" },
	{ CONFINE_SYS_ADMIN, CAP_SYS_ADMIN, false, "CAP_SYS_ADMIN" },
	{ CONFINE_NET_RAW, CAP_NET_RAW, false, "CAP_NET_RAW" },
	{ CONFINE_DAC_READ_SEARCH, CAP_DAC_READ_SEARCH, false, "CAP_DAC_READ_SEARCH" },
};
#define RIGHTS (sizeof(rights) / sizeof(*rights))

static cap_value_t last_capability(void)
{
	char text[16];

	if (file_read_at(-1, "/proc/sys/kernel/cap_last_cap", text, sizeof(text)) <= 0)
		return cap_max_bits() - 1;
	return atoi(text);
}

/* Bits of enum confine_right that are in effect. */
static int held_rights(unsigned *ret)
{
	cap_t state = cap_get_proc();
	cap_flag_value_t value, admin = CAP_CLEAR;
	size_t i;

	*ret = 0;
	if (!state)
		return -errno;
	cap_get_flag(state, CAP_SYS_ADMIN, CAP_EFFECTIVE, &admin);
	for (i = 0; i < RIGHTS; i++)
		if ((cap_get_flag(state, rights[i].capability, CAP_EFFECTIVE, &value) == 0 &&
		     value == CAP_SET) ||
		    (rights[i].by_admin && admin == CAP_SET))
			*ret |= rights[i].bit;
	cap_free(state);
	return 0;
}

const char *confine_name(unsigned right)
{
	size_t i;

	for (i = 0; i < RIGHTS; i++)
		if (rights[i].bit == right)
			return rights[i].name;
	return NULL;
}

static void join(const char *const *names, int count, const char *comma, const char *and, char *ret,
		 size_t bytes)
{
	size_t used = 0;
	int i;

	if (bytes)
		ret[0] = '\0';
	for (i = 0; i < count && used < bytes; i++) {
		const char *between = !i ? "" : i + 1 < count ? comma : and;
		int length = snprintf(ret + used, bytes - used, "%s%s", between, names[i]);

		used += (size_t)length;
	}
}

int confine_missing(unsigned needs, char *words_en, char *words_zh, size_t bytes)
{
	const char *names[RIGHTS];
	bool old = last_capability() < CAP_BPF, admin_named = false;
	unsigned held;
	int count = 0, r = held_rights(&held);
	size_t i;

	if (r)
		return r;
	for (i = 0; i < RIGHTS; i++) {
		bool by_admin = (old && rights[i].by_admin) || rights[i].bit == CONFINE_SYS_ADMIN;

		if (!(needs & ~held & rights[i].bit) || (by_admin && admin_named))
			continue;
		admin_named = admin_named || by_admin;
		names[count++] = by_admin ? "CAP_SYS_ADMIN" : rights[i].name;
	}
	join(names, count, ", ", " and ", words_en, bytes);
	join(names, count, "、", " 和 ", words_zh, bytes);
	return count;
}

unsigned confine_optional_missing(void)
{
	unsigned held;

	if (held_rights(&held))
		return CONFINE_OPTIONAL;
	return CONFINE_OPTIONAL & ~held;
}

bool confine_in_user_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) == 0 && st.st_ino != FIRST_USER_NAMESPACE;
}

static bool is_kept(unsigned keep, cap_value_t capability)
{
	size_t i;

	for (i = 0; i < RIGHTS; i++)
		if (rights[i].capability == capability)
			return keep & rights[i].bit;
	return false;
}

/* Permitted and effective become what is permitted now and kept; inheritable nothing. */
static int keep_only(unsigned keep)
{
	cap_t now = cap_get_proc(), then = cap_init();
	size_t i;
	int r = 0;

	if (!now || !then)
		r = -ENOMEM;
	for (i = 0; i < RIGHTS && !r; i++) {
		cap_flag_value_t value;

		if (!(keep & rights[i].bit) ||
		    cap_get_flag(now, rights[i].capability, CAP_PERMITTED, &value) ||
		    value != CAP_SET)
			continue;
		if (cap_set_flag(then, CAP_PERMITTED, 1, &rights[i].capability, CAP_SET) ||
		    cap_set_flag(then, CAP_EFFECTIVE, 1, &rights[i].capability, CAP_SET))
			r = -errno;
	}
	if (!r && cap_set_proc(then))
		r = -errno;
	if (now)
		cap_free(now);
	if (then)
		cap_free(then);
	return r;
}

int confine_drop(unsigned keep)
{
	cap_value_t capability, last = last_capability();
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	/* EINVAL: a kernel without ambient capabilities (before 4.3). */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return -errno;
	/* First, while CAP_SETPCAP is there. */
	for (capability = 0; capability <= last; capability++)
		if (!is_kept(keep, capability) && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) &&
		    errno != EPERM)
			return -errno;
	r = keep_only(keep);
	if (r)
		return r;
	if (!CONFINE_SANITIZED && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	return 0;
}
