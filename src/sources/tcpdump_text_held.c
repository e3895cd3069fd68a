/* SPDX-License-Identifier: MIT */
/* What stands below a packet line: the hex dump of -x, -X and -xx, the HTTP message of -v and -A.
 */
#include "sources/tcpdump_text_item.h"
#include "wire/packet.h"
#include "wire/walk.h"

/* "\t0x0010:  0a4d 0102 abb2 1388  .M......": the bytes, as long as they follow on each other. */
static bool take_dump_line(struct text_held *held, struct text_cursor c)
{
	uint64_t offset;
	int digits = 0, value = 0;

	if (!text_take(&c, "0x") || !text_take_hex(&c, 0xffff, &offset) || !text_take(&c, ":"))
		return false;
	if (offset != held->dump_bytes)
		return true;
	while (text_peek(&c) == ' ')
		c.at++;
	/* Two blanks end the hexadecimal part. */
	for (; c.at < c.end && held->dump_bytes < TEXT_DUMP_MAX; c.at++) {
		int digit = text_hex_value(*c.at);

		if (*c.at == ' ' && c.at + 1 < c.end && c.at[1] != ' ' && !(digits & 1))
			continue;
		if (digit < 0)
			break;
		value = value << 4 | digit;
		if (++digits & 1)
			continue;
		held->dump[held->dump_bytes++] = (uint8_t)value;
		value = 0;
		if (digits == 32)
			break;
	}
	return true;
}

static void take_http(struct text_held *held, struct text_cursor c)
{
	struct observation *obs = &held->item.obs;
	const char *at;

	if (obs->hint == HINT_HTTP_REQUEST || obs->hint == HINT_HTTP_RESPONSE) {
		struct observation probe = { 0 };
		char message[160] = "HTTP/1.1 200 \n";
		size_t bytes = text_left(&c), start = strlen(message);

		/* One header line: let the parser of payloads judge it. */
		if (bytes > sizeof(message) - start - 2)
			return;
		memcpy(message + start, c.at, bytes);
		memcpy(message + start + bytes, "\n\n", 2);
		payload_decode((const uint8_t *)message,
			       (const uint8_t *)message + start + bytes + 2, &probe);
		obs->http_close |= probe.http_close;
		return;
	}
	/* -A prints the bytes of the headers before the payload, on the same line. */
	at = held->http_below ? NULL : memmem(c.at, text_left(&c), "HTTP/1.", 7);
	if (at && at > c.at && at[-1] != ' ')
		c.at = at;
	payload_decode((const uint8_t *)c.at, (const uint8_t *)c.end, obs);
	if (obs->hint != HINT_HTTP_REQUEST && obs->hint != HINT_HTTP_RESPONSE) {
		obs->hint = HINT_NONE;
		obs->seen &= (uint16_t)~SEEN_PAYLOAD;
		obs->http_status = 0;
	}
}

void text_held_add_line(struct text_held *held, const char *line, size_t bytes)
{
	struct text_cursor c = { line, line + bytes };

	if (!held->any || held->closed)
		return;
	text_skip_blanks(&c);
	if (!text_left(&c)) {
		held->closed = true; /* a header ends, or the packet's lines do */
		return;
	}
	if (take_dump_line(held, c))
		return;
	if (held->dump_bytes || !held->item.obs.payload_bytes) {
		held->closed = true;
		return;
	}
	if (held->http_below && c.at == line)
		held->closed = true; /* tcpdump indents the message */
	else
		take_http(held, c);
}

/* Length of the packet that the IP header in the dump states; 0: no IP header. */
static uint32_t ip_length(const uint8_t *at, size_t bytes)
{
	if (bytes >= 20 && at[0] >> 4 == 4)
		return load_be16(at + 2);
	if (bytes >= 40 && at[0] >> 4 == 6)
		return 40u + load_be16(at + 4);
	return 0;
}

static bool decode_dump(const struct text_held *held, struct observation *ret_obs)
{
	static const struct {
		uint16_t link;
		uint8_t header;
	} links[] = { { LINK_RAW, 0 }, { LINK_ETHERNET, 14 } };
	const struct observation *obs = &held->item.obs;
	size_t i;

	for (i = 0; i < 2; i++) {
		uint32_t length;

		if (held->dump_bytes < links[i].header + 40)
			continue;
		length = ip_length(held->dump + links[i].header,
				   (size_t)held->dump_bytes - links[i].header);
		length += links[i].header;
		if (length < held->dump_bytes)
			length = held->dump_bytes;
		if (packet_decode(links[i].link, held->dump, held->dump_bytes, length, true,
				  ret_obs) != PACKET_TCP)
			continue;
		/* People edit addresses, in the text or in the dump: then it proves nothing. */
		if (endpoint_same(&ret_obs->source, &obs->source) &&
		    endpoint_same(&ret_obs->destination, &obs->destination) &&
		    ret_obs->flags == obs->flags && ret_obs->payload_bytes == obs->payload_bytes)
			return true;
	}
	return false;
}

void text_held_finish(struct text_held *held, struct text_numbers *numbers)
{
	struct observation *obs = &held->item.obs;
	struct observation dump;
	uint16_t keep = SEEN_DATE | SEEN_TIME | SEEN_DIRECTION | SEEN_CHECKSUM;
	size_t bytes;

	if (!held->dump_bytes || !decode_dump(held, &dump))
		return;
	text_numbers_learn(numbers, obs, &dump);
	if (!(dump.seen & SEEN_MAC))
		keep |= SEEN_MAC;
	else
		obs->link_source = dump.link_source;
	dump.time_ns = obs->time_ns;
	dump.frame = obs->frame;
	dump.file = obs->file;
	dump.interface = obs->interface;
	dump.link_source = obs->link_source;
	dump.outgoing = obs->outgoing;
	if (obs->seen & SEEN_CHECKSUM)
		dump.bad_checksum = obs->bad_checksum;
	dump.tunnelled |= obs->tunnelled;
	dump.seen |= obs->seen & keep;
	if (dump.reason && !obs->reason_bytes) {
		bytes = dump.reason_bytes < TEXT_REASON_MAX ? dump.reason_bytes : TEXT_REASON_MAX;
		memcpy(held->item.reason, dump.reason, bytes);
		dump.reason_bytes = (uint16_t)bytes;
	} else {
		dump.reason_bytes = obs->reason_bytes;
	}
	dump.reason = NULL;
	*obs = dump;
}
