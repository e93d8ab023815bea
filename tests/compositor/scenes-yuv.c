/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Scenes about YUV formats. Conversion is arithmetic in floats, so none of them is exact. */

#include "scenes.h"

/* Where each plane of each format has rows of a multiple of 4 bytes, all renderers agree. */
#define ROW_BYTES 8

static struct window *create(
	struct scene *scene, int format, int width, int height, int padding, int round)
{
	struct window *window = window_create(scene, pixel_formats[format].name, width, height);

	window->stride = (width * window->format->bytes + round - 1) / round * round + padding;
	return window;
}

static struct window *draw(struct window *window, enum pattern pattern, uint32_t seed)
{
	window_draw(window, pattern, ALPHA_OPAQUE, seed);
	return window;
}

/* param of these scenes: index into pixel_formats */
static void show_even(struct scene *scene, int stage, int param)
{
	window_show(draw(create(scene, param, 128, 96, 0, ROW_BYTES), PATTERN_CARD, 1), 10, 12);
	window_show(draw(create(scene, param, 64, 52, 0, ROW_BYTES), PATTERN_NOISE, 2), 101, 73);
}

/*
 * Sizes that are no multiple of the sub-sampling, and rows that are longer than what is in them.
 * Half of each size is odd: otherwise the middle pixel's centre lies on the edge between two chroma
 * samples, where it is anybody's choice which one to take.
 */
static void show_odd(struct scene *scene, int stage, int param)
{
	window_show(draw(create(scene, param, 131, 99, 0, ROW_BYTES), PATTERN_CARD, 1), 10, 12);
	window_show(draw(create(scene, param, 67, 51, 24, ROW_BYTES), PATTERN_NOISE, 2), 101, 73);
}

/* Rows of bytes that no alignment fits. */
static void show_tight(struct scene *scene, int stage, int param)
{
	window_show(draw(create(scene, param, 126, 90, 0, 2), PATTERN_CARD, 1), 10, 12);
	window_show(draw(create(scene, param, 66, 50, 0, 2), PATTERN_NOISE, 2), 101, 73);
}

/* The same content in rows that any renderer reads right. */
static void show_tight_padded(struct scene *scene, int stage, int param)
{
	window_show(draw(create(scene, param, 126, 90, 0, ROW_BYTES), PATTERN_CARD, 1), 10, 12);
	window_show(draw(create(scene, param, 66, 50, 0, ROW_BYTES), PATTERN_NOISE, 2), 101, 73);
}

/* Cut out, scaled, turned, half transparent, and as a sub-surface. */
static void show_mapped(struct scene *scene, int stage, int param)
{
	struct window *scaled = draw(create(scene, param, 128, 96, 8, ROW_BYTES), PATTERN_CARD, 1);

	if (window_viewport(scaled)) {
		wp_viewport_set_source(
			window_viewport(scaled), 17 * 256 + 64, 9 * 256, 90 * 256, 70 * 256 + 128);
		wp_viewport_set_destination(window_viewport(scaled), 151, 133);
	}
	wr_scene_view_v1_set_alpha(window_show(scaled, 6, 8), 750000);

	struct window *turned = draw(create(scene, param, 64, 52, 0, ROW_BYTES), PATTERN_NOISE, 2);
	window_set_transform(turned, WL_OUTPUT_TRANSFORM_FLIPPED_90, 1);
	window_show(turned, 180, 20);

	struct window *child = draw(create(scene, param, 40, 36, 0, ROW_BYTES), PATTERN_CARD, 3);
	window_make_subsurface(child, turned, 20, 40);
	wl_surface_commit(child->surface);
	wl_surface_commit(turned->surface);
}

/* Stage 2 and 3: other pixels in a part of it. */
static void show_damage(struct scene *scene, int stage, int param)
{
	static const struct window_area areas[] = {{32, 16, 26, 22}, {60, 40, 12, 30}};

	if (stage == 1) {
		window_show(
			draw(create(scene, param, 128, 96, 0, ROW_BYTES), PATTERN_CARD, 1), 20, 20);
		return;
	}
	struct window *window = scene_window(scene, 0);
	struct window_buffer *buffer = window_copy_buffer(window);
	struct window_area area = areas[stage - 2];

	window_paint(window, buffer, area, PATTERN_NOISE, ALPHA_OPAQUE, (uint32_t)stage);
	window_attach(window, buffer);
	wl_surface_damage_buffer(window->surface, area.x, area.y, area.width, area.height);
	wl_surface_commit(window->surface);
}

#define YUV(NAME, INDEX)                                                                           \
	{"yuv-" NAME, SCENE_BLENDED, 1, 1, 0, show_even, INDEX},                                   \
		{"yuv-odd-" NAME, SCENE_BLENDED, 1, 1, 0, show_odd, INDEX},                        \
		{"yuv-tight-" NAME, SCENE_BLENDED, 1, 1, 0, show_tight, INDEX},                    \
		{"yuv-mapped-" NAME, SCENE_FILTERED, 1, 1, 0, show_mapped, INDEX},                 \
	{                                                                                          \
		"yuv-damage-" NAME, SCENE_BLENDED, 1, 3, 0, show_damage, INDEX                     \
	}
#define PADDED(NAME, INDEX)                                                                        \
	{                                                                                          \
		"yuv-padded-" NAME, SCENE_BLENDED, 1, 1, 0, show_tight_padded, INDEX               \
	}

static const struct scene_entry entries[] = {
	YUV("yuv420", 17),
	YUV("yuv444", 18),
	YUV("nv12", 19),
	YUV("nv16", 20),
	YUV("nv24", 21),
	YUV("yuyv", 22),
	YUV("xyuv8888", 23),
	PADDED("yuv420", 17),
	PADDED("yuv444", 18),
	PADDED("nv12", 19),
	PADDED("nv16", 20),
	PADDED("nv24", 21),
};

const struct scene_table yuv_scenes = {entries, sizeof entries / sizeof entries[0]};
