/* SPDX-License-Identifier: MIT */
/* tcp_tw_recycle of old kernels drops SYNs of clients behind one NAT. */
#include "audit/check.h"

static void judge_space(const struct audit_space *space, struct findings *found)
{
	uint64_t dropped = audit_moved(space, COUNTER_PAWS_PASSIVE);
	/* Of the whole host before Linux 4.10: other namespaces have no such file. */
	int64_t host = audit_number(NULL, "net.ipv4.tcp_tw_recycle", 0);
	struct finding *finding;

	/* Both are gone since Linux 4.12. */
	if (!dropped || audit_number(space, "net.ipv4.tcp_tw_recycle", host) == 0)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "dropped", dropped);
	finding_setting(finding, "recycle", "recycle_to", "net.ipv4.tcp_tw_recycle", "0");
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_tw_recycle = {
	.id = "tw-recycle",
	.causes = { "connect-abandoned" },
	.facts = {
		{ "dropped", { "{dropped|SYN was|SYNs were} dropped for a timestamp older than another client's of the same address (TcpExtPAWSPassive)",
			"{dropped} 个 SYN 因时间戳比同一地址另一客户端的旧而被丢弃（TcpExtPAWSPassive）" } },
	},
	.where = { "net.ipv4.tcp_tw_recycle" },
	.words = {
		[LANG_EN] = {
			.title = "tcp_tw_recycle drops clients that share an address",
			.hurts = "Clients behind one NAT time out at random when they connect. Never a reset.",
			.fix = {
				"net.ipv4.tcp_tw_recycle {recycle} -> {recycle_to}: works at once. Delete the line: the setting is gone since Linux 4.12.",
			},
			.cost = "None.",
			.folklore = "\"It recycles TIME_WAIT quickly\": at the price of every client behind a NAT.",
			.sampled = "tcp_tw_recycle",
		},
		[LANG_ZH] = {
			.title = "tcp_tw_recycle 丢弃共用地址的客户端",
			.hurts = "同一 NAT 后的客户端随机连接超时。从不发 RST。",
			.fix = {
				"net.ipv4.tcp_tw_recycle {recycle} -> {recycle_to}：立即生效。删掉那一行：Linux 4.12 起已没有这个设置。",
			},
			.cost = "无。",
			.folklore = "“快速回收 TIME_WAIT”：代价是 NAT 后的每个客户端。",
			.sampled = "tcp_tw_recycle",
		},
	},
	.sources = { "Linux 4.11 tcp_conn_request() in net/ipv4/tcp_input.c; removed by commit 4396e46187ca" },
	.judge = judge,
};
