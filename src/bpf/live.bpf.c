/* SPDX-License-Identifier: MIT */
/*
 * The programs that `whyrst live` puts into the kernel, one group of hooks a header. Which of them
 * are loaded is decided by what the running kernel has (sources/live_attach.c).
 *
 * Floor 5.
 */
#include "state.h"
#include "reset.h"
#include "device.h"
#include "filter.h"
#include "task.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
