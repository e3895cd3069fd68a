/* SPDX-License-Identifier: MIT */
/*
 * Configuration files of servers, as statements with their file and line: nginx, HAProxy,
 * keepalived, the connectors of Tomcat's server.xml, systemd's units. Only what the checks ask
 * about is given a meaning. Files are foreign: bounded in size, number and depth; what cannot be
 * parsed is told, and the rest is read all the same.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_CONFIG_H
#define WHYRST_AUDIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_WORDS_MAX 24
#define CONFIG_PROBLEMS_MAX 16
#define CONFIG_PARTS_MAX 4096
#define CONFIG_DEPTH_MAX 8

enum config_kind {
	CONFIG_NGINX,
	CONFIG_HAPROXY,
	CONFIG_KEEPALIVED,
	CONFIG_TOMCAT,
	CONFIG_SYSTEMD,
	CONFIG_KINDS,
};

struct config_item {
	const char *file; /* as people know it, without the folder of --root */
	int line;	  /* where it begins */
	int parent;	  /* the block that it stands in; -1: none */
	int count;
	const char *words[CONFIG_WORDS_MAX]; /* the first is its name */
	bool is_undecided; /* HAProxy: it stands under a condition that is not known here */
};

/* A file that may not be read (@error), or a condition that is not known here and decides about
 * something. */
struct config_left_out {
	const char *file;
	int line; /* of the condition */
	int error;
};

struct config_problem {
	const char *file;
	int line;
	const char *expected[2]; /* by enum lang */
};

/* One file within a dump (config_dump.c). */
struct config_part {
	const char *path;
	const char *text;
	size_t length;
	bool is_used;
};

struct config {
	enum config_kind kind;
	struct config_item *items;
	int count;
	int capacity;
	struct config_problem problems[CONFIG_PROBLEMS_MAX];
	int problem_count;
	struct config_left_out left_out[CONFIG_PROBLEMS_MAX];
	int left_out_count; /* with those that there is no room for */
	bool truncated;	    /* more files or statements than are looked at */
	int files;
	size_t bytes; /* of all files */
	int depth;    /* of includes */
	char **texts;
	char folder[256];	   /* where relative paths begin, with a slash at its end */
	struct config_part *parts; /* of the dump that is being read */
	int part_count;
};

/*
 * What the files say at their usual places below the folder of --root (root_set()); read
 * once. Never NULL: without files it is empty.
 */
const struct config *config_get(enum config_kind kind);

/*
 * Looks at this text and at no file of the usual places, whatever its kind; @path is what people
 * know it by. What kind it is is seen from its name and its text. Takes @text over, which has a NUL
 * behind it. 0; -EINVAL if it is none of these, -ENOMEM.
 */
int config_give(const char *path, char *text, size_t length);
/* How many files config_give() gave, with those inside them and those that they include. */
int config_given(void);

/* Whether @item is called so. */
bool config_is(const struct config_item *item, const char *name);
/* The last statement @name directly in the block @parent (-1: outside); NULL. */
const struct config_item *config_find(const struct config *config, int parent, const char *name);
/* The same, also in the blocks around it: the innermost one counts. */
const struct config_item *config_inherit(const struct config *config, int parent, const char *name);
/* The value of the word "NAME=VALUE" of @item, or NULL. */
const char *config_value(const struct config_item *item, const char *name);

/*
 * "8080", "*:8080", "127.0.0.1:8080", "[::1]:8080", with HAProxy some with commas between; 0 if
 * there is none.
 */
int config_port(const char *text);
/*
 * "65", "1m30s", "500ms"; a bare number is in units of @unit_us. Microseconds, or -1 if it is no
 * time.
 */
int64_t config_time_us(const char *text, int64_t unit_us);

/*
 * HAProxy: the last "@name @first ..." of the section, else of the defaults that it stands on;
 * @first NULL: any.
 */
const struct config_item *haproxy_find(const struct config *config, int section, const char *name,
				       const char *first);
bool haproxy_is_http(const struct config *config, int section);
/*
 * Whether what is asked here about the section is so whatever the conditions are that are not known
 * here.
 */
bool haproxy_is_settled(const struct config *config, int section);
/* "option NAME", there or in those defaults, and not taken back by "no option NAME". */
bool haproxy_has_option(const struct config *config, int section, const char *name);

/* --- readers, and for tests --------------------------------------------------------------------
 */

/* Takes @text over: it is cut into words in place. @file is copied. */
void config_parse(struct config *config, const char *file, char *text, size_t length);
void config_release(struct config *config);

/* Each of one kind of file; @parent: the block that includes it. */
void config_parse_braces(struct config *config, const char *file, char *text, size_t length,
			 int parent);
void config_parse_haproxy(struct config *config, const char *file, char *text, size_t length);
void config_parse_tomcat(struct config *config, const char *file, char *text, size_t length);
/* @unit: the block that config_add_unit() made for this file, or that it is a drop-in of. */
void config_parse_systemd(struct config *config, const char *file, char *text, size_t length,
			  int unit);
/* What kind of file it is, from its name and text; -1. */
int config_recognize(const char *path, const char *text, size_t length);
/* Whether it is what `nginx -T` prints. */
bool config_is_dump(const char *text, size_t length);
/* How many files there are in it. */
int config_parse_dump(struct config *config, char *text, size_t length);
/* The files of the dump that @pattern names; false if @config is none. */
bool config_include_part(struct config *config, const char *pattern, int parent);
/* A block for the unit @name whose own file is @path. -1 at the limit. */
int config_add_unit(struct config *config, const char *path, const char *name);
/* The block that is no unit: /etc/systemd/system.conf with its drop-ins. */
#define CONFIG_MANAGER "system.conf"
/* Whether drop-ins in the folder "@level.d" count for @unit: its own name, its template's, "a-" of
 * "a-b", "service". */
bool config_unit_has_level(const char *unit, const char *level);
/* A unit's file, or what `systemctl cat` prints (config_unit_text.c). */
void config_parse_units(struct config *config, const char *file, char *text, size_t length);
/* All units below the root, with their drop-ins. */
void config_read_units(struct config *config);

/* Adds a statement. Its index, or -1 at the limit. */
int config_add(struct config *config, const struct config_item *item);
void config_problem(struct config *config, const char *file, int line, const char *en,
		    const char *zh);
/* Once for each line. */
void config_leave_out(struct config *config, const char *file, int line, int error);
/* Keeps @text until config_release(), and returns it; NULL, and frees it, where it cannot. */
char *config_keep(struct config *config, char *text);
/* Room for a file of so many bytes and a NUL, kept likewise; NULL at the limit. */
char *config_room(struct config *config, size_t length);
/* Relative paths begin in the folder of the file at @path. */
void config_set_folder(struct config *config, const char *path);
/* Reads the file at @path below the root, as standing in @parent. */
void config_read(struct config *config, const char *path, int parent);
/* Reads the files that @pattern names, as standing in @parent. */
void config_include(struct config *config, const char *pattern, int parent);

#endif
