/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_CAPTURE_H
#define WR_TEST_CAPTURE_H

#include <stdint.h>

#include <wayland-client.h>

#include "image.h"
#include "weston-output-capture-client-protocol.h"

/** How a capture ended. The values are the exit codes of wr-capture. */
enum capture_result {
	CAPTURE_OK = 0,
	CAPTURE_ERROR = 1,   // the connection broke, no memory, unknown pixel format
	CAPTURE_FAILED = 2,  // the compositor said so
	CAPTURE_TIMEOUT = 3, // no answer in time
};

/** What a capture needs of the connection; everything is borrowed. */
struct capture_target {
	struct wl_display *display;
	struct wl_shm *shm;
	struct weston_capture_v1 *factory;
	struct wl_output *output;
	uint32_t source; // enum weston_capture_v1_source
	float gamma;     // linear colours (half floats) are encoded by this power; 0: as they are
};

/**
 * Take one picture of an output into *image.
 *
 * Dispatches the connection's default queue until the answer comes, at most timeout_ms milliseconds
 * of wall clock; a `retry` from the compositor is followed with a new buffer within the same time.
 * On anything but CAPTURE_OK *image is untouched and a sentence goes to stderr. The caller frees
 * the picture with image_finish().
 */
enum capture_result capture_take(
	const struct capture_target *target, int timeout_ms, struct image *image);

/**
 * Take pictures until two successive ones, pause_ms apart, are equal, and return the last.
 *
 * The time limit covers the whole; a picture that never comes to rest gives CAPTURE_TIMEOUT.
 */
enum capture_result capture_take_settled(
	const struct capture_target *target, int pause_ms, int timeout_ms, struct image *image);

/**
 * Dispatch the default queue once, waiting until deadline_ns of CLOCK_MONOTONIC at most.
 *
 * Returns 1 when something was dispatched or could be, 0 when the time is up, -1 on a broken
 * connection.
 */
int dispatch_until(struct wl_display *display, int64_t deadline_ns);

/** CLOCK_MONOTONIC now, in nanoseconds. */
int64_t monotonic_ns(void);

#endif
