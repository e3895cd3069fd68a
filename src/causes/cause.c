/* SPDX-License-Identifier: MIT */
#include "causes/cause.h"

#include <string.h>

const struct cause *cause_find(const char *id)
{
	for (int i = 0; i < cause_table_count; i++)
		if (strcmp(cause_table[i]->id, id) == 0)
			return cause_table[i];
	return NULL;
}

bool predicate_holds(const struct predicate *predicate, int64_t value)
{
	int64_t a = predicate->a, b = predicate->b;

	switch (predicate->op) {
	case OP_IS:
		return value == a;
	case OP_NOT:
		return value != a;
	case OP_IN:
		return value >= 0 && value < 63 && (a >> value & 1);
	case OP_AT_LEAST:
		return value >= a;
	case OP_AT_MOST:
		return value <= a;
	case OP_BETWEEN:
		return a <= value && value <= b;
	case OP_OUTSIDE:
		return value < a || value > b;
	}
	return false;
}

int cause_fixes(const struct cause *cause, const struct evidence *ev,
		uint8_t ret_places[CAUSE_FIXES_MAX])
{
	int count = 0;

	/* Those that are proven to be the case, then those that may be. */
	for (int proven = 1; proven >= 0; proven--)
		for (int i = 0; i < CAUSE_FIXES_MAX && cause->en.fix[i]; i++) {
			const struct fix_case *only = &cause->fix_cases[i];
			enum fact_id fact = only->predicate.fact;
			bool known = only->given && evidence_knows(ev, fact);

			if (known && !predicate_holds(&only->predicate, evidence_value(ev, fact)))
				continue;
			if (known == proven)
				ret_places[count++] = (uint8_t)i;
		}
	return count;
}

const char *class_name(enum reset_class class_)
{
	switch (class_) {
	case CLASS_OWNER_ABORT:
		return "owner-abort";
	case CLASS_NO_SOCKET:
		return "no-socket";
	case CLASS_REFUSED:
		return "refused";
	case CLASS_NETWORK:
		return "network";
	case CLASS_UNKNOWN:
	case CLASS_COUNT:
		break;
	}
	return "unknown";
}
