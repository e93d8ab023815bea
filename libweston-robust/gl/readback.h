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
	bool bgra;                   // 8 bits each, bytes B, G, R, A; otherwise R, G, B, A
	bool staged;                 // leave the memory alone unless all of it could be read
};

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
