/* SPDX-License-Identifier: MIT */
/* The host itself runs out of memory. Only on a machine of the tests' own: a guest. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

#define STEP_BYTES (4l << 20)
#define LEFT_BYTES (64l << 20)

static long available_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	long kilobytes = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %ld", &kilobytes) == 1)
			break;
	if (file)
		fclose(file);
	return kilobytes << 10;
}

/* Takes all but a little, and offers itself. */
static long take_most(struct lab_call *call)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	(void)call;
	if (fd < 0 || write(fd, "1000", 4) < 0)
		return -errno;
	close(fd);
	while (available_bytes() > LEFT_BYTES) {
		char *memory = mmap(NULL, STEP_BYTES, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (memory == MAP_FAILED)
			return -errno;
		memset(memory, 1, STEP_BYTES);
	}
	return 0;
}

static int run(struct lab *lab)
{
	struct lab_call call = { 0 };
	struct lab_pair pair;

	if (!getenv("WHYRST_OWN_MACHINE"))
		return lab_skip(lab, "not on a machine of its own ($WHYRST_OWN_MACHINE)");
	pair = lab_pair(lab, 0);
	if (lab_call(lab, LAB_SERVER, take_most, &call) < 0)
		return lab_skip(lab, "this machine's memory cannot be filled");
	lab_send_bytes(lab, pair.client, 100);
	lab_await_unread(lab, pair.server, 100);
	recipe_outgrow(lab, LAB_SERVER, 4 * LEFT_BYTES);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_oom_host_unread = {
	.name = "oom_host_unread",
	.story = { "the host runs out of memory, and the OOM killer ends the server while 100 "
		   "bytes are unread",
		   "整机内存用尽，服务端还有 100 字节未读时被 OOM killer 杀死" },
	.fingerprint = "sigkill_unread",
	.class = "owner-abort",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
