/* SPDX-License-Identifier: MIT */
#include "host/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/boot.h"
#include "host/lines.h"

#define FILE_LIMIT ((size_t)64 << 20)
#define ENTRY_LIMIT 196608	     /* 3 MB */
#define NAME_LIMIT ((size_t)5 << 19) /* 2.5 MB */
#define PAGE_BYTES 4096
#define CHECK_NS (10 * INT64_C(1000000000))

/* A function. All are kept, also those without a name: the next one is where one ends. */
struct entry {
	uint64_t address;
	uint32_t name;	 /* offset into names; 0: not kept */
	uint16_t module; /* hash; 0: the kernel itself */
	uint8_t last;	 /* the next one belongs to another module: its end is not known */
};

struct table {
	struct entry *entries;
	size_t count;
	size_t capacity;
	char *names; /* ended by NUL each; begins with an empty one */
	size_t name_bytes;
	size_t name_capacity;
	uint64_t dropped;
	bool readable;
};

struct symbols {
	struct table table;
	int fd; /* of /proc/kallsyms; -1 */
	int64_t checked_ns;
	uint64_t modules; /* hash of the names of what is loaded */
	size_t prefix_count;
	char **prefixes; /* NULL: all */
};

struct reading {
	struct table table;
	const struct symbols *symbols;
};

/* --- parsing -------------------------------------------------------------------------------------
 */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool symbols_parse_line(const char *line, size_t length, struct symbol_line *ret)
{
	const char *p = line, *end = line + length, *tab;

	ret->address = 0;
	while (p < end && hex_digit(*p) >= 0)
		ret->address = ret->address << 4 | (uint64_t)hex_digit(*p++);
	if (p == line || p - line > 16 || end - p < 4 || p[0] != ' ' || p[2] != ' ')
		return false;
	ret->type = p[1];
	ret->name = p + 3;
	ret->module = NULL;
	ret->module_bytes = 0;
	tab = memchr(ret->name, '\t', (size_t)(end - ret->name));
	ret->name_bytes = (size_t)((tab ? tab : end) - ret->name);
	if (tab && end - tab > 3 && tab[1] == '[' && end[-1] == ']') {
		ret->module = tab + 2;
		ret->module_bytes = (size_t)(end - 1 - ret->module);
	}
	return ret->name_bytes > 0 && !memchr(ret->name, '\0', ret->name_bytes);
}

static uint64_t hash_text(uint64_t hash, const char *text, size_t length)
{
	size_t i;

	/* FNV-1a: nobody gains by choosing a module's name. */
	for (i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static bool wanted(const struct symbols *symbols, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < symbols->prefix_count; i++) {
		size_t prefix_bytes = strlen(symbols->prefixes[i]);

		if (length >= prefix_bytes && memcmp(name, symbols->prefixes[i], prefix_bytes) == 0)
			return true;
	}
	return !symbols->prefixes;
}

/* Offset of a copy of the name, 0 if there is no room. A line is shorter than a step. */
static uint32_t keep_name(struct table *table, const char *name, size_t length)
{
	uint32_t offset;

	if (table->name_bytes + length + 2 > table->name_capacity) {
		size_t capacity = table->name_capacity + NAME_LIMIT / 8;
		char *names = capacity > NAME_LIMIT ? NULL : realloc(table->names, capacity);

		if (!names) {
			table->dropped++;
			return 0;
		}
		table->names = names;
		table->name_capacity = capacity;
		if (!table->name_bytes)
			names[table->name_bytes++] = '\0';
	}
	offset = (uint32_t)table->name_bytes;
	memcpy(table->names + offset, name, length);
	table->names[offset + length] = '\0';
	table->name_bytes += length + 1;
	return offset;
}

static struct entry *new_entry(struct table *table)
{
	if (table->count == table->capacity) {
		size_t capacity = table->capacity + ENTRY_LIMIT / 12;
		struct entry *entries;

		entries = capacity > ENTRY_LIMIT
				  ? NULL
				  : realloc(table->entries, capacity * sizeof(*entries));
		if (!entries) {
			table->dropped++;
			return NULL;
		}
		table->entries = entries;
		table->capacity = capacity;
	}
	memset(&table->entries[table->count], 0, sizeof(struct entry));
	return &table->entries[table->count++];
}

static int take(void *context, const char *line, size_t length)
{
	struct reading *reading = context;
	struct symbol_line symbol;
	struct entry *entry;
	const char *dot;

	/* "__pfx_name" is the padding before a function (arch/x86/include/asm/linkage.h): half of
	 * all names, and nothing returns there. */
	if (!symbols_parse_line(line, length, &symbol) || !memchr("tTwW", symbol.type, 4) ||
	    (symbol.name_bytes > 6 && memcmp(symbol.name, "__pfx_", 6) == 0))
		return 0;
	if (symbol.address)
		reading->table.readable = true;
	entry = new_entry(&reading->table);
	if (!entry)
		return -E2BIG;
	entry->address = symbol.address;
	if (symbol.module)
		entry->module = (uint16_t)(hash_text(1, symbol.module, symbol.module_bytes) | 1);
	/* gcc and clang: name.isra.0, name.part.0, name.constprop.0, name.cold, name.llvm.123 */
	dot = memchr(symbol.name + 1, '.', symbol.name_bytes - 1);
	if (dot)
		symbol.name_bytes = (size_t)(dot - symbol.name);
	if (wanted(reading->symbols, symbol.name, symbol.name_bytes))
		entry->name = keep_name(&reading->table, symbol.name, symbol.name_bytes);
	return 0;
}

/* --- the table -----------------------------------------------------------------------------------
 */

static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	/* Of several names for one address one that is kept, the earlier. */
	if (!x->name != !y->name)
		return x->name ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* In order, one entry an address. */
static void settle(struct table *table)
{
	size_t i, used = 0;

	if (table->count)
		qsort(table->entries, table->count, sizeof(*table->entries), by_address);
	for (i = 0; i < table->count; i++)
		if (!used || table->entries[used - 1].address != table->entries[i].address)
			table->entries[used++] = table->entries[i];
	table->count = used;
	for (i = 0; i < used; i++)
		table->entries[i].last =
			i + 1 == used || table->entries[i].module != table->entries[i + 1].module;
}

static void table_release(struct table *table)
{
	free(table->entries);
	free(table->names);
	memset(table, 0, sizeof(*table));
}

/* Replaces the table by what @fd has; keeps the old one if that cannot be read. */
static int read_table(struct symbols *symbols, int fd)
{
	struct reading reading = { .symbols = symbols };
	int r = lines_read(fd, FILE_LIMIT, take, &reading);

	if (r && r != -E2BIG && r != -EFBIG) {
		table_release(&reading.table);
		return r;
	}
	settle(&reading.table);
	table_release(&symbols->table);
	symbols->table = reading.table;
	return 0;
}

/* "nf_tables 376832 4 nft_ct, Live 0x0000000000000000": names and sizes, not the counts of users.
 */
static int take_module(void *context, const char *line, size_t length)
{
	uint64_t *hash = context;
	const char *p = memchr(line, ' ', length);

	p = p ? memchr(p + 1, ' ', (size_t)(line + length - p - 1)) : NULL;
	*hash = hash_text(*hash, line, p ? (size_t)(p - line) : length);
	return 0;
}

static uint64_t hash_modules(void)
{
	int fd = open("/proc/modules", O_RDONLY | O_CLOEXEC);
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	if (fd < 0)
		return 0; /* a kernel without modules */
	lines_read(fd, FILE_LIMIT, take_module, &hash);
	close(fd);
	return hash;
}

static bool copy_prefixes(struct symbols *symbols, const char *const *prefixes)
{
	size_t count = 0;

	while (prefixes[count])
		count++;
	symbols->prefixes = calloc(count + 1, sizeof(*symbols->prefixes));
	if (!symbols->prefixes)
		return false;
	for (; symbols->prefix_count < count; symbols->prefix_count++) {
		char *copy = strdup(prefixes[symbols->prefix_count]);

		if (!copy)
			return false;
		symbols->prefixes[symbols->prefix_count] = copy;
	}
	return true;
}

struct symbols *symbols_new_from(const char *path, const char *const *prefixes)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	int fd;

	if (!symbols)
		return NULL;
	symbols->fd = -1;
	if (prefixes && !copy_prefixes(symbols, prefixes)) {
		symbols_free(symbols);
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		read_table(symbols, fd);
		close(fd);
	}
	return symbols;
}

struct symbols *symbols_new(const char *const *prefixes)
{
	static const char path[] = "/proc/kallsyms";
	uint64_t modules = hash_modules(); /* before: what is loaded in between is read again */
	struct symbols *symbols = symbols_new_from(path, prefixes);

	if (!symbols || !symbols->table.readable)
		return symbols;
	symbols->fd = open(path, O_RDONLY | O_CLOEXEC);
	symbols->modules = modules;
	symbols->checked_ns = clock_monotonic_ns();
	return symbols;
}

void symbols_free(struct symbols *symbols)
{
	size_t i;

	if (!symbols)
		return;
	table_release(&symbols->table);
	if (symbols->fd >= 0)
		close(symbols->fd);
	for (i = 0; i < symbols->prefix_count; i++)
		free(symbols->prefixes[i]);
	free(symbols->prefixes);
	free(symbols);
}

bool symbols_readable(const struct symbols *symbols)
{
	return symbols->table.readable;
}

static const struct entry *find(const struct symbols *symbols, uint64_t address)
{
	const struct table *table = &symbols->table;
	const struct entry *entry;
	size_t low = 0, high = table->count;

	if (!table->readable)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->entries[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	entry = &table->entries[low - 1];
	/*
	 * Sizes are not told. A function ends where the next one begins; the last one of a module
	 * (or of the kernel) ends somewhere, and another module may since have been loaded behind
	 * it, on a page of its own: believed to the end of its page and one more.
	 */
	if (entry->last && address / PAGE_BYTES > entry->address / PAGE_BYTES + 1)
		return NULL;
	return entry;
}

const char *symbols_find(const struct symbols *symbols, uint64_t address)
{
	const struct entry *entry = find(symbols, address);

	return entry && entry->name ? symbols->table.names + entry->name : NULL;
}

bool symbols_range(const struct symbols *symbols, const char *name, uint64_t *ret_from,
		   uint64_t *ret_to)
{
	const struct table *table = &symbols->table;
	bool found = false;

	for (size_t i = 0; table->readable && i < table->count; i++) {
		const struct entry *entry = &table->entries[i];
		uint64_t to = i + 1 < table->count && !entry->last ? table->entries[i + 1].address
								   : entry->address + PAGE_BYTES;

		if (!entry->name || strcmp(table->names + entry->name, name) != 0)
			continue;
		/* Of the parts of a function (.cold) the longest. */
		if (found && to - entry->address <= *ret_to - *ret_from)
			continue;
		*ret_from = entry->address;
		*ret_to = to;
		found = true;
	}
	return found;
}

bool symbols_cover(const struct symbols *symbols, uint64_t address)
{
	return find(symbols, address) != NULL;
}

bool symbols_refresh(struct symbols *symbols, uint64_t address)
{
	int64_t now_ns = clock_monotonic_ns();
	uint64_t modules;

	if (symbols->fd < 0 || now_ns - symbols->checked_ns < CHECK_NS || find(symbols, address))
		return false;
	symbols->checked_ns = now_ns;
	modules = hash_modules();
	if (modules == symbols->modules)
		return false;
	if (lseek(symbols->fd, 0, SEEK_SET) || read_table(symbols, symbols->fd))
		return false;
	symbols->modules = modules;
	return true;
}

size_t symbols_count(const struct symbols *symbols)
{
	return symbols->table.count;
}

size_t symbols_bytes(const struct symbols *symbols)
{
	return symbols->table.capacity * sizeof(struct entry) + symbols->table.name_capacity;
}

uint64_t symbols_dropped(const struct symbols *symbols)
{
	return symbols->table.dropped;
}
