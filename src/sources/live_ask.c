/* SPDX-License-Identifier: MIT */
/*
 * What is asked of the kernel about sockets while it is watched. Iterators go through all sockets
 * of a namespace, or all files of all processes: they run only when nothing else tells, and a flood
 * must not keep us from the rest.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "host/netns.h"
#include "sources/live_private.h"

#define SHARE 5		   /* in the long run a fifth of our time goes into it at most, */
#define SPENT_NS 50000000  /* at once not much more than this, */
#define FLOOD_AFFAIRS 20   /* and nothing while so many resets come */
#define FLOOD_NS 100000000 /* in this time: the ring holds but a moment of a flood */
#define LISTENERS_LOOKED_AT 8192

static bool may_ask(struct live *live)
{
	int64_t begin_ns = live_now_ns(), paid_ns = (begin_ns - live->asked_ns) / SHARE;

	live->asked_ns = begin_ns;
	live->asking_ns -= paid_ns < live->asking_ns ? paid_ns : live->asking_ns;
	return live->asking_ns <= SPENT_NS && live->burst <= FLOOD_AFFAIRS;
}

void ask_count(struct live *live, int64_t now_ns)
{
	if (now_ns - live->burst_ns > FLOOD_NS) {
		live->burst_ns = now_ns;
		live->burst = 0;
	}
	live->burst++;
}

static void was_asked(struct live *live)
{
	live->asking_ns += live_now_ns() - live->asked_ns;
}

struct owner_line {
	uint64_t socket;
	uint32_t tgid;
	uint32_t pad;
};

static uint32_t find_owner(const struct live_kernel *kernel, uint64_t socket)
{
	struct owner_line lines[64];
	uint32_t owner = 0;
	ssize_t bytes;
	int fd = bpf_iter_create(kernel->owners_fd);

	if (fd < 0)
		return 0;
	while (!owner && (bytes = read(fd, lines, sizeof(lines))) > 0)
		for (size_t i = 0; i < (size_t)bytes / sizeof(*lines); i++)
			if (lines[i].socket == socket)
				owner = lines[i].tgid;
	close(fd);
	return owner;
}

uint32_t ask_owner(struct live *live, uint64_t socket)
{
	uint32_t owner;

	if (live->kernel.owners_fd < 0 || !may_ask(live))
		return 0;
	owner = find_owner(&live->kernel, socket);
	was_asked(live);
	return owner;
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

static int find_twin(const struct live_kernel *kernel, const struct event_reset *event)
{
	struct twin_question question = {
		.rcv_nxt = event->segment.seq,
		.snd_nxt = event->segment.ack,
		.local_port = event->tuple.local_port,
		.remote_port = event->tuple.remote_port,
	};
	uint32_t zero = 0;
	int fd = -1, r;

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

int ask_twin(struct live *live, const struct event_reset *event)
{
	int r;

	if (live->kernel.twins_fd < 0)
		return -EOPNOTSUPP;
	if (!may_ask(live))
		return -EAGAIN;
	r = find_twin(&live->kernel, event);
	was_asked(live);
	return r;
}

static int find_dead(const struct live_kernel *kernel, const struct event_tuple *tuple,
		     struct dead_line *ret_line)
{
	uint32_t zero = 0;
	ssize_t bytes;
	int fd;

	if (bpf_map_update_elem(kernel->dead_sought_fd, &zero, tuple, BPF_ANY) < 0)
		return -errno;
	fd = bpf_iter_create(kernel->dead_fd);
	if (fd < 0)
		return fd;
	bytes = read(fd, ret_line, sizeof(*ret_line));
	close(fd);
	return bytes == sizeof(*ret_line);
}

int ask_dead(struct live *live, const struct event_tuple *tuple, struct dead_line *ret_line)
{
	int r;

	if (live->kernel.dead_fd < 0)
		return -EOPNOTSUPP;
	if (!may_ask(live))
		return -EAGAIN;
	r = find_dead(&live->kernel, tuple, ret_line);
	was_asked(live);
	return r;
}

/* Asked of what is remembered here, not of sockets. */
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
