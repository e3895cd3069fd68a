/* SPDX-License-Identifier: MIT */
/* What only a live host has: whose socket it was, who acted, in which namespace. */
#include "sinks/json_sink.h"

#include "base/escape.h"

static void add_text(struct buf *out, const char *key, const char *text, size_t max)
{
	size_t length = strnlen(text, max);

	if (!length)
		return;
	buf_add_text(out, key);
	escape_json(out, text, length);
	buf_add_char(out, '"');
}

static void add_number(struct buf *out, const char *key, int64_t value)
{
	buf_add_text(out, key);
	buf_add_i64(out, value);
}

static void add_program(struct buf *out, const char *key, const struct program *program)
{
	if (!program->pid)
		return;
	buf_add_text(out, key);
	add_number(out, "{\"pid\":", program->pid);
	add_text(out, ",\"comm\":\"", program->comm, sizeof(program->comm));
	add_text(out, ",\"exe\":\"", program->exe, sizeof(program->exe));
	add_text(out, ",\"user\":\"", program->user, sizeof(program->user));
	add_text(out, ",\"cgroup\":\"", program->cgroup, sizeof(program->cgroup));
	add_text(out, ",\"container\":\"", program->container, sizeof(program->container));
	add_text(out, ",\"pod\":\"", program->pod, sizeof(program->pod));
	buf_add_char(out, '}');
}

static void add_actor(struct buf *out, const struct host_story *story)
{
	static const char *const hows[] = {
		NULL, "close", "exit", "signal", "shutdown", "destroy"
	};

	if (!story->actor_pid)
		return;
	add_number(out, ",\"actor\":{\"pid\":", story->actor_pid);
	add_text(out, ",\"comm\":\"", story->actor_comm, sizeof(story->actor_comm));
	if (story->how < sizeof(hows) / sizeof(*hows) && hows[story->how])
		add_text(out, ",\"how\":\"", hows[story->how], 16);
	buf_add_char(out, '}');
}

static void add_death(struct buf *out, const struct host_story *story)
{
	if (!story->signal)
		return;
	add_number(out, ",\"signal\":{\"number\":", story->signal);
	if (story->signal_from) {
		add_number(out, ",\"from_pid\":", story->signal_from);
		add_text(out, ",\"from_comm\":\"", story->signal_from_comm,
			 sizeof(story->signal_from_comm));
	}
	if (story->oom)
		buf_add_text(out, ",\"oom\":true");
	if (story->oom == OOM_CGROUP || story->oom == OOM_HOST)
		add_text(out, ",\"oom_of\":\"", story->oom == OOM_CGROUP ? "cgroup" : "host", 8);
	buf_add_char(out, '}');
}

const char *json_view(const struct host_story *story)
{
	return story->view == VIEW_RECEIVED ? "received" : "sent";
}

void json_add_story(struct buf *out, const struct host_story *story)
{
	add_program(out, ",\"owner\":", &story->owner);
	add_program(out, ",\"sufferer\":", &story->sufferer);
	add_actor(out, story);
	add_death(out, story);
	add_text(out, ",\"kernel_reason\":\"", story->kernel_word, sizeof(story->kernel_word));
}
