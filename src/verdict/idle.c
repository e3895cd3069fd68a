/* SPDX-License-Identifier: MIT */
#include "verdict/idle.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_US 1000000
#define SHORTEST_US (2 * SECOND_US)

static int64_t idle_slack_us(const struct idle_product *product)
{
	int64_t second_us = product->seconds * SECOND_US;
	int64_t short_us = second_us / 10 < SECOND_US / 2 ? second_us / 10 : SECOND_US / 2;

	return second_us / 50 > short_us ? second_us / 50 : short_us;
}

int idle_match(int64_t silence_us, int64_t error_us, const struct idle_product **ret_match, int max)
{
	int64_t off[8];
	int count = 0;

	if (silence_us < SHORTEST_US)
		return 0;
	if (max > 8)
		max = 8;
	for (int i = 0; i < idle_table_count; i++) {
		const struct idle_product *product = &idle_table[i];
		int64_t late_us = silence_us - product->seconds * SECOND_US;
		int64_t slack_us = idle_slack_us(product) + error_us;
		/* Node.js adds about a second and checks at intervals (measured,
		 * data/facts-idle.csv). */
		int64_t extra_us = strncmp(product->software, "Node", 4) == 0 ? SECOND_US : 0;
		int64_t distance_us = llabs(late_us);
		int at = count;

		if (late_us < -slack_us || late_us > slack_us + extra_us)
			continue;
		while (at > 0 && off[at - 1] > distance_us) {
			if (at < max) {
				off[at] = off[at - 1];
				ret_match[at] = ret_match[at - 1];
			}
			at--;
		}
		if (at < max) {
			off[at] = distance_us;
			ret_match[at] = product;
		}
		if (count < max)
			count++;
	}
	return count;
}
