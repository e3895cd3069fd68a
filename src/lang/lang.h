/* SPDX-License-Identifier: MIT */
/*
 * Words: turns a verdict's ids and typed values into text in English or Chinese. The words of a cause
 * stand in the cause's file; headings, units, facts and the words of the engine stand here.
 *
 * Floor 5. Into buffers, no I/O.
 */
#ifndef WHYRST_LANG_LANG_H
#define WHYRST_LANG_LANG_H

enum lang {
	LANG_EN,
	LANG_ZH,
	LANG_COUNT,
};

#endif
