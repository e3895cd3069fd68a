/* SPDX-License-Identifier: MIT */
/*
 * Expected. A TLS end closes its socket while the peer's farewell (close_notify), or session
 * tickets that it never asked for, lie unread.
 */
#include "causes/rules.h"

const struct cause cause_unread_close_notify = {
	.id = "unread-close-notify",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -5,
	.base_source = SURVEY "2 of 11 in applications (caddy#6477, dotnet/runtime#44764)",
	.expected = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(RESETTER_NEVER_SENT, IS, 0),
		NEED(FAREWELL_POSSIBLE, IS, 1),
		FITS(FAREWELL_LEFT, IS, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 1),
		SIGN(25, UNREAD_TLS_FAREWELL, IS, 1),
		SIGN(75, HOST_UNREAD_FAREWELL, IS, 1),
		HINT(5, VICTIM_FIN, IS, 1),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(HOST_UNREAD, AT_LEAST, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "closed with only a TLS farewell unread",
		.summary = "{Resetter} closed after a complete exchange while only a TLS farewell or "
"session tickets of {victim} were unread: harmless.",
		.story = "TLS ends a stream with a close_notify alert, and TLS 1.3 servers send "
"session tickets after the handshake. A program that has its answer often "
"closes without reading them. To the kernel they are unread bytes like any "
"others, so the close becomes a reset. No application data was lost.",
		.decide = "The bytes that were acknowledged last and not answered are a TLS alert or "
"tickets (record type 21, or under 600 bytes after the handshake), and the "
"answer before them was complete.",
		.fix = {
			"Nothing needs fixing; keep it out of the alarms.",
			"To be rid of it: read until the library reports the end (SSL_read returns "
"SSL_ERROR_ZERO_RETURN) before close().",
			"For clients that only write: fewer tickets from the server, "
"SSL_CTX_set_num_tickets(ctx, 0) in OpenSSL, ssl_session_tickets off in "
"nginx.",
		},
	},
	.zh = {
		.title = "只有 TLS 道别消息未读",
		.summary = "{Resetter}在交换完成后关闭，未读的只有{victim}的 TLS "
"道别消息或会话票据：无害。",
		.story = "TLS 用 close_notify 告警结束数据流，TLS 1.3 的服务端还会在握手后发会话票据。"
"程序拿到结果后往往不读它们就关闭。对内核来说这些同样是未读数据，"
"于是关闭变成了 RST。应用数据没有丢失。",
		.decide = "最后被确认却没有应答的数据是 TLS 告警或票据（记录类型 21，或握手之后不足 "
"600 字节），并且之前的响应已经完整。",
		.fix = {
			"不用处理；从告警里排除。",
			"想消除它：close() 之前一直读到 TLS 库报告结束（SSL_read 返回 "
"SSL_ERROR_ZERO_RETURN）。",
			"只写不读的客户端：让服务端少发票据，OpenSSL 用 SSL_CTX_set_num_tickets(ctx, "
"0)，nginx 用 ssl_session_tickets off。",
		},
	},
	.sources = {
		"RFC 8446 sections 4.6.1 and 6.1",
		"Linux __tcp_close() in net/ipv4/tcp.c",
		"caddy#6477, dotnet/runtime#44764",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA517 tls-handshake; s PA1400 tls-handshake; c PA80 "
"tls-data; c PA200 tls-data; s PA900 tls-data; c A; c PA40 tls-data; s PA24 "
"tls-alert; s FA; c A; +1ms c RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA517 tls-handshake; s PA1400 tls-handshake; c PA80 "
"tls-data; c PA1200 tls-data; s A; +50ms s RA", "close-unread" },
	},
};
