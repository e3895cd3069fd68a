/* SPDX-License-Identifier: MIT */
/* The inside of the lab. Floor 6. */
#ifndef WHYRST_LAB_LAB_PRIVATE_H
#define WHYRST_LAB_LAB_PRIVATE_H

#include <stdio.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "lab/lab.h"
#include "lang/lang.h"

#define LAB_AWAIT_MS 5000 /* comes true at once, but on a busy machine */
#define LAB_UNDO_MAX 64
#define LAB_SPAWN_MAX 8
#define LAB_SNIFF_MAX 8
#define LAB_MOMENTS_MAX 64
#define LAB_CAPTURE_MAX 4096
#define LAB_FILE_MAX ((size_t)64 << 20) /* of the capture of one host */
#define LAB_WAITING_MAX 160
#define LAB_FILES "/tmp" /* where files of scenarios lie, on a tmpfs of the lab's own */

struct lab_program {
	pid_t pid; /* 0: not running */
	int rpc;
};

struct lab_undo {
	enum lab_who host;
	char *sysctl; /* path below /proc/sys, or NULL: */
	char *text;   /* the old value, or the command */
};

/* One packet as it left a host. */
struct lab_packet {
	struct observation seen;
	enum lab_who host;
};

/* Something happened between these two, lab_now_ns(). */
struct lab_moment {
	int64_t from_ns, to_ns;
};

struct lab {
	int home_ns;
	int ns[LAB_HOSTS];
	int capture[LAB_HOSTS];
	struct lab_program programs[LAB_WHO_COUNT];
	uint16_t port_base;
	uint16_t first_port, last_port; /* of all scenarios of this lab */
	unsigned int patience_ms;
	bool fixed;
	bool ip6; /* the whole story is told over IPv6 */
	enum lang lang;
	uint64_t random; /* 0: every run like the last */
	pid_t keeper;
	int keeper_alive;		   /* a pipe that is closed when the lab's process ends */
	int64_t begin_ns;		   /* when the first thing happened */
	FILE *live_page;		   /* where it is told as it happens, or NULL */
	char *waiting;			   /* LAB_WAITING_MAX: what is being waited for; or NULL */
	struct buf files[LAB_HOSTS];	   /* pcapng of what each host sent and got */
	unsigned int resets_at[LAB_HOSTS]; /* how many of these were resets */
	unsigned int rules;		   /* how many were made: names of tables */
	bool nft_dirty[LAB_HOSTS];
	struct lab_undo undo[LAB_UNDO_MAX];
	unsigned int undo_count;
	pid_t spawned[LAB_SPAWN_MAX];
	unsigned int spawned_count;
	int sniffs[LAB_SNIFF_MAX];
	unsigned int sniff_count;
	struct lab_packet *packets;
	unsigned int packet_count;
	/* What packets do not tell: when what was awaited came true. */
	struct lab_moment moments[LAB_MOMENTS_MAX];
	unsigned int moment_count;
	int64_t tick_ns, tick_before_ns; /* the last two of await_tick() */
	char folder[32];		 /* "" until one is needed */
	struct buf notes;		 /* what happened, in lines */
	char broken[512];
	char skipped[256];
};

/* lab.c: a lab with its namespaces and links; what is missing is written to @ret_why. */
int lab_new(struct lab **ret_lab, char *ret_why, size_t why_size);
void lab_free(struct lab *lab);
/* Between these two a scenario runs on LAB_PORTS ports from @port_base. */
void lab_begin(struct lab *lab, uint16_t port_base);
void lab_end(struct lab *lab);
const char *lab_who_name(enum lab_who who);
enum lab_who lab_host_of(enum lab_who who);

/* sandbox.c: files, and from then on children, that do not outlive this process. */
int sandbox_files(char *ret_why, size_t why_size);
int sandbox_processes(struct lab *lab, char *ret_why, size_t why_size);
void sandbox_end(struct lab *lab);
/* First thing in a child: it dies with its parent; false if that is dead already. */
bool sandbox_child(pid_t parent);

/* tell.c: one more line of the story; and what a scenario that hangs was waiting for. */
void tell(struct lab *lab, enum lab_who who, enum word what, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void wait_name(struct lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* hosts.c */
int hosts_create(struct lab *lab, char *ret_why, size_t why_size);
/* This thread in @host's namespace until hosts_leave(). */
int hosts_enter(struct lab *lab, enum lab_who host);
void hosts_leave(struct lab *lab);
/* The hardware address at the other end of the link behind @device of @host. */
int hosts_neighbour(struct lab *lab, enum lab_who host, const char *device, uint8_t ret_mac[6]);
const char *hosts_address(enum lab_who host, unsigned int flags);
/* Which of the two protocols it is, as AF_INET or AF_INET6. */
int hosts_family(const struct lab *lab, unsigned int flags);

/* program.c */
void programs_stop(struct lab *lab);
/* lab_spawn(), told in these words. */
pid_t program_spawn(struct lab *lab, enum lab_who host, const char *const argv[],
		    const char *words);
long program_forget_all(struct lab_call *call);

/* knobs.c */
int knobs_run(struct lab *lab, enum lab_who host, const char *const argv[], const char *input,
	      char *ret_output, size_t output_size);
void knobs_restore(struct lab *lab);
int knobs_sysctl_write(struct lab *lab, enum lab_who host, const char *name, const char *value);

/* address.c: how endpoints and socket addresses become each other. */
socklen_t address_of(const struct endpoint *end, struct sockaddr_storage *ret_address);
struct endpoint address_endpoint(const struct sockaddr_storage *address);

/* folder.c */
void folder_remove(struct lab *lab);

/* counters.c: what the kernels of the hosts counted meanwhile. */
void counters_begin(struct lab *lab);
void counters_say(struct lab *lab, FILE *out);

/* await.c: until when a condition that begins to be awaited now must come true. */
int64_t await_deadline(const struct lab *lab);
/* Waits a little; false: it did not come true in time. *@deadline is 0 at first. */
bool await_tick(struct lab *lab, int64_t *deadline);
/* It has come true, since it was last asked after. */
void await_came(struct lab *lab);
/* Something came true after @from_ns. Of more than LAB_MOMENTS_MAX the first are kept. */
void await_moment(struct lab *lab, int64_t from_ns);
const char *await_state_name(long state); /* of TCP; 0, or an error: "gone" */

/* tally.c: what `live` wrote to @path until its summary; false: there is none. */
bool tally_read(const char *path, const char *cause, struct lab_tally *ret_tally);

/* diag.c */
bool diag_can_destroy(struct lab *lab);

/* needs.c: what @scenario needs and is not here, in words; "" if nothing. */
struct scenario;
void needs_missing(struct lab *lab, const struct scenario *scenario, char *ret_why,
		   size_t why_size);
/* The @index-th thing it needs, in a word or two; false: there are no more. */
bool needs_name(const struct scenario *scenario, int index, char *ret_name, size_t size);
bool needs_program(const char *name); /* in PATH, or by the pattern of a path */

/* segment.c: the bytes of @segment from the IP header on; returns their number. */
size_t segment_build(const struct lab_segment *segment, uint8_t *ret_bytes, size_t size);

/* capture.c */
int capture_open(struct lab *lab, enum lab_who host);
/* One packet as a "cooked" capture has it: link type LINUX_SLL, 16 bytes before the IP header. */
struct capture_frame {
	uint32_t captured, length;
	bool outgoing;
	uint8_t bytes[16 + 512];
};
/* False: nothing there now. @ret_frame: its bytes, or NULL. */
bool capture_read(int fd, struct observation *ret_seen, struct capture_frame *ret_frame);
void capture_begin(struct lab *lab);
void capture_drain(struct lab *lab);
void capture_format(const struct lab *lab, const struct lab_packet *packet, struct buf *line);
bool capture_is_ours(const struct lab *lab, const struct lab_packet *packet);

int64_t lab_now_ns(void);
/* 0 to @below - 1 by the seed; 0 without one. */
unsigned int lab_random(struct lab *lab, unsigned int below);
#define lab_min(a, b) ((a) < (b) ? (a) : (b))

#endif
