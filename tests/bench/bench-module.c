/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A weston module that counts the frames that were really painted, on all outputs, into the file
 * that WR_FRAME_COUNT names (struct frame_page), and obeys single letters in the named pipe beside
 * it (that name with ".pipe"): z zeroes callgrind's costs, d writes them, anything else is only
 * acknowledged.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <libweston/libweston.h>

#ifdef HAVE_CALLGRIND
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS
#endif

#define MAX_OUTPUTS 32

struct frame_page {
	char magic[8]; // "wrframe1"
	uint64_t frames;
	uint64_t first_frame_ns; // CLOCK_MONOTONIC; 0: none yet
	uint64_t acknowledged;   // letters of the pipe
	uint64_t rectangles;     // of the damage of all frames
	uint64_t pixels;         // likewise
};

struct frame_count {
	struct frame_page *page;
	int pipe;
	struct wl_listener output_created;
	struct watch {
		struct wl_listener frame, destroy;
	} watches[MAX_OUTPUTS];
	int n_watches;
};

static struct frame_count counter;

WL_EXPORT int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void on_frame(struct wl_listener *listener, void *data)
{
	struct frame_page *page = counter.page;
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
}

static void on_destroy(struct wl_listener *listener, void *data)
{
	struct watch *watch = wl_container_of(listener, watch, destroy);

	wl_list_remove(&watch->frame.link);
	wl_list_remove(&watch->destroy.link);
}

static void watch_output(struct weston_output *output)
{
	if (counter.n_watches == MAX_OUTPUTS) {
		weston_log("frame-count: too many outputs\n");
		return;
	}
	struct watch *watch = &counter.watches[counter.n_watches++];
	watch->frame.notify = on_frame;
	wl_signal_add(&output->frame_signal, &watch->frame);
	watch->destroy.notify = on_destroy;
	wl_signal_add(&output->destroy_signal, &watch->destroy);
}

static void on_output_created(struct wl_listener *listener, void *data)
{
	watch_output(data);
}

static int on_pipe(int fd, uint32_t mask, void *data)
{
	char letter;

	while (read(fd, &letter, 1) == 1) {
		if (letter == 'z') {
			CALLGRIND_ZERO_STATS;
		} else if (letter == 'd') {
			CALLGRIND_DUMP_STATS;
		}
		counter.page->acknowledged++;
	}
	return 0;
}

static bool open_page(const char *path)
{
	char pipe[4096];
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, sizeof(struct frame_page)) < 0) {
		return false;
	}
	void *memory =
		mmap(NULL, sizeof(struct frame_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (memory == MAP_FAILED) {
		return false;
	}
	counter.page = memory;
	snprintf(pipe, sizeof(pipe), "%s.pipe", path);
	if (mkfifo(pipe, 0600) < 0) {
		return false;
	}
	/* For writing too: it must not end when its writer goes. */
	counter.pipe = open(pipe, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return counter.pipe >= 0;
}

WL_EXPORT int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	const char *path = getenv("WR_FRAME_COUNT");
	struct weston_output *output;

	if (!path || !open_page(path)) {
		weston_log("frame-count: WR_FRAME_COUNT does not name a file that can be made\n");
		return -1;
	}
	wl_list_for_each (output, &compositor->output_list, link) {
		watch_output(output);
	}
	counter.output_created.notify = on_output_created;
	wl_signal_add(&compositor->output_created_signal, &counter.output_created);
	wl_event_loop_add_fd(wl_display_get_event_loop(compositor->wl_display), counter.pipe,
		WL_EVENT_READABLE, on_pipe, NULL);
	memcpy(counter.page->magic, "wrframe1", sizeof(counter.page->magic));
	return 0;
}
