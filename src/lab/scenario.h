/* SPDX-License-Identifier: MIT */
/*
 * A scenario: one cause of a reset (or one look-alike without a reset) provoked for real, and what
 * each viewpoint must make of it.
 *
 * To add one, write src/scenarios/NAME.c and nothing else (the table is generated from the folder):
 *
 *	static int run(struct lab *lab)
 *	{
 *		struct lab_pair pair = lab_pair(lab, 0);
 *
 *		lab_send_bytes(lab, pair.client, 100);
 *		lab_await_unread(lab, pair.server, 100);
 *		lab_close(lab, pair.server);
 *		lab_recv(lab, pair.client, 1024);
 *		return 0;
 *	}
 *
 *	const struct scenario scenario_close_unread = {
 *		.name = "close_unread",
 *		.story = { "the server closes while 100 bytes of the request are unread",
 *			   "服务端关闭连接时，请求中还有 100 字节没有读" },
 *		.class = "owner-abort",
 *		.cause = "close-unread",
 *		.sender = LAB_SERVER,
 *		.receiver = LAB_CLIENT,
 *		.shape = SHAPE_ACTIVE,
 *		.run = run,
 *	};
 *
 * run() is one straight line and checks nothing: what has to work and does not (a pair, a rule, an
 * awaited state) marks the scenario as broken, every later call then does nothing, and the runner
 * says what broke. What a program would see (send, recv, connect, close) is recorded and may fail.
 * Nothing needs undoing: sockets, processes, sysctls, rules, addresses and routes are restored.
 * lab.h has the calls. Use fresh ports only through lab_port()/lab_at(): by them the runner knows
 * which verdict belongs to which scenario. Never sleep for something that can be awaited.
 *
 * Recipes:
 * - A segment gets lost, or crosses another: lab_rule(lab, LAB_CLIENT, "input", "tcp sport %u
 *   tcp flags & fin == fin drop", port), later lab_unrule(lab, LAB_CLIENT).
 * - Segments cross each other, and nothing is lost: lab_hold(lab, LAB_ROUTER, "to-client"),
 *   lab_await_held(), lab_release().
 * - State that vanishes without a trace: lab_forget().
 * - An option before connect() or listen(): lab_socket(), lab_set(), lab_bind(),
 *   lab_listen_on(), lab_connect(), lab_accept() in place of lab_pair().
 * - A fixed client port: lab_bind(lab, client, lab_at(lab, LAB_CLIENT, 1, 0)).
 * - Two programs on one host: LAB_SERVER and LAB_SERVER_2.
 * - A real server: lab_file() for its configuration, lab_spawn(), lab_await_listener().
 * - A remedy that can be shown: `.remedy = { "...", "..." }`, and in run() if (lab_fixed(lab))
 *   does the same story with it applied; then every view must stay silent.
 * - A call that lab.h does not have: a static function of yours by lab_call(), or beside the other
 *   calls by lab_beside().
 *
 * Try it: make && build/whyrst lab run --only-stage NAME, then without --only-stage
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_SCENARIO_H
#define WHYRST_LAB_SCENARIO_H

#include "lab/lab.h"
#include "lang/lang.h"

/* What this machine must have; the runner finds out and skips with the reason. */
enum lab_need {
	NEED_NFT = 1 << 0,	 /* package nftables */
	NEED_CONNTRACK = 1 << 1, /* package conntrack */
	NEED_IPTABLES = 1 << 2,	 /* package iptables */
	NEED_MPTCP = 1 << 3,
	NEED_TFO = 1 << 4,
	NEED_MD5 = 1 << 5,
	NEED_REPAIR = 1 << 6,  /* TCP_REPAIR */
	NEED_DESTROY = 1 << 7, /* SOCK_DESTROY: CONFIG_INET_DIAG_DESTROY */
	NEED_IP6 = 1 << 8,
	NEED_NETDEV_REJECT = 1 << 9, /* nft: reject in the ingress hook of a device */
	NEED_TBF = 1 << 10,	     /* the queue that lab_hold() stops: CONFIG_NET_SCH_TBF */
	NEED_NETEM = 1 << 11,	     /* CONFIG_NET_SCH_NETEM */
	NEED_GUEST = 1 << 12,	     /* a machine to throw away: what it changes is everybody's */
};

/* The form of the first reset on the wire: checks the staging itself, without whyrst. */
enum lab_shape {
	SHAPE_ANY,     /* not checked */
	SHAPE_SILENT,  /* no reset on any link */
	SHAPE_ACTIVE,  /* Linux aborts a socket: RST+ACK with window, IP id or timestamp */
	SHAPE_PASSIVE, /* Linux has no socket for a packet, or netfilter rejects it: bare */
	SHAPE_OTHER,   /* neither: forged */
};

/* What the `live` that sees only one host's namespace must say. */
enum lab_want {
	WANT_DEFAULT, /* sender FIRST, receiver CLASS, others ANY; class none: SILENT everywhere */
	WANT_FIRST,   /* class right, cause first */
	WANT_LISTED,  /* class right or unknown, cause among the first three */
	WANT_CLASS,   /* class right or unknown; the place of the cause goes into the table */
	WANT_ANY,     /* a verdict is not needed; if there is one, as CLASS */
	WANT_UNSURE,  /* its packets are those of another class too: any verdict that is not certain
		       */
	WANT_FOOLED,  /* of captures: an end is imitated so well that its packets prove the wrong
		       * thing; `certain` assumes that nobody does that. A verdict, whichever */
	WANT_SILENT,  /* no verdict, but for those marked as expected */
};

#define LAB_ALSO 4

/* A further verdict that is true too: the story brings about more than one reset. */
struct lab_also {
	const char *class; /* NULL ends the list */
	const char *cause;
	enum lab_who host; /* only in this host's view, and in the one of all hosts */
};

/* Where a person looks for it in `lab list`. */
enum lab_group {
	GROUP_DEFAULT, /* look-alikes have no class; else who the sender is: server, client, network
			*/
	GROUP_SERVER,
	GROUP_CLIENT,
	GROUP_NETWORK,
	GROUP_LOOK_ALIKE,
	GROUP_LOAD, /* many connections, or limits reached by real work */
};

struct scenario {
	const char *name;		/* the file's name */
	const char *story[LANG_COUNT];	/* one sentence: who does what */
	const char *remedy[LANG_COUNT]; /* what is done differently when lab_fixed(); or NULL */
	const char *why[LANG_COUNT];	/* of a look-alike: why nothing is reset */
	const char *fingerprint;	/* row of the table of causes it covers; NULL: its name */
	const char *program;		/* one that must be in PATH (or a path with *), or NULL */
	const char *package;		/* that it comes in; NULL: of the same name */
	const char *class;		/* "none" for a look-alike that must stay without verdict */
	const char *cause;
	unsigned int needs;	       /* enum lab_need */
	enum lab_who sender;	       /* the host whose kernel really makes the reset */
	enum lab_who receiver;	       /* the host with the socket that suffers it, or LAB_NOBODY */
	enum lab_shape shape;	       /* of the first reset; its sender is checked too */
	enum lab_want want[LAB_HOSTS]; /* where the default is not what is right */
	enum lab_want want_all; /* of the view of all namespaces at once; default as the sender */
	enum lab_want want_captures; /* of what is read from captures; default CLASS */
	enum lab_want want_both;     /* of both captures together; default as of one */
	struct lab_also also[LAB_ALSO];
	const char *remains; /* the cause of those that the remedy is not about */
	enum lab_group group;
	unsigned int only_ip;	     /* 4 or 6 where it cannot be told over the other; 0: both */
	unsigned int takes_s;	     /* over both protocols, where it is three or more */
	bool slow;		     /* so long that it runs by its name or with --slow only */
	unsigned int limit_s;	     /* it hangs if it takes longer; 0: 30 */
	int (*run)(struct lab *lab); /* 0, a negative errno, or lab_skip() */
};

#endif
