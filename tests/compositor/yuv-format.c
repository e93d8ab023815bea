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

void yuv_put(const struct yuv_format *format, const struct yuv_picture *picture, int x, int y,
	struct pixel pixel)
{
	double r = pixel.r / 65535.0, g = pixel.g / 65535.0, b = pixel.b / 65535.0;
	uint8_t luma = to_byte(16 + 65.481 * r + 128.553 * g + 24.966 * b);
	uint8_t cb = to_byte(128 - 37.797 * r - 74.203 * g + 112 * b);
	uint8_t cr = to_byte(128 + 112 * r - 93.786 * g - 18.214 * b);
	bool chroma = x % format->hsub == 0 && y % format->vsub == 0 &&
		      x / format->hsub < picture->width / format->hsub &&
		      y / format->vsub < picture->height / format->vsub;
	uint8_t *row = picture->data + (size_t)y * picture->stride, *at[3] = {0};

	for (int i = 1; i < yuv_planes(format); i++) {
		struct yuv_plane plane = yuv_plane(format, i, picture->stride, picture->height);

		at[i] = picture->data + plane.offset + (size_t)(y / format->vsub) * plane.stride +
			x / format->hsub * (format->kind == YUV_SEMI_PLANAR ? 2 : 1);
	}
	switch (format->kind) {
	case YUV_PLANAR:
		row[x] = luma;
		if (chroma) {
			*at[1] = cb;
			*at[2] = cr;
		}
		break;
	case YUV_SEMI_PLANAR:
		row[x] = luma;
		if (chroma) {
			at[1][0] = cb;
			at[1][1] = cr;
		}
		break;
	case YUV_YUYV:
		row[2 * x] = luma;
		if (chroma) {
			row[2 * x + 1] = cb;
			row[2 * x + 3] = cr;
		}
		break;
	case YUV_XYUV:
		row[4 * x] = cr;
		row[4 * x + 1] = cb;
		row[4 * x + 2] = luma;
		break;
	}
}
