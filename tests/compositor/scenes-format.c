/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Scenes about wl_shm formats, strides and sizes of buffers. */

#include "scenes.h"

/* param of these scenes: index into pixel_formats */
static void show_format(struct scene *scene, int stage, int param)
{
	const char *format = pixel_formats[param].name;
	struct window *card = window_create(scene, format, 131, 97);

	window_draw(card, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(card, 10, 12);

	struct window *noise = window_create(scene, format, 64, 51);
	window_draw(noise, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	window_show(noise, 101, 73);
}

/* Over a picture, so that wrong alpha shows wherever it is. */
static void show_format_alpha(struct scene *scene, int stage, int param)
{
	const char *format = pixel_formats[param].name;
	struct window *below = window_create(scene, "XRGB8888", 160, 120);

	window_draw(below, PATTERN_NOISE, ALPHA_OPAQUE, 3);
	window_show(below, 20, 20);

	struct window *gradient = window_create(scene, format, 131, 97);
	window_draw(gradient, PATTERN_CARD, ALPHA_GRADIENT, 1);
	window_show(gradient, 8, 9);

	struct window *half = window_create(scene, format, 64, 51);
	window_draw(half, PATTERN_NOISE, ALPHA_HALF, 2);
	window_show(half, 130, 80);
}

/* param: format index * 64 + bytes of padding per row */
static void show_stride(struct scene *scene, int stage, int param)
{
	const struct pixel_format *format = &pixel_formats[param / 64];
	struct window *window = window_create(scene, format->name, 61, 43);

	window->stride = 61 * format->bytes + param % 64;
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(window, 10, 10);

	struct window *noise = window_create(scene, format->name, 33, 77);
	noise->stride = 33 * format->bytes + param % 64;
	window_draw(noise, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	window_show(noise, 90, 20);
}

/* param: width * 1000 + height */
static void show_size(struct scene *scene, int stage, int param)
{
	static const char *const formats[] = {"XRGB8888", "RGB565", "XBGR8888", "ARGB8888"};

	for (int i = 0; i < 4; i++) {
		struct window *window =
			window_create(scene, formats[i], param / 1000, param % 1000);

		window_draw(window, i % 2 ? PATTERN_NOISE : PATTERN_CARD, ALPHA_OPAQUE,
			(uint32_t)i + 1);
		window_show(window, 7 + 40 * i, 5 + 50 * i);
	}
}

#define FORMAT(NAME, INDEX)                                                                        \
	{                                                                                          \
		"format-" NAME, SCENE_EXACT, 1, 1, 0, show_format, INDEX                           \
	}
#define FORMAT_MEDIUM(NAME, INDEX)                                                                 \
	{                                                                                          \
		"format-" NAME, SCENE_EXACT, 1, 1, SCENE_MEDIUM, show_format, INDEX                \
	}
#define FORMAT_ALPHA(NAME, INDEX)                                                                  \
	{                                                                                          \
		"format-alpha-" NAME, SCENE_BLENDED, 1, 1, 0, show_format_alpha, INDEX             \
	}
#define STRIDE(NAME, INDEX, PADDING)                                                               \
	{                                                                                          \
		"stride-" NAME, SCENE_EXACT, 1, 1, 0, show_stride, (INDEX)*64 + (PADDING)          \
	}
#define SIZE(NAME, WIDTH, HEIGHT)                                                                  \
	{                                                                                          \
		"size-" NAME, SCENE_EXACT, 1, 1, 0, show_size, (WIDTH)*1000 + (HEIGHT)             \
	}

static const struct scene_entry entries[] = {
	FORMAT_MEDIUM("argb8888", 0),
	FORMAT("xrgb8888", 1),
	FORMAT("xbgr8888", 2),
	FORMAT("abgr8888", 3),
	FORMAT("rgbx8888", 4),
	FORMAT("rgba8888", 5),
	FORMAT("bgrx8888", 6),
	FORMAT("bgra8888", 7),
	FORMAT("rgb888", 8),
	FORMAT("bgr888", 9),
	FORMAT_MEDIUM("rgb565", 10),
	FORMAT("abgr2101010", 11),
	FORMAT("xbgr2101010", 12),
	FORMAT("abgr16161616f", 13),
	FORMAT("xbgr16161616f", 14),
	FORMAT("abgr16161616", 15),
	FORMAT("xbgr16161616", 16),
	FORMAT_ALPHA("argb8888", 0),
	FORMAT_ALPHA("abgr8888", 3),
	FORMAT_ALPHA("rgba8888", 5),
	FORMAT_ALPHA("bgra8888", 7),
	FORMAT_ALPHA("abgr2101010", 11),
	FORMAT_ALPHA("abgr16161616f", 13),
	FORMAT_ALPHA("abgr16161616", 15),
	STRIDE("argb8888-padded", 0, 20),
	STRIDE("argb8888-odd", 0, 3),
	STRIDE("rgb888-tight", 8, 0),
	STRIDE("rgb888-odd", 8, 1),
	STRIDE("bgr888-odd", 9, 2),
	STRIDE("rgb888-padded", 8, 13),
	STRIDE("rgb565-tight", 10, 0),
	STRIDE("rgb565-odd", 10, 1),
	STRIDE("rgb565-padded", 10, 6),
	STRIDE("abgr16161616-odd", 15, 4),
	SIZE("1x1", 1, 1),
	SIZE("3x5", 3, 5),
	SIZE("1x77", 1, 77),
	SIZE("97x1", 97, 1),
	SIZE("257x131", 257, 131),
	SIZE("larger-than-output", 700, 600),
};

const struct scene_table format_scenes = {entries, sizeof entries / sizeof entries[0]};
