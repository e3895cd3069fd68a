/* SPDX-License-Identifier: MIT */
/* libuv keeps one descriptor in reserve: with it, it accepts what is too much, and closes it. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "scenarios/recipes.h"
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

/* No descriptor above those that it has. How many numbers below are free, or a negative errno. */
static int limit_files(pid_t pid)
{
	struct rlimit limit;
	struct dirent *entry;
	int used = 0, highest = 0, number;
	char path[64], *end;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		number = (int)strtol(entry->d_name, &end, 10);
		if (*end)
			continue;
		used++;
		if (number > highest)
			highest = number;
	}
	if (!folder)
		return -errno;
	closedir(folder);
	limit.rlim_cur = limit.rlim_max = (rlim_t)highest + 1;
	return prlimit(pid, RLIMIT_NOFILE, &limit, NULL) < 0 ? -errno : highest + 1 - used;
}

static struct lab_sock client_ask(struct lab *lab, bool answered)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, client, RECIPE_REQUEST);
	if (answered)
		lab_recv(lab, client, 1024);
	else
		lab_await_acked(lab, client);
	return client;
}

static int run(struct lab *lab)
{
	pid_t node = server_node(lab, "");
	struct lab_sock client;
	int spare = 0;

	client_ask(lab, true);
	lab_stall(lab, node);
	if (!lab_fixed(lab) && !lab_broken(lab))
		spare = limit_files(node);
	if (spare < 0)
		return spare;
	kill(node, SIGCONT);
	while (spare--)
		client_ask(lab, true);
	lab_stall(lab, node); /* its loop is busy */
	client = client_ask(lab, false);
	kill(node, SIGCONT);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_node_emfile = {
	.name = "node_emfile",
	.story = { "Node.js is out of file descriptors: it accepts one more client and hangs up on "
		   "its request",
		   "Node.js 的文件描述符用尽：多接受一个客户端，不读请求就挂断" },
	.remedy = { "LimitNOFILE of the unit is above the number of clients",
		    "让 LimitNOFILE 大于客户端数" },
	.fingerprint = "emfile_reserve_trick_unread",
	.program = "node",
	.package = "nodejs",
	.class = "owner-abort",
	.cause = "fd-exhausted",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
