/* SPDX-License-Identifier: MIT */
/* Endpoints and socket addresses. */
#include <netinet/in.h>
#include <string.h>

#include "lab/lab_private.h"

socklen_t address_of(const struct endpoint *end, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in *ip4 = (struct sockaddr_in *)ret_address;
	struct sockaddr_in6 *ip6 = (struct sockaddr_in6 *)ret_address;

	memset(ret_address, 0, sizeof(*ret_address));
	if (end->family == ADDR_IP6) {
		ip6->sin6_family = AF_INET6;
		ip6->sin6_port = htons(end->port);
		memcpy(&ip6->sin6_addr, end->ip, 16);
		return sizeof(*ip6);
	}
	ip4->sin_family = AF_INET;
	ip4->sin_port = htons(end->port);
	memcpy(&ip4->sin_addr, end->ip, 4);
	return sizeof(*ip4);
}

struct endpoint address_endpoint(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *ip4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)address;
	struct endpoint end = { 0 };

	if (address->ss_family == AF_INET6) {
		end.family = ADDR_IP6;
		end.port = ntohs(ip6->sin6_port);
		memcpy(end.ip, &ip6->sin6_addr, 16);
	} else if (address->ss_family == AF_INET) {
		end.family = ADDR_IP4;
		end.port = ntohs(ip4->sin_port);
		memcpy(end.ip, &ip4->sin_addr, 4);
	}
	return end;
}
