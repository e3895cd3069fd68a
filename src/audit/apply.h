/* SPDX-License-Identifier: MIT */
/*
 * Carries out remedies, and takes it back. No service is restarted.
 *
 * Floor 6.
 */
#ifndef WHYRST_AUDIT_APPLY_H
#define WHYRST_AUDIT_APPLY_H

#include "audit/remedies.h"
#include "audit/record.h"

enum step_result {
	STEP_DONE,    /* it is as it should be now */
	STEP_NOTHING, /* it was already, or what it was about is gone */
	STEP_CHANGED, /* somebody changed it meanwhile: left alone */
	STEP_FAILED,
};

/* Whom to tell of each step. @error: -errno of a failed one. */
struct apply_listener {
	void (*tell)(void *context, const struct step *step, enum step_result result, int error);
	void *context;
};

/*
 * Records what is now, then changes it. 0, or -errno if nothing was changed: of record_open(), or
 * of the record itself. Steps that fail are told and do not stop the others; *@ret_failed counts
 * them.
 */
int apply_remedies(const struct remedies *remedies, const struct apply_listener *listener,
		   int *ret_failed);

/*
 * Takes back what is recorded, the last step first. What somebody changed since is left alone,
 * told, and stays recorded. As above; -ENOENT: nothing is recorded.
 */
int apply_undo(const char *root, const struct apply_listener *listener, int *ret_failed);

#endif
