/* SPDX-License-Identifier: MIT */
#include "run/recorder_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/escape.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_PACKET_FLAGS = 2,
	OPTION_IF_NAME = 2,
	OPTION_SECTION_OS = 3,
	OPTION_SECTION_APPLICATION = 4,
	OPTION_IF_TSRESOL = 9,
	OPTION_IF_FILTER = 11,
	FLAG_INBOUND = 1,
	FLAG_OUTBOUND = 2,
	NANOSECONDS = 9,
	WRITE_AT_ONCE = 64 << 10,
	BUFFER_MAX = 1 << 20, /* of what is not written yet; a whole packet fits */
};

/* --- the file ----------------------------------------------------------------------------------
 */

/* One of ours with nothing in it, under no other name: mktemp made it for this. */
static int use_empty(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1 || st.st_size > 0)
		return -EEXIST;
	return fchmod(fd, 0600) ? -errno : 0;
}

/*
 * O_EXCL follows no symbolic link and meets nothing that somebody else has laid there. Not a FIFO
 * either: without a reader it would stop the watch.
 */
static int open_new(const char *path)
{
	int flags = O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = open(path, flags | O_CREAT | O_EXCL, 0600), r;

	if (fd >= 0)
		return fd;
	if (errno != EEXIST)
		return -errno;
	fd = open(path, flags);
	if (fd < 0)
		return errno == ENXIO ? -EEXIST : -errno;
	r = use_empty(fd);
	if (r) {
		close(fd);
		return r;
	}
	return fd;
}

int recorder_file_flush(struct recorder_file *file)
{
	size_t done = 0;
	int r = 0;

	while (done < file->block.length) {
		ssize_t wrote = write(file->fd, file->block.data + done, file->block.length - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0) {
			r = -errno;
			break;
		}
		done += (size_t)wrote;
	}
	/* A reader shall find whole blocks; where this is forbidden it finds one cut off. */
	if (r && ftruncate(file->fd, (off_t)file->bytes) == 0)
		lseek(file->fd, 0, SEEK_END);
	else if (!r)
		file->bytes += file->block.length;
	buf_clear(&file->block);
	return r;
}

int recorder_file_close(struct recorder_file *file)
{
	int r = recorder_file_flush(file);

	if (close(file->fd) && !r)
		r = -errno;
	buf_release(&file->block);
	file->fd = -1;
	return r;
}

/* --- blocks ------------------------------------------------------------------------------------
 */

static void add16(struct buf *block, uint16_t value)
{
	buf_add(block, &value, sizeof(value));
}

static void add32(struct buf *block, uint32_t value)
{
	buf_add(block, &value, sizeof(value));
}

static void add_padded(struct buf *block, const void *bytes, size_t count)
{
	buf_add(block, bytes, count);
	buf_add(block, "\0\0\0", -count & 3);
}

static void add_option(struct buf *block, uint16_t code, const void *bytes, size_t count)
{
	add16(block, code);
	add16(block, (uint16_t)count);
	add_padded(block, bytes, count);
}

/* Returns where it begins. */
static size_t block_begin(struct buf *block, uint32_t type)
{
	size_t at = block->length;

	add32(block, type);
	add32(block, 0);
	return at;
}

/* Its length stands at both ends. */
static void block_end(struct buf *block, size_t at)
{
	uint32_t length = (uint32_t)(block->length - at) + 4;

	add32(block, length);
	if (!block->overflow)
		memcpy(block->data + at + 4, &length, sizeof(length));
}

static void add_section(struct buf *block)
{
	static const char application[] = "whyrst " WHYRST_VERSION;
	struct utsname name;
	struct buf os;
	size_t at = block_begin(block, BLOCK_SECTION);

	add32(block, 0x1a2b3c4d);
	add16(block, 1);
	add16(block, 0);
	add32(block, UINT32_MAX); /* the length of the section is not known */
	add32(block, UINT32_MAX);
	buf_init(&os, 256);
	if (uname(&name) == 0)
		buf_printf(&os, "%s %s %s", name.sysname, name.release, name.machine);
	if (os.length)
		add_option(block, OPTION_SECTION_OS, os.data, os.length);
	buf_release(&os);
	add_option(block, OPTION_SECTION_APPLICATION, application, strlen(application));
	add_option(block, OPTION_END, "", 0);
	block_end(block, at);
}

static void add_interface(struct buf *block, const struct recorder_file_head *head)
{
	uint8_t resolution = NANOSECONDS;
	size_t at = block_begin(block, BLOCK_INTERFACE);

	add16(block, head->link);
	add16(block, 0);
	add32(block, head->snap_bytes);
	add_option(block, OPTION_IF_NAME, head->interface, strnlen(head->interface, 255));
	add_option(block, OPTION_IF_TSRESOL, &resolution, 1);
	if (head->filter && strlen(head->filter) < FILE_COMMENT_MAX) {
		struct buf filter;

		buf_init(&filter, FILE_COMMENT_MAX + 1);
		buf_add_char(&filter, '\0'); /* words as libpcap has them */
		buf_add_text(&filter, head->filter);
		add_option(block, OPTION_IF_FILTER, filter.data, filter.length);
		buf_release(&filter);
	}
	add_option(block, OPTION_END, "", 0);
	block_end(block, at);
}

int recorder_file_open(const char *path, uint64_t limit, const struct recorder_file_head *head,
		       struct recorder_file *ret_file)
{
	struct recorder_file *file = ret_file;
	int r;

	memset(file, 0, sizeof(*file));
	file->limit = limit;
	file->fd = open_new(path);
	if (file->fd < 0)
		return file->fd;
	buf_init(&file->block, BUFFER_MAX);
	add_section(&file->block);
	add_interface(&file->block, head);
	r = file->block.overflow ? -ENOMEM : recorder_file_flush(file);
	if (r < 0)
		recorder_file_close(file);
	return r;
}

/* What a terminal or a reader could be misled by is escaped: process names may stand in it. */
static void add_comment(struct buf *block, const char *comment)
{
	struct buf text;
	size_t length, count = strlen(comment), at = 0;

	buf_init(&text, 4 * FILE_COMMENT_MAX + 16);
	while (at < count && text.length < FILE_COMMENT_MAX) {
		uint32_t character;

		length = escape_decode(comment + at, count - at, &character);
		length = length ? length : 1;
		escape_terminal(&text, comment + at, length);
		at += length;
	}
	add_option(block, OPTION_COMMENT, text.data, text.length);
	buf_release(&text);
}

int recorder_file_packet(struct recorder_file *file, const struct recorder_file_packet *packet)
{
	struct buf *block = &file->block;
	uint64_t time = (uint64_t)packet->time_ns;
	size_t at = block->length;

	if (file->full)
		return -EFBIG;
	block_begin(block, BLOCK_PACKET);
	add32(block, 0); /* interface */
	add32(block, (uint32_t)(time >> 32));
	add32(block, (uint32_t)time);
	add32(block, packet->captured);
	add32(block, packet->length);
	add_padded(block, packet->bytes, packet->captured);
	for (int i = 0; i < packet->comment_count; i++)
		add_comment(block, packet->comments[i]);
	if (packet->has_direction) {
		uint32_t flags = packet->outgoing ? FLAG_OUTBOUND : FLAG_INBOUND;

		add_option(block, OPTION_PACKET_FLAGS, &flags, sizeof(flags));
	}
	if (packet->has_direction || packet->comment_count)
		add_option(block, OPTION_END, "", 0);
	block_end(block, at);
	if (block->overflow || file->bytes + block->length > file->limit) {
		file->full = !block->overflow;
		block->length = at;
		block->overflow = false;
		return file->full ? -EFBIG : -ENOMEM;
	}
	return block->length >= WRITE_AT_ONCE ? recorder_file_flush(file) : 0;
}
