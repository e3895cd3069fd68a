/* SPDX-License-Identifier: MIT */
/* Files of a scenario, for real programs. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/lab_private.h"

const char *lab_folder(struct lab *lab)
{
	char name[] = "/tmp/whyrst-lab-XXXXXX";

	if (lab->folder[0] || lab_broken(lab))
		return lab->folder;
	/* Servers that drop their privileges must be able to read what is in it. */
	if (!mkdtemp(name) || chmod(name, 0755) < 0)
		lab_break(lab, "no temporary folder: %s", strerror(errno));
	else
		memcpy(lab->folder, name, sizeof(name));
	return lab->folder;
}

void lab_file(struct lab *lab, const char *name, const char *format, ...)
{
	char path[256];
	va_list arguments;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", lab_folder(lab), name);
	if (lab_broken(lab))
		return;
	file = fopen(path, "we");
	if (!file) {
		lab_break(lab, "%s: %s", path, strerror(errno));
		return;
	}
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	if (fclose(file))
		lab_break(lab, "%s: %s", path, strerror(errno));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type, (void)place;
	return remove(path);
}

void folder_remove(struct lab *lab)
{
	if (lab->folder[0])
		nftw(lab->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	lab->folder[0] = '\0';
}
