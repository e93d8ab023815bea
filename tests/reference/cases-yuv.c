/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Cases about YUV buffers: values of Y, Cb and Cr go in, and ITU-R BT.601's RGB must come out. */

#include <math.h>
#include <string.h>

#include "check.h"
#include "yuv-format.h"

#define WIDTH 96
#define HEIGHT 64

struct components {
	uint8_t y, cb, cr;
};

/* Luma of its own for each pixel, chroma for each group of 2 x 2: the same for all layouts. */
static struct components components_at(int x, int y)
{
	return (struct components){
		.y = (uint8_t)(16 + pattern_noise(21, (uint32_t)x, (uint32_t)y) % 220),
		.cb = (uint8_t)(16 + pattern_noise(22, (uint32_t)x / 2, (uint32_t)y / 2) % 225),
		.cr = (uint8_t)(16 + pattern_noise(23, (uint32_t)x / 2, (uint32_t)y / 2) % 225),
	};
}

/* Limited range: Y from 16 to 235, Cb and Cr from 16 to 240. */
static struct color to_rgb(struct components c)
{
	const double kr = 0.299, kb = 0.114, kg = 1 - kr - kb;
	double y = (c.y - 16) / 219.0;
	double cb = (c.cb - 128) / 224.0, cr = (c.cr - 128) / 224.0;
	double r = y + 2 * (1 - kr) * cr;
	double b = y + 2 * (1 - kb) * cb;
	double g = (y - kr * r - kb * b) / kg;

	return (struct color){fmin(fmax(r, 0), 1), fmin(fmax(g, 0), 1), fmin(fmax(b, 0), 1), 1};
}

static void put_planar(uint8_t *data, int hsub, int vsub, int x, int y, struct components c)
{
	size_t luma = WIDTH * HEIGHT, chroma_width = (size_t)(WIDTH / hsub);
	size_t chroma = chroma_width * (size_t)(HEIGHT / vsub);
	size_t at = (size_t)(y / vsub) * chroma_width + (size_t)(x / hsub);

	data[y * WIDTH + x] = c.y;
	data[luma + at] = c.cb;
	data[luma + chroma + at] = c.cr;
}

static void put_semi_planar(uint8_t *data, int hsub, int vsub, int x, int y, struct components c)
{
	size_t at = WIDTH * HEIGHT + (size_t)(y / vsub) * (size_t)(WIDTH / hsub) * 2 +
		    (size_t)(x / hsub) * 2;

	data[y * WIDTH + x] = c.y;
	data[at] = c.cb;
	data[at + 1] = c.cr;
}

static void put(uint8_t *data, const struct yuv_format *format, int x, int y, struct components c)
{
	uint8_t *at;

	switch (format->kind) {
	case YUV_PLANAR:
		put_planar(data, format->hsub, format->vsub, x, y, c);
		break;
	case YUV_SEMI_PLANAR:
		put_semi_planar(data, format->hsub, format->vsub, x, y, c);
		break;
	case YUV_YUYV:
		at = data + (y * WIDTH + x) * 2;
		at[0] = c.y;
		at[1] = x & 1 ? c.cr : c.cb;
		break;
	case YUV_XYUV:
		at = data + (y * WIDTH + x) * 4;
		at[0] = c.cr;
		at[1] = c.cb;
		at[2] = c.y;
		at[3] = 0x5a;
		break;
	}
}

/* param: index into pixel_formats of the first YUV format, and how many further */
static const struct pixel_format *yuv_format_at(int n)
{
	for (size_t i = 0; i < n_pixel_formats; i++) {
		if (pixel_formats[i].yuv && n-- == 0) {
			return &pixel_formats[i];
		}
	}
	return NULL;
}

static void run_yuv(struct check *check, int param)
{
	const struct pixel_format *format = yuv_format_at(param);
	struct card_look look = {
		.format = format->name,
		.width = WIDTH,
		.height = HEIGHT,
		.pattern = PATTERN_FLAT,
	};
	struct card *card = check_card(check, &look);

	if (check->scene.problem[0]) {
		check_skip(check, check->scene.problem);
		return;
	}
	memset(card->window->current->shm.data, 0, card->window->current->shm.size);
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			struct components c = components_at(x, y);

			put(card->window->current->shm.data, format->yuv, x, y, c);
			card->layer.texture.texels[y * WIDTH + x] = to_rgb(c);
		}
	}
	check_show(check, card, 30, 20);
	check_picture(check, TOLERANCE_BLENDED);
}

const struct check_case yuv_cases[] = {
	{"yuv-buffer/yuv420", GROUP_PLAIN, run_yuv, 0},
	{"yuv-buffer/yuv444", GROUP_PLAIN, run_yuv, 1},
	{"yuv-buffer/nv12", GROUP_PLAIN, run_yuv, 2},
	{"yuv-buffer/nv16", GROUP_PLAIN, run_yuv, 3},
	{"yuv-buffer/nv24", GROUP_PLAIN, run_yuv, 4},
	{"yuv-buffer/yuyv", GROUP_PLAIN, run_yuv, 5},
	{"yuv-buffer/xyuv8888", GROUP_PLAIN, run_yuv, 6},
	{NULL, 0, NULL, 0},
};
