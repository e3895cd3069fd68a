/* SPDX-License-Identifier: MIT */
/*
 * What the path of a control group tells: which container and which pod a process belongs to. Paths
 * come from container managers: foreign text.
 *
 * Floor 5. No I/O.
 */
#ifndef WHYRST_HOST_CGROUP_H
#define WHYRST_HOST_CGROUP_H

#include <stddef.h>

#include "flow/evidence.h"

/*
 * From the text of /proc/PID/cgroup into @ret: cgroup, container, pod; "" where there is none. Of
 * several hierarchies the line counts that names a container; then the unified one, memory, cpu.
 */
void cgroup_parse(const char *text, size_t length, struct program *ret);

/*
 * The container of one path: 12 digits of the id that docker, containerd, CRI-O, podman or ECS put
 * there, or the name of an LXC or systemd-nspawn container (cut to fit); "" if it is none. The
 * innermost counts.
 */
void cgroup_container(const char *path, size_t length, char *ret, size_t ret_bytes);

/* The uid of the Kubernetes pod, with dashes; "" if it is none. */
void cgroup_pod(const char *path, size_t length, char *ret, size_t ret_bytes);

/*
 * Copies the end of a @text that does not fit, from the beginning of a component of the path where
 * one begins early enough; what was cut does not begin with a slash. Never cuts a character.
 */
void path_copy_end(char *ret, size_t ret_bytes, const char *text, size_t length);

#endif
