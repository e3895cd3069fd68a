/* SPDX-License-Identifier: MIT */
/*
 * Names of the kernel's functions by address, from /proc/kallsyms, modules' too: what stood on the
 * stack when a reset was made.
 *
 * Addresses are shown to who has CAP_SYSLOG when symbols_new() opens the file (kptr_restrict 0 and
 * perf_event_paranoid <= 1 show them to all, kptr_restrict 2 to nobody; kallsyms_show_value() in
 * kernel/kallsyms.c). The file stays open, so that modules loaded later can be read after the
 * capability was dropped.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_SYMBOLS_H
#define WHYRST_HOST_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols;

/*
 * Reads all functions; names only of those that begin with one of @prefixes (ended by NULL;
 * copied), or of all where @prefixes is NULL. A table of 65,000 functions takes 1 MB and their
 * names 1.6 MB; never more than 6 MB. NULL without memory.
 */
struct symbols *symbols_new(const char *const *prefixes);

/* The same from a file of that form. symbols_refresh() does nothing to it. */
struct symbols *symbols_new_from(const char *path, const char *const *prefixes);
void symbols_free(struct symbols *symbols);

/* Whether there are addresses: false if this kernel hides them from us, or the file is missing. */
bool symbols_readable(const struct symbols *symbols);

/*
 * The function that @address is in, without what the compiler adds ("tcp_reset.isra.0" and
 * "tcp_reset.cold" are both "tcp_reset"). NULL if it is in none, or in one that has another prefix.
 * A return address is one past its call: ask for address - 1. Valid until symbols_refresh().
 */
const char *symbols_find(const struct symbols *symbols, uint64_t address);

/* Where a function of that name lies, without what the compiler set apart: from its beginning to
 * the next function's. False if none is known. */
bool symbols_range(const struct symbols *symbols, const char *name, uint64_t *ret_from,
		   uint64_t *ret_to);

/* Whether @address is in a function at all, even one whose name was not kept. */
bool symbols_cover(const struct symbols *symbols, uint64_t address);

/*
 * To be called when symbols_find() knew nothing: if @address is in no function and modules were
 * loaded or unloaded since, reads all again (some 50 ms), at most once in 10 s. True if it did.
 * @address 0 is in no function: for a look now and then.
 */
bool symbols_refresh(struct symbols *symbols, uint64_t address);

size_t symbols_count(const struct symbols *symbols);
/* All memory that the tables hold. */
size_t symbols_bytes(const struct symbols *symbols);
/* Functions or names that found no room. */
uint64_t symbols_dropped(const struct symbols *symbols);

/* --- for tests -----------------------------------------------------------------------------------
 */

struct symbol_line {
	uint64_t address;
	const char *name; /* not terminated */
	size_t name_bytes;
	const char *module; /* NULL: the kernel itself */
	size_t module_bytes;
	char type;
};

/* "ffffffff81000000 T _stext" or, of a module, "... t name\t[module]". False if it is no such line.
 */
bool symbols_parse_line(const char *line, size_t length, struct symbol_line *ret);

#endif
