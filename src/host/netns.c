/* SPDX-License-Identifier: MIT */
#include "host/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/boot.h"

#define KNOWN_LIMIT 256
#define SEARCH_NAMES 4096 /* entries of a directory of named namespaces */
#define SEARCH_SLICE_NS INT64_C(10000000)
#define SEARCH_PAUSE_NS INT64_C(5000000)
#define SEARCH_SHARE 5 /* a search costs at most a fifth of the time */
#define RETURN_TRIES 100

/* Where a namespace was seen. It may be gone by now, or the path lead to another one. */
struct place {
	uint32_t inode;
	uint32_t pid;  /* path is its /proc/PID/ns/net; 0: a named one */
	uint32_t next; /* a process to be tried when that one is gone; 0: none */
	uint64_t used; /* the question that asked last; 0: none did */
	char path[288];
};

/* A namespace is a thing of the whole program, so what is known of them is, too. */
static struct place known[KNOWN_LIMIT];
static uint32_t known_count;
static uint64_t questions;
static int64_t search_after_ns;
static long search_at; /* where in /proc the search goes on; 0: from the beginning */
static uint32_t own_inode;
static dev_t own_device; /* of the file system that all namespaces are in */
static int own_fd = -1;
static bool astray; /* this thread could not come back */

static int open_checked(const char *path, int *ret_fd, uint32_t *ret_inode)
{
	/* Not to be blocked by a FIFO that somebody named. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		r = -EINVAL;
	else if (fstat(fd, &st))
		r = -errno;
	if (r) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	*ret_inode = (uint32_t)st.st_ino;
	return 0;
}

static bool is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits <= 10 && !text[digits];
}

int netns_open(const char *what, int *ret_fd, uint32_t *ret_inode)
{
	char path[288];
	int length, r;

	*ret_fd = -1;
	*ret_inode = 0;
	if (is_number(what))
		length = snprintf(path, sizeof(path), "/proc/%s/ns/net", what);
	else if (!strchr(what, '/'))
		length = snprintf(path, sizeof(path), "/run/netns/%s", what);
	else
		return open_checked(what, ret_fd, ret_inode);
	if (length >= (int)sizeof(path))
		return -ENAMETOOLONG;
	r = open_checked(path, ret_fd, ret_inode);
	return r == -ENOENT && is_number(what) ? -ESRCH : r;
}

/* Before anything is entered, so that it is our own. */
static int open_own(void)
{
	struct stat st;
	int r;

	if (own_fd >= 0)
		return 0;
	r = open_checked("/proc/thread-self/ns/net", &own_fd, &own_inode);
	if (!r && fstat(own_fd, &st) == 0)
		own_device = st.st_dev;
	return r;
}

uint32_t netns_own(void)
{
	open_own();
	return own_inode;
}

/* --- what is known -------------------------------------------------------------------------------
 */

static struct place *find_known(uint32_t inode)
{
	uint32_t i;

	for (i = 0; i < known_count; i++)
		if (known[i].inode == inode)
			return &known[i];
	return NULL;
}

/*
 * The place for another namespace; at the limit that of the one that was not asked for the longest.
 * What nobody asked for does not push out what was asked for.
 */
static struct place *new_place(bool wanted)
{
	struct place *place = &known[0];
	uint32_t i;

	if (known_count < KNOWN_LIMIT) {
		place = &known[known_count++];
	} else {
		for (i = 1; i < known_count; i++)
			if (known[i].used < place->used)
				place = &known[i];
		if (place->used && !wanted)
			return NULL;
	}
	memset(place, 0, sizeof(*place));
	return place;
}

/* @path is copied. A named namespace lasts longer than a process, so its name is kept. */
static void remember(uint32_t inode, const char *path, uint32_t pid, bool wanted)
{
	struct place *place = find_known(inode);

	if (strlen(path) >= sizeof(place->path) || (place && !place->pid))
		return;
	if (!place)
		place = new_place(wanted);
	if (!place)
		return;
	if (wanted)
		place->used = ++questions;
	place->inode = inode;
	place->pid = pid;
	strcpy(place->path, path);
}

static void forget(struct place *place)
{
	*place = known[--known_count];
}

static void path_of_process(uint32_t pid, char path[32])
{
	snprintf(path, 32, "/proc/%u/ns/net", pid);
}

void netns_learn(uint32_t inode, uint32_t pid)
{
	struct place *place = inode ? find_known(inode) : NULL;
	char path[32];

	if (!inode || !pid)
		return;
	if (place) {
		if (place->pid != pid)
			place->next = pid;
		return;
	}
	path_of_process(pid, path);
	remember(inode, path, pid, true);
}

void netns_learn_fd(uint32_t inode, int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	remember(inode, path, 0, true);
}

static int open_known(uint32_t inode, int *ret_fd)
{
	struct place *place = find_known(inode);
	uint32_t found = 0;
	int r;

	if (!place)
		return -ENOENT;
	place->used = ++questions;
	for (;;) {
		r = open_checked(place->path, ret_fd, &found);
		if (!r && found == inode)
			return 0;
		if (!r)
			close(*ret_fd);
		*ret_fd = -1;
		if (!place->next)
			break;
		place->pid = place->next;
		place->next = 0;
		path_of_process(place->pid, place->path);
	}
	forget(place);
	return -ENOENT;
}

/* --- searching -----------------------------------------------------------------------------------
 */

static void search_names(const char *path, uint32_t wanted)
{
	DIR *directory = opendir(path);
	const struct dirent *item;
	char name[288];
	int left = SEARCH_NAMES;

	if (!directory)
		return;
	while (left-- && (item = readdir(directory))) {
		struct stat st;

		/* Where nothing is mounted on it, it is a plain file. */
		if (item->d_name[0] == '.' || fstatat(dirfd(directory), item->d_name, &st, 0) ||
		    st.st_dev != own_device || st.st_ino == own_inode)
			continue;
		if (snprintf(name, sizeof(name), "%s/%s", path, item->d_name) < (int)sizeof(name))
			remember((uint32_t)st.st_ino, name, 0, st.st_ino == wanted);
	}
	closedir(directory);
}

/* The namespace that /proc/PID/ns/net leads to, 0 if it may not be known. */
static uint32_t inode_of_link(int proc_fd, const char *name)
{
	static const char label[] = "net:[";
	char text[64];
	ssize_t length = readlinkat(proc_fd, name, text, sizeof(text) - 1);

	if (length <= 0)
		return 0;
	text[length] = '\0';
	if (strncmp(text, label, sizeof(label) - 1))
		return 0;
	return (uint32_t)strtoul(text + sizeof(label) - 1, NULL, 10);
}

/* Goes through /proc from where it stopped, for a while. */
static void search_processes(uint32_t wanted, int64_t until_ns /* of clock_thread_ns() */)
{
	DIR *proc = opendir("/proc");
	const struct dirent *item;
	uint32_t last = 0;

	if (!proc)
		return;
	if (search_at)
		seekdir(proc, search_at);
	search_at = 0;
	while (!search_at && (item = readdir(proc))) {
		char name[32], path[40];
		uint32_t inode;

		if (!is_number(item->d_name))
			continue;
		snprintf(name, sizeof(name), "%.10s/ns/net", item->d_name);
		inode = inode_of_link(dirfd(proc), name);
		/* Neighbours are mostly in one namespace, most of them in ours. */
		if (inode && inode != last && inode != own_inode && !find_known(inode)) {
			snprintf(path, sizeof(path), "/proc/%s", name);
			remember(inode, path, (uint32_t)strtoul(item->d_name, NULL, 10),
				 inode == wanted);
		}
		last = inode;
		if (clock_thread_ns() > until_ns)
			search_at = telldir(proc);
	}
	closedir(proc);
}

static void search(uint32_t wanted)
{
	int64_t begin_ns = clock_thread_ns(), took_ns, now_ns;

	if (clock_monotonic_ns() < search_after_ns)
		return;
	if (!search_at) {
		search_names("/run/netns", wanted);
		search_names("/run/docker/netns", wanted);
	}
	search_processes(wanted, begin_ns + SEARCH_SLICE_NS);
	took_ns = clock_thread_ns() - begin_ns;
	now_ns = clock_monotonic_ns();
	search_after_ns = now_ns + took_ns * (SEARCH_SHARE - 1);
	if (!search_at && search_after_ns < now_ns + SEARCH_PAUSE_NS)
		search_after_ns = now_ns + SEARCH_PAUSE_NS;
}

int netns_find(uint32_t inode, int *ret_fd)
{
	*ret_fd = -1;
	if (!inode)
		return -ENOENT;
	if (open_own() == 0 && inode == own_inode) {
		*ret_fd = fcntl(own_fd, F_DUPFD_CLOEXEC, 3);
		return *ret_fd < 0 ? -errno : 0;
	}
	if (open_known(inode, ret_fd) == 0)
		return 0;
	search(inode);
	return open_known(inode, ret_fd);
}

uint32_t netns_process(uint32_t inode)
{
	const struct place *place = find_known(inode);

	if (!place || !place->pid || inode_of_link(AT_FDCWD, place->path) != inode)
		return 0;
	return place->pid;
}

/* --- going there ---------------------------------------------------------------------------------
 */

static bool come_back(void)
{
	struct timespec pause = { 0, 1000000 };
	int i;

	/* Allowed it was a moment ago; what is left is a lack of memory for the kernel's nsproxy.
	 */
	for (i = 0; i < RETURN_TRIES; i++) {
		if (setns(own_fd, CLONE_NEWNET) == 0) {
			astray = false;
			return true;
		}
		nanosleep(&pause, NULL);
	}
	astray = true;
	return false;
}

int netns_run(int fd, int (*work)(void *context), void *context)
{
	struct stat st;
	int r = open_own();

	if (r)
		return r;
	if (astray && !come_back())
		return -ENOTRECOVERABLE;
	if (fd >= 0 && fstat(fd, &st))
		return -errno;
	if (fd < 0 || st.st_ino == own_inode)
		return work(context);
	/*
	 * The way back is tried first: in a user namespace one may be allowed to enter a network
	 * namespace and not to return to the one that the host lent (netns_install() in
	 * net/core/net_namespace.c asks for CAP_SYS_ADMIN over the target and over ourselves).
	 */
	if (setns(own_fd, CLONE_NEWNET) || setns(fd, CLONE_NEWNET))
		return -errno;
	r = work(context);
	return come_back() ? r : -ENOTRECOVERABLE;
}
