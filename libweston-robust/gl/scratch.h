/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_SCRATCH_H
#define WR_GL_SCRATCH_H

#include "gl/generation.h"

/** An RGBA image to draw to and read from, made and deleted within one call of its user. */
struct scratch {
	struct generation *gen;
	GLuint framebuffer, texture, renderbuffer;
	int32_t width, height; // pixels
};

/**
 * Make an RGBA image of 8 bits a channel and bind it for drawing, with the viewport set; the
 * context becomes current without a surface. Contents are undefined. Returns false, with nothing to
 * end, where the context cannot.
 */
bool scratch_begin(struct scratch *scratch, struct generation *gen, int32_t width, int32_t height);

/** Like scratch_begin(), but of the format that most outputs have, without an alpha channel, where
 * the context can draw to that. A driver may compile a program for each. */
bool scratch_begin_output(
	struct scratch *scratch, struct generation *gen, int32_t width, int32_t height);

/** Read bytes R, G, B, A, rows tightly packed, from GL's y = @y upwards. */
void scratch_read(
	struct scratch *scratch, int32_t x, int32_t y, int32_t width, int32_t height, void *pixels);

/** Delete the image. The default framebuffer is bound afterwards. */
void scratch_end(struct scratch *scratch);

#endif
