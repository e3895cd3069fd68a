/* SPDX-License-Identifier: MIT */
/*
 * Takes over the hooks of a running `whyrst live`, so that they can be put in and taken out within
 * milliseconds: the speed of a machine drifts by more than hooks cost within the second that a
 * start of whyrst takes. The programs are the very ones that it loaded, with their maps.
 *
 *   live_hooks PID [empty]
 *
 * With "empty" each is stood in for by a program that returns at once: what is left is the price
 * of being called at all.
 *
 * Prints "PROGRAMS LEFT_OUT" once it holds them; then PID may end. Reads "on" and "off" from
 * standard input, and prints a line when that is done. What the programs put into their rings is
 * thrown away.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOOKS_MAX 64
#define MAPS_MAX 64

struct hook {
	int program_fd;
	int link_fd;	 /* -1 while it is out */
	char point[128]; /* of a raw tracepoint; empty where the program knows it itself */
};

static struct hook hooks[HOOKS_MAX];
static unsigned int hook_count, left_out;
static struct ring_buffer *rings;
static bool empty;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int throw_away(void *context, void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return 0;
}

static void *drain(void *unused)
{
	(void)unused;
	while (ring_buffer__poll(rings, 1000) >= 0 || errno == EINTR)
		;
	return NULL;
}

static void drain_rings_of(int program_fd)
{
	static __u32 seen[MAPS_MAX];
	static unsigned int seen_count;
	__u32 ids[MAPS_MAX] = { 0 }, size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info program = { .nr_map_ids = MAPS_MAX, .map_ids = (__u64)ids };

	if (bpf_obj_get_info_by_fd(program_fd, &program, &size))
		die("bpf_obj_get_info_by_fd");
	for (unsigned int i = 0; i < program.nr_map_ids && i < MAPS_MAX; i++) {
		struct bpf_map_info map = { 0 };
		int fd = bpf_map_get_fd_by_id(ids[i]);
		bool again = false;

		size = sizeof(map);
		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &map, &size))
			die("bpf_map_get_fd_by_id");
		for (unsigned int k = 0; k < seen_count; k++)
			again |= seen[k] == ids[i];
		if (map.type != BPF_MAP_TYPE_RINGBUF || again || seen_count == MAPS_MAX) {
			close(fd);
			continue;
		}
		seen[seen_count++] = ids[i];
		if (!rings)
			rings = ring_buffer__new(fd, throw_away, NULL, NULL);
		else if (ring_buffer__add(rings, fd, throw_away, NULL))
			die("ring_buffer__add");
		if (!rings)
			die("ring_buffer__new");
	}
}

/* A program for the same place that does nothing. */
static int load_empty(const struct bpf_prog_info *program, const struct bpf_link_info *link)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options);
	int fd;

	if (program->type == BPF_PROG_TYPE_TRACING) {
		options.expected_attach_type = link->type == BPF_LINK_TYPE_TRACING
						       ? link->tracing.attach_type
						       : BPF_TRACE_RAW_TP;
		options.attach_btf_id = program->attach_btf_id;
		if (link->type == BPF_LINK_TYPE_TRACING &&
		    program->attach_btf_obj_id) /* a module's */
			options.attach_btf_obj_fd =
				(__u32)bpf_btf_get_fd_by_id(program->attach_btf_obj_id);
	}
	fd = bpf_prog_load(program->type, "empty", "GPL", code, 2, &options);
	if (fd < 0)
		die("bpf_prog_load");
	return fd;
}

static void take_link(__u32 link_id)
{
	struct hook *hook = &hooks[hook_count];
	struct bpf_link_info link = { 0 };
	struct bpf_prog_info program = { 0 };
	__u32 size = sizeof(link);
	int fd = bpf_link_get_fd_by_id(link_id);

	link.raw_tracepoint.tp_name = (__u64)hook->point;
	link.raw_tracepoint.tp_name_len = sizeof(hook->point);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &link, &size))
		die("bpf_link_get_fd_by_id");
	close(fd);
	if (link.type == BPF_LINK_TYPE_ITER) /* runs when it is read, never by itself */
		return;
	if (hook_count == HOOKS_MAX ||
	    (link.type != BPF_LINK_TYPE_RAW_TRACEPOINT && link.type != BPF_LINK_TYPE_TRACING)) {
		left_out++;
		return;
	}
	hook->program_fd = bpf_prog_get_fd_by_id(link.prog_id);
	size = sizeof(program);
	if (hook->program_fd < 0 || bpf_obj_get_info_by_fd(hook->program_fd, &program, &size))
		die("bpf_prog_get_fd_by_id");
	if (program.type == BPF_PROG_TYPE_TRACING)
		hook->point[0] = '\0';
	hook->link_fd = -1;
	if (empty)
		hook->program_fd = load_empty(&program, &link);
	else
		drain_rings_of(hook->program_fd);
	hook_count++;
}

static void take_links_of(const char *pid)
{
	char folder[64], path[384], line[256];
	struct dirent *entry;
	DIR *list;

	snprintf(folder, sizeof(folder), "/proc/%s/fdinfo", pid);
	list = opendir(folder);
	if (!list)
		die(folder);
	while ((entry = readdir(list))) {
		FILE *file;
		__u32 id;

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file))
			if (sscanf(line, "link_id: %u", &id) == 1)
				take_link(id);
		if (file)
			fclose(file);
	}
	closedir(list);
}

static void put_in(void)
{
	for (unsigned int i = 0; i < hook_count; i++) {
		struct hook *hook = &hooks[i];

		if (hook->link_fd >= 0)
			continue;
		hook->link_fd = bpf_raw_tracepoint_open(hook->point[0] ? hook->point : NULL,
							hook->program_fd);
		if (hook->link_fd < 0)
			die(hook->point);
	}
}

static void take_out(void)
{
	for (unsigned int i = 0; i < hook_count; i++) {
		if (hooks[i].link_fd >= 0)
			close(hooks[i].link_fd);
		hooks[i].link_fd = -1;
	}
}

int main(int argc, char **argv)
{
	char line[16];
	pthread_t thread;

	if (argc < 2)
		return 2;
	empty = argc > 2 && !strcmp(argv[2], "empty");
	take_links_of(argv[1]);
	if (rings && pthread_create(&thread, NULL, drain, NULL))
		die("pthread_create");
	printf("%u %u\n", hook_count, left_out);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "on\n"))
			put_in();
		else
			take_out();
		puts("done");
		fflush(stdout);
	}
	return 0;
}
