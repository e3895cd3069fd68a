/* SPDX-License-Identifier: MIT */
/*
 * --anonymize: a verdict as it may be shown, with other addresses and without the text that a reset
 * carried (which may name addresses).
 *
 * Floor 6.
 */
#ifndef WHYRST_SINKS_MASK_H
#define WHYRST_SINKS_MASK_H

#include "base/anonymize.h"
#include "sinks/sink.h"

struct mask {
	bool on;
	struct anonymizer anonymizer;
	struct verdict verdict;
	struct evidence evidence;
};

void mask_init(struct mask *mask, const struct sink_options *options);

/* @verdict itself, or its copy with other addresses, valid until the next call. */
const struct verdict *mask_verdict(struct mask *mask, const struct verdict *verdict);

#endif
