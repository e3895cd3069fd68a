/* SPDX-License-Identifier: MIT */
/*
 * What separates two causes: a fact for which both state what they need, and the two needs exclude
 * each other.
 */
#include <errno.h>
#include <limits.h>

#include "verdict/verdict.h"

/* The values of a fact that a cause can live with: a mask for values 0 to 63, a range beyond. */
struct need {
	bool stated;
	uint64_t mask;
	int64_t low, high;
};

static void need_narrow(struct need *need, const struct predicate *predicate)
{
	need->stated = true;
	for (int value = 0; value < 64; value++) {
		if (!predicate_holds(predicate, value))
			need->mask &= ~((uint64_t)1 << value);
	}
	switch (predicate->op) {
	case OP_IS:
		need->low = need->low > predicate->a ? need->low : predicate->a;
		need->high = need->high < predicate->a ? need->high : predicate->a;
		break;
	case OP_AT_LEAST:
		need->low = need->low > predicate->a ? need->low : predicate->a;
		break;
	case OP_AT_MOST:
		need->high = need->high < predicate->a ? need->high : predicate->a;
		break;
	case OP_BETWEEN:
		need->low = need->low > predicate->a ? need->low : predicate->a;
		need->high = need->high < predicate->b ? need->high : predicate->b;
		break;
	case OP_IN:
		need->low = need->low > 0 ? need->low : 0;
		need->high = need->high < 63 ? need->high : 63;
		break;
	case OP_NOT:
	case OP_OUTSIDE:
		break;
	}
}

static struct need need_of(const struct cause *cause, enum fact_id fact)
{
	struct need need = { .mask = UINT64_MAX, .low = INT64_MIN, .high = INT64_MAX };

	for (int i = 0; i < cause->rule_count; i++) {
		if (cause->rules[i].kind != RULE_SIGN && cause->rules[i].predicate.fact == fact)
			need_narrow(&need, &cause->rules[i].predicate);
	}
	return need;
}

static bool need_excludes(const struct need *a, const struct need *b)
{
	int64_t low = a->low > b->low ? a->low : b->low;
	int64_t high = a->high < b->high ? a->high : b->high;

	if (!a->stated || !b->stated)
		return false;
	if (low > high)
		return true;
	/* Within 0 to 63 the masks are exact; beyond, an overlap of the ranges is an overlap. */
	if (low < 0 || high > 63)
		return false;
	return !(a->mask & b->mask);
}

int rivalry_separates(const struct cause *a, const struct cause *b, int *ret_host)
{
	int host = -1;

	for (int i = 0; i < a->rule_count; i++) {
		enum fact_id fact = a->rules[i].predicate.fact;
		struct need first, second;
		bool shared = false;

		if (a->rules[i].kind == RULE_SIGN)
			continue;
		for (int j = 0; j < b->rule_count && !shared; j++)
			shared =
				b->rules[j].kind != RULE_SIGN && b->rules[j].predicate.fact == fact;
		if (!shared || (host >= 0 && fact_origin(fact) != ORIGIN_PACKET))
			continue;
		first = need_of(a, fact);
		second = need_of(b, fact);
		if (!need_excludes(&first, &second))
			continue;
		if (fact_origin(fact) == ORIGIN_PACKET) {
			if (ret_host)
				*ret_host = -1;
			return fact;
		}
		host = fact;
	}
	if (ret_host)
		*ret_host = host;
	return -ENOENT;
}

/* Two single predicates that no value satisfies together; the common cases only, and fast. */
static bool predicates_exclude(const struct predicate *p, const struct predicate *q)
{
	if (p->op == OP_IS)
		return !predicate_holds(q, p->a);
	if (q->op == OP_IS)
		return !predicate_holds(p, q->a);
	if (p->op == OP_IN && q->op == OP_IN)
		return !(p->a & q->a);
	if (p->op == OP_AT_LEAST && q->op == OP_AT_MOST)
		return p->a > q->a;
	if (p->op == OP_AT_MOST && q->op == OP_AT_LEAST)
		return p->a < q->a;
	return false;
}

int rivalry_decides(const struct cause *a, const struct cause *b)
{
	for (int i = 0; i < a->rule_count; i++) {
		const struct rule *rule = &a->rules[i];

		if (rule->kind == RULE_SIGN || fact_origin(rule->predicate.fact) == ORIGIN_PACKET)
			continue;
		for (int j = 0; j < b->rule_count; j++) {
			const struct rule *other = &b->rules[j];

			if (other->predicate.fact == rule->predicate.fact &&
			    other->kind != RULE_SIGN &&
			    predicates_exclude(&rule->predicate, &other->predicate))
				return rule->predicate.fact;
		}
	}
	return -1;
}
