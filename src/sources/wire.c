/* SPDX-License-Identifier: MIT */
#include "sources/wire.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sources/filter.h"
#include "wire/packet.h"

enum {
	BUFFER_BYTES = 8 << 20,
	BATCH_MAX = 256,
	REASON_BYTES = 80, /* of the text in a reset: as much as evidence keeps */
	REASONS_MAX = 16,  /* of one batch */
	WORDS_BYTES = 16384,
	/* Connections that the filter may remember before it begins anew: it never forgets one. */
	SELECTED_MAX = 400000,
};

struct wire {
	struct wire_options options;
	pcap_t *pcap;
	struct filter *filter; /* NULL: what the kernel passes is what is wanted */
	uint64_t selected;     /* SYNs that passed the filter since it was made */
	uint16_t link;
	bool has_mac;
	uint8_t mac[6]; /* of an Ethernet interface: tells the direction */
	struct wire_counts counts;
	/* of the batch at hand */
	struct observation *batch;
	int taken, room;
	int reasons;
	uint8_t reason[REASONS_MAX][REASON_BYTES];
};

/* --- opening -----------------------------------------------------------------------------------
 */

static void set_problem(char problem[WIRE_PROBLEM_BYTES], const char *words)
{
	snprintf(problem, WIRE_PROBLEM_BYTES, "%s", words && *words ? words : "no reason given");
}

static int errno_of(int status)
{
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return -EPERM;
	case PCAP_ERROR_NO_SUCH_DEVICE:
	case PCAP_ERROR_IFACE_NOT_UP:
		return -ENODEV;
	default:
		return -EIO;
	}
}

/* Promiscuous on a named interface, as on a mirror port; `any` cannot be. */
static int activate(struct wire *wire, char problem[WIRE_PROBLEM_BYTES])
{
	const char *interface = wire_interface(wire);
	uint32_t snap_bytes = wire->options.snap_bytes;
	char words[PCAP_ERRBUF_SIZE] = "";
	int status;

	wire->pcap = pcap_create(interface, words);
	if (!wire->pcap) {
		set_problem(problem, words);
		return -ENOMEM;
	}
	pcap_set_snaplen(wire->pcap, (int)(snap_bytes ? snap_bytes : WIRE_SNAP_BYTES));
	pcap_set_promisc(wire->pcap, strcmp(interface, WIRE_ANY) != 0);
	pcap_set_timeout(wire->pcap, WIRE_LATENCY_MS);
	pcap_set_buffer_size(wire->pcap, BUFFER_BYTES);
	pcap_set_tstamp_precision(wire->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(wire->pcap);
	if (status < 0) {
		const char *more = pcap_geterr(wire->pcap);

		set_problem(problem, *more ? more : pcap_statustostr(status));
		return errno_of(status);
	}
	if (pcap_setnonblock(wire->pcap, 1, words) < 0) {
		set_problem(problem, words);
		return -EIO;
	}
	return 0;
}

/* The newer cooked header tells the interface of each packet as well. */
static int choose_link(struct wire *wire, char problem[WIRE_PROBLEM_BYTES])
{
	int link = pcap_datalink(wire->pcap);

	if (link == DLT_LINUX_SLL && pcap_set_datalink(wire->pcap, DLT_LINUX_SLL2) == 0)
		link = DLT_LINUX_SLL2;
	/* In files it has another number than here (pcap-common.c). */
	wire->link = (uint16_t)(link == DLT_RAW ? LINK_RAW : link);
	if (packet_link_known(wire->link))
		return 0;
	snprintf(problem, WIRE_PROBLEM_BYTES, "link type %d (%s)", link,
		 pcap_datalink_val_to_name(link) ? pcap_datalink_val_to_name(link) : "no name");
	return -ENOTSUP;
}

static int set_filter(struct wire *wire, const char *words)
{
	struct bpf_program program;
	int r;

	if (pcap_compile(wire->pcap, &program, words, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return -EINVAL;
	r = pcap_setfilter(wire->pcap, &program);
	pcap_freecode(&program);
	return r < 0 ? -EINVAL : 0;
}

/*
 * Tags that the device did not take off stand before the headers: on Ethernet one or two are asked
 * for as well. "vlan" moves all that follows it by one tag, so it comes last.
 */
static int set_kernel_words(struct wire *wire, const char *words)
{
	struct buf both;
	int r = -EINVAL;

	buf_init(&both, WORDS_BYTES);
	buf_printf(&both, "(%s) or (vlan and (%s)) or (vlan and (%s))", words, words, words);
	if (wire->link == LINK_ETHERNET && !both.overflow)
		r = set_filter(wire, buf_text(&both));
	buf_release(&both);
	return r < 0 ? set_filter(wire, words) : 0;
}

static int filter_make(struct wire *wire, char problem[WIRE_PROBLEM_BYTES])
{
	char words[160];
	int r = filter_new(wire->options.filter, &wire->filter);

	if (r < 0) {
		set_problem(problem, strerror(-r));
		return r;
	}
	r = filter_compile(wire->filter, wire->link, words);
	if (r < 0)
		set_problem(problem, words);
	wire->selected = 0;
	return r;
}

static int choose_filter(struct wire *wire, char problem[WIRE_PROBLEM_BYTES])
{
	struct buf words;
	bool exact;
	int r;

	buf_init(&words, WORDS_BYTES);
	wire_kernel_words(wire->options.filter, &words, &exact);
	r = set_kernel_words(wire, buf_text(&words));
	/* Turned around, they may be no sentence any more: "src or dst port 80". */
	if (r < 0) {
		exact = false;
		r = set_kernel_words(wire, "tcp");
	}
	buf_release(&words);
	if (r < 0)
		set_problem(problem, pcap_geterr(wire->pcap));
	else if (!exact)
		r = filter_make(wire, problem);
	return r;
}

/* Its own address, to tell what it sends from what it gets. */
static void find_mac(struct wire *wire)
{
	static const uint8_t none[6];
	struct ifreq request = { 0 };
	int fd;

	if (wire->link != LINK_ETHERNET || strlen(wire_interface(wire)) >= IFNAMSIZ)
		return;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	strcpy(request.ifr_name, wire_interface(wire));
	/* A loopback device has only zeroes. */
	if (ioctl(fd, SIOCGIFHWADDR, &request) == 0 &&
	    request.ifr_hwaddr.sa_family == ARPHRD_ETHER &&
	    memcmp(request.ifr_hwaddr.sa_data, none, 6)) {
		memcpy(wire->mac, request.ifr_hwaddr.sa_data, 6);
		wire->has_mac = true;
	}
	close(fd);
}

int wire_open(const struct wire_options *options, struct wire **ret_wire,
	      char problem[WIRE_PROBLEM_BYTES])
{
	struct wire *wire = calloc(1, sizeof(*wire));
	int r;

	if (!wire) {
		set_problem(problem, strerror(ENOMEM));
		return -ENOMEM;
	}
	wire->options = *options;
	if (wire->options.filter && !*wire->options.filter)
		wire->options.filter = NULL;
	r = activate(wire, problem);
	if (r == 0)
		r = choose_link(wire, problem);
	if (r == 0)
		r = choose_filter(wire, problem);
	if (r < 0) {
		wire_close(wire);
		return r;
	}
	find_mac(wire);
	*ret_wire = wire;
	return 0;
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	if (wire->pcap)
		pcap_close(wire->pcap);
	filter_free(wire->filter);
	free(wire);
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* Cooked headers tell the direction themselves. */
static void note_direction(const struct wire *wire, const uint8_t *bytes, uint32_t captured,
			   struct observation *obs)
{
	if (!wire->has_mac || captured < 14 || obs->seen & SEEN_DIRECTION)
		return;
	if (!memcmp(bytes + 6, wire->mac, 6))
		obs->outgoing = true;
	else if (memcmp(bytes, wire->mac, 6))
		return; /* between two others: a mirror port, a bridge */
	obs->seen |= SEEN_DIRECTION;
}

/* Remembers the connection if the user's words match this packet of it. */
static void note_selected(struct wire *wire, const uint8_t *bytes, const struct pcap_pkthdr *header,
			  const struct observation *obs)
{
	struct filter_packet packet = { bytes, header->caplen, header->len, wire->link, false };
	char problem[WIRE_PROBLEM_BYTES];

	if (!wire->filter || !filter_pass(wire->filter, &packet, obs))
		return;
	if (!(obs->flags & TCP_SYN) || ++wire->selected < SELECTED_MAX)
		return;
	filter_free(wire->filter);
	wire->filter = NULL;
	/* Without memory for another everything is told: better too much than nothing. */
	if (filter_make(wire, problem) < 0) {
		filter_free(wire->filter);
		wire->filter = NULL;
	}
}

static void count_other(struct wire_counts *counts, enum packet_result result)
{
	switch (result) {
	case PACKET_FRAGMENT:
		counts->fragments++;
		break;
	case PACKET_CUT_SHORT:
		counts->cut_short++;
		break;
	case PACKET_UNDECODABLE:
		counts->undecodable++;
		break;
	default:
		counts->not_tcp++;
	}
}

/* The kernel takes its memory back: the text of a reset is copied. */
static void keep_reason(struct wire *wire, struct observation *obs)
{
	uint16_t bytes = obs->reason_bytes < REASON_BYTES ? obs->reason_bytes : REASON_BYTES;

	if (!obs->reason)
		return;
	if (wire->reasons == REASONS_MAX) {
		obs->reason = NULL;
		obs->reason_bytes = 0;
		return;
	}
	memcpy(wire->reason[wire->reasons], obs->reason, bytes);
	obs->reason = wire->reason[wire->reasons++];
	obs->reason_bytes = bytes;
}

static void take(unsigned char *context, const struct pcap_pkthdr *header,
		 const unsigned char *bytes)
{
	struct wire *wire = (struct wire *)context;
	struct observation *obs = &wire->batch[wire->taken];
	enum packet_result result;

	wire->counts.packets++;
	wire->counts.bytes += header->caplen;
	if (wire->taken == wire->room)
		return; /* libpcap hands up no more than it was asked for */
	result = packet_decode(wire->link, bytes, header->caplen, header->len, true, obs);
	if (result != PACKET_TCP) {
		count_other(&wire->counts, result);
		return;
	}
	/* ts.tv_usec is in nanoseconds, as was asked for. */
	obs->time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec;
	obs->seen |= SEEN_TIME | SEEN_DATE;
	obs->frame = wire->counts.packets;
	note_direction(wire, bytes, header->caplen, obs);
	note_selected(wire, bytes, header, obs);
	wire->counts.bad_checksum += obs->bad_checksum;
	if (wire->options.tap) {
		struct wire_packet packet = { bytes, header->caplen, header->len, wire->link,
					      obs->time_ns };

		wire->options.tap(wire->options.context, &packet, obs);
	}
	keep_reason(wire, obs);
	wire->taken++;
}

int wire_read(struct wire *wire, struct observation *ret_obs, int max)
{
	int got = 1;

	wire->batch = ret_obs;
	wire->taken = 0;
	wire->reasons = 0;
	wire->room = max < BATCH_MAX ? max : BATCH_MAX;
	/* What is no TCP takes no room: as long as something comes, there may be more. */
	while (got > 0 && wire->taken < wire->room)
		got = pcap_dispatch(wire->pcap, wire->room - wire->taken, take,
				    (unsigned char *)wire);
	return got >= 0 || wire->taken ? wire->taken : -ENETDOWN;
}

int wire_fd(const struct wire *wire)
{
	return pcap_get_selectable_fd(wire->pcap);
}

uint16_t wire_link(const struct wire *wire)
{
	return wire->link;
}

const char *wire_interface(const struct wire *wire)
{
	return wire->options.interface ? wire->options.interface : WIRE_ANY;
}

bool wire_selects(struct wire *wire, const struct endpoint *client, const struct endpoint *server)
{
	struct observation there = { .source = *client, .destination = *server };
	struct observation back = { .source = *server, .destination = *client };

	if (!wire->filter)
		return true;
	there.flags = back.flags = TCP_RST;
	return filter_pass_text(wire->filter, &there) || filter_pass_text(wire->filter, &back);
}

void wire_count(struct wire *wire, struct wire_counts *ret_counts)
{
	struct pcap_stat stat;

	/* Both only grow: libpcap adds up what the kernel forgets when it is asked. */
	if (pcap_stats(wire->pcap, &stat) == 0)
		wire->counts.lost = (uint64_t)stat.ps_drop + stat.ps_ifdrop;
	*ret_counts = wire->counts;
}
