/* SPDX-License-Identifier: MIT */
/*
 * Evidence: what is known about one reset, as named facts. The tracker (flow/) writes it, causes
 * read it, nobody else interprets. It is self-contained: it may be handed to another thread.
 *
 * Floor 2.
 */
#ifndef WHYRST_FLOW_EVIDENCE_H
#define WHYRST_FLOW_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

enum fact_id {
#define FACT(id, kind, origin, meaning) FACT_##id,
#include "flow/facts.def"
#undef FACT
	FACT_COUNT_ALL,
};

enum fact_kind {
	KIND_BOOL,
	KIND_COUNT,
	KIND_BYTES,
	KIND_USEC,
	KIND_NUMBER,
	KIND_capture_place,
	KIND_rst_form,
	KIND_trigger,
	KIND_rst_seq,
	KIND_rst_ip_id,
	KIND_rst_tos,
	KIND_sender_kind,
	KIND_tcp_state,
	KIND_syn_meets,
	KIND_parallel,
	KIND_host_action,
	KIND_host_end,
	KIND_host_past,
	KIND_reset_picture,
};

enum fact_origin {
	ORIGIN_PACKET,
	ORIGIN_JOINT,
	ORIGIN_HOST,
};

enum capture_place {
	PLACE_UNKNOWN,
	PLACE_CLIENT,
	PLACE_SERVER,
	PLACE_BETWEEN,
	PLACE_LOOPBACK, /* both ends are this host */
};

/*
 * Shapes of a reset. Linux sources: tcp_send_active_reset (net/ipv4/tcp_output.c),
 * tcp_v4_send_reset (net/ipv4/tcp_ipv4.c), RFC 9293 section 3.5.2.
 */
enum rst_form {
	FORM_UNKNOWN,
	FORM_ACTIVE,  /* a live socket made it: RST+ACK with ack = rcv_nxt and a live window, id or
			 timestamps */
	FORM_PASSIVE, /* built from the trigger alone: seq = its ack, no ACK flag, window 0, no
			 options */
	FORM_REFUSAL, /* the answer to a segment without ACK (a SYN): RST+ACK, seq 0 (or a
			 mini-socket's), ack = its end */
	FORM_FOREIGN, /* no stack known here makes this of what it had: options, id or numbers
			 contradict */
	FORM_BARE_ACTIVE, /* RST+ACK with ack = rcv_nxt but nothing that only a live socket knows
			     (window 0, no timestamps) */
};

enum trigger {
	TRIGGER_NOTHING, /* the reset came on its own */
	TRIGGER_SYN,
	TRIGGER_SYNACK,
	TRIGGER_HANDSHAKE_ACK, /* the ACK that completes the handshake, first or repeated */
	TRIGGER_ACK,	       /* a bare ACK, window update or challenge ACK */
	TRIGGER_PROBE,	       /* a keepalive or window probe */
	TRIGGER_DATA,	       /* payload, with or without FIN */
	TRIGGER_FIN,	       /* FIN without payload */
	TRIGGER_UNSEEN, /* the shape says that it answers something, the capture does not show it */
};

enum rst_seq {
	RST_SEQ_UNKNOWN,
	RST_SEQ_EXACT,	   /* what the victim expects next: accepted (RFC 5961 section 3.2) */
	RST_SEQ_IN_WINDOW, /* challenged */
	RST_SEQ_OUTSIDE,   /* dropped */
};

enum rst_ip_id {
	RST_ID_ZERO,	  /* 0 with DF: Linux without a socket */
	RST_ID_CONTINUES, /* follows the resetter's own counter */
	RST_ID_FAR,	  /* not 0 and not of the resetter's counter */
	RST_ID_REFLECTED, /* equals the id of the trigger, and ids vary in this connection */
	RST_ID_CONSTANT,  /* all ids of the resetter are 0 or one value: tells nothing */
};

enum rst_tos {
	RST_TOS_COPIED,	 /* equal to the trigger's non-zero TOS: a kernel's passive reset */
	RST_TOS_OWN,	 /* the resetter's own TOS, different from the trigger's */
	RST_TOS_CLEARED, /* 0 though the trigger and the resetter had one: a packet filter */
};

enum sender_kind {
	SENDER_UNKNOWN,
	SENDER_LINUX,
	SENDER_WINDOWS,
	SENDER_BSD, /* FreeBSD, macOS */
	SENDER_BOX, /* a network device or a hand-made packet */
};

enum tcp_state {
	STATE_NONE, /* nothing of the connection was seen from that end */
	STATE_SYN_SENT,
	STATE_SYN_RECV,
	STATE_ESTABLISHED,
	STATE_FIN_WAIT1,
	STATE_FIN_WAIT2,
	STATE_CLOSE_WAIT,
	STATE_CLOSING,
	STATE_LAST_ACK,
	STATE_TIME_WAIT,
	STATE_CLOSED,
	STATE_LISTEN,
};

enum syn_meets {
	SYN_MEETS_NOTHING,
	SYN_MEETS_ESTABLISHED,
	SYN_MEETS_SYN_RECV,
	SYN_MEETS_FIN_WAIT2, /* the server's end of the old connection had closed, the client's had
				not */
	SYN_MEETS_TIME_WAIT,
};

#define PORT_NETBIOS 139
#define PORT_SMB 445
/* RFC 1002 section 4.3.2: a header and two names. */
#define NETBIOS_SESSION_REQUEST_BYTES 72

enum parallel {
	PARALLEL_NONE,
	PARALLEL_SAME_PORT, /* e.g. happy eyeballs to another address, or two connects to one */
	PARALLEL_SMB,	    /* 445 and 139 */
	PARALLEL_OTHER_PORT,
};

enum host_action {
	ACTION_CLOSE,
	ACTION_SHUTDOWN,
	ACTION_CONNECT_UNSPEC,
	ACTION_EXIT,
	ACTION_LISTENER_CLOSE,
	ACTION_DESTROY, /* SOCK_DESTROY or bpf_sock_destroy */
	ACTION_KEEPALIVE_TIMER,
	ACTION_FIN_WAIT_TIMER, /* or TCP_LINGER2 < 0 */
	ACTION_MEMORY,
	ACTION_MPTCP,
};

enum host_end {
	END_RUNNING,
	END_SIGNAL,
	END_EXIT,
};

enum host_past {
	PAST_NONE, /* this host never had it (or forgot) */
	PAST_CLOSED,
	PAST_TIMED_OUT,
	PAST_KILLED,
	PAST_EXITED,
	PAST_DESTROYED,
	PAST_LISTENER_CLOSED,
	PAST_CONNECT_GIVEN_UP,
	PAST_OVERFLOWED,
};

/* Pictures of a reset, exclusive of each other (FACT_PICTURE). Absent where the form is unknown. */
enum reset_picture {
	PICTURE_ABORT,		 /* a live socket made it, and had not sent FIN */
	PICTURE_ABORT_AFTER_FIN, /* a live socket made it, after its own FIN */
	PICTURE_LATE,		 /* built from the trigger alone, after the resetter's own FIN */
	PICTURE_FORGOTTEN, /* built from the trigger alone, no FIN: that end had spoken, or was
			      never seen */
	PICTURE_UNBORN,	   /* the same, and nothing but SYN-ACKs had come from that end */
	PICTURE_SYNACK,	   /* answers a SYN-ACK */
	PICTURE_OLD, /* answers the ACK with which an older connection of the same four met a new
			SYN */
	PICTURE_REFUSED, /* answers a SYN */
	PICTURE_ALIEN,	 /* no stack makes such a segment */
};

enum ignored_why {
	IGNORED_NOT,
	IGNORED_OUT_OF_WINDOW,
	IGNORED_CHALLENGED,  /* in window but not exact: answered with a challenge ACK (RFC 5961) */
	IGNORED_AFTER_CLOSE, /* both ends had closed and it answers nothing new */
	IGNORED_CONTINUED,   /* the connection went on unharmed */
	IGNORED_NO_CONNECTION, /* there is nothing that it could belong to */
};

/* One packet of the ladder. */
struct rung {
	int64_t time_ns;
	uint32_t seq; /* relative to that side's first sequence number, as tcpdump counts */
	uint32_t ack;
	uint32_t bytes;
	uint16_t window; /* raw */
	uint8_t flags;
	uint8_t ttl;
	bool from_client;
	bool retransmission;
	bool probe;    /* keepalive or window probe */
	bool is_reset; /* the reset that is judged */
	bool is_trigger;
	bool has_ttl;
	bool has_sack;
	bool gap_before; /* older packets between this and the previous rung were left out */
};

/* --- what a host knows of the programs: only where the reset was seen on a live host
 * -------------- */

enum host_view {
	VIEW_OBSERVED, /* in a capture: neither end is asked */
	VIEW_SENT,     /* this host sent it */
	VIEW_RECEIVED, /* this host was to suffer it */
	VIEW_BOTH,     /* both ends are on this host */
};

enum made_by {
	BY_UNKNOWN,
	BY_TASK,    /* in a program's own call or exit */
	BY_KERNEL,  /* on nobody's behalf: a timer, or the answer to a packet */
	BY_NETWORK, /* a packet filter, or a program that writes packets */
};

enum actor_how {
	HOW_NONE,
	HOW_CLOSE,
	HOW_EXIT,
	HOW_SIGNAL,
	HOW_SHUTDOWN,
	HOW_DESTROY,
};

/* Whose memory had run out when the kernel's out-of-memory killer chose a process. */
enum oom_of {
	OOM_NOT,
	OOM_SOMEWHERE, /* not told */
	OOM_CGROUP,    /* a control group's, by its limit */
	OOM_HOST,
};

#define PROGRAM_COMM 16

/* A process as it was at that moment. Strings are foreign: escape before printing. "" is unknown.
 */
struct program {
	uint32_t pid; /* 0: not known, and nothing below is */
	uint32_t uid;
	bool has_uid;
	char state; /* as /proc/PID/stat has it: T stopped, D in the kernel; 0 unknown */
	char comm[PROGRAM_COMM];
	char exe[96]; /* the end of a longer path */
	char user[32];
	char cgroup[128];
	char container[16]; /* first digits of its id */
	char pod[40];	    /* uid of the Kubernetes pod */
};

struct host_story {
	bool known;
	uint8_t view; /* enum host_view */
	uint8_t by;   /* enum made_by */
	uint8_t how;  /* enum actor_how, of the actor */
	uint32_t netns;
	int32_t kernel_reason;	 /* enum sk_rst_reason of that kernel, -1 none */
	char kernel_word[32];	 /* its name: "TCP_ABORT_ON_CLOSE"; "" without */
	struct program owner;	 /* who has, or had, the resetter's socket */
	struct program sufferer; /* who has the socket that was reset */
	uint32_t actor_pid;	 /* who did it; 0: nobody, or not proven */
	char actor_comm[PROGRAM_COMM];
	uint32_t signal; /* that ended the owner; 0 none */
	uint32_t signal_from;
	char signal_from_comm[PROGRAM_COMM];
	int32_t exit_status; /* of an owner that exited; -1 unknown */
	uint8_t oom;	     /* enum oom_of: the out-of-memory killer chose the owner */
};

#define LADDER_MAX 24
#define EVIDENCE_REASON_MAX 80

struct evidence {
	uint64_t connection; /* number of the connection in this run, from 1 */
	enum ignored_why
		ignored; /* not IGNORED_NOT: the reset harmed nothing; it is counted, not judged */
	struct endpoint client;
	struct endpoint server;
	bool resetter_is_client;
	bool has_date; /* times are since the epoch */
	bool has_time;
	uint8_t file;	/* input of the run */
	uint64_t frame; /* of the reset */
	int64_t reset_ns;
	int64_t first_ns; /* first packet of the connection */

	/* the reset segment, raw */
	uint32_t rst_seq; /* absolute */
	uint32_t rst_ack;
	int64_t rst_seq_relative; /* to the resetter's initial number; only if rst_relative_known */
	int64_t rst_ack_relative;
	uint32_t rst_payload;
	uint16_t rst_window;
	uint16_t rst_ip_id;
	uint16_t rst_options; /* enum option_bit */
	uint16_t rst_known;   /* enum seen_bit */
	uint8_t rst_flags;
	uint8_t rst_ttl;
	uint8_t rst_tos;
	bool rst_relative_known;
	uint8_t reason[EVIDENCE_REASON_MAX]; /* raw text the reset carried; escape before printing
					      */
	uint8_t reason_bytes;

	/* for pairing captures */
	uint32_t client_isn;
	uint32_t server_isn;
	bool client_isn_known;
	bool server_isn_known;

	struct host_story story;

	uint32_t client_bytes;
	uint32_t server_bytes;
	uint16_t ladder_count;
	struct rung ladder[LADDER_MAX]; /* in order of time */

	uint64_t known[(FACT_COUNT_ALL + 63) / 64];
	int64_t value[FACT_COUNT_ALL];
};

static inline bool evidence_knows(const struct evidence *ev, enum fact_id fact)
{
	return ev->known[fact / 64] >> (fact % 64) & 1;
}

/* 0 where the fact is unknown: ask evidence_knows() first where 0 means something. */
static inline int64_t evidence_value(const struct evidence *ev, enum fact_id fact)
{
	return ev->value[fact];
}

static inline bool evidence_is(const struct evidence *ev, enum fact_id fact, int64_t value)
{
	return evidence_knows(ev, fact) && ev->value[fact] == value;
}

static inline void evidence_set(struct evidence *ev, enum fact_id fact, int64_t value)
{
	ev->known[fact / 64] |= (uint64_t)1 << (fact % 64);
	ev->value[fact] = value;
}

/* An encrypted TLS alert has 23 bytes (TLS 1.2 with ChaCha20, RFC 7905) to 53 (CBC). */
static inline void evidence_set_trigger_size(struct evidence *ev, uint32_t bytes)
{
	evidence_set(ev, FACT_TRIGGER_SMALL, bytes < 64);
	evidence_set(ev, FACT_TRIGGER_ALERT_SIZED, bytes >= 23 && bytes < 64);
}

/* Sets the derived facts (facts.def) from those that are known; call it when all others are set. */
void evidence_derive(struct evidence *ev);

/* "rst_form": the JSON key of a fact. */
const char *fact_name(enum fact_id fact);
enum fact_kind fact_kind(enum fact_id fact);
/* Whether its values have names, as an enum's do; the others are numbers or yes and no. */
bool fact_is_enum(enum fact_id fact);
enum fact_origin fact_origin(enum fact_id fact);
const char *fact_meaning(enum fact_id fact);
/* Name of an enum value of a fact ("active", "data"), NULL if the fact is no enum. */
const char *fact_value_name(enum fact_id fact, int64_t value);
/* fact_id of a name or -ENOENT. */
int fact_find(const char *name);

#endif
