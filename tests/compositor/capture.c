/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "capture.h"
#include "shm-buffer.h"

enum shot_state {
	SHOT_PENDING,
	SHOT_COMPLETE,
	SHOT_RETRY,
	SHOT_FAILED,
};

struct shot {
	uint32_t format; // DRM fourcc
	int width, height;
	enum shot_state state;
};

int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int dispatch_until(struct wl_display *display, int64_t deadline_ns)
{
	if (wl_display_prepare_read(display) != 0) {
		return wl_display_dispatch_pending(display) < 0 ? -1 : 1;
	}
	wl_display_flush(display);

	int64_t left_ms = (deadline_ns - monotonic_ns() + 999999) / 1000000;
	struct pollfd pfd = {.fd = wl_display_get_fd(display), .events = POLLIN};
	int n = poll(&pfd, 1, left_ms > 0 ? (int)left_ms : 0);
	if (n <= 0) {
		wl_display_cancel_read(display);
		return n < 0 && errno != EINTR ? -1 : 0;
	}
	if (wl_display_read_events(display) < 0) {
		return -1;
	}
	return wl_display_dispatch_pending(display) < 0 ? -1 : 1;
}

static void on_format(void *data, struct weston_capture_source_v1 *source, uint32_t drm_format)
{
	struct shot *shot = data;

	shot->format = drm_format;
}

static void on_size(
	void *data, struct weston_capture_source_v1 *source, int32_t width, int32_t height)
{
	struct shot *shot = data;

	shot->width = width;
	shot->height = height;
}

static void on_complete(void *data, struct weston_capture_source_v1 *source)
{
	struct shot *shot = data;

	shot->state = SHOT_COMPLETE;
}

static void on_retry(void *data, struct weston_capture_source_v1 *source)
{
	struct shot *shot = data;

	shot->state = SHOT_RETRY;
}

static void on_failed(void *data, struct weston_capture_source_v1 *source, const char *msg)
{
	struct shot *shot = data;

	fprintf(stderr, "capture failed: %s\n", msg ? msg : "the compositor gave no reason");
	shot->state = SHOT_FAILED;
}

static const struct weston_capture_source_v1_listener source_listener = {
	.format = on_format,
	.size = on_size,
	.complete = on_complete,
	.retry = on_retry,
	.failed = on_failed,
};

static uint32_t shm_format(uint32_t fourcc)
{
	if (fourcc == DRM_FORMAT_ARGB8888) {
		return WL_SHM_FORMAT_ARGB8888;
	}
	return fourcc == DRM_FORMAT_XRGB8888 ? WL_SHM_FORMAT_XRGB8888 : fourcc;
}

/* Bit positions of red and blue in a native 32 bit pixel, and whether alpha counts. */
static bool format_layout(uint32_t fourcc, int *red, int *blue, bool *alpha)
{
	switch (fourcc) {
	case DRM_FORMAT_ARGB8888:
	case DRM_FORMAT_XRGB8888:
		*red = 16;
		*blue = 0;
		break;
	case DRM_FORMAT_ABGR8888:
	case DRM_FORMAT_XBGR8888:
		*red = 0;
		*blue = 16;
		break;
	default:
		return false;
	}
	*alpha = fourcc == DRM_FORMAT_ARGB8888 || fourcc == DRM_FORMAT_ABGR8888;
	return true;
}

static float half_to_float(uint16_t half)
{
	int exponent = half >> 10 & 31;
	float fraction = (float)(half & 1023) / 1024.0f;
	float value = exponent ? ldexpf(1.0f + fraction, exponent - 15) : ldexpf(fraction, -14);

	return half & 0x8000 ? -value : value;
}

static uint8_t encode(uint16_t half, float gamma)
{
	float value = fminf(fmaxf(half_to_float(half), 0.0f), 1.0f);

	return (uint8_t)lrintf(255.0f * powf(value, 1.0f / gamma));
}

static bool copy_halves(const struct shm_buffer *from, float gamma, struct image *image)
{
	const uint16_t *halves = (const uint16_t *)(const void *)from->data;

	if (!image_init(image, from->width, from->height)) {
		return false;
	}
	for (size_t i = 0; i < image_size(image); i++) {
		image->rgba[i] = encode(halves[i], i % 4 == 3 || gamma == 0.0f ? 1.0f : gamma);
	}
	return true;
}

static bool copy_pixels(const struct shm_buffer *from, uint32_t fourcc, struct image *image)
{
	int red, blue;
	bool alpha;

	if (!format_layout(fourcc, &red, &blue, &alpha)) {
		fprintf(stderr, "capture: pixel format 0x%08x is not supported\n", fourcc);
		return false;
	}
	if (!image_init(image, from->width, from->height)) {
		return false;
	}
	const uint32_t *pixels = (const uint32_t *)(const void *)from->data;
	for (size_t i = 0; i < image_size(image) / 4; i++) {
		uint8_t *out = image->rgba + i * 4;

		out[0] = (uint8_t)(pixels[i] >> red);
		out[1] = (uint8_t)(pixels[i] >> 8);
		out[2] = (uint8_t)(pixels[i] >> blue);
		out[3] = alpha ? (uint8_t)(pixels[i] >> 24) : 255;
	}
	return true;
}

/* Pixels that the compositor does not write must not look like a picture by chance. */
static void poison(struct shm_buffer *buffer)
{
	memset(buffer->data, 0xa5, buffer->size);
}

static enum capture_result wait_answer(
	const struct capture_target *target, const struct shot *shot, int64_t deadline)
{
	while (shot->state == SHOT_PENDING) {
		int n = dispatch_until(target->display, deadline);

		if (n < 0) {
			fprintf(stderr, "capture: lost the connection\n");
			return CAPTURE_ERROR;
		}
		if (n == 0 && monotonic_ns() >= deadline) {
			fprintf(stderr, "capture: no answer in time\n");
			return CAPTURE_TIMEOUT;
		}
	}
	return shot->state == SHOT_FAILED ? CAPTURE_FAILED : CAPTURE_OK;
}

static enum capture_result try_once(const struct capture_target *target,
	struct weston_capture_source_v1 *source, struct shot *shot, int64_t deadline,
	struct image *image)
{
	struct shm_buffer buffer;
	uint32_t fourcc = shot->format;

	if (shot->width < 1 || shot->height < 1 || !fourcc) {
		fprintf(stderr, "capture: this source is not available on this output\n");
		return CAPTURE_FAILED;
	}
	if (!shm_buffer_init(&buffer, target->shm, shm_format(fourcc), shot->width, shot->height,
		    shot->width * (fourcc == DRM_FORMAT_ABGR16161616F ? 8 : 4))) {
		fprintf(stderr, "capture: no memory\n");
		return CAPTURE_ERROR;
	}
	poison(&buffer);
	shot->state = SHOT_PENDING;
	weston_capture_source_v1_capture(source, buffer.buffer);
	enum capture_result result = wait_answer(target, shot, deadline);
	if (result == CAPTURE_OK && shot->state == SHOT_COMPLETE) {
		bool copied = fourcc == DRM_FORMAT_ABGR16161616F
				      ? copy_halves(&buffer, target->gamma, image)
				      : copy_pixels(&buffer, fourcc, image);

		result = copied ? CAPTURE_OK : CAPTURE_ERROR;
	}
	shm_buffer_finish(&buffer);
	return result;
}

static void on_sync(void *data, struct wl_callback *callback, uint32_t serial)
{
	bool *done = data;

	*done = true;
}

static const struct wl_callback_listener sync_listener = {.done = on_sync};

/* Size and format come right after create, if the output has this source: one round trip tells. */
static enum capture_result wait_parameters(const struct capture_target *target, int64_t deadline)
{
	struct wl_callback *callback = wl_display_sync(target->display);
	bool done = false;
	int n = 1;

	wl_callback_add_listener(callback, &sync_listener, &done);
	while (n >= 0 && !done && monotonic_ns() < deadline) {
		n = dispatch_until(target->display, deadline);
	}
	wl_callback_destroy(callback);
	if (n < 0) {
		fprintf(stderr, "capture: lost the connection\n");
		return CAPTURE_ERROR;
	}
	return done ? CAPTURE_OK : CAPTURE_TIMEOUT;
}

static enum capture_result take_until(
	const struct capture_target *target, int64_t deadline, struct image *image)
{
	struct shot shot = {.state = SHOT_PENDING};
	struct weston_capture_source_v1 *source =
		weston_capture_v1_create(target->factory, target->output, target->source);

	weston_capture_source_v1_add_listener(source, &source_listener, &shot);
	enum capture_result result = wait_parameters(target, deadline);
	if (result == CAPTURE_OK) {
		do {
			result = try_once(target, source, &shot, deadline, image);
		} while (result == CAPTURE_OK && shot.state == SHOT_RETRY);
	}
	weston_capture_source_v1_destroy(source);
	wl_display_flush(target->display);
	return result;
}

enum capture_result capture_take(
	const struct capture_target *target, int timeout_ms, struct image *image)
{
	return take_until(target, monotonic_ns() + (int64_t)timeout_ms * 1000000, image);
}

enum capture_result capture_take_settled(
	const struct capture_target *target, int pause_ms, int timeout_ms, struct image *image)
{
	int64_t deadline = monotonic_ns() + (int64_t)timeout_ms * 1000000;
	struct image last = {0};
	enum capture_result result;

	for (;;) {
		struct image now = {0};

		result = take_until(target, deadline, &now);
		if (result != CAPTURE_OK) {
			break;
		}
		if (image_equal(&last, &now)) {
			*image = now;
			break;
		}
		image_finish(&last);
		last = now;
		usleep((useconds_t)pause_ms * 1000);
	}
	image_finish(&last);
	return result;
}
