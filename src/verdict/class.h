/* SPDX-License-Identifier: MIT */
/* The class of a reset: what made this segment. Floor 4, private to this folder. */
#ifndef WHYRST_VERDICT_CLASS_H
#define WHYRST_VERDICT_CLASS_H

#include "verdict/verdict.h"

#define CLASS_SHOWN_MAX 4

struct class_result {
	enum reset_class class_;
	enum confidence confidence;
	/* For each class the fact that contradicts it, or -1. */
	int contradicted_by[CLASS_COUNT];
	int shown_count;
	enum fact_id shown[CLASS_SHOWN_MAX]; /* what speaks for the class */
};

void class_find(const struct evidence *ev, struct class_result *ret_class);

#endif
