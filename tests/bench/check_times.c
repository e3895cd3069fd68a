/* SPDX-License-Identifier: MIT */
/*
 * Runs a command so many times, one after the other, with its output thrown away, and says how
 * long it took from fork to wait, and how much of that on a processor.
 *
 *	check_times RUNS COMMAND...	"p50 p99 max cpu status" in milliseconds; cpu: the median;
 *status of the last run check_times -r PER_SECOND SECONDS COMMAND... at that pace: "runs p50 p99
 *max cpu late", late: runs that began after their time
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

static double run(char **command, int *ret_status, double *ret_cpu_ms)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage;
	double begin;
	pid_t pid;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	begin = now_ms();
	if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) ||
	    wait4(pid, &status, 0, &usage) != pid) {
		perror(command[0]);
		exit(1);
	}
	*ret_cpu_ms = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
		      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	posix_spawn_file_actions_destroy(&actions);
	return now_ms() - begin;
}

int main(int argc, char **argv)
{
	double per_second = 0, begin = now_ms(), *times, *cpu;
	int runs, late = 0, status = 0;

	if (argc > 4 && !strcmp(argv[1], "-r")) {
		per_second = atof(argv[2]);
		runs = (int)(per_second * atof(argv[3]));
		argv += 4;
	} else if (argc > 2) {
		runs = atoi(argv[1]);
		argv += 2;
	} else {
		return 2;
	}
	times = runs > 0 ? calloc((size_t)runs, sizeof(*times)) : NULL;
	cpu = runs > 0 ? calloc((size_t)runs, sizeof(*cpu)) : NULL;
	if (!times || !cpu)
		return 2;
	for (int i = 0; i < runs; i++) {
		double due = per_second > 0 ? begin + i * 1e3 / per_second : 0, now = now_ms();

		if (due > now) {
			struct timespec pause = { 0, (long)((due - now) * 1e6) };

			nanosleep(&pause, NULL);
		} else if (due + 1e3 < now) {
			late++;
		}
		times[i] = run(argv, &status, &cpu[i]);
	}
	qsort(times, (size_t)runs, sizeof(*times), compare);
	qsort(cpu, (size_t)runs, sizeof(*cpu), compare);
	if (per_second > 0)
		printf("%d ", runs);
	printf("%.2f %.2f %.2f %.2f %d\n", times[runs / 2], times[(int)((double)runs * 0.99)],
	       times[runs - 1], cpu[runs / 2], per_second > 0 ? late : status);
	free(times);
	free(cpu);
	return 0;
}
