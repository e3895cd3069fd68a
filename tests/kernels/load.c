/* SPDX-License-Identifier: MIT */
/*
 * Loads and attaches each program of a BPF object file by itself and says what the kernel answered:
 *	cc -o load load.c -lbpf; load OBJECT [PROGRAM]	with PROGRAM: the verifier's log of that one
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/libbpf.h>

static char *words;
static size_t words_size;
static FILE *said;
static char verifier[1 << 24];

static int keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(said, format, arguments);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The last line of the verifier's log that is not a count. */
static const char *reason(void)
{
	static char line[200];
	const char *at = verifier[0] ? verifier : words;

	line[0] = '\0';
	while (at && *at) {
		size_t length = strcspn(at, "\n");

		if (length && strncmp(at, "processed ", 10) && strncmp(at, "libbpf:", 7) &&
		    strncmp(at, "stack depth", 11) && strncmp(at, "verification time", 17) &&
		    strncmp(at, "-- END", 6))
			snprintf(line, sizeof(line), "%.*s", (int)length, at);
		at += length + (at[length] == '\n');
	}
	return line;
}

static int try_one(const char *path, const char *name, bool show)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program, *wanted = NULL;
	struct bpf_link *link = NULL;
	const char *step = "load", *count = NULL;
	double begin_s;
	int r;

	if (!object)
		return -errno;
	bpf_object__for_each_program(program, object)
	{
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), name));
		if (!strcmp(bpf_program__name(program), name))
			wanted = program;
	}
	bpf_program__set_log_level(wanted, show ? 5 : 4); /* 4: how much work it was */
	bpf_program__set_log_buf(wanted, verifier, sizeof(verifier));
	verifier[0] = '\0';
	begin_s = now_s();
	said = open_memstream(&words, &words_size);
	r = bpf_object__load(object);
	if (r == 0) {
		step = "attach";
		link = bpf_program__attach(wanted);
		r = link ? 0 : -errno;
	}
	fclose(said);
	count = strstr(verifier, "processed ");
	printf("%.1f s, %.*s instructions: ", now_s() - begin_s,
	       count ? (int)strcspn(count + 10, " ") : 1, count ? count + 10 : "?");
	if (r == 0)
		printf("ok    %s\n", name);
	else
		printf("%s %s: %s: %s\n", step, name, strerror(-r), reason());
	if (show)
		printf("%s%s", words, verifier);
	free(words);
	bpf_link__destroy(link);
	bpf_object__close(object);
	return r;
}

int main(int argc, char **argv)
{
	struct bpf_object *object;
	struct bpf_program *program;
	int bad = 0;

	if (argc < 2)
		return 2;

	said = stderr;
	libbpf_set_print(keep);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object)
		return 2;
	bpf_object__for_each_program(program, object)
	{
		const char *name = bpf_program__name(program);

		if (argc < 3 || !strcmp(argv[2], name))
			bad += try_one(argv[1], name, argc > 2) < 0;
	}
	bpf_object__close(object);
	return bad ? 1 : 0;
}
