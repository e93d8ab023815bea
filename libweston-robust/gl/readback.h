/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_READBACK_H
#define WR_GL_READBACK_H

#include "gl/draw.h"
#include "gl/target.h"

/** A rectangle of a target's pixels, top-left origin, and where they go. */
struct readback {
	int32_t x, y, width, height; // pixels
	uint8_t *pixels;             // the top left pixel's
	int32_t stride;              // bytes from row to row; negative: rows go up in memory
	bool half_float;             // R, G, B, A, 16 bits each, native byte order
	bool bgra;                   // otherwise 8 bits each: bytes B, G, R, A, or R, G, B, A
	bool staged;                 // leave the memory alone unless all of it could be read
	bool no_alpha;               // nobody looks at alpha: it may be anything
};

/** How GL reads that rectangle: the rows come tightly packed. */
struct readback_layout {
	GLenum format, type;
	size_t row_bytes;
	GLint y;        // as GL counts it
	bool bottom_up; // the lowest row comes first
	bool swap;      // red and blue are not where they are wanted
	bool opaque;    // what is in place of alpha is not that: it counts as 1
};

struct readback_layout readback_layout(
	const struct generation *gen, const struct target *target, const struct readback *read);

/** Copy what was read by @layout to where @read has it, in its order. */
void readback_place(
	const struct readback *read, const struct readback_layout *layout, const uint8_t *rows);

/** Copy pixels of the target that is bound. Returns false when GL cannot; the memory's contents are
 * undefined then. */
bool readback_target(
	struct generation *gen, const struct target *target, const struct readback *read);

/**
 * Copy a rectangle (buffer pixels, top-left origin) of what @content shows to @pixels: bytes R, G,
 * B, A, premultiplied, rows tightly packed from the top. Returns false when there is nothing to
 * copy.
 */
bool readback_content(struct generation *gen, struct content *content, int32_t x, int32_t y,
	int32_t width, int32_t height, uint8_t *pixels);

#endif
