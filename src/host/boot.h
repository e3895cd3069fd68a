/* SPDX-License-Identifier: MIT */
/*
 * This host's clocks. The kernel tells times as nanoseconds of CLOCK_MONOTONIC, as ticks since
 * boot, or as hundredths of a second since boot; people read the wall clock.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_BOOT_H
#define WHYRST_HOST_BOOT_H

#include <stdint.h>

int64_t clock_monotonic_ns(void);
/* Time of a processor that this thread has used: on a busy machine it passes slower. */
int64_t clock_thread_ns(void);

/*
 * What to add to a time of CLOCK_MONOTONIC to get the wall clock's time since the epoch. It changes
 * when the clock is set: ask again now and then. Good to a microsecond.
 */
int64_t clock_wall_minus_monotonic_ns(void);

/* CONFIG_HZ of the kernel: the unit of jiffies. */
uint32_t clock_ticks_per_second(void);

/*
 * The time on CLOCK_MONOTONIC of a stamp in hundredths of a second since boot
 * (ifa_cacheinfo.cstamp): (jiffies - INITIAL_JIFFIES) * 100 / HZ, cut to 32 bits,
 * net/ipv4/devinet.c and net/ipv6/addrconf.c cstamp_delta(). It wraps after 497 days: the newest
 * time that is not in the future is meant. Good to 20 ms; not for kernels of 300 ticks a second,
 * where it drifts by 0.26 s a month.
 */
int64_t clock_monotonic_of_stamp_ns(uint32_t hundredths);

#endif
