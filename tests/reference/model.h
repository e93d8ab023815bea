/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_MODEL_H
#define WR_TEST_MODEL_H

#include <stdbool.h>

#include "image.h"

/*
 * What a picture must be, computed from the protocols' texts with nothing of a renderer: each pixel
 * of the framebuffer is taken back to every surface, sampled, and blended, in double precision.
 */

/** Components of a texel or pixel, 0 to 1; premultiplied unless said otherwise. */
struct color {
	double r, g, b, a;
};

/** The pixels of a buffer, rows from the top. */
struct texture {
	int width, height;
	struct color *texels; // owned
};

/** Returns false when memory is short. */
bool texture_init(struct texture *texture, int width, int height);

void texture_finish(struct texture *texture);

/** What blending is done on, and what becomes of it. */
enum light {
	LIGHT_NONE, // the values as they are
	LIGHT_SRGB, // linear light; the output shows sRGB
	LIGHT_WIDE, // linear light; the output has the primaries and curve of make-icc's `gamma`
};

/** One surface on the screen. */
struct layer {
	struct texture texture;
	int transform, scale; // of the buffer
	struct {
		double x, y, width, height;
	} source;                   // of the viewport, surface coordinates; width 0: none
	double to_width, to_height; // destination of the viewport; 0: none
	double x, y;                // top left corner in the output's logical space
	double alpha;               // of the view
};

/** Width and height of a layer on the screen, logical. */
void layer_size(const struct layer *layer, double *width, double *height);

struct output_geometry {
	int width, height;    // framebuffer pixels
	int transform, scale; // of the output
	enum light light;
};

/**
 * The picture that `n` layers, lowest first, give on a background.
 *
 * background: what is where no layer is. picture: width * height colours, of the caller.
 */
void model_compose(const struct output_geometry *output, const struct layer *const *layers, int n,
	struct color background, struct color *picture);

/** How a picture differs from what it must be. */
struct difference {
	double channel; // largest of a single channel, in 1/255
	double norm;    // largest two-norm of the colour error of a pixel, in 1/255
	int beyond;     // pixels with a channel further off than `tolerance`
	int x, y;       // the first of these
};

/** tolerance: in 1/255, beyond what rounding to 8 bits explains. Sizes must be equal. */
struct difference model_compare(
	const struct image *image, const struct color *picture, double tolerance);

#endif
