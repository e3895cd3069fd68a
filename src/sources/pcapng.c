/* SPDX-License-Identifier: MIT */
/*
 * pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, interfaces of different link
 * types and clocks. What single blocks hold is in pcapng_block.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "sources/pcapng_block.h"

enum {
	BLOCK_HEADER = 8,
	BLOCK_MIN = 12, /* type, length, length again */
	/* Blocks of packets and interfaces must fit into the view; others are only stepped over. */
	BLOCK_MAX = 15 << 20,
	SECTION_MIN = 28,
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4du

static int pcapng_recognize(const uint8_t *head, size_t bytes)
{
	if (bytes < 12 || load_le32(head) != PCAPNG_SECTION)
		return 0;
	return load_le32(head + 8) == BYTE_ORDER_MAGIC || load_be32(head + 8) == BYTE_ORDER_MAGIC
		       ? 100
		       : 0;
}

/* A section begins: its byte order, and no interfaces yet. Its first 12 bytes are in view. */
static bool section_begin(struct pcapng *ng, const uint8_t *block)
{
	uint32_t order;

	memcpy(&order, block + 8, sizeof(order));
	if (order != BYTE_ORDER_MAGIC && __builtin_bswap32(order) != BYTE_ORDER_MAGIC) {
		capture_corrupt(&ng->capture, "a section of no byte order");
		return false;
	}
	ng->capture.swapped = order != BYTE_ORDER_MAGIC;
	ng->interface_count = 0;
	return true;
}

static bool holds_content(uint32_t type)
{
	return type == PCAPNG_SECTION || type == PCAPNG_INTERFACE || type == PCAPNG_PACKET ||
	       type == PCAPNG_SIMPLE || type == PCAPNG_ENHANCED;
}

/* Lengths are multiples of 4 that hold at least themselves, and stand at both ends of a block. */
static const char *length_fault(uint32_t type, uint32_t length)
{
	if (length < BLOCK_MIN || (type == PCAPNG_SECTION && length < SECTION_MIN))
		return "a block shorter than its own header";
	if (length % 4)
		return "a block length that is no multiple of 4";
	if (length > BLOCK_MAX && holds_content(type))
		return "a block of more than 15 MiB";
	return NULL;
}

enum step {
	STEP_BLOCK,   /* a block stands whole in view */
	STEP_SKIPPED, /* one without packets was stepped over */
	STEP_STOP,    /* end of the input, or of the batch */
};

/* @fresh: nothing was handed out in this batch, so that the view may move. */
static bool see(struct capture *capture, size_t bytes, bool fresh)
{
	if (capture_has(capture, bytes))
		return true;
	if (!fresh)
		return false;
	if (capture_refill(capture, bytes))
		return true;
	capture_end(capture);
	return false;
}

static enum step step_over(struct pcapng *ng, uint32_t length, bool fresh)
{
	struct capture *capture = &ng->capture;

	if (!capture_has(capture, length) && !fresh)
		return STEP_STOP;
	if (!capture_skip(capture, length)) {
		/* What is left of it was taken already: the end lies within a block all the same.
		 */
		capture_end(capture);
		if (!capture->counts.problem[0])
			capture_cut_off(capture);
		return STEP_STOP;
	}
	capture->counts.skipped_blocks++;
	return STEP_SKIPPED;
}

static enum step block_find(struct pcapng *ng, bool fresh, struct pcapng_block *ret_block)
{
	struct capture *capture = &ng->capture;
	const char *fault;
	uint32_t type, length;

	if (!see(capture, BLOCK_MIN, fresh))
		return STEP_STOP;
	/* The type of a section reads the same in both orders. */
	type = pcapng_load32(ng, capture->at);
	if (type == PCAPNG_SECTION && !section_begin(ng, capture->at))
		return STEP_STOP;
	length = pcapng_load32(ng, capture->at + 4);
	fault = length_fault(type, length);
	if (fault) {
		capture_corrupt(capture, fault);
		return STEP_STOP;
	}
	if (!holds_content(type))
		return step_over(ng, length, fresh);
	if (!see(capture, length, fresh))
		return STEP_STOP;
	if (pcapng_load32(ng, capture->at + length - 4) != length) {
		capture_corrupt(capture, "a block whose two lengths differ");
		return STEP_STOP;
	}
	ret_block->type = type;
	ret_block->body = capture->at + BLOCK_HEADER;
	ret_block->body_end = capture->at + length - 4;
	return STEP_BLOCK;
}

static int pcapng_read(struct source_state *state, struct observation *ret_obs, int max)
{
	struct pcapng *ng = pcapng_of(state);
	struct capture *capture = &ng->capture;
	int count = 0;

	while (count < max && !capture->ended) {
		struct capture_record record;
		struct pcapng_block block;
		enum step step = block_find(ng, count == 0, &block);

		if (step == STEP_STOP)
			break;
		if (step == STEP_SKIPPED)
			continue;
		if (block.type == PCAPNG_SECTION) {
			/* Checked when it was found. */
		} else if (block.type == PCAPNG_INTERFACE) {
			pcapng_interface_add(ng, &block);
		} else if (pcapng_packet_read(ng, &block, &record)) {
			count += capture_take(capture, &record, &ret_obs[count]);
		} else {
			capture->counts.packets++;
			capture->counts.undecodable++;
		}
		capture->at = block.body_end + 4;
	}
	capture_settle(capture);
	pcapng_settle(ng);
	return count;
}

/*
 * Reads on to the first packet, or the end of what is in view, so that the filter is compiled for
 * an interface that there is, and words that are no filter are told before anything is judged.
 */
static int pcapng_prepare(struct pcapng *ng, char problem[160])
{
	struct capture *capture = &ng->capture;
	struct pcapng_block block;
	enum step step;

	if (!capture->filter)
		return 0;
	while ((step = block_find(ng, true, &block)) != STEP_STOP) {
		if (step == STEP_SKIPPED)
			continue;
		if (block.type != PCAPNG_SECTION && block.type != PCAPNG_INTERFACE)
			break;
		if (block.type == PCAPNG_INTERFACE)
			pcapng_interface_add(ng, &block);
		capture->at = block.body_end + 4;
		if (ng->interface_count)
			return filter_compile(capture->filter, ng->interfaces[0].link, problem);
	}
	return 0;
}

static int pcapng_open(struct input *input, const struct source_options *options,
		       struct source_state **ret_state, char problem[160])
{
	struct pcapng *ng = calloc(1, sizeof(*ng));
	int r;

	if (!ng || capture_init(&ng->capture, input, options) < 0) {
		snprintf(problem, 160, "there is not enough memory to read it");
		if (!ng)
			input_close(input);
		free(ng);
		return -ENOMEM;
	}
	r = pcapng_prepare(ng, problem);
	if (r < 0) {
		pcapng_free(ng);
		return r;
	}
	*ret_state = (struct source_state *)ng;
	return 0;
}

static const struct source_counts *pcapng_counts(const struct source_state *state)
{
	return &((const struct pcapng *)state)->capture.counts;
}

static void pcapng_close(struct source_state *state)
{
	pcapng_free(pcapng_of(state));
}

const struct source source_pcapng = {
	.name = "pcapng",
	.kind = SOURCE_PCAP,
	.recognize = pcapng_recognize,
	.open = pcapng_open,
	.read = pcapng_read,
	.counts = pcapng_counts,
	.close = pcapng_close,
};
