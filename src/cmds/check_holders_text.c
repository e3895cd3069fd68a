/* SPDX-License-Identifier: MIT */
/* Who holds the port, in words: the lines of `check -v`. */
#include "cmds/check.h"

#define HOLDERS_SHOWN 12
#define STALL_MIN_US 1000000 /* that a program did not run is worth a word */

static void add_program(const struct check_words *words, const struct check_holder *holder,
			struct buf *out)
{
	const struct program *program = &holder->program;

	if (!program->pid) {
		if (holder->socket.inode) {
			buf_add_text(out, check_pick(words, "a program of user ", "用户 "));
			check_add_foreign(holder->user, out);
			buf_add_text(out, check_pick(words, " (which one is told to root)",
						     " 的某个程序（root 才能看到是哪一个）"));
		} else {
			buf_add_text(out, check_pick(words, "no program: the kernel keeps it",
						     "不属于任何程序，由内核保留"));
		}
		return;
	}
	buf_printf(out, "pid %u ", program->pid);
	check_add_foreign(program->comm, out);
	if (program->user[0]) {
		buf_add_text(out, check_pick(words, ", user ", "，用户 "));
		check_add_foreign(program->user, out);
	}
	if (holder->programs > 1)
		buf_printf(
			out,
			holder->programs == 2
				? check_pick(words, ", and %u more process", "，另有 %u 个进程")
				: check_pick(words, ", and %u more processes", "，另有 %u 个进程"),
			holder->programs - 1);
	if (program->container[0]) {
		buf_add_text(out, check_pick(words, ", container ", "，容器 "));
		check_add_foreign(program->container, out);
	}
	if (holder->since_us >= 0) {
		buf_add_text(out, check_pick(words, ", started ", "，启动于 "));
		lang_add_duration(words->common->lang, holder->since_us, out);
		buf_add_text(out, check_pick(words, " ago", "前"));
	}
	if (program->state == 'T' || program->state == 't')
		buf_add_text(out, check_pick(words,
					     "; STOPPED: it accepts nothing until it gets SIGCONT",
					     "；已被暂停：收到 SIGCONT 之前不会接受任何连接"));
	else if (program->state == 'D')
		buf_add_text(out, check_pick(words, "; waits inside the kernel (state D)",
					     "；卡在内核里（状态 D）"));
	else if (program->state == 'Z')
		buf_add_text(out, check_pick(words, "; has ended, its parent has not noticed",
					     "；已经结束，父进程还没有回收"));
	if (holder->stopped)
		buf_printf(
			out,
			check_pick(
				words,
				"; of the others pid %u is STOPPED: it accepts nothing until it "
				"gets SIGCONT",
				"；其他进程中 pid %u 已被暂停：收到 SIGCONT 之前不会接受任何连接"),
			holder->stopped);
	if (holder->not_run_us >= STALL_MIN_US) {
		buf_add_text(out, check_pick(words, "; last ran ", "；上次运行在 "));
		lang_add_duration(words->common->lang, holder->not_run_us, out);
		buf_add_text(out, check_pick(words, " ago", "前"));
	}
}

static void add_connections(const struct check_words *words, const struct check_holder *holder,
			    struct buf *out)
{
	const struct sock_diag_answer *socket = &holder->socket;
	bool one = holder->count == 1;

	if (holder->outgoing && one)
		buf_add_text(out, check_pick(words, " is the local port of a connection to ",
					     " 是一条对外连接的本地端口，对端 "));
	else if (holder->outgoing)
		buf_printf(out,
			   check_pick(words, " is the local port of %u connections, the first to ",
				      " 是 %u 条对外连接的本地端口，第一条的对端 "),
			   holder->count);
	else if (one)
		buf_printf(out,
			   check_pick(words, " has a connection in %s with ",
				      " 有 1 条处于 %s 的连接，对端 "),
			   sock_diag_state_name(socket->state));
	else
		buf_printf(out,
			   check_pick(words, " has %u connections in %s, the first with ",
				      " 有 %u 条处于 %s 的连接，第一条的对端 "),
			   holder->count, sock_diag_state_name(socket->state));
	check_add_endpoint(words, &socket->remote, out);
	if (socket->state == SOCK_DIAG_TIME_WAIT)
		buf_add_text(out,
			     check_pick(words,
					"; gone after 60 s at most, and SO_REUSEADDR binds over it",
					"；最多 60 秒；用 SO_REUSEADDR 可以直接绑定"));
}

static void add_kind(const struct check_words *words, const struct check_holder *holder,
		     struct buf *out)
{
	const struct sock_diag_answer *socket = &holder->socket;

	check_add_endpoint(words, &socket->local, out);
	if (socket->state == SOCK_DIAG_LISTEN) {
		buf_add_text(out, check_pick(words, " listens", " 监听"));
	} else if (holder->bound) {
		buf_add_text(out, check_pick(words, " is bound, but does not listen",
					     " 已绑定，但没有监听"));
	} else {
		add_connections(words, holder, out);
		return;
	}
	if (holder->count > 1)
		buf_printf(out, " × %u", holder->count);
}

void check_write_holders(const struct check_words *words, const struct check_holders *holders,
			 struct buf *out)
{
	size_t shown = holders->count < HOLDERS_SHOWN ? holders->count : HOLDERS_SHOWN;

	for (size_t i = 0; i < shown; i++) {
		const struct check_holder *holder = &holders->items[i];

		check_add_label(words, i ? "" : "held by", i ? "" : "占用者", out);
		add_program(words, holder, out);
		buf_add_char(out, '\n');
		check_add_label(words, "", "", out);
		add_kind(words, holder, out);
		buf_add_char(out, '\n');
	}
	if (shown < holders->count || holders->truncated) {
		check_add_label(words, "", "", out);
		buf_printf(out,
			   check_pick(words, "and more: %zu entries in all%s\n",
				      "还有更多：共 %zu 项%s\n"),
			   holders->count,
			   holders->truncated ? check_pick(words, " at least", "以上") : "");
	}
	if (!holders->count) {
		check_add_label(words, "held by", "占用者", out);
		buf_add_text(out,
			     check_pick(words, "nobody: the port is free\n", "没有：端口空闲\n"));
	}
	if (holders->bound_unknown) {
		check_add_label(words, "not told", "看不到", out);
		buf_add_text(out,
			     check_pick(words,
					"sockets that are bound but not connected: Linux 6.8 and "
					"later tell them\n",
					"只绑定、没有连接的套接字：Linux 6.8 起内核才会列出\n"));
	}
}
