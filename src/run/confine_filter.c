/* SPDX-License-Identifier: MIT */
#include "run/confine.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/nsfs.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/confine_build.h"

/*
 * Calls by name, so that libseccomp knows their numbers on every architecture; those that one does
 * not have are left out there. `..._time64`, `_llseek`, `mmap2`, `fstat64`: 32-bit machines.
 */
static const char always[] =
	/* waiting */
	"epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll "
	"ppoll_time64 select _newselect pselect6 pselect6_time64 nanosleep "
	"clock_nanosleep clock_nanosleep_time64 timerfd_create timerfd_settime "
	"timerfd_settime64 timerfd_gettime timerfd_gettime64 signalfd4 eventfd2 "
	"restart_syscall "
	/* what is open; openat below */
	"read readv pread64 write writev pwrite64 lseek _llseek close fstat fstat64 "
	"newfstatat fstatat64 stat stat64 lstat lstat64 statx fstatfs fstatfs64 readlink "
	"readlinkat getdents64 access faccessat faccessat2 fcntl fcntl64 fsync fdatasync "
	"recvfrom recvmsg recvmmsg recvmmsg_time64 sendto sendmsg bind getsockname "
	"setsockopt getsockopt "
	/* memory; mmap and mprotect below */
	"brk munmap mremap madvise "
	/* clocks and numbers */
	"clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time "
	"times getrusage getrandom getpid gettid getppid getuid geteuid getgid getegid "
	"getuid32 geteuid32 getgid32 getegid32 uname sysinfo sched_yield "
	"sched_getaffinity getcpu capget "
	/* signals and threads that are there */
	"rt_sigaction rt_sigprocmask rt_sigreturn sigreturn rt_sigtimedwait "
	"rt_sigtimedwait_time64 sigaltstack futex futex_time64 set_robust_list rseq "
	"membarrier set_tid_address exit exit_group";

/* No mistake makes these. */
static const char never[] =
	"execve execveat fork vfork ptrace process_vm_readv process_vm_writev init_module "
	"finit_module delete_module kexec_load kexec_file_load mount umount2 pivot_root "
	"chroot unshare setuid setgid setresuid setresgid setreuid setregid capset keyctl "
	"add_key request_key io_uring_setup userfaultfd open_by_handle_at personality "
	"reboot swapon swapoff settimeofday clock_settime clock_adjtime adjtimex";

/* The C library then does it with an older call that can be looked at. */
static const char not_there[] = "clone3 openat2 close_range";

/* @names are separated by spaces. */
static int add_names(scmp_filter_ctx filter, uint32_t action, const char *names)
{
	while (*names) {
		size_t length = strcspn(names, " ");
		char name[32];
		int number, r;

		snprintf(name, sizeof(name), "%.*s", (int)length, names);
		names += length + (names[length] == ' ');
		/* Negative: not of this architecture, or newer than this libseccomp. */
		number = seccomp_syscall_resolve_name(name);
		if (number < 0)
			continue;
		r = seccomp_rule_add(filter, action, number, 0);
		if (r)
			return r;
	}
	return 0;
}

/* Allows call @name where its argument @index is @value in the bits of @mask. */
static int add_where(scmp_filter_ctx filter, const char *name, unsigned index, uint64_t mask,
		     uint64_t value)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number < 0)
		return 0;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
				SCMP_CMP64(index, SCMP_CMP_MASKED_EQ, mask, value));
}

/* What the kernel takes as an int: the upper half is no matter. */
#define LOW32 UINT64_C(0xffffffff)

/* Paths cannot be looked at, how a file is opened can. */
static int add_files(scmp_filter_ctx filter)
{
	/* __O_TMPFILE is not for user space by that name: what O_TMPFILE has beside O_DIRECTORY. */
	uint64_t write = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
	int r = add_where(filter, "openat", 2, write, 0);

	return r ? r : add_where(filter, "open", 1, write, 0);
}

static int add_memory(scmp_filter_ctx filter)
{
	static const char *const calls[] = { "mmap", "mmap2", "mprotect" };
	size_t i;
	int r = 0;

	for (i = 0; i < 3 && !r; i++)
		r = add_where(filter, calls[i], 2, PROT_EXEC, 0);
	return r;
}

static int add_bpf(scmp_filter_ctx filter, unsigned allow)
{
	static const int reading[] = {
		BPF_MAP_LOOKUP_ELEM,	BPF_MAP_LOOKUP_AND_DELETE_ELEM,	 BPF_MAP_GET_NEXT_KEY,
		BPF_MAP_LOOKUP_BATCH,	BPF_MAP_LOOKUP_AND_DELETE_BATCH, BPF_ITER_CREATE,
		BPF_OBJ_GET_INFO_BY_FD,
	};
	size_t i;
	int r = 0;

	for (i = 0; i < sizeof(reading) / sizeof(*reading) && !r; i++)
		r = add_where(filter, "bpf", 0, LOW32, (uint64_t)reading[i]);
	if (!r && allow & CONFINE_ALLOW_MAP_WRITE)
		r = add_where(filter, "bpf", 0, LOW32, BPF_MAP_UPDATE_ELEM);
	if (!r && allow & CONFINE_ALLOW_MAP_WRITE)
		r = add_where(filter, "bpf", 0, LOW32, BPF_MAP_DELETE_ELEM);
	return r;
}

static int add_ioctls(scmp_filter_ctx filter)
{
	/* Size of the terminal; whether it is one; bytes waiting; kind of a namespace; libbpf
	 * switches a probe off so before it closes it. */
	static const uint64_t requests[] = { TIOCGWINSZ, TCGETS, FIONREAD, NS_GET_NSTYPE,
					     PERF_EVENT_IOC_DISABLE };
	size_t i;
	int r = 0;

	for (i = 0; i < sizeof(requests) / sizeof(*requests) && !r; i++)
		r = add_where(filter, "ioctl", 1, LOW32, requests[i]);
	return r;
}

static int add_threads(scmp_filter_ctx filter, unsigned allow)
{
	pid_t pid = getpid();
	int r = 0;

#if !defined(__s390__) && !defined(__s390x__) /* there the flags are the second argument */
	if (allow & CONFINE_ALLOW_THREADS)
		r = add_where(filter, "clone", 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM);
#else
	if (allow & CONFINE_ALLOW_THREADS)
		r = add_where(filter, "clone", 1, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM);
#endif
	/* raise() and abort() */
	if (!r)
		r = add_where(filter, "tgkill", 0, LOW32, (uint64_t)pid);
	if (!r && allow & CONFINE_ALLOW_SETNS)
		r = add_where(filter, "setns", 1, LOW32, CLONE_NEWNET);
	/* Its own thread to another CPU: host/stall.c */
	if (!r)
		r = add_where(filter, "sched_setaffinity", 0, LOW32, 0);
	/* Reading a limit, not setting one. */
	if (!r)
		r = add_where(filter, "prlimit64", 2, UINT64_MAX, 0);
	return r;
}

static int add_all(scmp_filter_ctx filter, unsigned allow)
{
	int r = add_names(filter, SCMP_ACT_ALLOW, always);

	if (!r)
		r = add_names(filter, SCMP_ACT_KILL_PROCESS, never);
	if (!r)
		r = add_names(filter, SCMP_ACT_ERRNO(ENOSYS), not_there);
	if (!r)
		r = add_files(filter);
	if (!r)
		r = add_memory(filter);
	if (!r)
		r = add_bpf(filter, allow);
	if (!r)
		r = add_ioctls(filter);
	if (!r)
		r = add_where(filter, "socket", 0, LOW32, AF_NETLINK);
	return r ? r : add_threads(filter, allow);
}

int confine_seccomp(unsigned allow)
{
	scmp_filter_ctx filter;
	int r;

	if (CONFINE_SANITIZED)
		return 0;
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return -ENOMEM;
	/* Another architecture's calls (x86's 32-bit gate) have other numbers: the end. */
	r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!r)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
	if (!r)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	/* A tree instead of a row of comparisons; libseccomp before 2.5 has none. */
	if (!r)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!r)
		r = add_all(filter, allow);
	if (!r)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}
