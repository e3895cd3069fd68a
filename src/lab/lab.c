/* SPDX-License-Identifier: MIT */
/* The lab as a whole: made once, lent to one scenario after the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab_private.h"

static const char *const names[] = { "client",	 "server",   "router", "third",
				     "client-2", "server-2", "nobody" };

const char *lab_who_name(enum lab_who who)
{
	return names[who];
}

enum lab_who lab_host_of(enum lab_who who)
{
	if (who == LAB_CLIENT_2)
		return LAB_CLIENT;
	return who == LAB_SERVER_2 ? LAB_SERVER : who;
}

int64_t lab_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

int lab_new(struct lab **ret_lab, char *ret_why, size_t why_size)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	int i, r;

	if (lab)
		lab->packets = calloc(LAB_CAPTURE_MAX, sizeof(*lab->packets));
	if (!lab || !lab->packets) {
		free(lab);
		snprintf(ret_why, why_size, "no memory");
		return -ENOMEM;
	}
	lab->home_ns = -1;
	for (i = 0; i < LAB_HOSTS; i++)
		lab->ns[i] = lab->capture[i] = -1;
	buf_init(&lab->notes, 65536);
	for (i = 0; i < LAB_HOSTS; i++)
		buf_init(&lab->files[i], LAB_FILE_MAX);
	r = hosts_create(lab, ret_why, why_size);
	if (r < 0) {
		lab_free(lab);
		return r;
	}
	*ret_lab = lab;
	return 0;
}

void lab_free(struct lab *lab)
{
	int i;

	if (!lab)
		return;
	lab_end(lab);
	sandbox_end(lab);
	for (i = 0; i < LAB_HOSTS; i++) {
		buf_release(&lab->files[i]);
		if (lab->capture[i] >= 0)
			close(lab->capture[i]);
		if (lab->ns[i] >= 0)
			close(lab->ns[i]);
	}
	if (lab->home_ns >= 0)
		close(lab->home_ns);
	buf_release(&lab->notes);
	free(lab->packets);
	free(lab);
}

void lab_begin(struct lab *lab, uint16_t port_base)
{
	lab->port_base = port_base;
	lab->patience_ms = 1000;
	lab->broken[0] = lab->skipped[0] = '\0';
	lab->begin_ns = 0;
	lab->moment_count = 0;
	buf_clear(&lab->notes);
	capture_begin(lab);
}

void lab_end(struct lab *lab)
{
	programs_stop(lab);
	knobs_restore(lab);
	while (lab->sniff_count)
		close(lab->sniffs[--lab->sniff_count]);
	folder_remove(lab);
}

int lab_skip(struct lab *lab, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(lab->skipped, sizeof(lab->skipped), format, arguments);
	va_end(arguments);
	return 0;
}

/* The first reason stays: what follows is its consequence. */
void lab_break(struct lab *lab, const char *format, ...)
{
	va_list arguments;

	if (lab->broken[0])
		return;
	va_start(arguments, format);
	vsnprintf(lab->broken, sizeof(lab->broken), format, arguments);
	va_end(arguments);
}

bool lab_broken(const struct lab *lab)
{
	return lab->broken[0];
}

bool lab_fixed(const struct lab *lab)
{
	return lab->fixed;
}

uint16_t lab_port(const struct lab *lab, unsigned int index)
{
	return (uint16_t)(lab->port_base + index % LAB_PORTS);
}

struct endpoint lab_endpoint(const char *host, uint16_t port)
{
	struct endpoint end = { 0 };

	endpoint_parse_host(host, strlen(host), &end);
	end.port = port;
	return end;
}

struct endpoint lab_loopback(const struct lab *lab, unsigned int index)
{
	return lab_endpoint(lab->ip6 ? "::1" : "127.0.0.1", lab_port(lab, index));
}

unsigned int lab_random(struct lab *lab, unsigned int below)
{
	if (!lab->random || !below)
		return 0;
	lab->random = lab->random * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)((lab->random >> 33) % below);
}

bool lab_ip6(const struct lab *lab)
{
	return lab->ip6;
}

struct endpoint lab_at(const struct lab *lab, enum lab_who who, unsigned int index,
		       unsigned int flags)
{
	if (lab->ip6)
		flags |= LAB_IP6;
	return lab_endpoint(hosts_address(lab_host_of(who), flags), lab_port(lab, index));
}

void lab_idle_ms(struct lab *lab, unsigned int ms)
{
	struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	if (lab_broken(lab))
		return;
	tell(lab, LAB_NOBODY, WORD_LAB_WAITS, "%u ms", ms);
	wait_name(lab, "%u ms to pass", ms);
	nanosleep(&wait, NULL);
}

void lab_patience(struct lab *lab, unsigned int ms)
{
	lab->patience_ms = ms;
}
