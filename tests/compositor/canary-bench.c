/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * What a canary costs: the pattern that is drawn and read back where a context does not tell of
 * resets. Measured one after the other, and with pauses as in a desktop at rest, where caches and
 * threads have gone cold.
 */
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "gl/draw.h"
#include "gl/egl.h"
#include "gl/generation.h"

#define NS_PER_SECOND 1000000000
#define SAMPLES_MAX 10000

struct bench {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	int instructions_fd; // -1: the kernel does not let us count
	int64_t wall_ns[SAMPLES_MAX];
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * NS_PER_SECOND + time.tv_nsec;
}

/* Of this process, with the threads that it will have. */
static int count_instructions(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof attr,
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.inherit = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static int64_t instructions(const struct bench *bench)
{
	int64_t count = 0;

	if (bench->instructions_fd < 0 ||
		read(bench->instructions_fd, &count, sizeof count) != sizeof count) {
		return -1;
	}
	return count;
}

static const char *start(struct bench *bench)
{
	static const struct egl_options options = {
		.platform = EGL_PLATFORM_SURFACELESS_MESA,
		.visuals = {.count = 1, .list = {{DRM_FORMAT_XRGB8888, 8, 8, 8, 0}}},
	};
	const char *error;

	bench->instructions_fd = count_instructions();
	if (gl_api_load(&bench->api, gl_api_resolve_driver, NULL)) {
		return "entry points are missing";
	}
	error = egl_init(&bench->egl, &bench->api, &options);
	if (!error) {
		bench->gen = generation_create(&bench->egl, 1, &error);
	}
	return error;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool draw_canaries(struct bench *bench, int n, int pause_ms)
{
	const struct timespec pause = {
		.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000L};

	for (int i = 0; i < n; i++) {
		int64_t begin;

		if (pause_ms > 0) {
			nanosleep(&pause, NULL);
		}
		begin = clock_ns(CLOCK_MONOTONIC);
		if (!draw_probe(bench->gen, NULL)) {
			return false;
		}
		bench->wall_ns[i] = clock_ns(CLOCK_MONOTONIC) - begin;
	}
	return true;
}

/* One member of a JSON object. Returns false when a canary came to no good. */
static bool measure(struct bench *bench, const char *name, int n, int pause_ms)
{
	int64_t cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID), executed = instructions(bench);

	if (!draw_canaries(bench, n, pause_ms)) {
		return false;
	}
	cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	executed = instructions(bench) - executed;
	qsort(bench->wall_ns, (size_t)n, sizeof bench->wall_ns[0], compare);
	printf("\"%s\": {\"n\": %d, \"wall_ms_p50\": %.4f, \"wall_ms_p99\": %.4f, "
	       "\"wall_ms_max\": %.4f, \"cpu_ms\": %.4f",
		name, n, (double)bench->wall_ns[n / 2] / 1e6,
		(double)bench->wall_ns[n * 99 / 100] / 1e6, (double)bench->wall_ns[n - 1] / 1e6,
		(double)cpu / 1e6 / n);
	if (bench->instructions_fd >= 0) {
		printf(", \"instructions\": %" PRId64, executed / n);
	}
	printf("}");
	return true;
}

/* The arguments, for a slow machine or valgrind: how many in a row, how many with pauses. */
int main(int argc, char **argv)
{
	static struct bench bench;
	int in_a_row = argc > 1 ? atoi(argv[1]) : 2000, apart = argc > 2 ? atoi(argv[2]) : 50;
	const char *error;
	bool ok;

	if (in_a_row < 1 || in_a_row > SAMPLES_MAX || apart < 1 || apart > SAMPLES_MAX) {
		fprintf(stderr, "usage: canary-bench [IN-A-ROW [APART]]\n");
		return 2;
	}
	error = start(&bench);
	if (error) {
		fprintf(stderr, "canary-bench: %s\n", error);
		return 1;
	}
	printf("{");
	ok = measure(&bench, "in a row", in_a_row, 0);
	printf(", ");
	ok = ok && measure(&bench, "100 ms apart", apart, 100);
	printf("}\n");
	generation_destroy(bench.gen, false);
	egl_finish(&bench.egl);
	return ok ? 0 : 1;
}
