/* SPDX-License-Identifier: MIT */
/* What all namespaces of a machine share. Only for scenarios with NEED_GUEST. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/lab_private.h"

/* Works on a broken scenario too: the old value must come back. */
void lab_machine_sysctl(struct lab *lab, const char *path, const char *value, char *ret_old,
			size_t old_size)
{
	char file[256];
	ssize_t done = 0;
	int fd;

	snprintf(file, sizeof(file), "/proc/sys/%s", path);
	fd = open(file, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && ret_old) {
		done = read(fd, ret_old, old_size - 1);
		ret_old[done > 0 ? done : 0] = '\0';
	}
	if (fd < 0 || done < 0 || pwrite(fd, value, strlen(value), 0) < 0)
		lab_break(lab, "%s cannot be set to %s: %s", file, value, strerror(errno));
	if (fd >= 0)
		close(fd);
}

unsigned int lab_orphans(void)
{
	FILE *file = fopen("/proc/net/sockstat", "re");
	unsigned int orphans = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "TCP: inuse %*u orphan %u", &orphans) == 1)
			break;
	if (file)
		fclose(file);
	return orphans;
}
