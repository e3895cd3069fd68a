/* SPDX-License-Identifier: MIT */
/* The packets of each host as they leave it: what the staging is checked by, and sniffers. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab_private.h"
#include "wire/packet.h"
#include "wire/pcapng_write.h"

#define SLL_BYTES 16 /* www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html */
#define LINKTYPE_LINUX_SLL 113
#define SNAP_BYTES 512
/* Of a storm the beginning is kept, and then its resets for a while longer. */
#define RESETS_MAX 1024

static int packet_socket(struct lab *lab, enum lab_who host)
{
	int on = 1, room = 8 << 20, fd, r = hosts_enter(lab, host);

	if (r < 0)
		return r;
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	r = fd < 0 ? -errno : fd;
	hosts_leave(lab);
	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
		setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	}
	return r;
}

int capture_open(struct lab *lab, enum lab_who host)
{
	lab->capture[host] = packet_socket(lab, host);
	return lab->capture[host] < 0 ? lab->capture[host] : 0;
}

static void sll_head(const struct sockaddr_ll *from, uint8_t ret_head[SLL_BYTES])
{
	const uint16_t words[] = { htons(from->sll_pkttype), htons(from->sll_hatype),
				   htons(from->sll_halen) };

	memset(ret_head, 0, SLL_BYTES);
	memcpy(ret_head, words, sizeof(words));
	memcpy(ret_head + 6, from->sll_addr, lab_min(from->sll_halen, 8));
	memcpy(ret_head + 14, &from->sll_protocol, 2);
}

/* One packet; false where there is none. What is no TCP leaves flags and ports at 0. */
bool capture_read(int fd, struct observation *ret_seen, struct capture_frame *ret_frame)
{
	struct capture_frame own, *frame = ret_frame ?: &own;
	uint8_t *bytes = frame->bytes + SLL_BYTES;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct sockaddr_ll from;
	struct iovec part = { .iov_base = bytes, .iov_len = SNAP_BYTES };
	struct msghdr message = { .msg_name = &from,
				  .msg_namelen = sizeof(from),
				  .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct timespec stamp = { 0 };
	struct cmsghdr *piece;
	ssize_t length = recvmsg(fd, &message, MSG_TRUNC);

	if (length < 0)
		return false;
	for (piece = CMSG_FIRSTHDR(&message); piece; piece = CMSG_NXTHDR(&message, piece))
		if (piece->cmsg_level == SOL_SOCKET && piece->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&stamp, CMSG_DATA(piece), sizeof(stamp));
	memset(ret_seen, 0, sizeof(*ret_seen));
	frame->captured = (uint32_t)lab_min(length, SNAP_BYTES) + SLL_BYTES;
	frame->length = (uint32_t)length + SLL_BYTES;
	frame->outgoing = from.sll_pkttype == PACKET_OUTGOING;
	sll_head(&from, frame->bytes);
	packet_decode(LINK_RAW, bytes, frame->captured - SLL_BYTES, (uint32_t)length, false,
		      ret_seen);
	ret_seen->time_ns = stamp.tv_sec * 1000000000ll + stamp.tv_nsec;
	ret_seen->outgoing = frame->outgoing;
	return true;
}

bool capture_is_ours(const struct lab *lab, const struct lab_packet *packet)
{
	const struct observation *seen = &packet->seen;

	return (uint16_t)(seen->source.port - lab->port_base) < LAB_PORTS ||
	       (uint16_t)(seen->destination.port - lab->port_base) < LAB_PORTS;
}

/* What a host saw goes into its file, whichever way it went. */
static void file_add(struct lab *lab, enum lab_who host, const struct capture_frame *frame,
		     const struct observation *seen)
{
	struct buf *file = &lab->files[host];
	struct pcapng_packet packet = { .bytes = frame->bytes,
					.captured = frame->captured,
					.length = frame->length,
					.time_ns = seen->time_ns,
					.has_direction = true,
					.outgoing = frame->outgoing };
	size_t at = file->length;

	pcapng_add_packet(file, &packet);
	if (file->overflow) {
		file->length = at;
		file->overflow = false;
	} else if (seen->flags & TCP_RST) {
		lab->resets_at[host]++;
	}
}

void capture_begin(struct lab *lab)
{
	const struct pcapng_head head = { .interface = "any",
					  .link = LINKTYPE_LINUX_SLL,
					  .snap_bytes = SLL_BYTES + SNAP_BYTES };
	struct lab_packet packet;
	int host;

	lab->packet_count = 0;
	for (host = 0; host < LAB_HOSTS; host++) {
		while (lab->capture[host] >= 0 &&
		       capture_read(lab->capture[host], &packet.seen, NULL))
			; /* of before */
		buf_clear(&lab->files[host]);
		pcapng_add_head(&lab->files[host], &head);
		lab->resets_at[host] = 0;
	}
}

static bool has_room(const struct lab *lab, const struct lab_packet *packet)
{
	unsigned int most = LAB_CAPTURE_MAX;

	if (!(packet->seen.flags & TCP_RST))
		most -= RESETS_MAX;
	return lab->packet_count < most;
}

/* Files what has been seen since the last time, in the order of time. */
void capture_drain(struct lab *lab)
{
	struct capture_frame frame;
	struct lab_packet packet;
	unsigned int at;
	int host;

	for (host = 0; host < LAB_HOSTS; host++)
		while (lab->capture[host] >= 0 &&
		       capture_read(lab->capture[host], &packet.seen, &frame)) {
			packet.host = host;
			if (!capture_is_ours(lab, &packet))
				continue;
			file_add(lab, host, &frame, &packet.seen);
			if (!packet.seen.outgoing || !has_room(lab, &packet))
				continue;
			for (at = lab->packet_count++;
			     at && lab->packets[at - 1].seen.time_ns > packet.seen.time_ns; at--)
				lab->packets[at] = lab->packets[at - 1];
			lab->packets[at] = packet;
		}
}

/* The first sequence number that a direction showed: the base of relative numbers. */
static uint32_t first_seq(const struct lab *lab, const struct endpoint *from,
			  const struct endpoint *to, uint32_t otherwise)
{
	unsigned int i;

	for (i = 0; i < lab->packet_count; i++) {
		const struct observation *seen = &lab->packets[i].seen;

		if (endpoint_same(&seen->source, from) && endpoint_same(&seen->destination, to))
			return seen->seq;
	}
	return otherwise;
}

void capture_format(const struct lab *lab, const struct lab_packet *packet, struct buf *line)
{
	static const struct {
		uint8_t flag;
		char letter;
	} letters[] = { { TCP_SYN, 'S' },
			{ TCP_FIN, 'F' },
			{ TCP_RST, 'R' },
			{ TCP_PSH, 'P' },
			{ TCP_ACK, '.' } };
	static const char *const options[] = { "mss",	"ws",  "sackok", "sack", "TS",
					       "MPTCP", "MD5", "AO",	 "TFO",	 "other" };
	const struct observation *seen = &packet->seen;
	char from[ENDPOINT_TEXT_MAX], to[ENDPOINT_TEXT_MAX];
	uint32_t base = first_seq(lab, &seen->source, &seen->destination, seen->seq);
	size_t i;

	endpoint_format(&seen->source, from);
	endpoint_format(&seen->destination, to);
	buf_printf(line, "%9.3f ms %-6s %s > %s ",
		   (double)(seen->time_ns - lab->packets[0].seen.time_ns) / 1e6,
		   lab_who_name(packet->host), from, to);
	for (i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		if (seen->flags & letters[i].flag)
			buf_add_char(line, letters[i].letter);
	buf_printf(line, " seq %d", (int32_t)(seen->seq - base));
	if (seen->flags & TCP_ACK)
		buf_printf(line, " ack %d",
			   (int32_t)(seen->ack - first_seq(lab, &seen->destination, &seen->source,
							   seen->ack - 1)));
	buf_printf(line, " len %u win %u ttl %u", seen->payload_bytes, seen->window, seen->ttl);
	if (seen->seen & SEEN_IP_ID)
		buf_printf(line, " id%s0", seen->ip_id ? "!=" : "=");
	if (seen->tos)
		buf_printf(line, " tos %u", seen->tos);
	if (seen->bad_checksum)
		buf_add_text(line, " BAD SUM");
	for (i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (seen->options & 1u << i)
			buf_printf(line, " %s", options[i]);
}

int lab_sniff(struct lab *lab, enum lab_who host)
{
	int fd = lab_broken(lab) ? -ECANCELED : packet_socket(lab, host);

	if (lab->sniff_count == LAB_SNIFF_MAX && fd >= 0) {
		close(fd);
		fd = -ENOSPC;
	}
	if (fd < 0)
		lab_break(lab, "cannot sniff on %s: %s", lab_who_name(host), strerror(-fd));
	else
		lab->sniffs[lab->sniff_count++] = fd;
	return fd;
}

void lab_sniff_next(struct lab *lab, int sniff, uint8_t mask, uint8_t value, uint16_t port,
		    struct observation *ret_segment)
{
	struct pollfd ready = { .fd = sniff, .events = POLLIN };
	int64_t deadline = lab_now_ns() + LAB_AWAIT_MS * 1000000ll, left;

	memset(ret_segment, 0, sizeof(*ret_segment));
	while (!lab_broken(lab) && (left = deadline - lab_now_ns()) > 0) {
		if (poll(&ready, 1, (int)(left / 1000000) + 1) <= 0)
			continue;
		while (capture_read(sniff, ret_segment, NULL))
			if ((ret_segment->source.port == port ||
			     ret_segment->destination.port == port) &&
			    (ret_segment->flags & mask) == value)
				return;
	}
	lab_break(lab, "no packet with flags 0x%x of mask 0x%x came by", value, mask);
}
