/* SPDX-License-Identifier: MIT */
/*
 * What the files of `whyrst audit` share: audit.c (the verb), audit_text.c and audit_json.c
 * (findings), audit_connections.c and audit_connections_json.c (who is connected).
 *
 * Floor 8, of this folder only.
 */
#ifndef WHYRST_CMDS_AUDIT_H
#define WHYRST_CMDS_AUDIT_H

#include "audit/check.h"
#include "audit/remedies.h"
#include "cmds/explain.h"

/* The first line is the answer; then each finding, and what was looked at. */
/* @offers_apply: says that --apply is there for what it can change. */
void audit_text(struct page *page, const struct audit *audit, const struct findings *findings,
		bool offers_apply);
/* One object a finding. */
void audit_json(struct page *page, const struct findings *findings);

/* One screen a namespace. @took_us is how long the look took. */
void audit_connections_text(struct page *page, const struct audit *audit, bool owners,
			    int64_t took_us);
/* One object a namespace. */
void audit_connections_json(struct page *page, const struct audit *audit, bool owners,
			    int64_t took_us);
/* An address as it is shown: another one with --anonymize. */
struct endpoint audit_shown(const struct page *page, const struct endpoint *endpoint);

/* audit_config.c: a file, or "-", that is looked at in place of the host. 0, or -errno after one
 * line. */
int audit_give_config(const struct cmd_common *common, const char *path);
/* What of the configuration was not looked at, on standard error. */
void audit_tell_left_out(const struct cmd_common *common);

/* audit_apply.c: the files as text. */
void audit_print_conf(struct page *page, const struct remedies *remedies);
/* Says so in one line where not. */
bool audit_may_change(const struct cmd_common *common);
/* Shows the difference, asks unless @yes, does it. Exit status. */
int audit_apply(struct page *page, const struct remedies *remedies, bool yes);
int audit_undo(const struct cmd_common *common, const char *root);

#endif
