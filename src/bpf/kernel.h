/* SPDX-License-Identifier: MIT */
/*
 * The kernel's types, as far as the programs read them. Names are the kernel's, order and offsets
 * are not: libbpf finds each field in the running kernel's own BTF (CO-RE). A field that a kernel
 * lacks is asked for with bpf_core_field_exists() before it is read.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_KERNEL_H
#define WHYRST_BPF_KERNEL_H

#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};
struct nf_hook_entry {
	void *hook;
	void *priv;
};
struct nf_hook_entries {
	__u16 num_hook_entries;
	struct nf_hook_entry hooks[];
};
struct netns_nf {
	struct nf_hook_entries *hooks_ipv4[5];
	struct nf_hook_entries *hooks_ipv6[5];
};
struct net {
	struct ns_common ns;
	struct netns_nf nf;
};
struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be32 u6_addr32[4]; /* so that it is copied by words */
	} in6_u;
};
struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct {
		struct net *net;
	} skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	unsigned long skc_flags;
	/* a TIME_WAIT mini-socket keeps its numbers here from 6.15 on */
	__u32 skc_tw_rcv_nxt;
	__u32 skc_tw_snd_nxt;
};
struct file {
	void *private_data;
	struct inode *f_inode;
};
struct super_block {
	unsigned long s_magic;
};
struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
	struct super_block *i_sb;
};
struct socket {
	short type;
	struct file *file;
	struct sock *sk;
};
struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};
struct sock {
	struct sock_common __sk_common;
	int sk_err;
	struct socket *sk_socket;
	__u16 sk_protocol;
	__u16 sk_type;
	__u8 sk_shutdown;
	unsigned long sk_lingertime;
	__u32 sk_ack_backlog;
	__u32 sk_max_ack_backlog;
	struct {
		unsigned int val;
	} sk_uid;
};
struct inet_sock {
	struct sock sk;
	__be16 inet_sport;
};
struct inet_connection_sock {
	struct inet_sock icsk_inet;
	__u8 icsk_retransmits;
	__u8 icsk_probes_out;
	struct {
		__u32 lrcvtime;
	} icsk_ack;
	__u32 icsk_user_timeout;
};
struct tcp_options_received {
	int ts_recent_stamp;
	__u32 rcv_tsval;
	__u16 saw_tstamp : 1, tstamp_ok : 1, snd_wscale : 4, rcv_wscale : 4;
};
struct tcp_sock {
	struct inet_connection_sock inet_conn;
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 rcv_wnd;
	__u32 write_seq;
	__u32 snd_nxt;
	__u32 snd_una;
	__u32 snd_wl1;
	__u32 snd_wnd;
	__u32 srtt_us;
	__u32 lsndtime;
	__u32 rcv_tstamp;
	__u32 total_retrans;
	__u32 segs_in;
	__u32 data_segs_in;
	__u64 bytes_received;
	__u64 bytes_sent;
	__u64 bytes_retrans;
	__u64 bytes_acked;
	__u64 tcp_mstamp;
	__u64 delivered_mstamp;
	unsigned int keepalive_time;
	unsigned int keepalive_intvl;
	__u8 keepalive_probes;
	int linger2;
	bool is_mptcp;
	__u8 repair : 1;
	__u8 syn_fastopen : 1;
	struct tcp_options_received rx_opt;
	struct {
		__u64 time;
	} rcvq_space;
};
struct inet_timewait_sock {
	struct sock_common __tw_common;
	unsigned char tw_substate;
	__be16 tw_sport;
};
struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
	__u32 tw_rcv_nxt;
	__u32 tw_snd_nxt;
};
struct request_sock {
	struct sock_common __req_common;
};
struct inet_request_sock {
	struct request_sock req;
	__u16 acked : 1;
};
struct net_device {
	struct {
		struct net *net;
	} nd_net;
};
struct dst_entry {
	struct net_device *dev;
};
struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned long _skb_refdst;
	unsigned long _nfct;
	unsigned int len;
	int skb_iif;
	__be16 protocol;
	__u16 transport_header;
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
};
struct rlimit {
	unsigned long rlim_cur;
	unsigned long rlim_max;
};
struct fdtable {
	unsigned int max_fds;
	unsigned long *open_fds;
};
struct files_struct {
	struct fdtable *fdt;
};
struct mm_struct {
	unsigned long flags;
};
struct signal_struct {
	int group_exit_code;
	struct mm_struct *oom_mm;
	struct rlimit rlim[16];
};
struct nsproxy {
	struct net *net_ns;
};
struct task_struct {
	unsigned int flags;
	int exit_code;
	int tgid;
	struct files_struct *files;
	struct signal_struct *signal;
	struct nsproxy *nsproxy;
	char comm[16];
};
struct seq_file {
	unsigned long count;
};
struct bpf_iter_meta {
	struct seq_file *seq;
};
struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

/* Only their existence or value is asked for. */
enum sk_rst_reason {
	SK_RST_REASON_NO_SOCKET = 1,
};
enum skb_drop_reason {
	SKB_DROP_REASON_TCP_RESET = 45,
	SKB_DROP_REASON_TCP_INVALID_SEQUENCE = 42,
	SKB_DROP_REASON_NETFILTER_DROP = 8,
};

#pragma clang attribute pop

enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
};

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define ETH_P_IP_BE __builtin_bswap16(0x0800)
#define ETH_P_IPV6_BE __builtin_bswap16(0x86dd)
#define PF_EXITING 0x4
#define SOCKFS_MAGIC 0x534f434b
#define RLIMIT_NOFILE 7
#define ENOENT 2

/* Bits of sk->sk_flags (enum sock_flags in include/net/sock.h; the first ones have never moved). */
#define SOCK_DEAD_BIT 0
#define SOCK_DONE_BIT 1
#define SOCK_KEEPOPEN_BIT 3
#define SOCK_LINGER_BIT 4

#define FLAG_FIN 0x01
#define FLAG_SYN 0x02
#define FLAG_RST 0x04
#define FLAG_ACK 0x10

#endif
