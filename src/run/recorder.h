/* SPDX-License-Identifier: MIT */
/*
 * The packets around each reset, for Wireshark: a capture beside the watch keeps the first and the
 * last packets of every connection in bounded memory, and writes those of a connection that was
 * reset into a pcapng file, the reset with its verdict as comment.
 *
 * Headers only, unless asked: what stands behind the TCP header is never written. What it costs: a
 * packet socket with a buffer of 8 MB in the kernel, memory_bytes here, and per packet one look
 * into a table and one copy of its header (about half a microsecond).
 *
 * Floor 7. One thread.
 */
#ifndef WHYRST_RUN_RECORDER_H
#define WHYRST_RUN_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "lang/lang.h"
#include "verdict/verdict.h"

#define RECORDER_PROBLEM_BYTES 320
#define RECORDER_MEMORY_DEFAULT ((size_t)8 << 20)
#define RECORDER_FILE_DEFAULT ((uint64_t)1 << 30)
#define RECORDER_FIRST 4	      /* packets of a connection that are always kept */
#define RECORDER_BEFORE 12	      /* before its reset */
#define RECORDER_AFTER_NS 500000000ll /* and what comes so long after it */

struct recorder;

struct recorder_options {
	const char *interface; /* NULL: any; of the calling thread's network namespace */
	const char *filter;    /* pcap-filter words or NULL; must stay valid */
	bool payload;	       /* whole packets */
	size_t memory_bytes;   /* 0: RECORDER_MEMORY_DEFAULT */
	uint64_t file_bytes;   /* the file grows no larger; 0: RECORDER_FILE_DEFAULT */
	enum lang lang;	       /* of problems, and of what is added to comments */
};

struct recorder_counts {
	uint64_t packets;   /* seen */
	uint64_t written;   /* of these */
	uint64_t bytes;	    /* of the file */
	uint64_t verdicts;  /* that are in the file as comments */
	uint64_t unseen;    /* of these: the reset itself was not captured */
	uint64_t left_out;  /* verdicts that are not: too many at once, or nothing was captured */
	uint64_t forgotten; /* connections whose packets had to make room for newer ones */
	uint64_t dropped;   /* packets for which there was no room at all */
	uint64_t lost;	    /* packets that the kernel's buffer had no room for */
};

/*
 * Creates the file @path, mode 0600, and begins to capture. An existing file is never written over
 * (nobody could bring back what it recorded) nor followed through a symbolic link; only an empty
 * file of our own, as mktemp makes it, is used. 0, or -errno with one line in @problem: -EEXIST,
 * -ELOOP and other troubles of the file, or those of wire_open().
 */
int recorder_open(const char *path, const struct recorder_options *options,
		  struct recorder **ret_recorder, char problem[RECORDER_PROBLEM_BYTES]);

/* Readable when there are packets. */
int recorder_fd(const struct recorder *recorder);

/*
 * Takes the packets that are there, writes what is due. *ret_wait_ms: when it wants to be called
 * again at the latest; -1: not before its descriptor is readable. 0; or, once, the -errno that
 * ended the recording: no space left (-ENOSPC), the limit of the file (-EFBIG), the interface gone
 * (-ENETDOWN). After that it does nothing, and its descriptor is -1.
 */
int recorder_poll(struct recorder *recorder, int *ret_wait_ms);

/*
 * The packets of the verdict's connection are to be written: the first ones, up to RECORDER_BEFORE
 * before the reset, the reset with @comment, and those to come within RECORDER_AFTER_NS. Call it
 * when the verdict is told, at most a second after the reset. Updates of it are left out.
 */
void recorder_keep(struct recorder *recorder, const struct verdict *verdict, const char *comment);

/* The comment of a verdict: its sentence, and its ids as in -o json. */
void recorder_add_comment(enum lang lang, const struct verdict *verdict, struct buf *out);

void recorder_count(const struct recorder *recorder, struct recorder_counts *ret_counts);

/*
 * Writes what is still to be written, and closes. @recorder and @ret_counts may be NULL. 0, or the
 * -errno that ended the recording and was not told yet.
 */
int recorder_close(struct recorder *recorder, struct recorder_counts *ret_counts);

/* --- without a capture of its own: for those who have one, and for tests
 * -------------------------------------------------------- */

struct wire_packet;
struct observation;

/* As recorder_open(); the packets, of link type @link, are handed in. It has no descriptor. */
int recorder_open_file(const char *path, const struct recorder_options *options, uint16_t link,
		       struct recorder **ret_recorder, char problem[RECORDER_PROBLEM_BYTES]);
/* One packet, as sources/wire.h hands it to a tap. */
void recorder_take(void *recorder, const struct wire_packet *packet, const struct observation *obs);
/* Writes what is due at @now_ns on the clock of packets. 0 or -errno, again and again. */
int recorder_write_due(struct recorder *recorder, int64_t now_ns);

#endif
