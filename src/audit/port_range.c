/* SPDX-License-Identifier: MIT */
/* No local port left for connections to one service. */
#include "audit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/tally.h"
#include "host/sysctl.h"

#define SERVICES 16
#define NEAR_PERCENT 95
#define WIDE_LOW 10240
#define WIDE_HIGH 65000

/* Whether connect() may take a port in TIME_WAIT again: net/ipv4/tcp_ipv4.c tcp_twsk_unique(). */
static bool reuses(const struct audit_space *space, const struct endpoint *far)
{
	int64_t reuse = audit_number(space, "net.ipv4.tcp_tw_reuse", 0);
	bool loopback = far->family == ADDR_IP4 && far->ip[0] == 127;

	return audit_number(space, "net.ipv4.tcp_timestamps", 1) != 0 &&
	       (reuse == 1 || (reuse == 2 && loopback));
}

#define PORTS 65536

static bool has_port(const uint8_t *ports, uint32_t port)
{
	return port < PORTS && (ports[port / 8] >> port % 8 & 1);
}

/* "80,8080-8082", as the kernel prints its own list. False where it is something else. */
static bool read_ports(const char *text, uint8_t *ports)
{
	while (*text) {
		char *end;
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (end == text)
			return false;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (last >= PORTS || first > last || (*end && *end != ','))
			return false;
		for (; first <= last; first++)
			ports[first / 8] |= (uint8_t)(1 << first % 8);
		text = *end ? end + 1 : end;
	}
	return true;
}

/* In the same way: read again it has to be equal. False where it is too long for one line. */
static bool write_ports(const uint8_t *ports, char *list, size_t bytes)
{
	size_t used = 0;

	list[0] = '\0';
	for (uint32_t port = 0; port < PORTS; port++) {
		uint32_t first = port;

		if (!has_port(ports, port))
			continue;
		while (has_port(ports, port + 1))
			port++;
		used += (size_t)snprintf(list + used, bytes - used,
					 port > first ? "%s%u-%u" : "%s%u", used ? "," : "", first,
					 port);
		if (used >= bytes)
			return false;
	}
	return true;
}

/* Ports that are served and would fall into the wider range: nobody else may get them. */
static void reserve(struct finding *finding, const struct audit_space *space)
{
	char list[160], before[160];
	uint8_t ports[PORTS / 8] = { 0 };

	if (audit_setting(space, "net.ipv4.ip_local_reserved_ports", before, sizeof(before)) ||
	    !read_ports(before, ports))
		return;
	for (int l = 0; l < space->listener_count; l++) {
		uint16_t port = space->listeners[l].local.port;

		if (port >= WIDE_LOW && port <= WIDE_HIGH)
			ports[port / 8] |= (uint8_t)(1 << port % 8);
	}
	if (write_ports(ports, list, sizeof(list)) && strcmp(list, before))
		finding_setting(finding, "reserved", "reserved_to",
				"net.ipv4.ip_local_reserved_ports", list);
}

static void add_remedies(struct finding *finding, const struct audit_space *space,
			 const struct tally_group *group, uint32_t width)
{
	uint32_t time_wait = group->count[SOCK_DIAG_TIME_WAIT];

	if (width < WIDE_HIGH - WIDE_LOW) {
		char to[32];

		reserve(finding, space);
		snprintf(to, sizeof(to), "%d %d", WIDE_LOW, WIDE_HIGH);
		finding_setting(finding, "range", "range_to", "net.ipv4.ip_local_port_range", to);
	}
	if (time_wait * 2 >= group->in_range &&
	    audit_number(space, "net.ipv4.tcp_timestamps", 1) != 0)
		finding_setting(finding, "reuse", "reuse_to", "net.ipv4.tcp_tw_reuse", "1");
}

static void judge_space(const struct audit_space *space, struct findings *found)
{
	const struct tally_group *top[SERVICES];
	int count = space->sockets ? tally_top(space->sockets, TALLY_CALLED, top, SERVICES) : 0;

	for (int i = 0; i < count; i++) {
		const struct tally *tally = space->sockets;
		uint32_t width = tally->range_high - tally->range_low + 1, used = top[i]->in_range;
		uint32_t time_wait = top[i]->count[SOCK_DIAG_TIME_WAIT];
		char near[ENDPOINT_TEXT_MAX], far[ENDPOINT_TEXT_MAX];
		struct finding *finding;

		if (reuses(space, &top[i]->far))
			used -= time_wait < used ? time_wait : used;
		if ((uint64_t)used * 100 < (uint64_t)width * NEAR_PERCENT)
			continue;
		endpoint_format_host(&top[i]->near, near);
		endpoint_format(&top[i]->far, far);
		finding = finding_add(found, space);
		finding->suggested = used < width;
		finding_address(finding, "near", near);
		finding_address(finding, "service", far);
		finding_count(finding, "used", top[i]->in_range);
		finding_count(finding, "width", width);
		finding_text(finding, "bounds", "%u-%u", tally->range_low, tally->range_high);
		if (time_wait)
			finding_count(finding, "time_wait", time_wait);
		add_remedies(finding, space, top[i], width);
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_port_range = {
	.id = "port-range",
	.causes = { "port-reused" },
	.facts = {
		{ "used", { "{used} of {width|local port|local ports} ({bounds}) taken from {near} to {service}: the next connect() says EADDRNOTAVAIL",
			"从 {near} 到 {service} 已占用本地端口 {used} 个，共 {width} 个（{bounds}）：下一次 connect() 报 EADDRNOTAVAIL" } },
		{ "time_wait", { "{time_wait|of them is|of them are} in TIME_WAIT",
			"其中 {time_wait} 个在 TIME_WAIT" } },
	},
	.where = { "{service}", "net.ipv4.ip_local_port_range" },
	.words = {
		[LANG_EN] = {
			.title = "no local port left for {service}",
			.hurts = "connect() fails at once (\"Cannot assign requested address\"); nothing is sent, so the other side sees nothing. A retry a minute later works again.",
			.fix = {
				"Keep connections to {service} open and use them again: a pool, HTTP keep-alive, `keepalive` in nginx's upstream block.",
				"net.ipv4.ip_local_port_range {range} -> {range_to}: works at once.",
				"net.ipv4.ip_local_reserved_ports -> {reserved_to}: keeps the ports of the services here out of it.",
				"net.ipv4.tcp_tw_reuse {reuse} -> {reuse_to}: connect() may take a port whose last connection ended over 1 s ago (needs timestamps at both ends).",
				"More addresses, here or there, multiply the ports: the limit is one for each pair.",
			},
			.cost = "A wider range can meet the ports of services that are not running now: reserve them. tcp_tw_reuse: none that is known with timestamps.",
			.folklore = "\"At most 65,535 connections\": for each remote service and local address, not in all. \"tcp_tw_recycle\": gone since 4.12. \"tcp_fin_timeout\": has nothing to do with TIME_WAIT.",
			.sampled = "local ports",
		},
		[LANG_ZH] = {
			.title = "连到 {service} 的本地端口用尽",
			.hurts = "connect() 立刻失败（“Cannot assign requested address”）；没有发出任何报文，对端什么也看不到。一分钟后重试又能连上。",
			.fix = {
				"让到 {service} 的连接保持打开并复用：连接池、HTTP keep-alive、nginx upstream 里的 `keepalive`。",
				"net.ipv4.ip_local_port_range {range} -> {range_to}：立即生效。",
				"net.ipv4.ip_local_reserved_ports -> {reserved_to}：避开本机服务的端口。",
				"net.ipv4.tcp_tw_reuse {reuse} -> {reuse_to}：connect() 可复用上一个连接结束超过 1 秒的端口（两端都要有时间戳）。",
				"本端或对端多加地址，端口数就翻倍：上限按每一对地址计。",
			},
			.cost = "范围更大，可能碰到此刻没有运行的服务的端口：把它们保留下来。tcp_tw_reuse：有时间戳时没有已知代价。",
			.folklore = "“最多 65535 个连接”：按每个（远端服务，本地地址）计，不是总数。“tcp_tw_recycle”：4.12 起已删除。“tcp_fin_timeout”：与 TIME_WAIT 无关。",
			.sampled = "本地端口",
		},
	},
	.sources = { "Linux __inet_hash_connect() in net/ipv4/inet_hashtables.c; tcp_twsk_unique() in net/ipv4/tcp_ipv4.c" },
	.judge = judge,
};
