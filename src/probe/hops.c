/* SPDX-License-Identifier: MIT */
#include "probe/hops.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/packet.h"

#define SNAPLEN 192

struct hops {
	int fd;
};

/* Of this port only SYN-ACKs and resets are ever copied: the rest of the host's traffic is not. */
static int attach_filter(int fd, uint16_t port)
{
	pcap_t *pcap = pcap_open_dead(DLT_RAW, SNAPLEN);
	struct bpf_program program;
	struct sock_fprog filter;
	char words[128];
	int r = -EINVAL;

	snprintf(words, sizeof(words),
		 "tcp src port %u and (ip6 or tcp[tcpflags] & (tcp-syn|tcp-rst) != 0)", port);
	if (!pcap)
		return -ENOMEM;
	if (pcap_compile(pcap, &program, words, 1, PCAP_NETMASK_UNKNOWN) == 0) {
		/* The kernel's struct sock_filter and libpcap's bpf_insn are one. */
		filter.len = (unsigned short)program.bf_len;
		filter.filter = (struct sock_filter *)(void *)program.bf_insns;
		r = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0
			    ? -errno
			    : 0;
		pcap_freecode(&program);
	}
	pcap_close(pcap);
	return r;
}

struct hops *hops_new(uint16_t port)
{
	struct hops *hops = calloc(1, sizeof(*hops));
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	if (!hops)
		return NULL;
	/* Protocol 0 receives nothing until the filter is in place. */
	hops->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (hops->fd < 0 || attach_filter(hops->fd, port) < 0 ||
	    bind(hops->fd, (struct sockaddr *)&all, sizeof(all)) < 0) {
		hops_free(hops);
		return NULL;
	}
	return hops;
}

void hops_free(struct hops *hops)
{
	if (!hops)
		return;
	if (hops->fd >= 0)
		close(hops->fd);
	free(hops);
}

void hops_read(struct hops *hops,
	       void (*tell)(void *context, uint16_t local_port, const struct hops_packet *packet),
	       void *context)
{
	uint8_t bytes[SNAPLEN];
	struct observation seen;
	ssize_t n;

	while (hops && (n = recv(hops->fd, bytes, sizeof(bytes), MSG_TRUNC)) > 0) {
		uint32_t length = (uint32_t)n;
		struct hops_packet packet;

		if (packet_decode(LINK_RAW, bytes, length < SNAPLEN ? length : SNAPLEN, length,
				  false, &seen) != PACKET_TCP)
			continue;
		packet = (struct hops_packet){
			.from = seen.source,
			.ttl = seen.ttl,
			.syn = seen.flags & TCP_SYN,
			.reset = seen.flags & TCP_RST,
		};
		tell(context, seen.destination.port, &packet);
	}
}
