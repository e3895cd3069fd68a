/* SPDX-License-Identifier: MIT */
/*
 * What the programs in the kernel tell the live source: one record of fixed size a kind, in the
 * order of the fields below. Nobody but src/bpf and src/sources/live*.c knows these layouts.
 *
 * Shared by both sides; sizes are asserted, EVENT_VERSION changes with any layout. Host byte order.
 * Times are nanoseconds of CLOCK_MONOTONIC. IPv4 addresses are mapped (::ffff:a.b.c.d), so that a
 * dual-stack socket and its packets have one key.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_EVENT_H
#define WHYRST_BPF_EVENT_H

#ifdef __bpf__
#define EVENT_ASSERT(expression, text) _Static_assert(expression, text)
#else
#include <assert.h>
#include <linux/types.h>
#define EVENT_ASSERT(expression, text) static_assert(expression, text)
#endif

#define EVENT_VERSION 6
#define EVENT_STACK_MAX 28
#define EVENT_COMM 16

/*
 * What a process that watches calls itself. Looking for the owner of a socket it holds each file
 * for a moment; if the owner closes it just then, the socket ends with the watcher, whom that
 * proves nothing about.
 */
#define EVENT_WATCHER "whyrst-live"
#define EVENT_PAYLOAD 24
#define EVENT_SIBLINGS 4

enum event_kind {
	EVENT_SENT = 1,	    /* TCP sends a reset: struct event_reset */
	EVENT_RECEIVED = 2, /* TCP takes a reset: struct event_reset */
	EVENT_OUT = 3,	    /* a reset leaves through a device: struct event_reset */
	EVENT_IN = 4,	    /* a reset arrives at a device: struct event_reset */
	EVENT_REFUSED = 5,  /* TCP drops a reset that came: struct event_reset */
	EVENT_OWNER = 6,    /* whose socket it was that had been reset: struct event_owner */
};

/* One end's view of a connection; also the key of what is remembered. */
struct event_tuple {
	__u8 local[16];
	__u8 remote[16];
	__u16 local_port;
	__u16 remote_port;
	__u32 netns; /* inode number of the namespace */
} __attribute__((aligned(8)));
EVENT_ASSERT(sizeof(struct event_tuple) == 40, "event_tuple");

struct event_header {
	__u32 tgid;
	__u32 tid;
	__u64 time_ns;
	__u64 socket; /* address of the kernel's socket, 0 without */
	__u16 version;
	__u8 kind; /* enum event_kind */
	__u8 pad[5];
};
EVENT_ASSERT(sizeof(struct event_header) == 32, "event_header");

/* Whose memory had run out when the kernel's out-of-memory killer chose a process. */
enum event_oom {
	EVENT_OOM_NOT = 0,
	EVENT_OOM_SOMEWHERE = 1, /* the stack could not be read */
	EVENT_OOM_CGROUP = 2,	 /* a control group's, by its limit */
	EVENT_OOM_HOST = 3,
};

/* The task that was running. Whether it acted the stack decides. */
struct event_task {
	__u64 cgroup;	 /* id in the unified hierarchy */
	__u64 signal_ns; /* last fatal signal sent to it; 0 none */
	__u32 uid;
	__u32 exit_code; /* as wait() would tell it; only while exiting */
	__u32 signal;
	__u32 signal_from; /* process that sent it */
	__u32 fd_used;	   /* descriptors in use; known if fd_limit is not 0 */
	__u32 fd_limit;	   /* soft RLIMIT_NOFILE */
	__u32 netns;	   /* that the task is in */
	__u8 exiting;
	__u8 oom; /* enum event_oom */
	__u8 pad[2];
	char comm[EVENT_COMM];
	char signal_from_comm[EVENT_COMM];
};
EVENT_ASSERT(sizeof(struct event_task) == 80, "event_task");

enum event_segment_flag {
	SEGMENT_KNOWN = 1,
	SEGMENT_IP6 = 2,
	SEGMENT_DONT_FRAGMENT = 4,
	SEGMENT_TRACKED = 8,	/* conntrack knows its connection */
	SEGMENT_FORWARDED = 16, /* came in through a device before */
	SEGMENT_INFERRED = 32,	/* as netfilter builds it: TTL, ToS and IP id are not known */
};

/* A segment: the one that was answered, or the reset itself. Addresses as in its header. */
struct event_segment {
	__u8 source[16];
	__u8 destination[16];
	__u16 source_port;
	__u16 destination_port;
	__u32 seq;
	__u32 ack;
	__u32 payload_bytes;
	__u16 window;
	__u16 ip_id;
	__u8 tcp_flags;
	__u8 ttl;
	__u8 tos;
	__u8 flags;	   /* enum event_segment_flag */
	__u8 option_bytes; /* of options */
	__u8 payload_copied;
	__u8 options[40];
	__u8 payload[EVENT_PAYLOAD]; /* first bytes: looked at for hints, never shown */
	__u8 pad[6];
};
EVENT_ASSERT(sizeof(struct event_segment) == 128, "event_segment");

enum event_socket_flag {
	SOCKET_KNOWN = 1 << 0,	/* state and addresses are set */
	SOCKET_FULL = 1 << 1,	/* and all the rest: no request or TIME_WAIT mini-socket */
	SOCKET_DEAD = 1 << 2,	/* no program has it any more */
	SOCKET_DONE = 1 << 3,	/* the peer's FIN has come */
	SOCKET_LINGER = 1 << 4, /* SO_LINGER is on */
	SOCKET_KEEPALIVE = 1 << 5,
	SOCKET_DETACHED = 1 << 6, /* no struct socket: orphaned, or not accepted yet */
	SOCKET_MPTCP = 1 << 7,
	SOCKET_REPAIR = 1 << 8,
	SOCKET_SAW_TS = 1 << 9, /* the segment that was just handled had timestamps */
	SOCKET_TS_OK = 1 << 10, /* the connection uses timestamps */
	SOCKET_FASTOPEN = 1 << 11,
};

struct event_socket {
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_acked;
	__u32 flags; /* enum event_socket_flag */
	__u32 inode;
	__u32 uid;
	__u32 rcv_nxt, copied_seq, rcv_wnd;
	__u32 write_seq, snd_nxt, snd_una, snd_wnd;
	__u32 linger_ticks;
	__s32 linger2;
	__u32 since_received_ms; /* last payload */
	__u32 since_sent_ms;
	__u32 since_ack_ms; /* last segment with an acknowledgement */
	__u32 user_timeout_ms;
	__u32 keepalive_time_ms, keepalive_interval_ms;
	__u32 srtt_us;
	__u32 total_retransmits;
	__u32 backlog, backlog_max; /* of a listener: accept queue */
	__u32 segments_in, data_segments_in;
	__u16 error;
	__u8 state; /* TCP_ESTABLISHED.. as in the kernel */
	__u8 substate;
	__u8 shutdown;
	__u8 retransmits, probes_out, keepalive_probes;
	__u8 snd_wscale, rcv_wscale;
	__u8 pad[2];
	__u32 news_seq; /* of the peer's last segment with a new acknowledgement or window */
	__u32 since_delivered_ms; /* an acknowledgement of something new came; or, while nothing
				     was under way, something was sent */
	__u32 cookie_age_ms;	  /* since a listener last sent a SYN cookie; ~0 never */
	__u32 since_read_ms; /* since its program read, as the kernel notes it: at most once in a
			      * round trip; else since the handshake */
};
EVENT_ASSERT(sizeof(struct event_socket) == 152, "event_socket");

enum past_end {
	PAST_END_OPEN = 0,	/* it lives */
	PAST_END_CLOSED = 1,	/* close() or exit: FIN sent */
	PAST_END_SHUTDOWN = 2,	/* reserved */
	PAST_END_ABORTED = 3,	/* the owner's close sent a reset */
	PAST_END_TIMED_OUT = 4, /* retransmissions, probes or the user's timeout */
	PAST_END_RESET = 5,	/* the peer's reset was taken */
	PAST_END_DESTROYED = 6, /* from outside, or under TCP_REPAIR */
	PAST_END_GIVEN_UP = 7,	/* closed while connecting */
	PAST_END_REFUSED = 8,
	PAST_END_OVERFLOWED = 9, /* its handshake was done and the accept queue full */
};

enum past_flag {
	PAST_CLIENT = 1,   /* opened by connect() here */
	PAST_PEER_FIN = 2, /* the peer had closed */
	PAST_FD_FULL = 4,  /* closed unused while the process had no descriptor to spare */
	PAST_EXITING = 8,  /* closed because its owner ended: exit_code */
	PAST_SEEN_OPENING = 32,
	PAST_LISTENER_GONE = 64,
	PAST_INFERRED = 128, /* how it ended was told by no event and no error */
};

/* How a connection stood or ended on this host: kept by its tuple, bounded. */
struct event_past {
	__u64 born_ns;	 /* established; 0 unknown */
	__u64 closed_ns; /* FIN or end; 0 while open */
	__u64 bytes_received, bytes_sent;
	__u32 opener; /* process that called connect() */
	__u32 closer;
	__u32 exit_code;
	__u32 snd_nxt, rcv_nxt; /* at closed_ns, before the FIN */
	__u32 since_sent_ms, since_received_ms;
	__u32 srtt_us;
	__u16 error;
	__u8 end;	  /* enum past_end */
	__u8 state;	  /* TCP state before */
	__u8 flags;	  /* enum past_flag */
	__u8 oom;	  /* enum event_oom; with PAST_EXITING */
	__u8 retransmits; /* window probes among them; of PAST_END_TIMED_OUT */
	__u8 pad;
	char comm[EVENT_COMM]; /* of the closer */
	__u32 signal, signal_from;
	char signal_from_comm[EVENT_COMM];
	__u32 fd_used, fd_limit; /* with PAST_FD_FULL */
	__u32 unacked;
	__u32 pad2;
};
EVENT_ASSERT(sizeof(struct event_past) == 128, "event_past");

/* Of the peer's handshake. */
struct event_hello {
	__u64 time_ns; /* when its SYN or SYN-ACK came; 0 not seen */
	__u8 ttl;      /* 0 not seen */
	__u8 tcp_flags;
	__u8 again; /* the SYN-ACK came once more after the connection was established */
	__u8 pad[5];
};
EVENT_ASSERT(sizeof(struct event_hello) == 16, "event_hello");

/* Whose listeners are remembered: by namespace and port. */
struct listener_key {
	__u32 netns;
	__u16 port;
	__u16 pad;
};

struct event_listener {
	__u64 born_ns;	 /* 0: it listened before the watch began, or there is none */
	__u64 closed_ns; /* last time that a listener of this port closed; 0 never seen */
	__u32 owner;
	__u32 live; /* listeners on that port now, as far as seen */
	__u32 closer;
	__u32 closer_exit_code;
	__u8 closer_exiting;
	__u8 pad[7];
	char comm[EVENT_COMM];
};
EVENT_ASSERT(sizeof(struct event_listener) == 56, "event_listener");

struct event_sibling {
	__u64 time_ns;
	__u64 socket;
	__u8 remote[16];
	__u16 remote_port;
	__u8 established; /* looked up when the event was made */
	__u8 pad[5];
};
EVENT_ASSERT(sizeof(struct event_sibling) == 40, "event_sibling");

struct event_reset {
	struct event_header head;
	struct event_tuple tuple; /* local: the end on this host, as far as it can be told */
	__s32 reason;		  /* enum sk_rst_reason, or of a drop; -1: this kernel gives none */
	__u32 stack_count;
	struct event_task task;
	struct event_segment segment;
	struct event_socket sock;
	struct event_past past; /* closed_ns and born_ns both 0: nothing is known */
	struct event_hello hello;
	struct event_listener listener;		       /* of the local port */
	struct event_sibling siblings[EVENT_SIBLINGS]; /* connects of the owner */
	__u32 last_reset_age_ms; /* since a connection of the acting process was reset; ~0 never */
	__u32 last_reset_as_client;
	__u32 fin_dropped_age_ms; /* since a filter of this host dropped the peer's FIN; ~0 never */
	__u32 pad;
	__u64 hooks[4]; /* prerouting hooks of netfilter there: is conntrack among them */
	__u64 stack[EVENT_STACK_MAX];
};

struct event_owner {
	struct event_header head; /* tgid: the process that had the socket */
	struct event_task task;
};

/*
 * A connection of the same local port that a stray segment is meant for by its numbers: the other
 * end came here under another address or port. Written by the live source, asked by the iterator.
 */
struct twin_question {
	__u8 remote[16];
	__u32 rcv_nxt;
	__u32 snd_nxt;
	__u16 local_port;
	__u16 remote_port;
	__u32 pad;
};

/* A socket without its connection that a process still holds: how it had ended, and its owner. */
struct dead_line {
	struct event_past past; /* but for its end, which its error tells if nobody has taken it */
	__u32 tgid;
	__u32 pad;
};
EVENT_ASSERT(sizeof(struct dead_line) == 136, "dead_line");

/* Counts that stay exact when the ring is full. */
struct count_key {
	__u32 netns;
	__s32 reason;
	__u16 port; /* of the listener or refused SYN; 0 where the end is no server */
	__u8 kind;
	__u8 state;
	__u8 filtered; /* by FILTER, -p: not told */
	__u8 pad[3];
};
EVENT_ASSERT(sizeof(struct count_key) == 16, "count_key");

struct count_value {
	__u64 seen;
	__u64 lost; /* found the ring full */
};

/* Since when and until when events found the ring full. The live source sets first_ns to 0 when it
 * has decided all that lay near. Two CPUs may write at once: a moment more or less says nothing
 * else. */
struct ring_losses {
	__u64 first_ns, last_ns;
};

/* Ends of connections that are kept: by each CPU its share, so that none waits for another. */
#define PAST_MAX 65536
#define HELLO_MAX 32768 /* handshakes, of all CPUs */

/* Counters of the watch itself: a cache line a CPU. */
#define WATCH_LINES 1024
struct watch_counts {
	__u64 ended;	  /* ends of connections that were put into the table of the past */
	__u64 forgotten;  /* open ones whose place another took */
	__u64 count_full; /* count_key that found no room */
	__u64 pad[5];
};
EVENT_ASSERT(sizeof(struct watch_counts) == 64, "watch_counts");

#endif
