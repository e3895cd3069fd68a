/* SPDX-License-Identifier: MIT */
/*
 * Where a program has its own numbers: the name of the setting in its own configuration.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_SETTINGS_H
#define WHYRST_AUDIT_SETTINGS_H

struct program_setting {
	const char *comm;	 /* as /proc/PID/comm begins */
	const char *backlog;	 /* of its listeners */
	const char *descriptors; /* how many it may have; NULL: only the limit counts */
};

/* NULL if the program is not known. */
const struct program_setting *setting_find(const char *comm);

#endif
