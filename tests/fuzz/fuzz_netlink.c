/* SPDX-License-Identifier: MIT */
/*
 * Netlink replies with anything in them: rules of nftables that reject, addresses of a namespace.
 *
 * Seeds: netlink
 */
#include <stdlib.h>
#include <string.h>

#include "host/reject_rules.h"
#include "host/rtnetlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct rtnetlink_address addresses[4];
	struct rtnetlink_list list = { .items = addresses, .limit = 4 };
	static struct reject_rules rules;
	uint32_t generation;
	void *reply = malloc(count ? count : 1); /* aligned as a real one, and not a byte longer */

	if (!reply)
		return 0;
	memcpy(reply, bytes, count);
	rules = (struct reject_rules){ 0 };
	reject_rules_parse(reply, count, &rules);
	reject_rules_generation_parse(reply, count, &generation);
	if (rules.count > REJECT_RULES_MAX || (rules.truncated && rules.count < REJECT_RULES_MAX))
		abort();
	for (int i = 0; i < rules.count; i++) {
		const struct reject_rule *rule = &rules.items[i];

		if (strlen(rule->table) >= sizeof(rule->table) ||
		    strlen(rule->chain) >= sizeof(rule->chain) || (rule->packets && !rule->counted))
			abort();
	}
	rtnetlink_parse_addresses(reply, count, &list);
	if (list.count > list.limit)
		abort();
	free(reply);
	return 0;
}
