/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A weston module that counts the frames that were really painted into the file that WR_BENCH_PAGE
 * names, and obeys the letters that come by the named pipe beside it (that name with ".pipe"):
 *
 *   p has callgrind count `argument` frames, and write its costs, after as many as `skip`
 *   e, q, m measure what a context, a status query and the copy of `argument` bytes cost
 *   r reports what weston-robust has counted, and its newest incident
 *   H, C, A, N choose its retention policy; u takes away its limit of resets
 *
 * Any other letter is only acknowledged.
 */
#include "bench-page.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <libweston/libweston.h>

#include "weston-robust-api.h"

#ifdef HAVE_CALLGRIND
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS
#endif

#define MAX_OUTPUTS 32

static struct {
	struct weston_compositor *compositor;
	struct bench_page *page;
	int pipe;
	struct wl_listener output_created;
	struct watch {
		struct wl_listener frame, destroy;
	} watches[MAX_OUTPUTS];
	int n_watches;
	uint64_t profile_from, profile_to; // numbers of frames
} bench;

WL_EXPORT int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/*
 * Between two frames' signals is the work for one frame, though not all of it after the first
 * signal.
 */
static void profile(uint64_t frame)
{
	if (frame == bench.profile_from) {
		CALLGRIND_START_INSTRUMENTATION;
		CALLGRIND_ZERO_STATS;
	} else if (frame == bench.profile_to) {
		CALLGRIND_DUMP_STATS;
		CALLGRIND_STOP_INSTRUMENTATION;
		bench.page->profiles++;
	}
}

static void on_frame(struct wl_listener *listener, void *data)
{
	struct bench_page *page = bench.page;
	pixman_region32_t *damage = data;
	int n = 0;

	if (page->frames++ == 0) {
		page->first_frame_ns = now_ns();
	}
	const pixman_box32_t *boxes = pixman_region32_rectangles(damage, &n);
	for (int i = 0; i < n; i++) {
		page->pixels += (uint64_t)(boxes[i].x2 - boxes[i].x1) *
				(uint64_t)(boxes[i].y2 - boxes[i].y1);
	}
	page->rectangles += (uint64_t)n;
	profile(page->frames);
}

static void on_destroy(struct wl_listener *listener, void *data)
{
	struct watch *watch = wl_container_of(listener, watch, destroy);

	wl_list_remove(&watch->frame.link);
	wl_list_remove(&watch->destroy.link);
}

static void watch_output(struct weston_output *output)
{
	if (bench.n_watches == MAX_OUTPUTS) {
		weston_log("bench-module: too many outputs\n");
		return;
	}
	struct watch *watch = &bench.watches[bench.n_watches++];
	watch->frame.notify = on_frame;
	wl_signal_add(&output->frame_signal, &watch->frame);
	watch->destroy.notify = on_destroy;
	wl_signal_add(&output->destroy_signal, &watch->destroy);
}

static void on_output_created(struct wl_listener *listener, void *data)
{
	watch_output(data);
}

static bool report(const struct weston_robust_api *api)
{
	struct weston_robust_counters counters;
	struct weston_robust_incident incident = {0};
	struct bench_page *page = bench.page;

	if (!api) {
		return false;
	}
	api->get_counters(bench.compositor, &counters);
	api->get_incident(bench.compositor, 0, &incident);
	page->held_bytes = counters.retained_held_bytes;
	page->copied_bytes = counters.retained_copied_bytes;
	page->status_queries = counters.status_queries;
	page->incident = incident.id;
	page->detected_ns = (uint64_t)incident.detected_ns;
	page->over_ns = (uint64_t)incident.over_ns;
	page->rebuilt_ns = (uint64_t)incident.rebuilt_ns;
	page->whole_frame_ns = (uint64_t)incident.first_frame_ns;
	page->attempts = incident.attempts;
	page->surfaces = incident.surfaces_restored;
	page->bytes = incident.bytes_restored;
	page->lost = incident.surfaces_lost;
	return true;
}

static bool configure(const struct weston_robust_api *api, char letter)
{
	static const char policies[] = "HCAN"; // by enum weston_robust_retention
	struct weston_robust_config config;

	if (!api) {
		return false;
	}
	api->get_config(bench.compositor, &config);
	if (letter == 'u') {
		config.max_resets = 0;
	} else {
		config.retention =
			(enum weston_robust_retention)(strchr(policies, letter) - policies);
	}
	api->configure(bench.compositor, &config);
	return true;
}

static bool measure(char letter)
{
	struct bench_page *page = bench.page;

	if (letter == 'e') {
		page->cost_ns = bench_context_ns();
	} else if (letter == 'q') {
		page->cost_ns = bench_query_ns();
	} else {
		page->cost_ns = bench_copy_ns(page->argument, CLOCK_MONOTONIC);
		page->copy_cpu_ns = bench_copy_ns(page->argument, CLOCK_THREAD_CPUTIME_ID);
	}
	return page->cost_ns > 0;
}

static bool obey(char letter)
{
	const struct weston_robust_api *api = weston_robust_get_api(bench.compositor);

	if (letter == 'p') {
		bench.profile_from = bench.page->frames + bench.page->skip;
		bench.profile_to = bench.profile_from + bench.page->argument;
	} else if (strchr("eqm", letter)) {
		return measure(letter);
	} else if (letter == 'r') {
		return report(api);
	} else if (strchr("HCANu", letter)) {
		return configure(api, letter);
	}
	return true;
}

static int on_pipe(int fd, uint32_t mask, void *data)
{
	char letter;

	while (read(fd, &letter, 1) == 1) {
		bench.page->refused += !obey(letter);
		bench.page->acknowledged++;
	}
	return 0;
}

static bool open_page(const char *path)
{
	char pipe[4096];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(struct bench_page)) < 0) {
		return false;
	}
	void *memory =
		mmap(NULL, sizeof(struct bench_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED) {
		return false;
	}
	bench.page = memory;
	snprintf(pipe, sizeof(pipe), "%s.pipe", path);
	if (mkfifo(pipe, 0600) < 0) {
		return false;
	}
	/* For writing too: it must not end when its writer goes. */
	bench.pipe = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return bench.pipe >= 0;
}

WL_EXPORT int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	const char *path = getenv("WR_BENCH_PAGE");
	struct weston_output *output;

	bench.compositor = compositor;
	if (!path || !open_page(path)) {
		weston_log("bench-module: WR_BENCH_PAGE does not name a file that can be made\n");
		return -1;
	}
	wl_list_for_each (output, &compositor->output_list, link) {
		watch_output(output);
	}
	bench.output_created.notify = on_output_created;
	wl_signal_add(&compositor->output_created_signal, &bench.output_created);
	wl_event_loop_add_fd(wl_display_get_event_loop(compositor->wl_display), bench.pipe,
		WL_EVENT_READABLE, on_pipe, NULL);
	memcpy(bench.page->magic, BENCH_PAGE_MAGIC, sizeof(bench.page->magic));
	return 0;
}
