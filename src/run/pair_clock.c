/* SPDX-License-Identifier: MIT */
/* How the clocks of two files differ, and which of them stood nearer to the client. */
#include "run/pair_private.h"

#include <stdlib.h>

/* A drift is told only where connections lie so far apart, and are so many. */
#define DRIFT_SPAN_NS (10 * INT64_C(1000000000))
#define DRIFT_SAMPLES 4
/* Where only one direction is common: half of a round trip to anywhere. */
#define ONE_WAY_NS 250000000

bool pair_delay(const struct pair_conn *a, const struct pair_conn *b, int side, int64_t *ret_ns)
{
	const struct pair_side *x = &a->side[side], *y = &b->side[side];

	if (x->syn_ns && y->syn_ns && x->syn_ts == y->syn_ts) {
		*ret_ns = y->syn_ns - x->syn_ns;
		return true;
	}
	if (!(x->bits & y->bits & SIDE_ANCHOR) || (x->bits | y->bits) & SIDE_ANCHOR_TWICE ||
	    x->anchor_hash != y->anchor_hash)
		return false;
	*ret_ns = y->anchor_ns - x->anchor_ns;
	return true;
}

int pair_nearer_client(const struct pair_conn *a, const struct pair_conn *b)
{
	int64_t to_server, to_client;
	int hops = 0;

	if (a->side[SIDE_CLIENT].bits & b->side[SIDE_CLIENT].bits & SIDE_TTL)
		hops += a->side[SIDE_CLIENT].ttl - b->side[SIDE_CLIENT].ttl;
	if (a->side[SIDE_SERVER].bits & b->side[SIDE_SERVER].bits & SIDE_TTL)
		hops += b->side[SIDE_SERVER].ttl - a->side[SIDE_SERVER].ttl;
	if (!pair_delay(a, b, SIDE_CLIENT, &to_server) ||
	    !pair_delay(a, b, SIDE_SERVER, &to_client) || to_server == to_client)
		return hops;
	/* A device that rewrites TTLs turns the order of hops round, not that of times. */
	if (hops && (hops > 0) != (to_server > to_client))
		return 0;
	return to_server > to_client ? 1 : -1;
}

struct sample {
	double at;     /* s since the first, on a's clock */
	double middle; /* b - a, ns, relative to the first sample */
	double half;   /* uncertainty, ns */
};

struct samples {
	struct sample *list;
	size_t count, max;
	int64_t start_ns, base_ns;
	double best_half;
	bool nat;
	uint64_t connections;
};

static void add_sample(struct samples *s, const struct pair_conn *a, const struct pair_conn *b)
{
	int64_t forth, back, middle, half;
	bool has_forth = pair_delay(a, b, SIDE_CLIENT, &forth);
	bool has_back = pair_delay(a, b, SIDE_SERVER, &back);

	s->connections++;
	if (!endpoint_same(&a->end[0], &b->end[0]) || !endpoint_same(&a->end[1], &b->end[1]))
		s->nat = true;
	if (s->count == s->max || (!has_forth && !has_back))
		return;
	middle = has_forth && has_back ? back + (forth - back) / 2 : has_forth ? forth : back;
	half = has_forth && has_back ? llabs(forth - back) / 2 : ONE_WAY_NS;
	if (!s->count) {
		s->start_ns = a->first_ns;
		s->base_ns = middle;
	}
	s->list[s->count++] = (struct sample){ (double)(a->first_ns - s->start_ns) / 1e9,
					       (double)(middle - s->base_ns), (double)half };
	if (s->count == 1 || (double)half < s->best_half)
		s->best_half = (double)half;
}

/* Weighted least squares: the narrower a sample, the more it says (half: an error of at most). */
static void fit(const struct samples *s, struct pairing *ret)
{
	double w_sum = 0, t_sum = 0, m_sum = 0, tt = 0, tm = 0, first = 0, last = 0;
	double t_mean, m_mean, slope = 0;
	size_t i, good = 0;

	for (i = 0; i < s->count; i++) {
		const struct sample *x = &s->list[i];
		double w = 1 / ((x->half + 1e3) * (x->half + 1e3));

		w_sum += w;
		t_sum += w * x->at;
		m_sum += w * x->middle;
		if (x->half > 4 * s->best_half + 1e5)
			continue;
		good++;
		first = good == 1 || x->at < first ? x->at : first;
		last = good == 1 || x->at > last ? x->at : last;
	}
	t_mean = t_sum / w_sum;
	m_mean = m_sum / w_sum;
	for (i = 0; i < s->count; i++) {
		const struct sample *x = &s->list[i];
		double w = 1 / ((x->half + 1e3) * (x->half + 1e3));

		tt += w * (x->at - t_mean) * (x->at - t_mean);
		tm += w * (x->at - t_mean) * (x->middle - m_mean);
	}
	if (good >= DRIFT_SAMPLES && (last - first) * 1e9 >= (double)DRIFT_SPAN_NS && tt > 0)
		slope = tm / tt; /* ns per s */
	ret->offset_ns = s->base_ns + (int64_t)(m_mean - slope * t_mean);
	ret->drift_ppm = slope / 1e3;
	ret->uncertainty_ns = (int64_t)(s->best_half) + 1000;
}

static void estimate(struct pair *pair, int a, int b, struct samples *s)
{
	struct pairing *forth = &pair->clocks[a * pair->file_count + b];
	struct pairing *back = &pair->clocks[b * pair->file_count + a];
	uint32_t at, i;

	s->count = 0;
	s->connections = 0;
	s->nat = false;
	for (at = 1; at <= pair->count; at++) {
		if (pair->conns[at].file != a)
			continue;
		for (i = pair->conns[at].mate; i != at; i = pair->conns[i].mate)
			if (pair->conns[i].file == b)
				add_sample(s, &pair->conns[at], &pair->conns[i]);
	}
	forth->file_a = a;
	forth->file_b = b;
	forth->connections = s->connections;
	forth->nat = s->nat;
	if (s->count) {
		fit(s, forth);
	} else {
		/* No common segment: nothing is known but that both saw the connections. */
		forth->offset_ns = 0;
		forth->uncertainty_ns = INT64_MAX / 4;
	}
	*back = *forth;
	back->file_a = b;
	back->file_b = a;
	back->offset_ns = -forth->offset_ns;
	back->drift_ppm = -forth->drift_ppm;
}

void pair_estimate_clocks(struct pair *pair)
{
	struct samples s = { .max = 1 << 16 };
	int a, b;

	s.list = malloc(s.max * sizeof(*s.list));
	if (!s.list)
		return;
	for (a = 0; a < pair->file_count; a++)
		for (b = a + 1; b < pair->file_count; b++)
			if (pair->common[a * pair->file_count + b])
				estimate(pair, a, b, &s);
	free(s.list);
}

int64_t pair_convert(const struct pair *pair, int from, int to, int64_t time_ns,
		     int64_t *ret_slack_ns)
{
	const struct pairing *clocks = &pair->clocks[from * pair->file_count + to];
	int64_t since = time_ns - pair->files[from].first_ns;

	if (!clocks->connections || clocks->uncertainty_ns >= INT64_MAX / 4) {
		*ret_slack_ns = INT64_MAX / 4;
		return time_ns;
	}
	/* What the fit leaves open: its own uncertainty, and a hundredth of what it corrects. */
	*ret_slack_ns =
		clocks->uncertainty_ns + llabs((int64_t)(clocks->drift_ppm * 1e-8 * (double)since));
	return time_ns + clocks->offset_ns + (int64_t)(clocks->drift_ppm * 1e-6 * (double)since);
}
