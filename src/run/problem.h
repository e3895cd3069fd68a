/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with an input, for readers of Chinese. Sources write one line of English, as they
 * know no language; here it gets its other wording.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_PROBLEM_H
#define WHYRST_RUN_PROBLEM_H

#include <stddef.h>

#define PROBLEM_BYTES 320

/*
 * The wording of @words, which may begin with the name of a file and ": ". Numbers and names stay;
 * what has no wording stays as it is.
 */
void problem_in_chinese(const char *words, char *ret_words, size_t bytes);

#endif
