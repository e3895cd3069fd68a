/* SPDX-License-Identifier: MIT */
#include "sources/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources/unpack.h"

enum {
	/*
	 * Reading through a window that stays in the processor's cache is three times as fast as a
	 * mapping, where each packet waits for memory, and a file that is cut meanwhile does no
	 * harm.
	 */
	WINDOW_START = 256 << 10,
	WINDOW_MAX = 16 << 20,
	RAW_BYTES = 128 << 10,
	/*
	 * Growth beyond which a compressed input is left alone. Captures of zeros in large segments
	 * reach 700:1 with gzip; a stream that does more for a whole gigabyte is not meant well.
	 */
	GROWTH_MAX = 1000,
	GROWTH_ALLOWED = 1 << 30,
};

struct input {
	char *name;
	int fd;	    /* -1: memory */
	bool ended; /* nothing more comes from fd, or out of the decompressor */
	bool too_large;
	bool stream;
	const uint8_t *whole; /* bytes that the caller holds in memory; NULL: read from fd */
	size_t whole_bytes;
	size_t whole_at;
	/* Everything else passes through a window. */
	uint8_t *window;
	size_t window_room;
	size_t window_start;
	size_t window_end;
	uint64_t window_offset; /* of window[window_start] in the stream */
	/* Compressed bytes read from fd, or a part of `whole`. */
	struct unpack *unpack;
	uint8_t *raw;
	const uint8_t *raw_at;
	size_t raw_bytes;
	bool raw_ended;
	uint64_t raw_total;
	uint64_t unpacked_total;
	char problem[160];
};

/* ---- opening ----------------------------------------------------------------------------------
 */

static struct input *input_new(const char *name)
{
	struct input *input = calloc(1, sizeof(*input));

	if (!input)
		return NULL;
	input->fd = -1;
	input->name = strdup(name);
	if (!input->name) {
		free(input);
		return NULL;
	}
	return input;
}

void input_close(struct input *input)
{
	if (!input)
		return;
	if (input->fd > STDIN_FILENO)
		close(input->fd);
	unpack_free(input->unpack);
	free(input->raw);
	free(input->window);
	free(input->name);
	free(input);
}

static void input_fail(struct input *input, const char *words)
{
	input->ended = true;
	if (!input->problem[0])
		snprintf(input->problem, sizeof(input->problem), "%s", words);
}

/* read(2) that waits out signals; 0 at the end and after an error, which becomes the problem. */
static size_t read_some(struct input *input, uint8_t *to, size_t room)
{
	char words[120];
	ssize_t r;

	do
		r = read(input->fd, to, room);
	while (r < 0 && errno == EINTR);
	if (r < 0) {
		snprintf(words, sizeof(words), "reading failed: %s", strerror(errno));
		input_fail(input, words);
		return 0;
	}
	return (size_t)r;
}

/* Enough of the stream to tell how it is packed. */
static const uint8_t *read_head(struct input *input, size_t *ret_bytes)
{
	if (input->whole) {
		*ret_bytes = input->whole_bytes - input->whole_at;
		return input->whole + input->whole_at;
	}
	while (input->window_end < UNPACK_HEAD) {
		size_t got = read_some(input, input->window + input->window_end,
				       input->window_room - input->window_end);

		if (!got) {
			input->ended = true;
			break;
		}
		input->window_end += got;
	}
	*ret_bytes = input->window_end;
	return input->window;
}

/* What was read as a plain stream turns out to be compressed. */
static int start_unpacking(struct input *input, enum unpack_kind kind)
{
	int r = unpack_new(kind, &input->unpack);

	if (r < 0)
		return r;
	input->raw_ended = input->ended;
	input->ended = false;
	if (!input->whole) {
		input->raw = input->window;
		input->raw_at = input->raw;
		input->raw_bytes = input->window_end;
		input->raw_total = input->raw_bytes;
		input->window_end = 0;
	}
	input->window = malloc(WINDOW_START);
	input->window_room = WINDOW_START;
	return input->window ? 0 : -ENOMEM;
}

static int start(struct input *input)
{
	enum unpack_kind kind;
	const uint8_t *head;
	char words[160];
	size_t bytes;

	if (!input->whole) {
		input->window = malloc(WINDOW_START);
		if (!input->window)
			return -ENOMEM;
		input->window_room = WINDOW_START;
	}
	head = read_head(input, &bytes);
	kind = unpack_recognize(head, bytes);
	if (kind == UNPACK_NONE)
		return 0;
	if (kind != UNPACK_FOREIGN)
		return start_unpacking(input, kind);
	snprintf(words, sizeof(words), "is packed with %s, which is not read here: unpack it first",
		 unpack_foreign_name(head, bytes));
	input_fail(input, words);
	input->whole_at = input->whole_bytes;
	input->window_end = 0;
	return 0;
}

/* The end of a long path says more than its beginning. */
static void complain(char problem[160], const char *path, const char *words)
{
	size_t length = strlen(path);

	snprintf(problem, 160, "%s%s: %s", length > 70 ? "..." : "",
		 length > 70 ? path + length - 70 : path, words);
}

static int open_path(struct input *input, const char *path, char problem[160])
{
	char words[120];
	struct stat st;
	int r;

	if (strcmp(path, "-") == 0)
		input->fd = STDIN_FILENO;
	else
		input->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (input->fd < 0 || fstat(input->fd, &st) < 0) {
		r = -errno;
		snprintf(words, sizeof(words), "cannot be opened: %s", strerror(-r));
		complain(problem, path, words);
		return r;
	}
	if (S_ISDIR(st.st_mode)) {
		complain(problem, path, "is a directory: name a capture file");
		return -EISDIR;
	}
	if (input->fd == STDIN_FILENO && isatty(STDIN_FILENO)) {
		complain(problem, "standard input",
			 "is a terminal: pipe a capture or the text of tcpdump -n into it");
		return -ENOTTY;
	}
	input->stream = !S_ISREG(st.st_mode);
	if (!input->stream)
		posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	r = start(input);
	if (r < 0)
		complain(problem, path, "there is not enough memory to read it");
	return r;
}

int input_open(const char *path, struct input **ret_input, char problem[160])
{
	struct input *input = input_new(path);
	int r;

	problem[0] = '\0';
	if (!input) {
		complain(problem, path, "there is not enough memory to read it");
		return -ENOMEM;
	}
	r = open_path(input, path, problem);
	if (r < 0) {
		input_close(input);
		return r;
	}
	*ret_input = input;
	return 0;
}

int input_open_memory(const uint8_t *bytes, size_t count, struct input **ret_input)
{
	static const uint8_t nothing[1];
	struct input *input = input_new("memory");
	int r;

	if (!input)
		return -ENOMEM;
	input->whole = count ? bytes : nothing;
	input->whole_bytes = count;
	r = start(input);
	if (r < 0) {
		input_close(input);
		return r;
	}
	*ret_input = input;
	return 0;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

/* More compressed bytes. */
static void raw_fill(struct input *input)
{
	if (input->whole) {
		input->raw_bytes = input->whole_bytes - input->whole_at;
		input->raw_at = input->whole + input->whole_at;
		input->whole_at = input->whole_bytes;
		input->raw_ended = true;
	} else {
		input->raw_bytes = read_some(input, input->raw, RAW_BYTES);
		input->raw_at = input->raw;
		input->raw_ended = !input->raw_bytes;
	}
	input->raw_total += input->raw_bytes;
}

static bool grows_too_much(const struct input *input)
{
	return input->unpacked_total > GROWTH_ALLOWED &&
	       input->unpacked_total / GROWTH_MAX > input->raw_total - input->raw_bytes;
}

static void unpack_fill(struct input *input)
{
	struct unpack_io io;
	size_t room = input->window_room - input->window_end;

	if (!input->raw_bytes && !input->raw_ended)
		raw_fill(input);
	io = (struct unpack_io){ input->raw_at, input->raw_bytes, input->raw_ended,
				 input->window + input->window_end, room };
	switch (unpack_step(input->unpack, &io)) {
	case UNPACK_END:
		input->ended = true;
		break;
	case UNPACK_BROKEN:
		input_fail(input, unpack_problem(input->unpack));
		break;
	case UNPACK_MORE:
		break;
	}
	input->raw_at = io.in;
	input->raw_bytes = io.in_bytes;
	input->window_end += room - io.out_room;
	input->unpacked_total += room - io.out_room;
	if (grows_too_much(input)) {
		input->too_large = true;
		input_fail(input, "grows more than 1000-fold when decompressed: decompress it "
				  "first if it is meant to");
	}
}

static void window_fill(struct input *input)
{
	size_t got;

	if (input->unpack) {
		unpack_fill(input);
		return;
	}
	got = read_some(input, input->window + input->window_end,
			input->window_room - input->window_end);
	if (!got)
		input->ended = true;
	input->window_end += got;
}

/* Room for @want bytes from window_start. */
static bool window_make_room(struct input *input, size_t want)
{
	size_t have = input->window_end - input->window_start;
	size_t room = input->window_room;
	uint8_t *window;

	if (input->window_start) {
		memmove(input->window, input->window + input->window_start, have);
		input->window_start = 0;
		input->window_end = have;
	}
	while (room < want)
		room *= 2;
	if (room == input->window_room)
		return true;
	window = realloc(input->window, room);
	if (!window) {
		input_fail(input, "there is not enough memory for its largest record");
		return false;
	}
	input->window = window;
	input->window_room = room;
	return true;
}

const uint8_t *input_peek(struct input *input, size_t want, size_t *ret_available)
{
	if (want > WINDOW_MAX)
		want = WINDOW_MAX;
	if (input->whole && !input->unpack) {
		*ret_available = input->whole_bytes - input->whole_at;
		return input->whole + input->whole_at;
	}
	if (input->window_end - input->window_start < want && !input->ended &&
	    window_make_room(input, want))
		while (input->window_end < want && !input->ended)
			window_fill(input);
	*ret_available = input->window_end - input->window_start;
	return input->window + input->window_start;
}

void input_skip(struct input *input, size_t bytes)
{
	if (input->whole && !input->unpack) {
		input->whole_at += bytes;
		return;
	}
	input->window_start += bytes;
	input->window_offset += bytes;
}

uint64_t input_offset(const struct input *input)
{
	return input->whole && !input->unpack ? input->whole_at : input->window_offset;
}

const char *input_name(const struct input *input)
{
	return input->name;
}

const char *input_problem(const struct input *input)
{
	return input->problem[0] ? input->problem : NULL;
}

bool input_too_large(const struct input *input)
{
	return input->too_large;
}

bool input_is_stream(const struct input *input)
{
	return input->stream;
}
