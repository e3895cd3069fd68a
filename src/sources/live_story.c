/* SPDX-License-Identifier: MIT */
/*
 * Who: the process that has the socket, the one that acted, and the kernel on nobody's behalf are
 * three answers. The running task is only taken for the actor where the stack proves it.
 */
#include <string.h>

#include "sources/live_private.h"

/* Who has nothing to do sleeps, too: less says nothing. */
#define NOT_RUN_LEAST_US 1000000
#define STALL_OLD_NS 500000000ull
#define SIGNAL_MASK 0x7f
#define STALE_SIGNAL_NS 10000000000ll

static void program_find(struct live *live, uint32_t pid, const char *comm,
			 struct program *ret_program)
{
	memset(ret_program, 0, sizeof(*ret_program));
	if (!pid)
		return;
	if (process_cache_get(live->processes, pid, comm && *comm ? comm : NULL, ret_program) < 0) {
		ret_program->pid = pid;
		if (comm)
			memcpy(ret_program->comm, comm, PROGRAM_COMM);
	}
	/* What the kernel saw then outweighs what /proc says now. */
	if (comm && *comm)
		memcpy(ret_program->comm, comm, PROGRAM_COMM);
	ret_program->comm[PROGRAM_COMM - 1] = 0;
}

static void story_of_end(uint32_t exit_code, uint32_t signal_from, const char *from_comm,
			 struct host_story *story)
{
	story->signal = exit_code & SIGNAL_MASK;
	story->exit_status = story->signal ? -1 : (int32_t)(exit_code >> 8 & 0xff);
	if (!story->signal || !signal_from)
		return;
	story->signal_from = signal_from;
	memcpy(story->signal_from_comm, from_comm, PROGRAM_COMM);
	story->signal_from_comm[PROGRAM_COMM - 1] = 0;
}

static uint8_t oom_of(uint8_t told)
{
	return told <= OOM_HOST ? told : OOM_SOMEWHERE;
}

static void story_of_actor(const struct affair_view *view, struct host_story *story)
{
	const struct event_reset *main = view->main;
	const struct event_task *task = &main->task;

	story->how = view->made.how;
	story->actor_pid = main->head.tgid;
	memcpy(story->actor_comm, task->comm, PROGRAM_COMM);
	story->by = BY_TASK;
	if (view->made.how == HOW_DESTROY || view->foreign)
		return;
	program_find(view->live, main->head.tgid, task->comm, &story->owner);
	if (!story->owner.has_uid) {
		story->owner.uid = task->uid;
		story->owner.has_uid = true;
	}
	if (view->made.how == HOW_SIGNAL || view->made.how == HOW_EXIT) {
		bool fresh = main->head.time_ns - task->signal_ns < STALE_SIGNAL_NS;

		story_of_end(task->exit_code,
			     fresh && task->signal == (task->exit_code & SIGNAL_MASK)
				     ? task->signal_from
				     : 0,
			     task->signal_from_comm, story);
		story->oom = oom_of(task->oom);
	}
}

/* Of a passive reset: who had the connection before. */
static void story_of_past(const struct affair_view *view, struct host_story *story)
{
	const struct event_past *past = &view->main->past;
	const struct event_listener *listener = &view->main->listener;

	if (past->closer) {
		program_find(view->live, past->closer, past->comm, &story->owner);
		if (past->flags & PAST_EXITING) {
			story_of_end(past->exit_code, past->signal_from, past->signal_from_comm,
				     story);
			story->oom = oom_of(past->oom);
			story->how = story->signal ? HOW_SIGNAL : HOW_EXIT;
		} else {
			story->how = HOW_CLOSE;
		}
		return;
	}
	if (past->opener)
		program_find(view->live, past->opener, NULL, &story->owner);
	else if (!view->resetter_is_client && listener->live)
		program_find(view->live, listener->owner, listener->comm, &story->owner);
}

static void story_of_sufferer(const struct affair_view *view, struct host_story *story)
{
	const struct affair *affair = view->affair;
	uint32_t pid = affair->owner_pid;
	const char *comm = affair->owner_task.comm;

	if (!pid && affair->received.past.opener) {
		pid = affair->received.past.opener;
		comm = NULL;
	}
	if (!pid)
		pid = ask_owner(view->live, affair->received.head.socket);
	program_find(view->live, pid, affair->owner_pid ? comm : NULL, &story->sufferer);
}

/* Asked at most every STALL_OLD_NS: in a storm it is the same few processes. */
static const struct stall *stall_of(struct live *live, uint32_t pid, uint64_t now_ns)
{
	struct live_stall *known =
		&live->stalls[pid % (sizeof(live->stalls) / sizeof(*live->stalls))];

	if (known->pid != pid || now_ns - known->time_ns > STALL_OLD_NS) {
		known->pid = pid;
		known->time_ns = now_ns;
		known->found = stall_read(pid, &known->stall) == 0;
	}
	return known->found ? &known->stall : NULL;
}

/* Who did not get to the work: who did not accept, or who was given up by its peer. */
static void story_of_stall(const struct affair_view *view, struct evidence *ev)
{
	bool queued = evidence_is(ev, FACT_HOST_ACCEPT_QUEUE_FULL, 1);
	uint32_t pid = queued ? ev->story.owner.pid : ev->story.sufferer.pid;
	const struct stall *stall =
		pid ? stall_of(view->live, pid, view->main->head.time_ns) : NULL;

	if (!stall)
		return;
	if (stall->state == 'T' || stall->state == 'D')
		evidence_set(ev, FACT_HOST_OWNER_STOPPED, 1);
	if (stall->not_run_us >= NOT_RUN_LEAST_US)
		evidence_set(ev, FACT_HOST_OWNER_NOT_RUN, stall->not_run_us);
	if (stall->throttled > 0)
		evidence_set(ev, FACT_HOST_OWNER_THROTTLED, stall->throttled);
}

static void facts_of_signal(const struct host_story *story, struct evidence *ev)
{
	evidence_set(ev, FACT_HOST_SENT_SIGNAL, story->signal);
	evidence_set(ev, FACT_HOST_OOM, story->oom != OOM_NOT);
	if (story->oom == OOM_CGROUP || story->oom == OOM_HOST)
		evidence_set(ev, FACT_HOST_OOM_CGROUP, story->oom == OOM_CGROUP);
}

void story_of(const struct affair_view *view, struct evidence *ev)
{
	struct host_story *story = &ev->story;
	const struct event_reset *main = view->main;
	const char *word = kernel_reason_word(&view->live->kernel,
					      main->head.kind == EVENT_SENT ? main->reason : -1);

	story->known = true;
	story->netns = main->tuple.netns;
	story->kernel_reason = main->head.kind == EVENT_SENT ? main->reason : -1;
	strncpy(story->kernel_word, word, sizeof(story->kernel_word) - 1);
	story->exit_status = -1;
	story->view = (view->sent_here || view->foreign) && view->received_here ? VIEW_BOTH
		      : view->received_here					? VIEW_RECEIVED
										: VIEW_SENT;
	if (view->sent_here && view->is_active && view->made.by_task) {
		story_of_actor(view, story);
	} else if (view->sent_here) {
		story->by = BY_KERNEL;
		if (view->has_trigger)
			story_of_past(view, story);
		else
			program_find(view->live, main->past.opener, NULL, &story->owner);
	} else if (view->foreign) {
		story->by = BY_NETWORK;
		if (view->made.raw) {
			story->actor_pid = main->head.tgid;
			memcpy(story->actor_comm, main->task.comm, PROGRAM_COMM);
		}
	}
	if (view->received_here)
		story_of_sufferer(view, story);
	story_of_stall(view, ev);
	if (story->signal)
		facts_of_signal(story, ev);
}
