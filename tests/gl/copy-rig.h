/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** A window that may be copied into its target, on the fake GL. */
#ifndef WESTON_ROBUST_TESTS_GL_COPY_RIG_H
#define WESTON_ROBUST_TESTS_GL_COPY_RIG_H

#include "gl-scene.h"
#include "test.h"

/* The window, framebuffer pixels. */
#define COPY_WIDTH 8
#define COPY_HEIGHT 6
#define COPY_LEFT 3
#define COPY_TOP 2

/** A field of one colour, and an opaque window on it that it leaves room for. */
struct copy_rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	struct gl_scene scene; // for its targets
	struct target target;  // an image of another format
	struct content content;
	struct frame_item item; // of the window; a test changes it
	bool alone;             // without the field
	GLenum error;           // of the last frame
	bool packed;            // read by way of a pixel pack buffer
	enum draw_view view;
	uint8_t picture[SCENE_BYTES];
};

/** From the window's pixels to the framebuffer's. */
extern const struct affine copy_place;

/** Load the fake, with a driver that has cheap copies; the test may change its script then. */
void copy_load(struct copy_rig *rig);

/** After copy_load(): everything up to the first frame. */
void copy_start(struct copy_rig *rig);

/** Both. */
void copy_setup(struct copy_rig *rig);

/** Fails the test if anything is left, or if the fake saw misuse. */
void copy_teardown(struct copy_rig *rig);

/** The next generation, of that number. */
void copy_create(struct copy_rig *rig, uint64_t id);

/** Bytes in memory: the fourth is 0, and nobody's business. */
void copy_set_pixels(struct copy_rig *rig, uint32_t fourcc, int32_t width, int32_t height);

/** Bytes R, G, B, A of the window's pixel, with the order of XRGB8888. */
void copy_expect_pixel(int32_t x, int32_t y, uint8_t rgba[4]);

/** Draw and read back: rig->picture, rig->error. The window is cut in two, as by something on top.
 * \return how many copies that took */
uint64_t copy_draw(struct copy_rig *rig, struct target *target);

/** Whether the picture, or with `alone` the window's part of it, is right. */
bool copy_is_right(const struct copy_rig *rig);

/** A frame, so many copies, no error, and the right picture. */
#define COPY_CHECK(rig, target, copies)                                                            \
	do {                                                                                       \
		test_assert_int_eq(copy_draw(rig, target), copies);                                \
		test_assert_int_eq((rig)->error, GL_NO_ERROR);                                     \
		test_assert(copy_is_right(rig));                                                   \
	} while (0)

/** To both targets, of which the window takes none. */
#define COPY_CHECK_BOTH(rig, copies)                                                               \
	do {                                                                                       \
		COPY_CHECK(rig, &(rig)->scene.window_target, 0);                                   \
		COPY_CHECK(rig, &(rig)->scene.image_target, copies);                               \
	} while (0)

#endif
