/* SPDX-License-Identifier: MIT */
#include "host/boot.h"

#include <sys/times.h>
#include <time.h>

#define SECOND_NS INT64_C(1000000000)

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return 0;
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

int64_t clock_monotonic_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

int64_t clock_thread_ns(void)
{
	return now_ns(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_wall_minus_monotonic_ns(void)
{
	int64_t best = 0, narrowest = INT64_MAX;
	int i;

	/* We may be interrupted between two readings: the narrowest of some is taken. */
	for (i = 0; i < 8; i++) {
		int64_t before = now_ns(CLOCK_MONOTONIC);
		int64_t wall = now_ns(CLOCK_REALTIME);
		int64_t after = now_ns(CLOCK_MONOTONIC);

		if (after - before < narrowest) {
			narrowest = after - before;
			best = wall - before - (after - before) / 2;
		}
	}
	return best;
}

static int64_t tick_ns(void)
{
	struct timespec resolution;

	/* Coarse clocks step once a tick: TICK_NSEC, kernel/time/posix-timers.c. */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &resolution) || resolution.tv_sec ||
	    resolution.tv_nsec <= 0)
		return SECOND_NS / 250;
	return resolution.tv_nsec;
}

uint32_t clock_ticks_per_second(void)
{
	int64_t tick = tick_ns();

	return (uint32_t)((SECOND_NS + tick / 2) / tick);
}

int64_t clock_monotonic_of_stamp_ns(uint32_t hundredths)
{
	/*
	 * times() returns the kernel's jiffies in hundredths (USER_HZ), and that with the value
	 * they start from: INITIAL_JIFFIES is 300 s before the wrap of 32 bits
	 * (include/linux/jiffies.h). Jiffies and CLOCK_MONOTONIC do not start at one moment of the
	 * boot; an age counted in the one can be taken from the other.
	 */
	struct tms ignored;
	uint64_t tick = (uint64_t)tick_ns();
	uint64_t start = UINT64_C(0x100000000) - 300 * (uint64_t)clock_ticks_per_second();
	uint32_t now = (uint32_t)times(&ignored) - (uint32_t)(start * tick / 10000000);
	uint32_t age = now - hundredths;

	if (age > UINT32_MAX - 100)
		age = 0; /* made in this very hundredth */
	return clock_monotonic_ns() - (int64_t)age * (SECOND_NS / 100);
}
