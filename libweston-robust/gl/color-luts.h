/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_COLOR_LUTS_H
#define WR_GL_COLOR_LUTS_H

#include "gl/generation.h"
#include "scene/color.h"

/** The tables of a colour transform as GL textures. Belongs to one generation. */
struct color_luts {
	struct wl_list link; // generation.color_luts
	struct generation *gen;
	struct color_transform *transform; // whose .luts points back here
	GLuint pre, mapping, post;         // 0: that step has no table
};

/** Texture units of the tables; the units below are those of a content's planes. */
#define COLOR_UNIT_PRE 4
#define COLOR_UNIT_MAPPING 5
#define COLOR_UNIT_POST 6

/**
 * The tables of @transform in @gen, made on first use. NULL where it has none, or the context
 * cannot (gl_caps.color_ops), or memory is short.
 */
struct color_luts *color_luts_get(struct generation *gen, struct color_transform *transform);

/** Whether @transform needs color_luts_get() to succeed. */
bool color_luts_needed(const struct color_transform *transform);

/** Delete the tables of @transform in GL, at once or, where the generation is lost, with that. */
void color_luts_drop(struct color_transform *transform);

/** For generation_destroy(). */
void color_luts_destroy(struct color_luts *luts, bool lost);

#endif
