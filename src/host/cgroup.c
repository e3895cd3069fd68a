/* SPDX-License-Identifier: MIT */
#include "host/cgroup.h"

#include <stdbool.h>
#include <string.h>

#define ID_DIGITS 64   /* SHA-256, as all OCI managers name containers */
#define ID_SHOWN 12    /* as `docker ps` shows it */
#define TASK_DIGITS 32 /* of an ECS task */
#define UID_DIGITS 32

/* One component of a path. */
struct part {
	const char *text;
	size_t length;
};

static bool next_part(const char **p, const char *end, struct part *ret)
{
	while (*p < end && **p == '/')
		(*p)++;
	ret->text = *p;
	while (*p < end && **p != '/')
		(*p)++;
	ret->length = (size_t)(*p - ret->text);
	return ret->length > 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static size_t hex_run(const char *p, const char *end)
{
	const char *start = p;

	while (p < end && is_hex(*p))
		p++;
	return (size_t)(p - start);
}

static bool begins(const struct part *part, const char *word)
{
	size_t length = strlen(word);

	return part->length >= length && memcmp(part->text, word, length) == 0;
}

static bool ends(const struct part *part, const char *word)
{
	size_t length = strlen(word);

	return part->length >= length &&
	       memcmp(part->text + part->length - length, word, length) == 0;
}

static bool is(const struct part *part, const char *word)
{
	return part->length == strlen(word) && begins(part, word);
}

/* Bytes of @text that fit into @bytes with a NUL, whole characters of UTF-8 only. */
static size_t fitting(const char *text, size_t length, size_t bytes)
{
	if (length < bytes)
		return length;
	length = bytes - 1;
	while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

static void copy(char *ret, size_t ret_bytes, const char *text, size_t length)
{
	length = fitting(text, length, ret_bytes);
	memcpy(ret, text, length);
	ret[length] = '\0';
}

void path_copy_end(char *ret, size_t ret_bytes, const char *text, size_t length)
{
	const char *slash;
	size_t cut;

	if (length < ret_bytes) {
		memcpy(ret, text, length);
		ret[length] = '\0';
		return;
	}
	cut = length - (ret_bytes - 1);
	slash = memchr(text + cut, '/', ret_bytes / 2);
	if (slash)
		cut = (size_t)(slash + 1 - text);
	while (cut < length && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut++;
	memcpy(ret, text + cut, length - cut);
	ret[length - cut] = '\0';
}

/*
 * "docker-ID.scope", "cri-containerd-ID.scope", "crio-ID.scope", "libpod-ID.scope", "ID" alone, and
 * "x.slice:cri-containerd:ID" (a manager told to use systemd that does not). Not the monitor beside
 * a container ("crio-conmon-ID"), a podman pod ("libpod_pod_ID.slice") or a mount unit.
 */
static const char *part_id(const struct part *part)
{
	const char *end = part->text + part->length, *p = part->text;

	if (memmem(part->text, part->length, "conmon", 6))
		return NULL;
	while (p < end) {
		size_t run = hex_run(p, end);
		bool from = p == part->text || p[-1] == '-' || p[-1] == ':';
		struct part rest = { p + run, (size_t)(end - p) - run };

		if (run == ID_DIGITS && from && (rest.length == 0 || is(&rest, ".scope")))
			return p;
		p += run ? run : 1;
	}
	return NULL;
}

/* AWS Fargate: /ecs/TASK/TASK-1234567890 */
static const char *part_ecs(const struct part *part, const struct part *first)
{
	const char *end = part->text + part->length, *p = part->text + TASK_DIGITS;

	if (!is(first, "ecs") || hex_run(part->text, end) != TASK_DIGITS || p == end || *p++ != '-')
		return NULL;
	if (p == end)
		return NULL;
	for (; p < end; p++)
		if (!is_digit(*p))
			return NULL;
	return part->text;
}

static int hex_value(char c)
{
	return is_digit(c) ? c - '0' : c - 'a' + 10;
}

/* systemd writes what its unit names may not hold as \x2d (systemd.unit(5), "String escaping"). */
static void copy_unescaped(char *ret, size_t ret_bytes, const char *text, size_t length)
{
	char name[128];
	size_t i = 0, used = 0;

	while (i < length && used < sizeof(name)) {
		char c = text[i];

		if (c == '\\' && length - i >= 4 && text[i + 1] == 'x' && is_hex(text[i + 2]) &&
		    is_hex(text[i + 3])) {
			int value = hex_value(text[i + 2]) * 16 + hex_value(text[i + 3]);

			if (value) { /* a NUL stays written out */
				name[used++] = (char)value;
				i += 4;
				continue;
			}
		}
		name[used++] = c;
		i++;
	}
	copy(ret, ret_bytes, name, used);
}

/* Containers that have a name instead of an id. */
static bool part_name(const struct part *part, const struct part *before, char *ret, size_t bytes)
{
	static const char payload[] = "lxc.payload.", machine[] = "machine-", scope[] = ".scope";
	static const char nspawn[] = "systemd-nspawn@", service[] = ".service";

	if (is(before, "lxc") || is(before, "lxc.payload"))
		copy(ret, bytes, part->text, part->length);
	else if (begins(part, payload) && !is(part, payload))
		copy(ret, bytes, part->text + sizeof(payload) - 1,
		     part->length - (sizeof(payload) - 1));
	else if (begins(part, nspawn) && ends(part, service) &&
		 part->length > sizeof(nspawn) + sizeof(service) - 2)
		copy_unescaped(ret, bytes, part->text + sizeof(nspawn) - 1,
			       part->length - (sizeof(nspawn) + sizeof(service) - 2));
	else if (is(before, "machine.slice") && begins(part, machine) && ends(part, scope) &&
		 part->length > sizeof(machine) + sizeof(scope) - 2 &&
		 !begins(part, "machine-qemu")) /* a virtual machine */
		copy_unescaped(ret, bytes, part->text + sizeof(machine) - 1,
			       part->length - (sizeof(machine) + sizeof(scope) - 2));
	else
		return false;
	return true;
}

void cgroup_container(const char *path, size_t length, char *ret, size_t ret_bytes)
{
	const char *p = path, *end = path + length;
	struct part part, before = { "", 0 }, first = { "", 0 };

	ret[0] = '\0';
	while (next_part(&p, end, &part)) {
		const char *id = part_id(&part);

		if (!first.length)
			first = part;
		if (!id)
			id = part_ecs(&part, &first);
		if (id)
			copy(ret, ret_bytes, id, ID_SHOWN);
		else
			part_name(&part, &before, ret, ret_bytes);
		before = part;
	}
}

/*
 * The uid after "pod": 32 hex digits, alone (pods from a file: a hash) or as 8-4-4-4-12 with dashes
 * (cgroupfs) or underscores (systemd, where a dash means a level).
 */
static bool parse_uid(const char *p, const char *end, char *ret)
{
	size_t digits = 0, used = 0;

	for (; p < end && digits < UID_DIGITS; p++) {
		bool joint = digits == 8 || digits == 12 || digits == 16 || digits == 20;

		if (is_hex(*p)) {
			ret[used++] = *p;
			digits++;
		} else if ((*p == '-' || *p == '_') && joint && ret[used - 1] != '-') {
			ret[used++] = '-';
		} else {
			return false;
		}
	}
	ret[used] = '\0';
	return digits == UID_DIGITS && (used == UID_DIGITS || used == UID_DIGITS + 4) &&
	       (p == end || *p == '.' || *p == ':');
}

void cgroup_pod(const char *path, size_t length, char *ret, size_t ret_bytes)
{
	const char *p = path, *end = path + length;
	bool kubernetes = false;
	struct part part;
	char uid[UID_DIGITS + 5 + 1];

	ret[0] = '\0';
	while (next_part(&p, end, &part)) {
		const char *at = part.text, *part_end = part.text + part.length;

		kubernetes = kubernetes || memmem(part.text, part.length, "kubepods", 8);
		if (!kubernetes)
			continue;
		while ((at = memmem(at, (size_t)(part_end - at), "pod", 3))) {
			bool from = at == part.text || at[-1] == '-';

			at += 3;
			if (from && parse_uid(at, part_end, uid))
				copy(ret, ret_bytes, uid, strlen(uid));
		}
	}
}

/* How much a line of /proc/PID/cgroup tells; smaller is more. */
static int rank(const char *controllers, size_t length, const struct part *path, bool container)
{
	struct part names = { controllers, length };
	int value;

	if (!length)
		value = 0; /* the unified hierarchy */
	else if (is(&names, "memory"))
		value = 1;
	else if (begins(&names, "cpu") && !begins(&names, "cpuset"))
		value = 2;
	else
		value = is(&names, "name=systemd") ? 3 : 4;
	return value + (is(path, "/") ? 10 : 0) - (container ? 20 : 0);
}

void cgroup_parse(const char *text, size_t length, struct program *ret)
{
	static const char deleted[] = " (deleted)"; /* its last process is dying */
	const char *line = text, *end = text + length, *next;
	int best = 100;

	ret->cgroup[0] = ret->container[0] = ret->pod[0] = '\0';
	for (; line < end; line = next) {
		const char *stop = memchr(line, '\n', (size_t)(end - line)), *names, *colon;
		char container[sizeof(ret->container)];
		struct part path;
		int value;

		next = stop ? stop + 1 : end;
		if (!stop)
			stop = end;
		names = memchr(line, ':', (size_t)(stop - line));
		colon = names ? memchr(names + 1, ':', (size_t)(stop - names - 1)) : NULL;
		if (!colon || memchr(colon, '\0', (size_t)(stop - colon)))
			continue;
		path = (struct part){ colon + 1, (size_t)(stop - colon - 1) };
		if (ends(&path, deleted))
			path.length -= sizeof(deleted) - 1;
		cgroup_container(path.text, path.length, container, sizeof(container));
		value = rank(names + 1, (size_t)(colon - names - 1), &path, container[0] != '\0');
		if (value >= best)
			continue;
		best = value;
		path_copy_end(ret->cgroup, sizeof(ret->cgroup), path.text, path.length);
		memcpy(ret->container, container, sizeof(container));
		cgroup_pod(path.text, path.length, ret->pod, sizeof(ret->pod));
	}
}
