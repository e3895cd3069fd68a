/* SPDX-License-Identifier: MIT */
/* Stacks of measured resets: which code made them, on whose behalf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sources/live_private.h"

/* A made-up kernel: each function is 0x100 bytes long, in this order. */
static const char *const functions[] = {
	"tcp_send_active_reset",
	"__tcp_close",
	"tcp_close",
	"sock_close",
	"__fput",
	"__x64_sys_close",
	"do_syscall_64",
	"tcp_disconnect.part.0",
	"inet_csk_listen_stop",
	"do_exit",
	"do_group_exit",
	"get_signal",
	"tcp_keepalive_timer",
	"run_timer_softirq",
	"tcp_abort",
	"tcp_diag_destroy",
	"__x64_sys_sendmsg",
	"nf_send_reset",
	"nft_reject_inet_eval",
	"ip_forward",
	"ip_local_deliver",
	"raw_sendmsg",
	"tcp_v4_send_reset",
	"tcp_v4_rcv",
	"__inet_stream_connect",
	"__x64_sys_connect",
	"mptcp_close",
	"tcp_rcv_state_process",
	"tcp_reset",
	"tcp_validate_incoming",
	"ip_output",
	"__x64_sys_exit_group",
	"nf_hook_slow",
	"ip6_xmit",
	"ipv6_rcv",
};
#define BASE 0xffffffff81000000ull

static struct symbols *kernel(void)
{
	char path[] = "/tmp/whyrst-made-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct symbols *symbols;

	assert_non_null(file);
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		fprintf(file, "%016llx T %s\n", BASE + i * 0x100, functions[i]);
	fprintf(file, "%016llx T tcp_last\n", BASE + 0x10000);
	fclose(file);
	symbols = symbols_new_from(path, live_symbol_prefixes);
	unlink(path);
	assert_non_null(symbols);
	return symbols;
}

static uint64_t inside(const char *function)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++)
		if (!strcmp(functions[i], function))
			return BASE + i * 0x100 + 0x20;
	fail_msg("%s is no function here", function);
	return 0;
}

/* @stack: names from the innermost on, a space between them. */
static struct live_made made_of(const char *stack, struct event_reset *event)
{
	struct symbols *symbols = kernel();
	char copy[512], *save = NULL;
	struct live_made made;
	__u64 addresses[EVENT_STACK_MAX];
	uint32_t count = 0;

	snprintf(copy, sizeof(copy), "%s", stack);
	for (char *name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save))
		addresses[count++] = inside(name);
	made_find(symbols, addresses, count, event, &made);
	symbols_free(symbols);
	return made;
}

static void owners(void **state)
{
	static const struct {
		const char *stack;
		int action;
		uint8_t how;
		bool by_task;
		bool exiting;
		uint32_t exit_code;
	} rows[] = {
		{ "tcp_send_active_reset __tcp_close tcp_close sock_close __fput __x64_sys_close "
		  "do_syscall_64",
		  ACTION_CLOSE, HOW_CLOSE, true, false, 0 },
		{ "tcp_send_active_reset __tcp_close tcp_close __fput do_exit do_group_exit "
		  "get_signal",
		  ACTION_CLOSE, HOW_SIGNAL, true, true, 9 },
		{ "tcp_send_active_reset __tcp_close tcp_close __fput do_exit do_group_exit "
		  "__x64_sys_exit_group",
		  ACTION_CLOSE, HOW_EXIT, true, true, 7 << 8 },
		{ "tcp_send_active_reset tcp_disconnect.part.0 inet_csk_listen_stop __tcp_close "
		  "__x64_sys_close",
		  ACTION_LISTENER_CLOSE, HOW_CLOSE, true, false, 0 },
		/* The interrupted task has nothing to do with it. */
		{ "tcp_send_active_reset tcp_keepalive_timer run_timer_softirq __x64_sys_sendmsg",
		  ACTION_KEEPALIVE_TIMER, HOW_NONE, false, false, 0 },
		{ "tcp_send_active_reset tcp_abort tcp_diag_destroy __x64_sys_sendmsg",
		  ACTION_DESTROY, HOW_DESTROY, true, false, 0 },
		{ "tcp_send_active_reset tcp_disconnect.part.0 __inet_stream_connect "
		  "__x64_sys_connect",
		  ACTION_CONNECT_UNSPEC, HOW_CLOSE, true, false, 0 },
		{ "tcp_send_active_reset mptcp_close __fput __x64_sys_close", ACTION_MPTCP,
		  HOW_CLOSE, true, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct event_reset event = { .head.kind = EVENT_SENT, .reason = 14 };
		struct live_made made;

		event.task.exiting = rows[i].exiting;
		event.task.exit_code = rows[i].exit_code;
		made = made_of(rows[i].stack, &event);
		assert_int_equal(made.action, rows[i].action);
		assert_int_equal(made.how, rows[i].how);
		assert_int_equal(made.by_task, rows[i].by_task);
	}
}

static void filters(void **state)
{
	struct event_reset event = { .head.kind = EVENT_OUT };
	struct live_made made;

	(void)state;
	made = made_of("ip_output nf_send_reset nft_reject_inet_eval ip_forward", &event);
	assert_true(made.filter && !made.raw && !made.tcp);
	assert_int_equal(made.forwarding, 1);
	made = made_of("nf_send_reset nft_reject_inet_eval ip_local_deliver", &event);
	assert_int_equal(made.forwarding, 0);
	/* In prerouting, on a router; the client that sent the packet is on the same machine. */
	made = made_of("nf_send_reset nft_reject_inet_eval nf_hook_slow ipv6_rcv ip6_xmit", &event);
	assert_int_equal(made.forwarding, -1);
	made = made_of("nf_send_reset nft_reject_inet_eval nf_hook_slow ip6_xmit", &event);
	assert_int_equal(made.forwarding, 0);
	made = made_of("ip_output raw_sendmsg __x64_sys_sendmsg", &event);
	assert_true(made.raw && !made.filter);
	/* A program that sends, and whose packet meets a stack without the connection. */
	made = made_of("ip_output tcp_v4_send_reset tcp_v4_rcv raw_sendmsg", &event);
	assert_true(made.tcp && !made.raw);
}

static void no_reset_came(void **state)
{
	struct event_reset event = { .head.kind = EVENT_RECEIVED, .sock.state = KERNEL_FIN_WAIT2 };

	(void)state;
	assert_true(made_of("tcp_reset tcp_rcv_state_process tcp_v4_rcv", &event).bogus);
	assert_false(
		made_of("tcp_reset tcp_validate_incoming tcp_rcv_state_process tcp_v4_rcv", &event)
			.bogus);
	event.sock.state = KERNEL_SYN_SENT;
	assert_false(made_of("tcp_reset tcp_rcv_state_process tcp_v4_rcv", &event).bogus);
}

/* It held the file while it looked whose that was; the owner had closed it by then. */
static void watcher(void **state)
{
	const char *stack = "tcp_send_active_reset __tcp_close tcp_close sock_close __fput";
	struct event_reset event = { .head.kind = EVENT_SENT, .reason = 11 };
	char words[128];
	struct live_made made;

	(void)state;
	snprintf(words, sizeof(words), "%s __x64_sys_close", stack);
	memcpy(event.task.comm, EVENT_WATCHER, sizeof(EVENT_WATCHER));
	made = made_of(words, &event);
	assert_int_equal(made.action, ACTION_CLOSE);
	assert_false(made.by_task);
	event.task.comm[sizeof(EVENT_WATCHER) - 1] = '2';
	assert_true(made_of(words, &event).by_task);
}

static void without_symbols(void **state)
{
	struct event_reset event = { .head.kind = EVENT_SENT, .reason = 11 };
	__u64 stack[] = { 1, 2, 3 };
	struct live_made made;

	(void)state;
	made_find(NULL, stack, 3, &event, &made);
	assert_int_equal(made.action, ACTION_CLOSE);
	assert_false(made.by_task);
	event.reason = 14;
	made_find(NULL, stack, 3, &event, &made);
	assert_int_equal(made.action, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners),	   cmocka_unit_test(filters),
		cmocka_unit_test(no_reset_came),   cmocka_unit_test(watcher),
		cmocka_unit_test(without_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
