/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Commands in which the client behaves in a special or a bad way. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "scene-commands.h"

/* The client that a renderer can stall for ever: it owns one buffer and draws only when it is free.
 */
enum command_result act_single_buffer(struct session *session, int frames, int timeout_ms)
{
	struct window *window = window_create(&session->scene, "XRGB8888", 80, 60);
	int64_t deadline = monotonic_ns() + (int64_t)timeout_ms * 1000000;
	int drawn = 0;

	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(window, 120, 90);
	while (drawn < frames && monotonic_ns() < deadline) {
		if (window->current->busy) {
			if (dispatch_until(session->display.display, deadline) < 0) {
				snprintf(session->answer, sizeof session->answer,
					"lost the connection");
				return COMMAND_ERROR;
			}
			continue;
		}
		drawn++;
		window_paint(window, window->current, (struct window_area){0, 0, 80, 60},
			PATTERN_NOISE, ALPHA_OPAQUE, (uint32_t)drawn);
		window_attach(window, window->current);
		wl_surface_damage_buffer(window->surface, 0, 0, 80, 60);
		wl_surface_commit(window->surface);
	}
	snprintf(session->answer, sizeof session->answer, "%d", drawn);
	return COMMAND_OK;
}

static int compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* One round trip after the other, 1 ms apart: the latency of the compositor's event loop. */
enum command_result act_pings(struct session *session, int duration_ms)
{
	int64_t end = monotonic_ns() + (int64_t)duration_ms * 1000000;
	size_t n = 0, max = (size_t)duration_ms + 1;
	int64_t *times = calloc(max, sizeof(*times));

	while (times && n < max && monotonic_ns() < end) {
		int64_t start = monotonic_ns();

		if (wl_display_roundtrip(session->display.display) < 0) {
			free(times);
			snprintf(session->answer, sizeof session->answer, "lost the connection");
			return COMMAND_ERROR;
		}
		times[n++] = monotonic_ns() - start;
		usleep(1000);
	}
	if (!times || n == 0) {
		free(times);
		return COMMAND_ERROR;
	}
	qsort(times, n, sizeof(*times), compare_times);
	snprintf(session->answer, sizeof session->answer, "%zu max_us %lld p99_us %lld", n,
		(long long)times[n - 1] / 1000, (long long)times[(n - 1) * 99 / 100] / 1000);
	free(times);
	return COMMAND_OK;
}

enum command_result act_destroy_buffers(struct session *session)
{
	struct window *window;

	wl_list_for_each (window, &session->scene.windows, link) {
		struct window_buffer *buffer;

		wl_list_for_each (buffer, &window->buffers, link) {
			if (buffer->shm.buffer) {
				wl_buffer_destroy(buffer->shm.buffer);
				buffer->shm.buffer = NULL;
			}
		}
	}
	return wl_display_roundtrip(session->display.display) < 0 ? COMMAND_ERROR : COMMAND_OK;
}

/* Reading such a pool is a SIGBUS for a compositor that does not guard its access. */
enum command_result act_truncate(struct session *session)
{
	struct window *window;

	wl_list_for_each (window, &session->scene.windows, link) {
		if (window->current && ftruncate(window->current->shm.fd, 0) < 0) {
			snprintf(session->answer, sizeof session->answer, "ftruncate failed");
			return COMMAND_ERROR;
		}
	}
	return wl_display_roundtrip(session->display.display) < 0 ? COMMAND_ERROR : COMMAND_OK;
}

/* FNV-1a, 64 bits at a time: to tell pictures apart, not for anybody who would forge one. */
static uint64_t digest(const struct image *image)
{
	uint64_t hash = 0xcbf29ce484222325u;
	uint64_t word;

	for (size_t i = 0; i + sizeof word <= image_size(image); i += sizeof word) {
		memcpy(&word, image->rgba + i, sizeof word);
		hash = (hash ^ word) * 0x100000001b3u;
		hash ^= hash >> 29;
	}
	for (size_t i = image_size(image) / sizeof word * sizeof word; i < image_size(image); i++) {
		hash = (hash ^ image->rgba[i]) * 0x100000001b3u;
	}
	return hash;
}

enum command_result act_digest(struct session *session, const char *source)
{
	image_finish(&session->picture);
	enum command_result result = session_capture(session, source, &session->picture);
	if (result == COMMAND_OK) {
		snprintf(session->answer, sizeof session->answer, "%dx%d %016llx",
			session->picture.width, session->picture.height,
			(unsigned long long)digest(&session->picture));
	}
	return result;
}

enum command_result act_save(struct session *session, const char *path)
{
	if (session->picture.rgba && image_write_png(&session->picture, path)) {
		return COMMAND_OK;
	}
	snprintf(session->answer, sizeof session->answer, "no picture, or cannot write");
	return COMMAND_ERROR;
}
