/* SPDX-License-Identifier: MIT */
#include "probe/clients.h"

#include <string.h>

#define SECOND_US INT64_C(1000000)
/* Between the last moment a client may send and the close lie a round trip and a busy host. */
#define MARGIN_MAX_S 5
#define MARGIN_SHARE 5

/* The shortest time that was measured, in whole seconds: 64.98 s is 65 s, 29.2 s is 29 s. */
static int64_t shortest_s(const struct lapse *lapse)
{
	int64_t us = lapse->kind == LAPSE_FORGOTTEN ? lapse->idle_us - lapse->error_us
						    : lapse->shortest_us;

	return lapse->kind == LAPSE_FORGOTTEN ? us / SECOND_US : (us + SECOND_US / 10) / SECOND_US;
}

bool advice_make(const struct lapse *lapse, struct advice *ret_advice)
{
	int64_t shortest = shortest_s(lapse), margin;

	*ret_advice = (struct advice){ 0 };
	if (lapse->kind != LAPSE_CLOSED && lapse->kind != LAPSE_FORGOTTEN)
		return false;
	margin = shortest / MARGIN_SHARE;
	margin = margin > MARGIN_MAX_S ? MARGIN_MAX_S : margin < 1 ? 1 : margin;
	if (shortest > 2 * margin) {
		ret_advice->under_s = shortest - margin;
		ret_advice->set_s = shortest - 2 * margin;
	}
	if (lapse->kind == LAPSE_FORGOTTEN && lapse->keepalive == KEEPALIVE_HOLDS)
		ret_advice->keepalive_s = shortest > 3 ? shortest / 2 : 1;
	return true;
}

bool client_races(const struct client *client, const struct advice *advice)
{
	return client->default_s == CLIENT_DEFAULT_NONE ||
	       (client->default_s != CLIENT_DEFAULT_UNKNOWN && client->default_s > advice->under_s);
}

void client_add_line(const struct client *client, const struct advice *advice, struct buf *out)
{
	for (const char *at = client->line; *at; at++) {
		if (!strncmp(at, "{s}", 3)) {
			buf_add_i64(out, advice->set_s);
			at += 2;
		} else if (!strncmp(at, "{ms}", 4)) {
			buf_add_i64(out, advice->set_s * 1000);
			at += 3;
		} else if (!strncmp(at, "{ms/3}", 6)) {
			buf_add_i64(out, advice->set_s * 1000 / 3);
			at += 5;
		} else {
			buf_add_char(out, *at);
		}
	}
}
