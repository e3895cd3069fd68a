/* SPDX-License-Identifier: MIT */
/* What the files of the live source share. Floor 6, of this folder only. */
#ifndef WHYRST_SOURCES_LIVE_PRIVATE_H
#define WHYRST_SOURCES_LIVE_PRIVATE_H

#include "bpf/event.h"
#include "host/addresses.h"
#include "host/process.h"
#include "host/stall.h"
#include "host/symbols.h"
#include "sources/live.h"
#include "wire/observation.h"

/* live_attach.c: the programs in the kernel. */
struct live_kernel {
	void *skeleton; /* struct live_bpf; nobody else knows it */
	bool has_reason;
	bool sees_passive;		  /* resets without a full socket are told */
	bool sees_leaving, sees_arriving; /* each packet, at the devices */
	bool sees_repeats;		  /* a SYN-ACK that comes twice */
	bool sees_filter4, sees_filter6;  /* with --light: resets that netfilter makes */
	bool sees_drops;
	int ring_fd;
	int counts_fd;
	int listeners_fd;
	int twins_fd; /* link of the iterator over the connections of a namespace; -1 without */
	int twin_fd;  /* map of its question */
	int dead_fd;  /* link of the iterator over the closed sockets of all; -1 without */
	int dead_sought_fd;
	int owners_fd; /* link of the iterator over everybody's sockets; -1 without */
	int gap_count;
	struct live_gap gaps[LIVE_GAPS_MAX];
};

int kernel_attach(const struct live_source_options *options, const struct symbols *symbols,
		  struct live_kernel *ret_kernel, char problem[LIVE_PROBLEM_BYTES]);
void kernel_detach(struct live_kernel *kernel);
/* live_btf.c */
bool kernel_has_types(void);
/* Parameters of a tracepoint behind its context, of a function of the kernel, or of a module (that
 * may be built in); -1: there is none. */
int kernel_tracepoint_arguments(const char *name);
int kernel_function_arguments(const char *name);
int module_function_arguments(const char *module, const char *name);
/* Whether this kernel, and our privileges, let a program be called where a function begins. */
bool kernel_has_trampolines(void);
bool kernel_has_kprobes(void);
/* Name of a value of the kernel's enum sk_rst_reason, "" if it has none. */
const char *kernel_reason_word(const struct live_kernel *kernel, int32_t reason);
/* live_ask.c */
/* A process that listens, or did, in a namespace; 0: none is known. */
uint32_t kernel_find_listening(const struct live_kernel *kernel, uint32_t netns);
/* live_counts.c */
/* How often the kernel left out one of the programs since it was attached, and nothing made up for
 * it: an interrupt had come while it ran. */
uint64_t kernel_missed(const struct live_kernel *kernel);
/* When events were lost to a full ring, CLOCK_MONOTONIC; false if none were of late. What is older
 * than @told_ns has been decided, and is forgotten. */
bool kernel_losses(const struct live_kernel *kernel, int64_t told_ns, int64_t *ret_from_ns,
		   int64_t *ret_until_ns);
void kernel_count(const struct live_kernel *kernel, struct live_counts *counts);
uint64_t kernel_sent_in(const struct live_kernel *kernel, uint32_t netns);
int kernel_lost_rows(const struct live_kernel *kernel, struct live_row *ret_rows, int max);

/* enum of include/net/tcp_states.h. */
enum kernel_state {
	KERNEL_ESTABLISHED = 1,
	KERNEL_SYN_SENT,
	KERNEL_SYN_RECV,
	KERNEL_FIN_WAIT1,
	KERNEL_FIN_WAIT2,
	KERNEL_TIME_WAIT,
	KERNEL_CLOSE,
	KERNEL_CLOSE_WAIT,
	KERNEL_LAST_ACK,
	KERNEL_LISTEN,
	KERNEL_CLOSING,
	KERNEL_NEW_SYN_RECV,
};

/* live_made.c: what the stack says. */
extern const char *const live_symbol_prefixes[];

struct live_made {
	int action;   /* enum host_action, or -1 */
	uint8_t how;  /* enum actor_how */
	bool by_task; /* the stack ends in a call of the running task, or in its exit */
	bool passive; /* tcp_v4/v6_send_reset */
	bool mptcp;
	bool filter;	   /* netfilter */
	bool raw;	   /* raw or packet socket, tun device */
	bool tcp;	   /* any function of TCP's that sends */
	bool listener;	   /* a listener closes with connections in its queue */
	bool bogus;	   /* tcp_reset() called for data, no reset came in */
	bool known;	   /* symbols could be read */
	int8_t forwarding; /* of a filter: 1 on the way through, 0 at an end, -1 not told */
};

void made_find(const struct symbols *symbols, const __u64 *stack, uint32_t count,
	       const struct event_reset *event, struct live_made *ret_made);
/* Whether a netfilter hook of that kind is registered where @event happened. */
bool made_has_hook(const struct symbols *symbols, const struct event_reset *event,
		   const char *prefix);

/* One reset and all that was told of it. */
struct affair {
	struct affair *hash_next;
	struct affair *older, *newer;  /* ring in order of arrival */
	struct affair *before, *after; /* ring of those that time will bring on; NULL: not in it */
	uint64_t id;
	int64_t first_ns; /* CLOCK_MONOTONIC */
	uint32_t seq;
	bool seq_known;
	bool told;
	bool postponed;	 /* was due, and waited once more */
	bool unanswered; /* told though a namespace was not found */
	bool has_sent, has_received, has_out, has_in, has_refused;
	struct event_reset sent, received, out, in, refused;
	struct event_task owner_task; /* of the sufferer, when it closed */
	uint32_t owner_pid;
	uint32_t repeats;
	uint32_t repeat_seq; /* of the last further reset, valid if has_repeat */
	bool has_repeat;
	uint8_t told_cause; /* place in cause_table + 1, and what else an update would change */
	uint32_t told_owner;
};

struct live {
	struct live_source_options options;
	struct live_kernel kernel;
	struct symbols *symbols;
	struct process_cache *processes;
	void *ring;	    /* struct ring_buffer */
	int64_t started_ns; /* CLOCK_MONOTONIC: since when connections are remembered */
	int64_t asked_ns;   /* live_ask.c: when it last asked, */
	int64_t asking_ns;  /* and how long that had taken, less what time has paid back */
	int64_t burst_ns;   /* since when resets are counted, and how many came */
	uint32_t burst;
	int64_t wall_ns; /* wall clock minus monotonic */
	struct affair *buckets[1024];
	struct affair all;  /* ring, oldest first */
	struct affair open; /* ring of those not told, or not wholly */
	int affair_count;
	uint64_t next_id;
	uint64_t told, repeated, unjoined, headless;
	/* Resets lately taken from a server: what else it did to connections of this host. */
	struct live_recent {
		struct endpoint server;
		int64_t time_ns;
		uint32_t netns;
		bool refused; /* a SYN */
	} recent[64];
	uint32_t recent_at;
	/* What was last found of processes that might not get to their work. */
	struct live_stall {
		uint32_t pid;
		bool found;
		uint64_t time_ns; /* CLOCK_MONOTONIC */
		struct stall stall;
	} stalls[32];
	int64_t lost_from_ns, lost_until_ns;	 /* events were lost; 0: none of late */
	uint64_t missed;			 /* runs of a program that were left out, */
	int64_t missed_from_ns, missed_until_ns; /* the last of them between; 0: none of late */
	int64_t missed_asked_ns;
	/* Resets of between were decided before all their pieces had come; 0: none of late. */
	int64_t hurried_from_ns, hurried_until_ns;
	bool reads_later; /* the ring is left alone for a moment */
	bool astray;	  /* a question found no way into a namespace */
	struct evidence evidence;
};

int64_t live_now_ns(void); /* CLOCK_MONOTONIC */

/* So long a further reset of a connection is taken for a repeat. */
#define REPEAT_NS 5000000000ll

/* live_table.c */
struct affair *affair_new(struct live *live, const struct event_reset *event); /* NULL: no memory */
void affair_drop(struct live *live, struct affair *affair);
/* Time will not bring it on any more. */
void affair_close(struct affair *affair);
/* The affair that a piece belongs to, or NULL. */
struct affair *affair_find(struct live *live, const struct event_reset *event);
/* One whose connection this end has reset a moment ago: @event answers packets under way. */
struct affair *affair_before(struct live *live, const struct event_reset *event);
/* One not told yet that such an answer made, although it came after the reset of @aborted. */
struct affair *affair_after(struct live *live, const struct affair *aborted);
/* Whether pieces of it may have found the ring full, or were read after it was decided. */
bool affair_lost_pieces(const struct live *live, const struct affair *affair);
/* The same, or a program was left out. */
bool affair_is_lossy(const struct live *live, const struct affair *affair);
void affair_take(struct affair *affair, const struct event_reset *event);
/* Whether @event is the packet of such a further reset on its way out. */
bool affair_repeats(struct live *live, const struct event_reset *event);

/* live_affair.c: from an affair to evidence; live_view.c, live_sender.c, live_past.c,
 * live_receiver.c and live_story.c fill a part each. */
void affair_evidence(struct live *live, const struct affair *affair, struct evidence *ev);

/* live_ask.c: each goes through all sockets; together they take a share of our time at most, and
 * none while resets flood: -EAGAIN, or 0 for an owner. */

/* One more reset came. */
void ask_count(struct live *live, int64_t now_ns);
/* Owner of a socket that was reset; 0 unknown. */
uint32_t ask_owner(struct live *live, uint64_t socket);
/* Whether a connection there is that of @event, from another port. 1, 0, -errno. */
int ask_twin(struct live *live, const struct event_reset *event);
/* A closed socket of just these ends that a process still holds: 1, 0, -errno. */
int ask_dead(struct live *live, const struct event_tuple *tuple, struct dead_line *ret_line);

struct affair_view {
	struct live *live;
	const struct affair *affair;
	const struct event_reset *main; /* the one that tells most */
	struct live_made made;
	bool sent_here;		     /* this host's TCP sent it */
	bool received_here;	     /* a socket of this host took it */
	bool foreign;		     /* left this host without its TCP having sent it */
	bool forwarding;	     /* neither end is this host */
	bool is_active;		     /* no segment provoked it */
	bool lossy;		     /* pieces of it may have found the ring full */
	bool partial;		     /* and one that it should have is not there */
	struct event_tuple resetter; /* local: the end whose address the reset carries */
	bool resetter_is_client, roles_seen;
	struct observation trigger; /* valid if has_trigger */
	struct observation header;  /* of the reset, valid if has_header */
	bool has_trigger, has_header;
};

void view_find(struct live *live, const struct affair *affair, struct affair_view *ret_view);
enum tcp_state live_state(uint8_t kernel_state);
struct endpoint live_endpoint(const uint8_t ip[16], uint16_t port);
/* Whether an address is one of the host where the view's main piece came from. 0 or -errno. */
int view_ask_address(const struct affair_view *view, const struct endpoint *address,
		     struct address_answer *ret_answer);
/* Whether the owner opened another connection with this one, and has that one still. */
bool affair_sibling_kept(const struct affair_view *view, uint64_t bytes_sent);
/* flow side: */
void facts_of_segment(const struct affair_view *view, struct evidence *ev);
void facts_of_sender(const struct affair_view *view, struct evidence *ev);
void facts_of_past(const struct affair_view *view, struct evidence *ev);
/* Nothing is remembered of the connection, but a process may still hold its socket. */
void past_find_dead(struct live *live, struct affair *affair);
void facts_of_receiver(const struct affair_view *view, struct evidence *ev);
void facts_of_filter(const struct affair_view *view, struct evidence *ev);
void story_of(const struct affair_view *view, struct evidence *ev);

/*
 * Times are what the kernel's programs wrote: no value of theirs may be undefined behaviour here.
 * They are added and subtracted without a sign, and none is further apart than can be added to.
 */
#define APART_MAX_NS (1ll << 60) /* 36 years */

static inline int64_t time_apart(uint64_t later_ns, uint64_t earlier_ns)
{
	int64_t apart_ns = (int64_t)(later_ns - earlier_ns);

	if (apart_ns > APART_MAX_NS)
		return APART_MAX_NS;
	return apart_ns < -APART_MAX_NS ? -APART_MAX_NS : apart_ns;
}

static inline int64_t time_wall(uint64_t monotonic_ns, int64_t wall_ns)
{
	return (int64_t)(monotonic_ns + (uint64_t)wall_ns);
}

static inline int64_t ms_to_us(uint32_t ms)
{
	return (int64_t)ms * 1000;
}

#endif
