/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_IMAGE_H
#define WR_TEST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A picture in memory: rows of R, G, B, A bytes, top row first, no padding between rows
 * (stride = 4 * width). Alpha is kept as it was captured: colours are premultiplied where the
 * source was, and a PNG written from it carries the same bytes.
 */
struct image {
	int width;     // pixels
	int height;    // pixels
	uint8_t *rgba; // owned; NULL while the image is empty
};

/**
 * Allocate a zeroed picture into *image.
 *
 * Whatever *image held is not freed. Returns false, with *image untouched, when the size is not
 * positive, is above 32767 in one direction, or memory is short.
 */
bool image_init(struct image *image, int width, int height);

/** Free the pixels and leave an empty image. Works on an empty image too. */
void image_finish(struct image *image);

/** Bytes of all pixels. */
size_t image_size(const struct image *image);

/** True when both have the same size and the same bytes. Empty images are equal. */
bool image_equal(const struct image *a, const struct image *b);

/**
 * Read a PNG of any colour type as RGBA.
 *
 * Returns false, with a sentence on stderr and *image untouched, when the file is not readable.
 */
bool image_read_png(struct image *image, const char *path);

/** Write as 8 bit RGBA PNG. Returns false, with a sentence on stderr, on failure. */
bool image_write_png(const struct image *image, const char *path);

#endif
