/* SPDX-License-Identifier: MIT */
#include "probe/protocol.h"

#include <string.h>

const struct protocol *protocol_find(const char *name)
{
	for (int i = 0; i < protocol_table_count; i++) {
		if (!strcmp(protocol_table[i]->name, name))
			return protocol_table[i];
	}
	return NULL;
}

const struct protocol *protocol_of_port(uint16_t port)
{
	for (int i = 0; i < protocol_table_count; i++) {
		for (int n = 0; n < PROTOCOL_PORTS_MAX && protocol_table[i]->ports[n]; n++) {
			if (protocol_table[i]->ports[n] == port)
				return protocol_table[i];
		}
	}
	return protocol_find("plain");
}
