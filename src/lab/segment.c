/* SPDX-License-Identifier: MIT */
/* Segments made by hand, and how they get onto a link. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab_private.h"

#define IP4_BYTES 20
#define IP6_BYTES 40
#define TCP_BYTES 20

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* The sum of RFC 1071, not yet folded. */
static uint32_t sum_of(const uint8_t *bytes, size_t count, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < count; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (count & 1)
		sum += (uint32_t)bytes[count - 1] << 8;
	return sum;
}

static uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t tcp_build(const struct lab_segment *segment, uint8_t *tcp)
{
	size_t options = segment->option_bytes, payload;
	size_t length;
	uint32_t sum;
	size_t address = segment->from.family == ADDR_IP6 ? 16 : 4;

	memset(tcp, 0, TCP_BYTES);
	memcpy(tcp + TCP_BYTES, segment->options, options);
	while (options & 3)
		tcp[TCP_BYTES + options++] = 1; /* NOP */
	payload = segment->payload ? strlen(segment->payload) : 0;
	if (payload)
		memcpy(tcp + TCP_BYTES + options, segment->payload, payload);
	length = TCP_BYTES + options + payload;
	put16(tcp, segment->from.port);
	put16(tcp + 2, segment->to.port);
	put32(tcp + 4, segment->seq);
	put32(tcp + 8, segment->ack);
	tcp[12] = (uint8_t)((TCP_BYTES + options) / 4 << 4);
	tcp[13] = segment->flags;
	put16(tcp + 14, segment->window);
	sum = sum_of(segment->from.ip, address, IPPROTO_TCP + (uint32_t)length);
	sum = sum_of(segment->to.ip, address, sum);
	put16(tcp + 16, sum_fold(sum_of(tcp, length, sum)));
	return length;
}

size_t segment_build(const struct lab_segment *segment, uint8_t *ret_bytes, size_t size)
{
	uint8_t ttl = segment->ttl ? segment->ttl : 64;
	size_t tcp, header = segment->from.family == ADDR_IP6 ? IP6_BYTES : IP4_BYTES;

	if (segment->option_bytes > sizeof(segment->options) ||
	    header + TCP_BYTES + sizeof(segment->options) +
			    (segment->payload ? strlen(segment->payload) : 0) >
		    size)
		return 0;
	tcp = tcp_build(segment, ret_bytes + header);
	memset(ret_bytes, 0, header);
	if (segment->from.family == ADDR_IP6) {
		ret_bytes[0] = (uint8_t)(0x60 | segment->tos >> 4);
		ret_bytes[1] = (uint8_t)(segment->tos << 4);
		put16(ret_bytes + 4, (uint32_t)tcp);
		ret_bytes[6] = IPPROTO_TCP;
		ret_bytes[7] = ttl;
		memcpy(ret_bytes + 8, segment->from.ip, 16);
		memcpy(ret_bytes + 24, segment->to.ip, 16);
		return header + tcp;
	}
	ret_bytes[0] = 0x45;
	ret_bytes[1] = segment->tos;
	put16(ret_bytes + 2, (uint32_t)(header + tcp));
	put16(ret_bytes + 4, segment->ip_id);
	ret_bytes[8] = ttl;
	ret_bytes[9] = IPPROTO_TCP;
	memcpy(ret_bytes + 12, segment->from.ip, 4);
	memcpy(ret_bytes + 16, segment->to.ip, 4);
	put16(ret_bytes + 10, sum_fold(sum_of(ret_bytes, header, 0)));
	return header + tcp;
}

static long op_inject(struct lab_call *call)
{
	struct endpoint to = call->to;
	struct sockaddr_storage address;
	socklen_t size;
	long r;
	int fd = socket(to.family == ADDR_IP6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC,
			IPPROTO_RAW); /* means IP_HDRINCL, IPV6_HDRINCL */

	if (fd < 0)
		return -errno;
	to.port = 0;
	size = address_of(&to, &address);
	r = sendto(fd, call->data, call->length, 0, (struct sockaddr *)&address, size);
	r = r < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* call->at.ip: the name of the device; call->to.ip: the neighbour's hardware address. */
static long op_inject_frame(struct lab_call *call)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	long r;

	if (fd < 0)
		return -errno;
	address.sll_protocol = htons((call->data[0] >> 4) == 6 ? ETH_P_IPV6 : ETH_P_IP);
	address.sll_ifindex = (int)if_nametoindex((const char *)call->at.ip);
	memcpy(address.sll_addr, call->to.ip, 6);
	r = sendto(fd, call->data, call->length, 0, (struct sockaddr *)&address, sizeof(address));
	r = r < 0 ? -errno : 0;
	close(fd);
	return r;
}

static void tell_injected(struct lab *lab, enum lab_who who, const struct lab_segment *segment)
{
	static const struct {
		uint8_t flag;
		const char *name;
	} names[] = {
		{ TCP_SYN, "SYN " }, { TCP_FIN, "FIN " }, { TCP_RST, "RST " }, { TCP_ACK, "ACK " }
	};
	char from[ENDPOINT_TEXT_MAX], to[ENDPOINT_TEXT_MAX], flags[32] = "";
	size_t i;

	endpoint_format(&segment->from, from);
	endpoint_format(&segment->to, to);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (segment->flags & names[i].flag)
			strcat(flags, names[i].name);
	tell(lab, who, WORD_LAB_INJECTS, "%s%s → %s", flags, from, to);
}

static void inject(struct lab *lab, enum lab_who who, long (*op)(struct lab_call *call),
		   struct lab_call *call, const struct lab_segment *segment)
{
	long r;

	if (lab_broken(lab))
		return;
	call->length = (uint32_t)segment_build(segment, call->data, sizeof(call->data));
	r = call->length ? lab_call(lab, who, op, call) : -EMSGSIZE;
	if (r < 0)
		lab_break(lab, "%s cannot inject: %s", lab_who_name(who), strerror((int)-r));
	else
		tell_injected(lab, who, segment);
}

void lab_inject(struct lab *lab, enum lab_who who, const struct lab_segment *segment)
{
	struct lab_call call = { .to = segment->to };

	inject(lab, who, op_inject, &call, segment);
}

void lab_inject_frame(struct lab *lab, enum lab_who who, const char *device,
		      const struct lab_segment *segment)
{
	struct lab_call call = { 0 };
	int r = hosts_neighbour(lab, who, device, call.to.ip);

	if (r < 0)
		lab_break(lab, "%s has no neighbour behind %s", lab_who_name(who), device);
	strncpy((char *)call.at.ip, device, sizeof(call.at.ip) - 1);
	inject(lab, who, op_inject_frame, &call, segment);
}

uint32_t lab_segment_bytes(const struct lab_segment *segment, void *ret_bytes, size_t size)
{
	return (uint32_t)segment_build(segment, ret_bytes, size);
}
