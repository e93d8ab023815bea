/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define IMAGE_MAX_SIDE 32767

bool image_init(struct image *image, int width, int height)
{
	if (width < 1 || height < 1 || width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE) {
		return false;
	}
	uint8_t *rgba = calloc((size_t)width * (size_t)height, 4);
	if (!rgba) {
		return false;
	}
	*image = (struct image){.width = width, .height = height, .rgba = rgba};
	return true;
}

void image_finish(struct image *image)
{
	free(image->rgba);
	*image = (struct image){0};
}

size_t image_size(const struct image *image)
{
	return (size_t)image->width * (size_t)image->height * 4;
}

bool image_equal(const struct image *a, const struct image *b)
{
	if (a->width != b->width || a->height != b->height) {
		return false;
	}
	return image_size(a) == 0 || memcmp(a->rgba, b->rgba, image_size(a)) == 0;
}

bool image_read_png(struct image *image, const char *path)
{
	png_image png = {.version = PNG_IMAGE_VERSION};
	struct image result;

	if (!png_image_begin_read_from_file(&png, path)) {
		fprintf(stderr, "%s: %s\n", path, png.message);
		return false;
	}
	png.format = PNG_FORMAT_RGBA;
	if (!image_init(&result, (int)png.width, (int)png.height)) {
		fprintf(stderr, "%s: size %ux%u not supported\n", path, png.width, png.height);
		png_image_free(&png);
		return false;
	}
	if (!png_image_finish_read(&png, NULL, result.rgba, 0, NULL)) {
		fprintf(stderr, "%s: %s\n", path, png.message);
		image_finish(&result);
		return false;
	}
	*image = result;
	return true;
}

bool image_write_png(const struct image *image, const char *path)
{
	/* Test pictures are written by the thousand: speed counts more than size. */
	png_image png = {
		.version = PNG_IMAGE_VERSION,
		.width = (png_uint_32)image->width,
		.height = (png_uint_32)image->height,
		.format = PNG_FORMAT_RGBA,
		.flags = PNG_IMAGE_FLAG_FAST,
	};

	if (!png_image_write_to_file(&png, path, 0, image->rgba, 0, NULL)) {
		fprintf(stderr, "%s: %s\n", path, png.message);
		return false;
	}
	return true;
}
