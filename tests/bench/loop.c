/* SPDX-License-Identifier: MIT */
/*
 * The yardstick of the speed bench: an empty libpcap loop over a capture file. Whatever reads a
 * capture through libpcap pays at least this.
 *
 *   loop FILE
 */
#include <stdio.h>

#include <pcap/pcap.h>

static void packet_count(unsigned char *context, const struct pcap_pkthdr *header,
			 const unsigned char *bytes)
{
	(void)header;
	(void)bytes;
	++*(unsigned long *)context;
}

int main(int argc, char **argv)
{
	char problem[PCAP_ERRBUF_SIZE];
	unsigned long count = 0;
	pcap_t *pcap;

	if (argc != 2) {
		fprintf(stderr, "usage: loop FILE\n");
		return 2;
	}
	pcap = pcap_open_offline(argv[1], problem);
	if (!pcap) {
		fprintf(stderr, "%s\n", problem);
		return 1;
	}
	if (pcap_loop(pcap, -1, packet_count, (unsigned char *)&count) < 0) {
		fprintf(stderr, "%s\n", pcap_geterr(pcap));
		return 1;
	}
	pcap_close(pcap);
	printf("%lu packets\n", count);
	return 0;
}
