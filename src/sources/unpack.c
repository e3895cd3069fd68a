/* SPDX-License-Identifier: MIT */
#include "sources/unpack.h"

#include <errno.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum {
	ZSTD_WINDOW_LOG_MAX = 27,  /* what zstd itself takes without being told: 128 MiB */
	XZ_MEMORY_MAX = 136 << 20, /* xz -9 needs 65 MiB */
};

struct unpack {
	enum unpack_kind kind;
	bool between; /* at a boundary of members: the stream may end here */
	z_stream gzip;
	ZSTD_DStream *zstd;
	lzma_stream xz;
	char problem[96];
};

static bool begins(const uint8_t *head, size_t bytes, const char *magic, size_t length)
{
	return bytes >= length && memcmp(head, magic, length) == 0;
}

const char *unpack_foreign_name(const uint8_t *head, size_t bytes)
{
	if (begins(head, bytes, "BZh", 3))
		return "bzip2";
	if (begins(head, bytes, "\x04\x22\x4d\x18", 4))
		return "lz4";
	if (begins(head, bytes, "PK\x03\x04", 4))
		return "zip";
	if (begins(head, bytes, "7z\xbc\xaf\x27\x1c", 6))
		return "7z";
	return NULL;
}

enum unpack_kind unpack_recognize(const uint8_t *head, size_t bytes)
{
	/* The third byte of gzip is the method: 8, always. */
	if (begins(head, bytes, "\x1f\x8b\x08", 3))
		return UNPACK_GZIP;
	if (begins(head, bytes, "\x28\xb5\x2f\xfd", 4))
		return UNPACK_ZSTD;
	if (begins(head, bytes, "\xfd\x37zXZ\0", 6))
		return UNPACK_XZ;
	return unpack_foreign_name(head, bytes) ? UNPACK_FOREIGN : UNPACK_NONE;
}

int unpack_new(enum unpack_kind kind, struct unpack **ret_unpack)
{
	struct unpack *unpack = calloc(1, sizeof(*unpack));
	bool good = false;

	if (!unpack)
		return -ENOMEM;
	unpack->kind = kind;
	switch (kind) {
	case UNPACK_GZIP:
		good = inflateInit2(&unpack->gzip, 16 + MAX_WBITS) == Z_OK;
		break;
	case UNPACK_ZSTD:
		unpack->zstd = ZSTD_createDStream();
		good = unpack->zstd &&
		       !ZSTD_isError(ZSTD_DCtx_setParameter(unpack->zstd, ZSTD_d_windowLogMax,
							    ZSTD_WINDOW_LOG_MAX));
		break;
	case UNPACK_XZ:
		good = lzma_stream_decoder(&unpack->xz, XZ_MEMORY_MAX, LZMA_CONCATENATED) ==
		       LZMA_OK;
		break;
	default:
		free(unpack);
		return -EINVAL;
	}
	if (!good) {
		unpack_free(unpack);
		return -ENOMEM;
	}
	*ret_unpack = unpack;
	return 0;
}

void unpack_free(struct unpack *unpack)
{
	if (!unpack)
		return;
	if (unpack->kind == UNPACK_GZIP)
		inflateEnd(&unpack->gzip);
	ZSTD_freeDStream(unpack->zstd);
	lzma_end(&unpack->xz);
	free(unpack);
}

const char *unpack_problem(const struct unpack *unpack)
{
	return unpack->problem;
}

static enum unpack_status broken(struct unpack *unpack, const char *tool, const char *why)
{
	snprintf(unpack->problem, sizeof(unpack->problem), "%s data are damaged (%s)", tool, why);
	return UNPACK_BROKEN;
}

static enum unpack_status cut_off(struct unpack *unpack, const char *tool)
{
	snprintf(unpack->problem, sizeof(unpack->problem), "%s data end in the middle", tool);
	return UNPACK_BROKEN;
}

/* A member has ended. gzip(1) takes zeros after it as padding, and so does this. */
static enum unpack_status gzip_between(struct unpack *unpack, struct unpack_io *io)
{
	while (io->in_bytes && !*io->in) {
		io->in++;
		io->in_bytes--;
	}
	if (!io->in_bytes)
		return io->in_last ? UNPACK_END : UNPACK_MORE;
	if (*io->in != 0x1f)
		return broken(unpack, "gzip", "followed by something else");
	unpack->between = false;
	inflateReset(&unpack->gzip);
	return UNPACK_MORE;
}

static enum unpack_status gzip_step(struct unpack *unpack, struct unpack_io *io)
{
	z_stream *z = &unpack->gzip;
	int r;

	if (unpack->between)
		return gzip_between(unpack, io);
	if (!io->in_bytes && io->in_last)
		return cut_off(unpack, "gzip");
	/* zlib counts in 32 bits and takes input as writable, but does not write to it. */
	z->next_in = (Bytef *)(uintptr_t)io->in;
	z->avail_in = io->in_bytes > INT32_MAX ? INT32_MAX : (uInt)io->in_bytes;
	z->next_out = io->out;
	z->avail_out = io->out_room > INT32_MAX ? INT32_MAX : (uInt)io->out_room;
	r = inflate(z, Z_NO_FLUSH);
	io->in_bytes -= (size_t)(z->next_in - io->in);
	io->in = z->next_in;
	io->out_room -= (size_t)(z->next_out - io->out);
	io->out = z->next_out;
	if (r == Z_STREAM_END)
		unpack->between = true;
	else if (r != Z_OK && r != Z_BUF_ERROR)
		return broken(unpack, "gzip", z->msg ? z->msg : "no memory");
	return UNPACK_MORE;
}

static enum unpack_status zstd_step(struct unpack *unpack, struct unpack_io *io)
{
	ZSTD_inBuffer in = { io->in, io->in_bytes, 0 };
	ZSTD_outBuffer out = { io->out, io->out_room, 0 };
	size_t r;

	if (!io->in_bytes && io->in_last && unpack->between)
		return UNPACK_END;
	r = ZSTD_decompressStream(unpack->zstd, &out, &in);
	io->in += in.pos;
	io->in_bytes -= in.pos;
	io->out += out.pos;
	io->out_room -= out.pos;
	if (ZSTD_isError(r))
		return broken(unpack, "zstd", ZSTD_getErrorName(r));
	/* Without input, what was left inside may still come out. */
	if (!in.pos && !out.pos && !io->in_bytes && io->in_last)
		return cut_off(unpack, "zstd");
	unpack->between = r == 0;
	return UNPACK_MORE;
}

static const char *xz_words(lzma_ret r)
{
	switch (r) {
	case LZMA_MEM_ERROR:
		return "no memory";
	case LZMA_MEMLIMIT_ERROR:
		return "needs more than 128 MiB: decompress it first";
	case LZMA_FORMAT_ERROR:
		return "followed by something else";
	case LZMA_OPTIONS_ERROR:
		return "options that are not supported";
	default:
		return "corrupt";
	}
}

static enum unpack_status xz_step(struct unpack *unpack, struct unpack_io *io)
{
	lzma_stream *xz = &unpack->xz;
	lzma_ret r;

	xz->next_in = io->in;
	xz->avail_in = io->in_bytes;
	xz->next_out = io->out;
	xz->avail_out = io->out_room;
	r = lzma_code(xz, io->in_last ? LZMA_FINISH : LZMA_RUN);
	io->in = xz->next_in;
	io->in_bytes = xz->avail_in;
	io->out = xz->next_out;
	io->out_room = xz->avail_out;
	if (r == LZMA_STREAM_END)
		return UNPACK_END;
	if (r == LZMA_BUF_ERROR)
		return io->in_last && !io->in_bytes ? cut_off(unpack, "xz") : UNPACK_MORE;
	if (r != LZMA_OK)
		return broken(unpack, "xz", xz_words(r));
	return UNPACK_MORE;
}

enum unpack_status unpack_step(struct unpack *unpack, struct unpack_io *io)
{
	switch (unpack->kind) {
	case UNPACK_GZIP:
		return gzip_step(unpack, io);
	case UNPACK_ZSTD:
		return zstd_step(unpack, io);
	default:
		return xz_step(unpack, io);
	}
}
