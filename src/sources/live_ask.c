/* SPDX-License-Identifier: MIT */
/*
 * What is asked of the kernel about sockets while it is watched, by iterators: they go through all
 * sockets of a namespace, or all files of all processes, and so run only when nothing else tells.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "host/netns.h"
#include "sources/live_private.h"

struct owner_line {
	uint64_t socket;
	uint32_t tgid;
	uint32_t pad;
};

uint32_t kernel_find_owner(const struct live_kernel *kernel, uint64_t socket)
{
	struct owner_line lines[64];
	uint32_t owner = 0;
	ssize_t bytes;
	int fd;

	if (kernel->owners_fd < 0)
		return 0;
	fd = bpf_iter_create(kernel->owners_fd);
	if (fd < 0)
		return 0;
	while (!owner && (bytes = read(fd, lines, sizeof(lines))) > 0)
		for (size_t i = 0; i < (size_t)bytes / sizeof(*lines); i++)
			if (lines[i].socket == socket)
				owner = lines[i].tgid;
	close(fd);
	return owner;
}

#define LISTENERS_LOOKED_AT 8192

uint32_t kernel_find_listening(const struct live_kernel *kernel, uint32_t netns)
{
	struct listener_key key, *at = NULL;
	struct event_listener listener;
	int left = LISTENERS_LOOKED_AT;

	/* A key that was dropped meanwhile leads back to the first. */
	for (; left-- && bpf_map_get_next_key(kernel->listeners_fd, at, &key) == 0; at = &key)
		if (key.netns == netns &&
		    bpf_map_lookup_elem(kernel->listeners_fd, &key, &listener) == 0 &&
		    listener.live)
			return listener.owner;
	return 0;
}

static int read_twins(void *context)
{
	const struct live_kernel *kernel = context;
	int fd = bpf_iter_create(kernel->twins_fd);
	uint32_t found;
	ssize_t bytes;

	if (fd < 0)
		return fd;
	bytes = read(fd, &found, sizeof(found));
	close(fd);
	return bytes > 0;
}

int kernel_find_twin(const struct live_kernel *kernel, const struct event_reset *event)
{
	struct twin_question question = {
		.rcv_nxt = event->segment.seq,
		.snd_nxt = event->segment.ack,
		.local_port = event->tuple.local_port,
		.remote_port = event->tuple.remote_port,
	};
	uint32_t zero = 0;
	int fd = -1, r;

	if (kernel->twins_fd < 0)
		return -EOPNOTSUPP;
	memcpy(question.remote, event->tuple.remote, sizeof(question.remote));
	if (bpf_map_update_elem(kernel->twin_fd, &zero, &question, BPF_ANY) < 0)
		return -errno;
	r = netns_find(event->tuple.netns, &fd);
	if (!r)
		r = netns_run(fd, read_twins, (void *)kernel);
	if (fd >= 0)
		close(fd);
	return r;
}

int kernel_find_dead(const struct live_kernel *kernel, const struct event_tuple *tuple,
		     struct dead_line *ret_line)
{
	uint32_t zero = 0;
	ssize_t bytes;
	int fd;

	if (kernel->dead_fd < 0)
		return -EOPNOTSUPP;
	if (bpf_map_update_elem(kernel->dead_sought_fd, &zero, tuple, BPF_ANY) < 0)
		return -errno;
	fd = bpf_iter_create(kernel->dead_fd);
	if (fd < 0)
		return fd;
	bytes = read(fd, ret_line, sizeof(*ret_line));
	close(fd);
	return bytes == sizeof(*ret_line);
}
