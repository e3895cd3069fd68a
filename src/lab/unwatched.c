/* SPDX-License-Identifier: MIT */
#include "lab/unwatched.h"

#include <stdio.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "host/boot.h"
#include "lab/unwatched_turn.h"
#include "unwatched.skel.h"

struct unwatched {
	struct unwatched_bpf *program;
};

struct unwatched *unwatched_start(void)
{
	struct unwatched *unwatched = calloc(1, sizeof(*unwatched));

	if (!unwatched)
		return NULL;
	libbpf_set_print(NULL);
	unwatched->program = unwatched_bpf__open_and_load();
	if (unwatched->program && unwatched_bpf__attach(unwatched->program) == 0)
		return unwatched;
	unwatched_stop(unwatched);
	return NULL;
}

void unwatched_stop(struct unwatched *unwatched)
{
	if (!unwatched)
		return;
	unwatched_bpf__destroy(unwatched->program);
	free(unwatched);
}

/* Linux 5.18 has one argument more: there it would be nobody's turn that was watched. */
static bool is_understood(const struct unwatched *unwatched)
{
	return unwatched->program->bss->turn_count * 4 < unwatched->program->bss->switch_count;
}

bool unwatched_between(const struct unwatched *unwatched, int64_t begin_ns, int64_t end_ns,
		       char *ret_whose, size_t size)
{
	const int64_t offset_ns = clock_wall_minus_monotonic_ns();
	struct unwatched_turn turn;
	int fd = -1;

	if (unwatched && is_understood(unwatched))
		fd = bpf_map__fd(unwatched->program->maps.turns);
	for (uint32_t i = 0; fd >= 0 && i < UNWATCHED_TURNS; i++) {
		if (bpf_map_lookup_elem(fd, &i, &turn) || !turn.end_ns)
			break;
		if ((int64_t)turn.begin_ns + offset_ns > end_ns ||
		    (int64_t)turn.end_ns + offset_ns < begin_ns)
			continue;
		snprintf(ret_whose, size, "%.*s (pid %u)", (int)sizeof(turn.comm), turn.comm,
			 turn.pid);
		return true;
	}
	return false;
}
