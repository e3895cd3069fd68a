/* SPDX-License-Identifier: MIT */
#include "host/addresses.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/boot.h"
#include "host/netns.h"
#include "host/rtnetlink.h"

#define NAMESPACES 16
#define ADDRESSES 4096
#define FRESH_NS INT64_C(100000000)
#define AGAIN_NS INT64_C(4000000) /* a flood of questions shall not be one of readings */
/* Answers about addresses that no device has. */
#define ROUTES 16

struct route_answer {
	struct endpoint address;
	bool local;
};

/* What one namespace has. */
struct slot {
	uint32_t netns;
	int64_t read_ns; /* 0: free */
	struct rtnetlink_list list;
	size_t capacity;
	struct route_answer routes[ROUTES];
	uint32_t route_count;
};

static struct slot slots[NAMESPACES];

/* Work for netns_run(). */
struct question {
	struct slot *slot;
	const struct endpoint *address; /* NULL: the list is asked for */
	bool local;
};

static int ask_kernel(void *context)
{
	struct question *question = context;
	int fd = rtnetlink_open(), r;

	if (fd < 0)
		return fd;
	if (question->address) {
		r = rtnetlink_is_local(fd, question->address);
		question->local = r > 0;
		r = r < 0 ? r : 0;
	} else {
		r = rtnetlink_addresses(fd, &question->slot->list);
	}
	close(fd);
	return r;
}

/* A descriptor of a namespace is held only while it is asked: it would keep a dead one alive. */
static int ask(struct question *question)
{
	uint32_t netns = question->slot->netns;
	int fd = -1, r = 0;

	if (netns != netns_own())
		r = netns_find(netns, &fd);
	if (!r)
		r = netns_run(fd, ask_kernel, question);
	if (fd >= 0)
		close(fd);
	return r;
}

/* Reads the list into @slot, growing it as far as allowed. */
static int read_list(struct slot *slot)
{
	struct question question = { .slot = slot };
	int r;

	for (;;) {
		size_t capacity = slot->capacity ? slot->capacity * 4 : 64;
		struct rtnetlink_address *items;

		slot->list.count = 0;
		slot->list.truncated = false;
		if (slot->capacity) {
			r = ask(&question);
			if (r || !slot->list.truncated || slot->capacity >= ADDRESSES)
				return r;
		}
		items = realloc(slot->list.items, capacity * sizeof(*items));
		if (!items)
			return slot->capacity ? 0 : -ENOMEM;
		slot->list.items = items;
		slot->list.limit = slot->capacity = capacity;
	}
}

/* The slot of @netns with a list that is fresh, or -errno. */
static int fresh_slot(uint32_t netns, int64_t since_ns, struct slot **ret)
{
	struct slot *slot = &slots[0];
	int64_t now_ns = clock_monotonic_ns();
	int i, r;

	for (i = 0; i < NAMESPACES; i++) {
		if (slots[i].read_ns && slots[i].netns == netns) {
			slot = &slots[i];
			break;
		}
		if (slots[i].read_ns < slot->read_ns)
			slot = &slots[i];
	}
	*ret = slot;
	if (slot->read_ns && slot->netns == netns && now_ns - slot->read_ns < FRESH_NS &&
	    (slot->read_ns >= since_ns || now_ns - slot->read_ns < AGAIN_NS))
		return 0;
	slot->netns = netns;
	slot->route_count = 0;
	r = read_list(slot);
	slot->read_ns = r ? 0 : now_ns;
	return r;
}

/* RFC 4291 section 2.5.5.2: a dual-stack socket shows its IPv4 peers so. */
static struct endpoint plain(const struct endpoint *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct endpoint host = { .family = address->family };

	if (address->family == ADDR_IP6 && !memcmp(address->ip, mapped, sizeof(mapped))) {
		host.family = ADDR_IP4;
		memcpy(host.ip, address->ip + sizeof(mapped), 4);
	} else {
		memcpy(host.ip, address->ip, address->family == ADDR_IP4 ? 4 : 16);
	}
	return host;
}

/* No device has it; a route may deliver it here all the same (127.0.0.0/8, AnyIP, VRF). */
static int ask_route(struct slot *slot, const struct endpoint *host, bool *ret_local)
{
	struct question question = { .slot = slot, .address = host };
	uint32_t i;
	int r;

	for (i = 0; i < slot->route_count; i++) {
		if (endpoint_same_host(&slot->routes[i].address, host)) {
			*ret_local = slot->routes[i].local;
			return 0;
		}
	}
	r = ask(&question);
	if (r)
		return r;
	*ret_local = question.local;
	i = slot->route_count < ROUTES ? slot->route_count++ : ROUTES - 1;
	slot->routes[i].address = *host;
	slot->routes[i].local = question.local;
	return 0;
}

int addresses_ask_since(uint32_t netns, const struct endpoint *address, int64_t since_ns,
			struct address_answer *ret)
{
	struct endpoint host = plain(address);
	struct slot *slot;
	size_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (host.family != ADDR_IP4 && host.family != ADDR_IP6)
		return -EINVAL;
	r = fresh_slot(netns ? netns : netns_own(), since_ns, &slot);
	if (r)
		return r;
	for (i = 0; i < slot->list.count; i++) {
		const struct rtnetlink_address *found = &slot->list.items[i];
		int64_t created_ns;

		if (!endpoint_same_host(&found->address, &host))
			continue;
		ret->local = true;
		if (!found->has_stamp)
			continue;
		/* On two devices (a move from one to the other): since it was first there. */
		created_ns = clock_monotonic_of_stamp_ns(found->stamp);
		if (!ret->has_created || created_ns < ret->created_ns)
			ret->created_ns = created_ns;
		ret->has_created = true;
	}
	return ret->local ? 0 : ask_route(slot, &host, &ret->local);
}

int addresses_ask(uint32_t netns, const struct endpoint *address, struct address_answer *ret)
{
	return addresses_ask_since(netns, address, 0, ret);
}

void addresses_release(void)
{
	int i;

	for (i = 0; i < NAMESPACES; i++)
		free(slots[i].list.items);
	memset(slots, 0, sizeof(slots));
}
