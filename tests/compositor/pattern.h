/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_PATTERN_H
#define WR_TEST_PATTERN_H

#include <stdint.h>

#include "pixel-format.h"

/** What is drawn. Each reveals other mistakes. */
enum pattern {
	PATTERN_CARD,  // four distinct corners, a frame, gradients, a 1 px grid
	PATTERN_NOISE, // every pixel differs from its neighbours: offsets, stride, filtering
	PATTERN_FLAT,  // one colour that depends on the seed
	PATTERN_GRID,  // 1 px black and white checkerboard: filtering, half pixel shifts
};

/** What happens to the alpha channel. */
enum alpha {
	ALPHA_OPAQUE,   // 1 everywhere
	ALPHA_HALF,     // 128/255, colours premultiplied
	ALPHA_GRADIENT, // 0 at the left to 1 at the right, colours premultiplied
	ALPHA_GARBAGE,  // noise, colours left alone: legal only under an opaque region
};

/**
 * Colour of the pixel x, y of a width x height picture.
 *
 * A pure function of its arguments: the same on every machine and in every run. 8 bit values are
 * widened to 16 bits by replication, so 8 bit formats lose nothing.
 */
struct pixel pattern_pixel(
	enum pattern pattern, enum alpha alpha, uint32_t seed, int x, int y, int width, int height);

/** Deterministic 32 bit noise of three numbers. */
uint32_t pattern_noise(uint32_t seed, uint32_t x, uint32_t y);

#endif
