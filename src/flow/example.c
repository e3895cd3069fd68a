/* SPDX-License-Identifier: MIT */
/*
 * Plays the one-line notation of example.h: a small model of two Linux ends that keeps sequence
 * numbers, IP ids and timestamps consistent, so that a line of text gives the packets a capture
 * would show.
 */
#include "flow/example.h"

#include <errno.h>
#include <string.h>

#include "flow/example_step.h"

#define DELAY_DEFAULT_NS 100000
#define SERVER_PORT 8080
#define CLIENT_PORT 40001
#define SYN_WINDOW                                                                                 \
	64240 /* net/ipv4/tcp_output.c: tcp_select_initial_window with the default tcp_rmem */
#define SYNACK_WINDOW 65160
#define WINDOW_SHIFT 10
#define SEGMENT_MSS 1460

/* One end of one connection, as its own stack knows it. */
struct player_end {
	struct endpoint address;
	uint32_t initial;
	uint32_t next;	   /* sequence number of the next new byte */
	uint32_t received; /* next byte expected from the other end */
	uint32_t offered;  /* end of the other end's SYN, taken over by a SYN-ACK */
	uint32_t heard_ts;
	uint32_t ts_offset;
	uint32_t last_seq; /* of this end's last data, SYN or SYN-ACK, for "again" */
	uint32_t last_ack; /* of this end's last segment, for the other's passive reset */
	uint16_t last_bytes;
	uint16_t ip_id;
	bool sent_syn;
	bool heard_syn;
	bool last_had_ack;
	bool last_was_syn; /* without ACK: nothing but a refusal can answer it with RST+ACK */
	uint32_t last_end;
};

struct player_connection {
	struct player_end end[2]; /* 0 client, 1 server */
	bool begun;
};

struct player {
	struct example_options options;
	int64_t now_ns;
	uint64_t frame;
	void (*push)(void *context, const struct observation *obs);
	void *context;
	struct player_connection connection[EXAMPLE_CONNECTIONS_MAX];
};

static void address_set(const struct player *p, struct endpoint *address, uint8_t host,
			uint16_t port)
{
	static const uint8_t net4[] = { 192, 0, 2 }, net6[] = { 0x20, 0x01, 0x0d, 0xb8 };

	memset(address, 0, sizeof(*address));
	address->port = port;
	if (p->options.ip6) {
		address->family = ADDR_IP6;
		memcpy(address->ip, net6, sizeof(net6));
		address->ip[15] = host;
	} else {
		address->family = ADDR_IP4;
		memcpy(address->ip, net4, sizeof(net4));
		address->ip[3] = host;
	}
}

static struct player_connection *connection_begin(struct player *p, const struct example_step *step)
{
	struct player_connection *connection = &p->connection[step->connection];
	uint32_t number = (uint32_t)step->connection + 1;

	if (connection->begun)
		return connection;
	connection->begun = true;
	address_set(p, &connection->end[0].address, step->client_host ? step->client_host : 10,
		    (uint16_t)(CLIENT_PORT + step->connection * 2));
	address_set(p, &connection->end[1].address, step->server_host ? step->server_host : 20,
		    step->server_port ? step->server_port : SERVER_PORT);
	for (uint32_t i = 0; i < 2; i++) {
		struct player_end *end = &connection->end[i];

		/* Any numbers will do, as long as no two ends share them. */
		end->initial = (number * 2 + i) * 2654435761u;
		end->next = end->initial + 1;
		end->ts_offset = (number * 2 + i) * 40503u + 1000000;
		end->ip_id = (uint16_t)((number * 2 + i) * 7919u);
	}
	connection->end[0].received = connection->end[1].next;
	connection->end[1].received = connection->end[0].next;
	return connection;
}

/* A SYN of its own opens a new incarnation, with a higher initial number (RFC 6528). */
static void end_open(struct player_end *end, const struct example_step *step)
{
	if (step->again)
		return;
	if (end->sent_syn)
		end->initial = end->next + 20000000;
	end->next = end->initial;
	end->sent_syn = true;
	if (step->flags & TCP_ACK)
		end->received = end->offered;
}

static uint32_t step_length(const struct example_step *step)
{
	return step->bytes + !!(step->flags & TCP_SYN) + !!(step->flags & TCP_FIN);
}

/* RST+ACK in answer to a SYN: the stack has no socket to take numbers from. */
static bool is_refusal(const struct player_end *other, const struct example_step *step)
{
	return step->flags == (TCP_RST | TCP_ACK) && other->last_was_syn;
}

/* Sequence and acknowledgement numbers, as this end's stack would choose them. */
static void number_segment(struct player_end *own, const struct player_end *other,
			   const struct example_step *step, struct observation *obs)
{
	obs->seq = own->next;
	obs->ack = step->flags & TCP_ACK ? own->received : 0;
	if (step->probe)
		obs->seq = own->next - 1;
	else if (step->again)
		obs->seq = own->last_seq;
	if (step->flags == TCP_RST) {
		/* tcp_v4_send_reset(): seq is the trigger's ack. */
		obs->seq = other->last_had_ack ? other->last_ack : own->next;
	} else if (is_refusal(other, step)) {
		obs->seq = 0;
		obs->ack = other->last_end;
	}
	if (step->has_seq)
		obs->seq = own->initial + step->seq;
	if (step->has_ack)
		obs->ack = other->initial + step->ack;
}

static void fill_tcp(struct player *p, struct player_end *own, const struct player_end *other,
		     const struct example_step *step, struct observation *obs)
{
	bool passive = step->flags == TCP_RST || (step->flags == (TCP_RST | TCP_ACK) &&
						  other->sent_syn && !other->last_had_ack);

	if (step->flags & TCP_SYN) {
		obs->window = step->flags & TCP_ACK ? SYNACK_WINDOW : SYN_WINDOW;
		obs->options = OPTION_MSS | OPTION_SACK_OK | OPTION_WSCALE;
		obs->mss = SEGMENT_MSS;
		obs->wscale = WINDOW_SHIFT;
	} else if (!passive) {
		obs->window = step->end ? 64 : 63;
	}
	if (!passive && !step->no_timestamps) {
		obs->options |= OPTION_TS;
		obs->ts_value = own->ts_offset + (uint32_t)(p->now_ns / 1000000);
		obs->ts_echo = own->heard_ts;
	}
	if (step->signed_md5)
		obs->options |= OPTION_MD5;
	if (step->mptcp) {
		obs->options |= OPTION_MPTCP;
		obs->mptcp_subtypes = step->mptcp;
		obs->mptcp_reason = (uint8_t)step->tcprst;
	}
	if (step->has_window)
		obs->window = (uint16_t)step->window;
}

/* Linux gives no id to packets without a socket, and counts per socket else (ip_select_ident). */
static void fill_ip(struct player_end *own, const struct player_end *other,
		    const struct example_step *step, struct observation *obs)
{
	bool socketless =
		step->flags == TCP_RST || step->flags == (TCP_SYN | TCP_ACK) ||
		(step->flags == (TCP_RST | TCP_ACK) && other->sent_syn && !other->last_had_ack);

	obs->ttl = step->has_ttl ? (uint8_t)step->ttl : 64;
	obs->tos = (uint8_t)step->tos;
	obs->dont_fragment = true;
	if (!socketless)
		obs->ip_id = ++own->ip_id;
	if (step->has_id)
		obs->ip_id = (uint16_t)step->id;
	if (obs->source.family == ADDR_IP6)
		obs->ip_id = 0;
}

static void fill_payload(const struct example_step *step, struct observation *obs)
{
	obs->payload_bytes = step->bytes;
	if (!step->bytes)
		return;
	obs->hint = step->hint ? step->hint : HINT_OTHER;
	if (step->http) {
		obs->hint = HINT_HTTP_RESPONSE;
		obs->http_status = (uint16_t)step->http;
	}
	obs->http_close = step->http_close;
	obs->reason = (const uint8_t *)step->reason;
	obs->reason_bytes = (uint16_t)step->reason_bytes;
}

static void end_receive(struct player_end *end, const struct observation *obs, uint32_t length)
{
	if (obs->options & OPTION_TS)
		end->heard_ts = obs->ts_value;
	if (obs->flags & TCP_SYN) {
		end->offered = obs->seq + length;
		if (obs->flags & TCP_ACK || !end->heard_syn)
			end->received = end->offered;
		end->heard_syn = true;
	} else if (length && (int32_t)(obs->seq - end->received) <= 0 &&
		   (int32_t)(obs->seq + length - end->received) > 0) {
		end->received = obs->seq + length;
	}
}

static void play_step(struct player *p, const struct example_step *step)
{
	struct player_connection *connection = connection_begin(p, step);
	struct player_end *own = &connection->end[step->end];
	struct player_end *other = &connection->end[!step->end];
	uint32_t length = step_length(step);
	struct observation obs = {
		.time_ns = p->now_ns,
		.source = own->address,
		.destination = other->address,
		.flags = step->flags,
		.link_source =
			step->mac ? step->mac
				  : (uint32_t)(1000 + own->address.ip[3] + own->address.ip[15]),
		.seen = SEEN_DATE | SEEN_TTL | SEEN_TOS | SEEN_SEQ | SEEN_WINDOW | SEEN_OPTIONS |
			SEEN_MAC | SEEN_PAYLOAD | SEEN_TIME,
	};

	if (!p->options.ip6)
		obs.seen |= SEEN_IP_ID;
	if (step->flags & TCP_SYN)
		end_open(own, step);
	number_segment(own, other, step, &obs);
	fill_tcp(p, own, other, step, &obs);
	fill_ip(own, other, step, &obs);
	fill_payload(step, &obs);

	if (length && !step->again && !step->has_seq && !(step->flags & TCP_RST))
		own->next = obs.seq + length;
	if (step->bytes || step->flags & (TCP_SYN | TCP_FIN))
		own->last_seq = obs.seq;
	own->last_ack = obs.ack;
	own->last_had_ack = step->flags & TCP_ACK;
	own->last_was_syn = (step->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	own->last_end = obs.seq + length;
	if (!step->undelivered && !(step->flags & TCP_RST))
		end_receive(other, &obs, length);
	if (step->lost)
		return;
	obs.frame = ++p->frame;
	p->push(p->context, &obs);
}

int example_play(const char *text, const struct example_options *options,
		 void (*push)(void *context, const struct observation *obs), void *context,
		 size_t *ret_offset)
{
	struct player p = { .push = push, .context = context };
	struct example_step step;
	const char *at = text;
	int r;

	if (options)
		p.options = *options;
	p.now_ns = p.options.start_ns;
	for (bool first = true; (r = example_read_step(&at, &step)) > 0; first = false) {
		if (step.has_delay)
			p.now_ns += step.delay_ns;
		else if (!first)
			p.now_ns += DELAY_DEFAULT_NS;
		play_step(&p, &step);
	}
	if (r < 0 && ret_offset)
		*ret_offset = (size_t)(at - text);
	return r;
}
