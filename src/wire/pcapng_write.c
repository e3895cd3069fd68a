/* SPDX-License-Identifier: MIT */
#include "wire/pcapng_write.h"

#include <string.h>

#include "base/escape.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_PACKET_FLAGS = 2,
	OPTION_IF_NAME = 2,
	OPTION_SECTION_OS = 3,
	OPTION_SECTION_APPLICATION = 4,
	OPTION_IF_TSRESOL = 9,
	OPTION_IF_FILTER = 11,
	FLAG_INBOUND = 1,
	FLAG_OUTBOUND = 2,
	NANOSECONDS = 9,
};

static void add16(struct buf *block, uint16_t value)
{
	buf_add(block, &value, sizeof(value));
}

static void add32(struct buf *block, uint32_t value)
{
	buf_add(block, &value, sizeof(value));
}

static void add_padded(struct buf *block, const void *bytes, size_t count)
{
	buf_add(block, bytes, count);
	buf_add(block, "\0\0\0", -count & 3);
}

static void add_option(struct buf *block, uint16_t code, const void *bytes, size_t count)
{
	add16(block, code);
	add16(block, (uint16_t)count);
	add_padded(block, bytes, count);
}

/* Returns where it begins. */
static size_t block_begin(struct buf *block, uint32_t type)
{
	size_t at = block->length;

	add32(block, type);
	add32(block, 0);
	return at;
}

/* Its length stands at both ends. */
static void block_end(struct buf *block, size_t at)
{
	uint32_t length = (uint32_t)(block->length - at) + 4;

	add32(block, length);
	if (!block->overflow)
		memcpy(block->data + at + 4, &length, sizeof(length));
}

static void add_section(struct buf *block, const char *os)
{
	static const char application[] = "whyrst " WHYRST_VERSION;
	size_t at = block_begin(block, BLOCK_SECTION);

	add32(block, 0x1a2b3c4d);
	add16(block, 1);
	add16(block, 0);
	add32(block, UINT32_MAX); /* the length of the section is not known */
	add32(block, UINT32_MAX);
	if (os)
		add_option(block, OPTION_SECTION_OS, os, strnlen(os, 255));
	add_option(block, OPTION_SECTION_APPLICATION, application, strlen(application));
	add_option(block, OPTION_END, "", 0);
	block_end(block, at);
}

static void add_interface(struct buf *block, const struct pcapng_head *head)
{
	uint8_t resolution = NANOSECONDS;
	size_t at = block_begin(block, BLOCK_INTERFACE);

	add16(block, head->link);
	add16(block, 0);
	add32(block, head->snap_bytes);
	add_option(block, OPTION_IF_NAME, head->interface, strnlen(head->interface, 255));
	add_option(block, OPTION_IF_TSRESOL, &resolution, 1);
	if (head->filter && strlen(head->filter) < PCAPNG_COMMENT_MAX) {
		struct buf filter;

		buf_init(&filter, PCAPNG_COMMENT_MAX + 1);
		buf_add_char(&filter, '\0'); /* words as libpcap has them */
		buf_add_text(&filter, head->filter);
		add_option(block, OPTION_IF_FILTER, filter.data, filter.length);
		buf_release(&filter);
	}
	add_option(block, OPTION_END, "", 0);
	block_end(block, at);
}

void pcapng_add_head(struct buf *out, const struct pcapng_head *head)
{
	add_section(out, head->os);
	add_interface(out, head);
}

/* What a terminal or a reader could be misled by is escaped: process names may stand in it. */
static void add_comment(struct buf *block, const char *comment)
{
	struct buf text;
	size_t length, count = strlen(comment), at = 0;

	buf_init(&text, 4 * PCAPNG_COMMENT_MAX + 16);
	while (at < count && text.length < PCAPNG_COMMENT_MAX) {
		uint32_t character;

		length = escape_decode(comment + at, count - at, &character);
		length = length ? length : 1;
		escape_terminal(&text, comment + at, length);
		at += length;
	}
	add_option(block, OPTION_COMMENT, text.data, text.length);
	buf_release(&text);
}

void pcapng_add_packet(struct buf *out, const struct pcapng_packet *packet)
{
	uint64_t time = (uint64_t)packet->time_ns;
	size_t at = block_begin(out, BLOCK_PACKET);

	add32(out, 0); /* interface */
	add32(out, (uint32_t)(time >> 32));
	add32(out, (uint32_t)time);
	add32(out, packet->captured);
	add32(out, packet->length);
	add_padded(out, packet->bytes, packet->captured);
	for (int i = 0; i < packet->comment_count; i++)
		add_comment(out, packet->comments[i]);
	if (packet->has_direction) {
		uint32_t flags = packet->outgoing ? FLAG_OUTBOUND : FLAG_INBOUND;

		add_option(out, OPTION_PACKET_FLAGS, &flags, sizeof(flags));
	}
	if (packet->has_direction || packet->comment_count)
		add_option(out, OPTION_END, "", 0);
	block_end(out, at);
}
