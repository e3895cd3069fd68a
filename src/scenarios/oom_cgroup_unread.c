/* SPDX-License-Identifier: MIT */
/* A control group reaches its memory limit: the host has plenty, and the kernel kills all the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

#define LIMIT_BYTES (16 << 20)
#define ENOUGH_BYTES (4 * LIMIT_BYTES)

/* Of both hierarchies: where memory is limited, and the names of that limit and of the one with
 * swap. */
static const struct {
	const char *root, *limit, *swap_limit;
	bool swap; /* that one counts memory, too */
} hierarchies[] = {
	{ "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", true },
	{ "/sys/fs/cgroup", "memory.max", "memory.swap.max", false },
};

/* All programs of a lab have the same parent. */
static void name_folder(size_t hierarchy, char folder[96])
{
	snprintf(folder, 96, "%s/whyrst-lab-%d", hierarchies[hierarchy].root, (int)getppid());
}

static int put(const char *folder, const char *name, long value)
{
	char path[128], text[32];
	int fd, length = snprintf(text, sizeof(text), "%ld", value);

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, (size_t)length) < 0) {
		if (fd >= 0)
			close(fd);
		return -errno;
	}
	close(fd);
	return 0;
}

/* call->a: how much it may have. -ENOENT where no control group can limit memory. */
static long join_group(struct lab_call *call)
{
	int fd = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
	long bytes = call->a;

	if (fd >= 0) {
		call->a = write(fd, "+memory", 7);
		close(fd);
	}
	for (size_t i = 0; i < sizeof(hierarchies) / sizeof(*hierarchies); i++) {
		char folder[96];

		name_folder(i, folder);
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			continue;
		if (put(folder, hierarchies[i].limit, bytes) == 0) {
			/* Not there where no swap is counted. */
			put(folder, hierarchies[i].swap_limit, hierarchies[i].swap ? bytes : 0);
			return put(folder, "cgroup.procs", getpid());
		}
		rmdir(folder);
	}
	return -ENOENT;
}

static long leave_group(struct lab_call *call)
{
	for (size_t i = 0; i < sizeof(hierarchies) / sizeof(*hierarchies); i++) {
		char folder[96];

		name_folder(i, folder);
		rmdir(folder);
	}
	return call->a;
}

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_call call = { .a = lab_fixed(lab) ? ENOUGH_BYTES : LIMIT_BYTES };
	long r = lab_call(lab, LAB_SERVER, join_group, &call);

	if (r < 0)
		return lab_skip(lab, "no control group here limits memory: %s", strerror((int)-r));
	lab_send_bytes(lab, pair.client, 100);
	lab_await_unread(lab, pair.server, 100);
	recipe_outgrow(lab, LAB_SERVER, 2l * LIMIT_BYTES);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.server, 1024);
		lab_send(lab, pair.server, "200 OK");
		recipe_end(lab, &pair);
		lab_exit(lab, LAB_SERVER, 0); /* and out of the group */
	} else {
		lab_recv(lab, pair.client, 1024);
	}
	lab_call(lab, LAB_CLIENT, leave_group, &call);
	return 0;
}

const struct scenario scenario_oom_cgroup_unread = {
	.name = "oom_cgroup_unread",
	.story = { "the OOM killer of a control group ends the server while 100 bytes are unread",
		   "服务端还有 100 字节未读时，被所在 cgroup 的 OOM killer 杀死" },
	.remedy = { "the limit of the control group (MemoryMax= of the unit) is above what the "
		    "server needs",
		    "cgroup 的上限（unit 的 MemoryMax=）高于服务端的需要" },
	.fingerprint = "sigkill_unread",
	.class = "owner-abort",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
