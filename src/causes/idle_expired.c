/* SPDX-License-Identifier: MIT */
/* A stateful box forgot a connection that had been idle for too long, and resets its next packet.
 */
#include "causes/rules.h"

const struct cause cause_idle_expired = {
	.id = "idle-expired",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NETWORK,
	.base = 7,
	.base_source = SURVEY "6 (ingress-nginx#5695, Kong#5220, librdkafka#3109 and others)",
	.from_between = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(ALIEN)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_PROBE) | ONE_OF(TRIGGER_ACK) | ONE_OF(TRIGGER_FIN) | ONE_OF(TRIGGER_UNSEEN)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(FIRST_CONTACT, IS, 0),
		SIGN(14, SILENCE, AT_LEAST, 60 * 1000000LL),
		HINT(-16, SILENCE, AT_MOST, 5 * 1000000LL),
		HINT(-12, AGE, AT_MOST, 1000000),
		SIGN(10, TTL_DELTA, NOT, 0),
		HINT(-10, VICTIM_RETRANSMITS, AT_LEAST, 1),
		SIGN(6, RECONNECTED, IS, 1),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-10, RESETTER_ONLY_SYNACK, IS, 1),
		FITS(MPTCP_RESET, IS, 0),
		PROOF(HOST_CONNTRACK_GONE, IS, 1),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 0)),
	/* clang-format on */
	.en = {
		.title = "a box on the path forgot the idle connection",
		.summary = "A firewall, NAT or balancer on the path forgot this connection while it was "
"idle, and answered the next packet with a reset.",
		.story = "Stateful devices keep an entry for each connection and drop it after a time "
"without packets: AWS network load balancers after 350 s, Azure after 240 s, "
"Google Cloud after 600 s, firewalls often after 3600 s. Neither end is "
"told. The next packet, often the first query of a pooled connection after a "
"pause, is answered with a reset, or lost in silence. The fix is to send "
"something before that time is over. {idle_match}",
		.decide = "The pause before the answered packet is about the same each time and near a "
"limit of a device on the path; a TTL that differs from the peer's packets "
"shows that a box sent it; {resetter_addr} itself sent none.",
		.fix = {
			"Turn TCP keepalive on in the program (SO_KEEPALIVE) with TCP_KEEPIDLE below "
"the limit, for instance 60 s: PostgreSQL tcp_keepalives_idle, JDBC "
"tcpKeepAlive=true, Redis tcp-keepalive, ssh ServerAliveInterval 60. For all "
"sockets that have it on: net.ipv4.tcp_keepalive_time = 60.",
			"Connection pools: HikariCP keepaliveTime below the limit, or idleTimeout so "
"that the pool closes first.",
			"Raise the limit at the box where you can (AWS NLB tcp.idle_timeout.seconds, "
"Azure idleTimeoutInMinutes).",
		},
		.folklore = "tcp_keepalive_time alone does nothing for sockets without SO_KEEPALIVE. "
"Layer 7 balancers (AWS ALB) do not count TCP keepalives: there the HTTP "
"idle timers must be put in order.",
	},
	.zh = {
		.title = "中间设备忘记了空闲连接",
		.summary = "路径上的防火墙、NAT 或负载均衡在连接空闲期间忘记了它，并用 RST "
"应答了下一个报文。",
		.story = "有状态的设备为每条连接保留一个表项，一段时间没有报文就删除：AWS NLB 350 "
"秒、Azure 240 秒、Google Cloud 600 秒，防火墙常见 3600 "
"秒。两端都得不到通知。下一个报文，往往是连接池里停顿之后的第一个查询，"
"会得到 RST，或被静默丢弃。办法是在到时之前发点东西。{idle_match}",
		.decide = "每次被应答的报文之前，停顿时间大致相同，并且接近路径上某台设备的上限；TTL "
"与对端其他报文不同，说明是中间设备发的；{resetter_addr} 自己没有发。",
		.fix = {
			"在程序里打开 TCP keepalive（SO_KEEPALIVE），TCP_KEEPIDLE 小于上限，例如 60 "
"秒：PostgreSQL tcp_keepalives_idle、JDBC tcpKeepAlive=true、Redis "
"tcp-keepalive、ssh ServerAliveInterval 60。对所有已打开的套接字："
"net.ipv4.tcp_keepalive_time = 60。",
			"连接池：HikariCP keepaliveTime 小于上限，或用 idleTimeout 让连接池先关闭。",
			"能改设备就调高上限（AWS NLB tcp.idle_timeout.seconds，Azure "
"idleTimeoutInMinutes）。",
		},
		.folklore = "没有 SO_KEEPALIVE 的套接字，只改 tcp_keepalive_time "
"没有用。七层负载均衡（AWS ALB）不把 TCP keepalive 算作活动：那里要理顺的是 "
"HTTP 空闲超时。",
	},
	.sources = {
		"RFC 5382 section 5 (REQ-5)",
		"AWS, Azure and Google Cloud documentation of load balancer idle timeouts",
		"ingress-nginx#5695, Kong#5220, librdkafka#3109",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA ttl=52; c A; c PA90; s A ttl=52; s PA80 ttl=52; c A; +360s c "
"PA90; s R ttl=52", NULL },
		{ EXAMPLE_LISTED, "c S; s SA ttl=60; c A; c PA3; s A ttl=60; +116ms c PA3; s R ttl=61", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA90; s A; s PA80; c A; +3s c PA90; s R", "half-open" },
	},
};
