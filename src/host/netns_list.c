/* SPDX-License-Identifier: MIT */
#include "host/netns_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/netns.h"

#define NAMES_MAX 4096

uint32_t netns_of_process(uint32_t pid)
{
	static const char label[] = "net:[";
	char path[40], text[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
	length = readlink(path, text, sizeof(text) - 1);
	if (length <= 0)
		return 0;
	text[length] = '\0';
	if (strncmp(text, label, sizeof(label) - 1))
		return 0;
	return (uint32_t)strtoul(text + sizeof(label) - 1, NULL, 10);
}

static struct netns_item *find(struct netns_list *list, uint32_t inode)
{
	for (int i = 0; i < list->count; i++)
		if (list->items[i].inode == inode)
			return &list->items[i];
	return NULL;
}

static struct netns_item *add(struct netns_list *list, uint32_t inode)
{
	struct netns_item *item;

	if (list->count == list->limit) {
		list->truncated = true;
		return NULL;
	}
	item = &list->items[list->count++];
	*item = (struct netns_item){ .inode = inode, .fd = -1 };
	return item;
}

static void add_process(struct netns_list *list, uint32_t pid)
{
	uint32_t inode = netns_of_process(pid);
	struct netns_item *item = inode ? find(list, inode) : NULL;
	char what[16];

	if (!inode) {
		list->unreadable++;
		return;
	}
	if (!item) {
		item = add(list, inode);
		if (!item)
			return;
		snprintf(what, sizeof(what), "%u", pid);
		if (netns_open(what, &item->fd, &inode) < 0)
			item->fd = -1;
	}
	if (!item->pid || pid < item->pid)
		item->pid = pid;
}

static void add_processes(struct netns_list *list)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (!proc)
		return;
	while ((entry = readdir(proc))) {
		size_t digits = strspn(entry->d_name, "0123456789");

		if (digits && digits < 10 && !entry->d_name[digits])
			add_process(list, (uint32_t)strtoul(entry->d_name, NULL, 10));
	}
	closedir(proc);
}

static void add_names(struct netns_list *list, const char *directory)
{
	DIR *names = opendir(directory);
	const struct dirent *entry;
	int seen = 0;

	if (!names)
		return;
	while (seen++ < NAMES_MAX && (entry = readdir(names))) {
		struct netns_item *item;
		uint32_t inode;
		char path[320];
		int fd;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (netns_open(path, &fd, &inode) < 0)
			continue;
		item = find(list, inode);
		if (!item)
			item = add(list, inode);
		if (item && !item->name[0] && strlen(entry->d_name) < sizeof(item->name))
			strcpy(item->name, entry->d_name);
		if (item && item->fd < 0)
			item->fd = fd;
		else
			close(fd);
	}
	closedir(names);
}

int netns_list_read(struct netns_list *ret, int limit)
{
	uint32_t own = netns_own();
	struct netns_item *item;

	*ret = (struct netns_list){ .limit = limit > 0 ? limit : 1 };
	ret->items = calloc((size_t)ret->limit, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	item = add(ret, own);
	netns_find(own, &item->fd);
	add_processes(ret);
	add_names(ret, "/run/netns");
	add_names(ret, "/run/docker/netns");
	return 0;
}

void netns_list_release(struct netns_list *list)
{
	for (int i = 0; i < list->count; i++)
		if (list->items[i].fd >= 0)
			close(list->items[i].fd);
	free(list->items);
	*list = (struct netns_list){ 0 };
}
