/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef GPU_RECOVERY_EXAMPLE_PAINTER_H
#define GPU_RECOVERY_EXAMPLE_PAINTER_H

#include <stdbool.h>

#include <GLES2/gl2.h>

/** Edge length of the off-screen pictures, pixels. */
#define PAINTER_IMAGE_SIZE 32

/** What the window's context needs. All zero: to be made. Forget it when the context is lost. */
struct painter {
	GLuint program;
	GLuint buffer;
	GLuint texture; // for pixels from elsewhere
	GLint rect;     // uniform
};

/** What an off-screen context needs. All zero: to be made. */
struct offscreen {
	GLuint framebuffer;
	GLuint texture;
};

/** Make everything, in the current context. */
bool painter_begin_context(struct painter *painter);

/** A texture over the whole window, row 0 at the top. */
void painter_fill(struct painter *painter, int width, int height, GLuint texture);

/** A square picture at a place of the window, pixels from the upper left corner. */
void painter_place(struct painter *painter, int width, int height, GLuint texture, int x, int y);

/** The same with pixels, RGBA, PAINTER_IMAGE_SIZE squared. */
void painter_place_pixels(
	struct painter *painter, int width, int height, const void *pixels, int x, int y);

/** A bar that sweeps over the window. */
void painter_sweep(int width, int height, unsigned number);

/** Paint a small picture into the texture, in the current context, and wait until it is done. */
bool offscreen_paint(struct offscreen *offscreen, unsigned number);

/** Read it: RGBA, PAINTER_IMAGE_SIZE squared. */
void offscreen_read(void *pixels);

#endif
