/* SPDX-License-Identifier: MIT */
/*
 * A file read as pcap from memory of exactly its size, with and without a filter.
 *
 * Seeds: tests/captures/[a-m]*.pcap
 */
#include "capture_target.h"

extern const struct source source_pcap;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	read_capture(&source_pcap, bytes, count, NULL);
	read_capture(&source_pcap, bytes, count, "tcp[tcpflags] & tcp-rst != 0");
	return 0;
}
