/* SPDX-License-Identifier: MIT */
/* A gateway meets packets that connection tracking calls invalid: it passes them on without NAT. */
#include "audit/check.h"

#define LEAST 5 /* one now and then is a late segment of an old connection */

static void judge_space(const struct audit_space *space, struct findings *found)
{
	int64_t invalid = space->conntrack_after.invalid - space->conntrack_before.invalid;
	uint64_t forwarded = audit_moved(space, COUNTER_FORWARDED);
	struct finding *finding;

	if (!space->has_conntrack || invalid < LEAST || !forwarded)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "invalid", (uint64_t)invalid);
	finding_count(finding, "forwarded", forwarded);
	finding_setting(finding, "liberal", "liberal_to",
			"net.netfilter.nf_conntrack_tcp_be_liberal", "1");
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_conntrack_invalid = {
	.id = "conntrack-invalid",
	.causes = { "nat-lost", "handshake-mismatch", "stray-packet" },
	.facts = {
		{ "invalid", { "{invalid|packet was|packets were} invalid to connection tracking (column invalid of /proc/net/stat/nf_conntrack)",
			"{invalid} 个报文被连接跟踪判为 INVALID（/proc/net/stat/nf_conntrack 的 invalid 列）" } },
		{ "forwarded", { "{forwarded|packet|packets} forwarded by this host meanwhile (IpForwDatagrams)",
			"其间本机转发了 {forwarded} 个报文（IpForwDatagrams）" } },
	},
	.where = { "nft rule: ct state invalid drop", "net.netfilter.nf_conntrack_tcp_be_liberal" },
	.words = {
		[LANG_EN] = {
			.title = "invalid packets pass this gateway",
			.hurts = "They are not translated: a client behind NAT sees a segment from an address that it does not know, answers with a reset, and that reset ends the real connection.",
			.fix = {
				"Drop them before they get through: `nft insert rule inet filter forward ct state invalid counter drop` (your own table and chain; insert makes it the first rule).",
				"Or net.netfilter.nf_conntrack_tcp_be_liberal {liberal} -> {liberal_to}: only resets outside the window are invalid then.",
				"Why are they invalid? net.netfilter.nf_conntrack_log_invalid=6 writes it to the log: half of the traffic takes another way, or segments come very late.",
			},
			.cost = "Liberal tracking accepts forged segments outside the window; the ends still check them.",
			.folklore = "\"Raise nf_conntrack_max\": a full table drops in silence, it makes nothing invalid.",
			.sampled = "invalid packets",
		},
		[LANG_ZH] = {
			.title = "有 INVALID 报文穿过本网关",
			.hurts = "它们不会被转换地址：NAT 后的客户端看到来自陌生地址的报文，回一个 RST，而这个 RST 断掉了真正的连接。",
			.fix = {
				"在穿过之前丢掉：`nft insert rule inet filter forward ct state invalid counter drop`（换成自己的表和链；insert 放在链的最前面）。",
				"或 net.netfilter.nf_conntrack_tcp_be_liberal {liberal} -> {liberal_to}：此后只有窗口外的 RST 才算 INVALID。",
				"为什么 INVALID？net.netfilter.nf_conntrack_log_invalid=6 会写进日志：一半流量走了另一条路，或报文到得太晚。",
			},
			.cost = "宽松跟踪会放行窗口外的伪造报文；两端仍会检查。",
			.folklore = "“调大 nf_conntrack_max”：表满是静默丢弃，不会产生 INVALID。",
			.sampled = "INVALID 报文",
		},
	},
	.sources = { "Linux nf_conntrack_tcp_packet() in net/netfilter/nf_conntrack_proto_tcp.c",
		     "Documentation/networking/nf_conntrack-sysctl.rst: nf_conntrack_tcp_be_liberal" },
	.judge = judge,
};
