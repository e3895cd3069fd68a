/* SPDX-License-Identifier: MIT */
#include "sinks/mask.h"

void mask_init(struct mask *mask, const struct sink_options *options)
{
	mask->on = options->anonymize;
	anonymizer_init(&mask->anonymizer, options->anonymize_key);
}

const struct verdict *mask_verdict(struct mask *mask, const struct verdict *verdict)
{
	if (!mask->on)
		return verdict;
	mask->evidence = *verdict->evidence;
	mask->verdict = *verdict;
	mask->verdict.evidence = &mask->evidence;
	anonymizer_map(&mask->anonymizer, &mask->evidence.client);
	anonymizer_map(&mask->anonymizer, &mask->evidence.server);
	mask->evidence.reason_bytes = 0;
	return &mask->verdict;
}
