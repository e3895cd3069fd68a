/* SPDX-License-Identifier: MIT */
/*
 * A file read as pcapng from memory of exactly its size, with and without a filter.
 *
 * Seeds: tests/fuzz/seeds/m?*.pcapng
 */
#include "capture_target.h"

extern const struct source source_pcapng;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	read_capture(&source_pcapng, bytes, count, NULL);
	read_capture(&source_pcapng, bytes, count, "tcp[tcpflags] & tcp-rst != 0");
	return 0;
}
