/* SPDX-License-Identifier: MIT */
#include "run/recorder_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define WRITE_AT_ONCE (64 << 10)
#define BUFFER_MAX (1 << 20) /* of what is not written yet; a whole packet fits */

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

int recorder_file_open(const char *path, uint64_t limit, const struct pcapng_head *head,
		       struct recorder_file *ret_file)
{
	struct recorder_file *file = ret_file;
	struct pcapng_head own = *head;
	struct utsname name;
	struct buf os;
	int r;

	memset(file, 0, sizeof(*file));
	file->limit = limit;
	file->fd = open_new(path);
	if (file->fd < 0)
		return file->fd;
	buf_init(&file->block, BUFFER_MAX);
	buf_init(&os, 256);
	if (uname(&name) == 0)
		buf_printf(&os, "%s %s %s", name.sysname, name.release, name.machine);
	own.os = os.length ? buf_text(&os) : NULL;
	pcapng_add_head(&file->block, &own);
	buf_release(&os);
	r = file->block.overflow ? -ENOMEM : recorder_file_flush(file);
	if (r < 0)
		recorder_file_close(file);
	return r;
}

int recorder_file_packet(struct recorder_file *file, const struct pcapng_packet *packet)
{
	struct buf *block = &file->block;
	size_t at = block->length;

	if (file->full)
		return -EFBIG;
	pcapng_add_packet(block, packet);
	if (block->overflow || file->bytes + block->length > file->limit) {
		file->full = !block->overflow;
		block->length = at;
		block->overflow = false;
		return file->full ? -EFBIG : -ENOMEM;
	}
	return block->length >= WRITE_AT_ONCE ? recorder_file_flush(file) : 0;
}
