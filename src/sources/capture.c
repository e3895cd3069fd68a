/* SPDX-License-Identifier: MIT */
#include "sources/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

int capture_init(struct capture *capture, struct input *input, const struct source_options *options)
{
	static const uint8_t nothing[1];

	memset(capture, 0, sizeof(*capture));
	capture->input = input;
	capture->window = capture->at = capture->end = nothing;
	capture->file = options->file;
	capture->hints = !options->no_hints;
	if (options->filter && *options->filter &&
	    filter_new(options->filter, &capture->filter) < 0) {
		input_close(input);
		return -ENOMEM;
	}
	return 0;
}

void capture_release(struct capture *capture)
{
	filter_free(capture->filter);
	input_close(capture->input);
}

bool capture_refill(struct capture *capture, size_t bytes)
{
	size_t available;

	input_skip(capture->input, (size_t)(capture->at - capture->window));
	capture->window = input_peek(capture->input, bytes, &available);
	capture->at = capture->window;
	capture->end = capture->window + available;
	return available >= bytes;
}

bool capture_skip(struct capture *capture, uint64_t bytes)
{
	while (bytes > (uint64_t)(capture->end - capture->at)) {
		bytes -= (uint64_t)(capture->end - capture->at);
		capture->at = capture->end;
		if (!capture_refill(capture, 1))
			return false;
	}
	capture->at += bytes;
	return true;
}

uint64_t capture_offset(const struct capture *capture)
{
	return input_offset(capture->input) + (uint64_t)(capture->at - capture->window);
}

void capture_cut_off(struct capture *capture)
{
	struct source_counts *counts = &capture->counts;
	const char *problem = input_problem(capture->input);

	counts->truncated_at = capture_offset(capture);
	if (problem) {
		counts->too_large = input_too_large(capture->input);
		counts->truncated = !counts->too_large;
		snprintf(counts->problem, sizeof(counts->problem), "%.120s (after byte %llu)",
			 problem, (unsigned long long)counts->truncated_at);
		return;
	}
	counts->truncated = true;
	snprintf(counts->problem, sizeof(counts->problem),
		 "cut off in the middle of a record at byte %llu: what is whole before it is used",
		 (unsigned long long)counts->truncated_at);
}

void capture_end(struct capture *capture)
{
	if (capture->ended)
		return;
	capture->ended = true;
	if (capture->at != capture->end || input_problem(capture->input))
		capture_cut_off(capture);
}

void capture_corrupt(struct capture *capture, const char *what)
{
	struct source_counts *counts = &capture->counts;

	if (capture->ended)
		return;
	capture->ended = true;
	counts->corrupt = true;
	counts->truncated_at = capture_offset(capture);
	snprintf(counts->problem, sizeof(counts->problem),
		 "damaged at byte %llu (%.70s): what comes before it is used",
		 (unsigned long long)counts->truncated_at, what);
}

void capture_settle(struct capture *capture)
{
	struct source_counts *counts = &capture->counts;

	counts->bytes = capture_offset(capture);
	if (capture->filter && !filter_note(capture->filter, counts->note) &&
	    input_is_stream(capture->input))
		snprintf(counts->note, sizeof(counts->note),
			 "passes only once: a connection is followed from its first packet that "
			 "matches, not from its beginning");
	if (counts->unknown_link && !counts->problem[0])
		capture_describe_link(capture->unknown_link, counts->problem);
}

void capture_describe_link(uint16_t link, char problem[160])
{
	const char *name = pcap_datalink_val_to_name(link);

	snprintf(problem, 160,
		 "link type %u (%.30s) is not known: capture on an Ethernet interface (tcpdump -y "
		 "EN10MB), or with tcpdump -i any",
		 link, name ? name : "no name");
}

bool capture_leave_out(struct capture *capture, const struct capture_record *record,
		       enum packet_result result, struct observation *ret_obs)
{
	struct source_counts *counts = &capture->counts;
	struct filter_packet packet = { record->bytes, record->captured, record->length,
					record->link, capture->swapped };

	switch (result) {
	case PACKET_TCP:
		if (filter_pass(capture->filter, &packet, ret_obs))
			return true;
		counts->filtered++;
		return false;
	case PACKET_NOT_TCP:
		counts->not_tcp++;
		return false;
	case PACKET_FRAGMENT:
		counts->fragments++;
		return false;
	case PACKET_CUT_SHORT:
		counts->cut_short++;
		return false;
	case PACKET_UNDECODABLE:
		counts->undecodable++;
		return false;
	case PACKET_UNKNOWN_LINK:
		if (!counts->unknown_link++)
			capture->unknown_link = record->link;
		return false;
	}
	return false;
}
