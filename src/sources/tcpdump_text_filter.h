/* SPDX-License-Identifier: MIT */
/*
 * pcap-filter words over packets that are only text: each is made into a small IP packet again, and
 * libpcap's compiled program runs over that. As everywhere, one match selects the connection.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_TCPDUMP_TEXT_FILTER_H
#define WHYRST_SOURCES_TCPDUMP_TEXT_FILTER_H

#include "wire/observation.h"

struct text_filter;

/* 0, or -EINVAL or -ENOMEM with one line in @problem. */
int text_filter_new(const char *words, struct text_filter **ret_filter, char problem[160]);
void text_filter_free(struct text_filter *filter);

/* Remembers the connection of @obs if it matches. */
void text_filter_look(struct text_filter *filter, const struct observation *obs);

/* Whether some packet of this connection matched so far. */
bool text_filter_has(const struct text_filter *filter, const struct observation *obs);

#endif
