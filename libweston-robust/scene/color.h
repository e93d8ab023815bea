/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_COLOR_H
#define WR_SCENE_COLOR_H

#include <stdbool.h>
#include <stdint.h>

struct color_luts;

enum color_curve_kind {
	COLOR_CURVE_IDENTITY,
	COLOR_CURVE_LUT,    // three look-up tables of one dimension
	COLOR_CURVE_LINPOW, // x >= d: (a x + b)^g, below: c x
	COLOR_CURVE_POWLIN, // x >= d: a x^g + b, below: c x
};

/** Rows of a curve's tables: red, green, blue, and one that nobody reads. Their centres are exact
 * texture coordinates, so that filtering never mixes two of them. */
#define COLOR_CURVE_ROWS 4

/** A function of each of red, green and blue. */
struct color_curve {
	enum color_curve_kind kind;
	bool clamped;        // LINPOW, POWLIN: x is clamped to 0..1; else f(x) = -f(-x) below 0
	float params[5][3];  // LINPOW, POWLIN: g, a, b, c, d, each for red, green and blue
	float *lut;          // LUT: owned; COLOR_CURVE_ROWS rows of lut_length entries
	unsigned lut_length; // LUT: entries; the first is for 0.0, the last for 1.0
};

enum color_mapping_kind {
	COLOR_MAPPING_IDENTITY,
	COLOR_MAPPING_LUT, // a look-up table of three dimensions
	COLOR_MAPPING_MATRIX,
};

/** A function of red, green and blue together. */
struct color_mapping {
	enum color_mapping_kind kind;
	float matrix[3][3]; // MATRIX: columns
	float *lut;        // LUT: owned; edge^3 times red, green, blue, red's index running fastest
	unsigned lut_edge; // LUT: entries along each axis, from 0.0 to 1.0
};

/**
 * What is done to straight (not premultiplied) colours: pre-curve, mapping, post-curve. Truth on
 * the CPU: GL's tables are derived from it, on first use in each generation.
 */
struct color_transform {
	uint64_t serial; // never 0, never used twice
	struct color_curve pre;
	struct color_mapping mapping;
	struct color_curve post;
	struct color_luts *luts; // owned by a generation, which clears the pointer; may be NULL
};

/** Whether nothing changes; NULL is allowed. */
bool color_transform_is_identity(const struct color_transform *transform);

/** Free the tables. What GL has of them must be gone: color_luts_drop(). */
void color_transform_fini(struct color_transform *transform);

#endif
