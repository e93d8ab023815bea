/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <math.h>

#include "yuv-format.h"

int yuv_planes(const struct yuv_format *format)
{
	switch (format->kind) {
	case YUV_PLANAR:
		return 3;
	case YUV_SEMI_PLANAR:
		return 2;
	default:
		return 1;
	}
}

struct yuv_plane yuv_plane(const struct yuv_format *format, int plane, size_t stride, int height)
{
	size_t samples = format->kind == YUV_SEMI_PLANAR ? 2 : 1;
	struct yuv_plane result = {.stride = stride};

	if (plane > 0) {
		result.offset = stride * (size_t)height;
		result.stride = stride / (size_t)format->hsub * samples;
	}
	if (plane > 1) {
		result.offset += stride / (size_t)format->hsub * (size_t)(height / format->vsub);
	}
	return result;
}

size_t yuv_bytes(const struct yuv_format *format, size_t stride, int height)
{
	int last = yuv_planes(format) - 1;
	struct yuv_plane plane = yuv_plane(format, last, stride, height);

	return plane.offset + plane.stride * (size_t)(last ? height / format->vsub : height);
}

static uint8_t to_byte(double value)
{
	return (uint8_t)lround(value);
}

static void put_sample(const struct yuv_format *format, uint8_t *at, uint8_t value)
{
	if (format->wide) {
		at[0] = value & 0xc0;
		at[1] = value;
	} else {
		*at = value;
	}
}

/* The chroma samples of a pixel, in formats of several planes. */
static void put_planar_chroma(const struct yuv_format *format, const struct yuv_picture *picture,
	int x, int y, const uint8_t chroma[2])
{
	bool pairs = format->kind == YUV_SEMI_PLANAR;
	int bytes = format->wide ? 2 : 1;

	for (int i = 0; i < 2; i++) {
		struct yuv_plane plane =
			yuv_plane(format, pairs ? 1 : 1 + i, picture->stride, picture->height);
		uint8_t *row =
			picture->data + plane.offset + (size_t)(y / format->vsub) * plane.stride;
		int sample = pairs ? 2 * (x / format->hsub) + i : x / format->hsub;

		put_sample(format, row + sample * bytes, chroma[i]);
	}
}

/* row: of the picture. */
static void put_packed(
	const struct yuv_format *format, uint8_t *row, int x, uint8_t luma, const uint8_t *chroma)
{
	uint8_t *group = row + 4 * (x / 2);

	if (format->kind == YUV_XYUV) {
		row[4 * x] = chroma[1];
		row[4 * x + 1] = chroma[0];
		row[4 * x + 2] = luma;
		return;
	}
	group[2 * (x % 2) + format->chroma_first] = luma;
	if (chroma) {
		group[!format->chroma_first] = chroma[0];
		group[2 + !format->chroma_first] = chroma[1];
	}
}

void yuv_put(const struct yuv_format *format, const struct yuv_picture *picture, int x, int y,
	struct pixel pixel)
{
	double r = pixel.r / 65535.0, g = pixel.g / 65535.0, b = pixel.b / 65535.0;
	uint8_t luma = to_byte(16 + 65.481 * r + 128.553 * g + 24.966 * b);
	uint8_t cb = to_byte(128 - 37.797 * r - 74.203 * g + 112 * b);
	uint8_t cr = to_byte(128 + 112 * r - 93.786 * g - 18.214 * b);
	const uint8_t chroma[2] = {format->swapped ? cr : cb, format->swapped ? cb : cr};
	bool first = x % format->hsub == 0 && y % format->vsub == 0 &&
		     x / format->hsub < picture->width / format->hsub &&
		     y / format->vsub < picture->height / format->vsub;
	uint8_t *row = picture->data + (size_t)y * picture->stride;

	if (yuv_planes(format) == 1) {
		put_packed(format, row, x, luma, first ? chroma : NULL);
		return;
	}
	put_sample(format, row + x * (format->wide ? 2 : 1), luma);
	if (first) {
		put_planar_chroma(format, picture, x, y, chroma);
	}
}
