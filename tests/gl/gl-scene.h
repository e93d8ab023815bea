/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** A small scene on the fake GL: a window and an image target, contents of several kinds. */
#ifndef WESTON_ROBUST_TESTS_GL_GL_SCENE_H
#define WESTON_ROBUST_TESTS_GL_GL_SCENE_H

#include "fake-gl.h"
#include "gl/draw.h"
#include "gl/generation.h"
#include "gl/image.h"
#include "gl/target.h"
#include "gl/texture.h"
#include "gl/timing.h"

#define SCENE_WIDTH 24
#define SCENE_HEIGHT 16
#define SCENE_BYTES (SCENE_WIDTH * SCENE_HEIGHT * 4)
#define SCENE_CONTENTS 4
#define SCENE_COPIED 1 /* of the contents, where the driver has cheap copies */

struct gl_scene {
	struct fake_window window;
	struct target window_target, image_target;
	struct content contents[SCENE_CONTENTS];
	struct image_source source;   // of the last content: it stands for a dmabuf
	enum target_result result;    // of the last bind or present
	bool lost_error;              // the last scene_draw() saw GL_CONTEXT_LOST …
	GLenum error;                 // … and this other GL error
	unsigned timed_draws;         // whose duration on the GPU is known
	uint8_t picture[SCENE_BYTES]; // the window in the last successful scene_draw(), RGBA
	uint8_t image[SCENE_BYTES];   // likewise, the image target
};

/** For egl_init(): the surfaceless platform with one visual. */
struct egl_options scene_egl_options(void);

/** Set up contents and targets; no GL call is made. */
void scene_init(struct gl_scene *scene, struct egl *egl);

/** Free contents, targets and what is on the window's screen. */
void scene_fini(struct gl_scene *scene);

/**
 * Paint the scene to both targets, read them back, present. \return false when anything failed;
 * then the pictures are as they were.
 */
bool scene_draw(struct gl_scene *scene, struct generation *gen);

/** What scene_draw() must give, computed without GL. */
void scene_expected(uint8_t picture[SCENE_BYTES]);

/** Fail the test unless scene->picture and scene->image are right. */
void scene_check_picture(const struct gl_scene *scene);

/** Fail the test with the log of calls if the fake saw misuse. */
void scene_check_no_misuse(void);

#endif
