/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Cases about weston_capture_v1: what it answers to right and wrong buffers, and to clients that
 * go. */

#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "check.h"

#define WAIT_MS 5000
#define MAX_REQUESTS 3

enum answer {
	ANSWER_NONE,
	ANSWER_COMPLETE,
	ANSWER_RETRY,
	ANSWER_FAILED,
};

/** A capture source of its own, and what it has said. */
struct request {
	struct weston_capture_source_v1 *source;
	struct shm_buffer buffer;
	uint32_t format;
	int width, height;
	enum answer answer;
};

static void on_format(void *data, struct weston_capture_source_v1 *source, uint32_t format)
{
	((struct request *)data)->format = format;
}

static void on_size(
	void *data, struct weston_capture_source_v1 *source, int32_t width, int32_t height)
{
	((struct request *)data)->width = width;
	((struct request *)data)->height = height;
}

static void on_complete(void *data, struct weston_capture_source_v1 *source)
{
	((struct request *)data)->answer = ANSWER_COMPLETE;
}

static void on_retry(void *data, struct weston_capture_source_v1 *source)
{
	((struct request *)data)->answer = ANSWER_RETRY;
}

static void on_failed(void *data, struct weston_capture_source_v1 *source, const char *why)
{
	((struct request *)data)->answer = ANSWER_FAILED;
}

static const struct weston_capture_source_v1_listener listener = {
	.format = on_format,
	.size = on_size,
	.complete = on_complete,
	.retry = on_retry,
	.failed = on_failed,
};

static void request_init(struct check *check, struct request *request, uint32_t source)
{
	*request = (struct request){.source = weston_capture_v1_create(check->display.capture,
					    check->scene.output->proxy, source)};
	weston_capture_source_v1_add_listener(request->source, &listener, request);
	wl_display_roundtrip(check->display.display);
}

static void request_finish(struct request *request)
{
	if (request->source) {
		weston_capture_source_v1_destroy(request->source);
	}
	shm_buffer_finish(&request->buffer);
}

static void request_capture(
	struct check *check, struct request *request, uint32_t format, int width, int height)
{
	shm_buffer_finish(&request->buffer);
	if (!shm_buffer_init(&request->buffer, check->display.shm, format, width, height,
		    (width * pixel_format_by_name("XRGB8888")->bytes))) {
		abort();
	}
	request->answer = ANSWER_NONE;
	weston_capture_source_v1_capture(request->source, request->buffer.buffer);
}

static enum answer request_wait(struct check *check, struct request *request)
{
	int64_t deadline = monotonic_ns() + (int64_t)WAIT_MS * 1000000;

	while (request->answer == ANSWER_NONE && monotonic_ns() < deadline) {
		if (dispatch_until(check->display.display, deadline) < 0) {
			break;
		}
	}
	return request->answer;
}

/* The buffer as asked for: complete, and retry for any other. */
static void run_parameters(struct check *check, int source)
{
	static const char *const words[] = {"nothing", "complete", "retry", "failed"};
	struct request request;

	request_init(check, &request, (uint32_t)source);
	if (request.format != DRM_FORMAT_ARGB8888 || request.width != check->scene.output->width ||
		request.height != check->scene.output->height) {
		check_fail(check, "announced: %dx%d, format %08x", request.width, request.height,
			request.format);
	}
	const struct {
		uint32_t format;
		int dx;
		enum answer expected;
	} tries[] = {
		{WL_SHM_FORMAT_ARGB8888, 0, ANSWER_COMPLETE},
		{WL_SHM_FORMAT_ARGB8888, 5, ANSWER_RETRY},
		{WL_SHM_FORMAT_ARGB8888, -4, ANSWER_RETRY},
		{WL_SHM_FORMAT_XRGB8888, 0, ANSWER_RETRY},
		{WL_SHM_FORMAT_ARGB8888, 0, ANSWER_COMPLETE},
	};
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		request_capture(check, &request, tries[i].format, request.width + tries[i].dx,
			request.height);
		enum answer answer = request_wait(check, &request);
		if (answer != tries[i].expected) {
			check_fail(check, "try %zu: %s", i + 1, words[answer]);
		}
	}
	request_finish(&request);
}

/* param: a source that these outputs lack */
static void run_unavailable(struct check *check, int source)
{
	struct request request;

	request_init(check, &request, (uint32_t)source);
	if (request.format || request.width) {
		check_fail(check, "a source is announced that is none");
	}
	request_capture(check, &request, WL_SHM_FORMAT_ARGB8888, check->scene.output->width,
		check->scene.output->height);
	if (request_wait(check, &request) != ANSWER_FAILED) {
		check_fail(check, "it did not fail");
	}
	request_finish(&request);
}

static const struct card_look look = {
	.width = 120, .height = 90, .pattern = PATTERN_CARD, .seed = 4};

/* Several captures at once get the same picture, and that is the right one. */
static void run_several(struct check *check, int param)
{
	struct request requests[MAX_REQUESTS];

	check_show(check, check_card(check, &look), 40, 30);
	check_picture(check, TOLERANCE_EXACT);
	for (int i = 0; i < MAX_REQUESTS; i++) {
		request_init(check, &requests[i],
			i == 0 ? WESTON_CAPTURE_V1_SOURCE_FULL_FRAMEBUFFER
			       : WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER);
	}
	for (int i = 0; i < MAX_REQUESTS; i++) {
		request_capture(check, &requests[i], WL_SHM_FORMAT_ARGB8888, requests[i].width,
			requests[i].height);
	}
	for (int i = 0; i < MAX_REQUESTS; i++) {
		if (request_wait(check, &requests[i]) != ANSWER_COMPLETE) {
			check_fail(check, "capture %d: no picture", i + 1);
		} else if (memcmp(requests[i].buffer.data, requests[0].buffer.data,
				   requests[0].buffer.size) != 0) {
			check_fail(check, "capture %d: another picture", i + 1);
		}
	}
	for (int i = 0; i < MAX_REQUESTS; i++) {
		request_finish(&requests[i]);
	}
	check_picture(check, TOLERANCE_EXACT);
}

/*
 * The source (param 0), or the buffer, goes while the capture is under way; others are not
 * concerned. What becomes of it is not laid down, except that nothing else suffers.
 */
static void run_gone(struct check *check, int param)
{
	check_show(check, check_card(check, &look), 40, 30);
	for (int i = 0; i < 4; i++) {
		struct request goes, stays;

		request_init(check, &goes, WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER);
		request_init(check, &stays, WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER);
		request_capture(check, &goes, WL_SHM_FORMAT_ARGB8888, goes.width, goes.height);
		request_capture(check, &stays, WL_SHM_FORMAT_ARGB8888, stays.width, stays.height);
		if (i & 1) {
			/* Time for the repaint to begin, and for a reset to strike it. */
			scene_wait_frame(&check->scene);
		}
		if (param == 0) {
			weston_capture_source_v1_destroy(goes.source);
			goes.source = NULL;
		} else {
			shm_buffer_finish(&goes.buffer);
			goes.buffer = (struct shm_buffer){.fd = -1};
		}
		enum answer answer = request_wait(check, &stays);
		if (answer != ANSWER_COMPLETE && !(check->resets && answer == ANSWER_FAILED)) {
			check_fail(check, "round %d: the other capture has no picture", i + 1);
		}
		request_finish(&stays);
		if (goes.source) {
			weston_capture_source_v1_destroy(goes.source);
		}
		shm_buffer_finish(&goes.buffer);
		goes.buffer = (struct shm_buffer){.fd = -1};
	}
	check_picture(check, TOLERANCE_EXACT);
}

/* The whole framebuffer shows the area unchanged somewhere within its borders. */
static bool contains(const struct image *whole, const struct image *area, int *at_x, int *at_y)
{
	for (int y = 0; y <= whole->height - area->height; y++) {
		for (int x = 0; x <= whole->width - area->width; x++) {
			int row = 0;

			while (row < area->height &&
				memcmp(whole->rgba + 4 * ((size_t)(y + row) * (size_t)whole->width +
								 (size_t)x),
					area->rgba + 4 * (size_t)row * (size_t)area->width,
					4 * (size_t)area->width) == 0) {
				row++;
			}
			if (row == area->height) {
				*at_x = x;
				*at_y = y;
				return true;
			}
		}
	}
	return false;
}

/* The border's pixels do not depend on what the windows show. */
static bool same_border(
	const struct image *a, const struct image *b, const struct image *area, int x, int y)
{
	for (int row = 0; row < a->height; row++) {
		for (int column = 0; column < a->width; column++) {
			size_t i = 4 * ((size_t)row * (size_t)a->width + (size_t)column);
			bool inside = column >= x && column < x + area->width && row >= y &&
				      row < y + area->height;

			if (!inside && memcmp(a->rgba + i, b->rgba + i, 4) != 0) {
				return false;
			}
		}
	}
	return true;
}

static void run_borders(struct check *check, int param)
{
	struct image first = {0}, whole = {0}, area = {0};
	int x = 0, y = 0;

	check_capture(check, WESTON_CAPTURE_V1_SOURCE_FULL_FRAMEBUFFER, &first);
	check_show(check, check_card(check, &look), 40, 30);
	check_picture(check, TOLERANCE_EXACT);
	if (check->verdict == VERDICT_PASS &&
		check_capture(check, WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER, &area) &&
		check_capture(check, WESTON_CAPTURE_V1_SOURCE_FULL_FRAMEBUFFER, &whole)) {
		if (whole.width <= area.width || whole.height <= area.height) {
			check_fail(check, "there are no borders");
		} else if (!contains(&whole, &area, &x, &y)) {
			check_fail(check, "the area is not within the borders");
		} else if (whole.width != first.width || whole.height != first.height ||
			   !same_border(&first, &whole, &area, x, y)) {
			check_fail(check, "the borders have changed");
		}
		if (check->verdict == VERDICT_FAIL) {
			check_keep(check, &whole, NULL);
		}
	}
	image_finish(&first);
	image_finish(&whole);
	image_finish(&area);
}

const struct check_case capture_cases[] = {
	{"output-capture-protocol/framebuffer", GROUP_PLAIN, run_parameters,
		WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER},
	{"output-capture-protocol/full-framebuffer", GROUP_PLAIN, run_parameters,
		WESTON_CAPTURE_V1_SOURCE_FULL_FRAMEBUFFER},
	{"output-capture-protocol/no-writeback", GROUP_PLAIN, run_unavailable,
		WESTON_CAPTURE_V1_SOURCE_WRITEBACK},
	{"output-capture-protocol/no-blending", GROUP_PLAIN, run_unavailable,
		WESTON_CAPTURE_V1_SOURCE_BLENDING},
	{"output-capture-protocol/several", GROUP_PLAIN, run_several, 0},
	{"output-capture-protocol/source-gone", GROUP_SOURCE_GONE, run_gone, 0},
	{"output-capture-protocol/buffer-gone", GROUP_BUFFER_GONE, run_gone, 1},
	{"output-decorations/borders", GROUP_BORDERS, run_borders, 0},
	{NULL, 0, NULL, 0},
};
