/* SPDX-License-Identifier: MIT */
/* A test that is left out says why: tests/unit/run prints it. */
#ifndef WHYRST_TESTS_UNIT_BECAUSE_H
#define WHYRST_TESTS_UNIT_BECAUSE_H

#define SKIP_BECAUSE(reason)                                                                       \
	do {                                                                                       \
		print_message("[  REASON  ] %s: %s\n", __func__, reason);                          \
		skip();                                                                            \
	} while (0)

#endif
