/* SPDX-License-Identifier: MIT */
/*
 * Destroys the established connections of a local port by bpf_sock_destroy(), as agents of
 * container networks do. The kernel has that function from 6.5 on.
 *
 * Floor 6. The name of the licence below is what the kernel asks for.
 */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#define ESTABLISHED 1

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* As far as it is read; libbpf finds the offsets in the running kernel. */
struct sock_common {
	__u16 skc_num;
	volatile unsigned char skc_state;
} __attribute__((preserve_access_index));
struct bpf_iter__tcp {
	void *meta;
	struct sock_common *sk_common;
} __attribute__((preserve_access_index));

extern int bpf_sock_destroy(struct sock_common *sock) __ksym;

const volatile __u16 port;

SEC("iter/tcp")
int destroy(struct bpf_iter__tcp *context)
{
	struct sock_common *sock = context->sk_common;

	if (sock && sock->skc_state == ESTABLISHED && sock->skc_num == port)
		bpf_sock_destroy(sock);
	return 0;
}
