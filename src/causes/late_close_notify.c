/* SPDX-License-Identifier: MIT */
/* Expected. A TLS client answers the FIN with its close_notify; the server's socket is gone by
 * then. */
#include "causes/rules.h"

const struct cause cause_late_close_notify = {
	.id = "late-close-notify",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -2,
	.base_source = "every TLS connection that both ends close orderly can end so; it harms nobody, and few report it",
	.expected = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_UNSEEN)),
		NEED(TRIGGER_FAREWELL, IS, 1),
		FITS(RESETTER_NEVER_SENT, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(20, TRIGGER_TLS_ALERT, IS, 1),
		SIGN(15, TRIGGER_SMALL, IS, 1),
		SIGN(8, TRIGGER_THEN_FIN, IS, 1),
		HINT(8, FIN_AFTER_RESPONSE, IS, 1),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		PROOF(HOST_VICTIM_CLOSED, IS, 1),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "TLS farewell after close",
		.summary = "{Victim} said farewell (TLS close_notify) after {resetter} had already "
"closed: harmless, the exchange was complete.",
		.story = "A TLS end that reads the end of the stream sends a close_notify alert "
"before it closes too. If the other end has closed its socket completely, "
"that alert is data for a connection that is gone, and its kernel answers "
"with a reset. By then both programs are done.",
		.decide = "The answered bytes before the FIN are complete, and the segment that was "
"reset is a TLS alert: about 24 to 31 bytes, often followed by a FIN.",
		.fix = {
			"Nothing needs fixing; keep it out of the alarms.",
			"To be rid of it on the server: read until the client's close_notify or EOF "
"before close(); nginx does with lingering_close always.",
		},
	},
	.zh = {
		.title = "关闭之后才到的 TLS 道别消息",
		.summary = "{Victim}的 TLS 道别消息（close_notify）在{resetter}关闭之后才到："
"无害，交换已经完成。",
		.story = "TLS 的一端读到数据流结束时，会先发 close_notify "
"告警再关闭。如果另一端的套接字已经完全关闭，"
"这条告警就成了发给不存在连接的数据，内核以 RST "
"应答。此时两边的程序都已完成工作。",
		.decide = "FIN 之前的响应是完整的，被 RST 的报文是 TLS 告警：约 24 到 31 "
"字节，后面往往跟着 FIN。",
		.fix = {
			"不用处理；从告警里排除。",
			"想在服务端消除它：close() 之前读到客户端的 close_notify 或 EOF；nginx 用 "
"lingering_close always。",
		},
	},
	.sources = {
		"RFC 8446 section 6.1",
		"Linux TCP_TW_RST in tcp_timewait_state_process(), net/ipv4/tcp_minisocks.c",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA517 tls-handshake; s PA1400 tls-handshake; c PA80 "
"tls-data; c PA200 tls-data; s PA900 tls-data; s FA; +1ms c PA24 tls-alert; "
"s R; c FA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA30; s A; +100ms s PA80; c A; s FA; +40ms c A; +58ms c "
"PA24; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +65s s "
"FA; +40ms c A; +9s c PA409 request; s R", "write-after-close" },
	},
};
