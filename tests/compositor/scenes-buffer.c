/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Scenes about the mapping of buffers to surfaces: transform, scale, viewport, solid buffers. */

#include "scenes.h"

/* param: transform * 10 + scale */
static void show_transform(struct scene *scene, int stage, int param)
{
	struct window *card = window_create(scene, "XRGB8888", 126, 82);

	window_set_transform(card, param / 10, param % 10);
	window_draw(card, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(card, 11, 13);

	struct window *noise = window_create(scene, "RGB565", 58, 98);
	window_set_transform(noise, param / 10, param % 10);
	window_draw(noise, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	window_show(noise, 150, 31);
}

struct viewport_case {
	int x, y, width, height; // source, 1/4 surface pixels; width 0: no source
	int to_width, to_height; // destination; 0: none
	int transform, scale;
};

static const struct viewport_case viewport_cases[] = {
	{4 * 20, 4 * 10, 4 * 60, 4 * 50, 0, 0, 0, 1},                   // crop
	{0, 0, 0, 0, 200, 150, 0, 1},                                   // enlarge
	{0, 0, 0, 0, 50, 31, 0, 1},                                     // reduce
	{4 * 20, 4 * 10, 4 * 60, 4 * 50, 150, 140, 0, 1},               // both
	{4 * 20 + 1, 4 * 10 + 3, 4 * 31 + 2, 4 * 22 + 1, 99, 77, 0, 1}, // fractions
	{4 * 10, 4 * 20, 4 * 50, 4 * 60, 0, 0, 1, 1},                   // crop, turned
	{4 * 10, 4 * 20, 4 * 30, 4 * 40, 120, 90, 5, 1},                // both, mirrored and turned
	{4 * 10, 4 * 5, 4 * 30, 4 * 25, 0, 0, 0, 2},                    // crop of a scale 2 buffer
	{4 * 10, 4 * 5, 4 * 30, 4 * 25, 60, 50, 0, 2}, // whose destination is 1:1 again
	{4 * 50, 4 * 40, 4 * 1, 4 * 1, 80, 80, 0, 1},  // one pixel, enlarged
};

/* param: index into viewport_cases */
static void show_viewport(struct scene *scene, int stage, int param)
{
	const struct viewport_case *c = &viewport_cases[param];
	struct window *window = window_create(scene, "XRGB8888", 100, 80);
	struct wp_viewport *viewport = window_viewport(window);

	window_set_transform(window, c->transform, c->scale);
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	if (viewport && c->width) {
		wp_viewport_set_source(
			viewport, c->x * 64, c->y * 64, c->width * 64, c->height * 64);
	}
	if (viewport && c->to_width) {
		wp_viewport_set_destination(viewport, c->to_width, c->to_height);
	}
	window_show(window, 17, 19);
}

static struct window *solid(struct scene *scene, const uint32_t color[4], int width, int height)
{
	struct window *window = window_create(scene, "XRGB8888", 1, 1);

	window_attach_solid(window, color[0], color[1], color[2], color[3]);
	if (width && window_viewport(window)) {
		wp_viewport_set_destination(window_viewport(window), width, height);
	}
	return window;
}

static const uint32_t opaque_colors[][4] = {
	{0xffffffff, 0, 0, 0xffffffff},
	{0, 0xffffffff, 0, 0xffffffff},
	{0, 0, 0xffffffff, 0xffffffff},
	{0x33333333, 0x80808080, 0xcccccccc, 0xffffffff},
	{0x12345678, 0x9abcdef0, 0x0fedcba9, 0xffffffff},
};

static const uint32_t alpha_colors[][4] = {
	{0x80808080, 0, 0, 0x80808080},
	{0x20202020, 0x40404040, 0x10101010, 0x60606060},
	{0, 0, 0, 0xc0c0c0c0},
	{0, 0, 0, 0},
	{0x7fffffff, 0x3fffffff, 0x1fffffff, 0xfffffffe},
};

static void show_solid_opaque(struct scene *scene, int stage, int param)
{
	for (int i = 0; i < 5; i++) {
		struct window *window = solid(scene, opaque_colors[i], 51 + i, 37 + 2 * i);

		window_show(window, 10 + 30 * i, 10 + 40 * i);
	}
	window_show(solid(scene, opaque_colors[0], 0, 0), 200, 20);
}

static void show_solid_alpha(struct scene *scene, int stage, int param)
{
	struct window *below = window_create(scene, "XRGB8888", 180, 200);

	window_draw(below, PATTERN_CARD, ALPHA_OPAQUE, 3);
	window_show(below, 20, 20);
	for (int i = 0; i < 5; i++) {
		struct window *window = solid(scene, alpha_colors[i], 71, 47);

		window_show(window, 10 + 30 * i, 10 + 40 * i);
	}
}

static void show_solid_view(struct scene *scene, int stage, int param)
{
	struct window *window = solid(scene, opaque_colors[3], 90, 60);

	wr_scene_view_v1_set_alpha(window_show(window, 10, 10), 500000);
	wr_scene_view_v1_rotate(window_show(window, 160, 80), 30000);
	wr_scene_view_v1_set_mask(window_show(window, 20, 150), 10, 5, 50, 40);
}

/* A solid buffer after an shm one and the other way round. */
static void show_solid_switch(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		struct window *a = window_create(scene, "XRGB8888", 60, 50);
		window_draw(a, PATTERN_CARD, ALPHA_OPAQUE, 1);
		window_show(a, 10, 10);
		window_show(solid(scene, opaque_colors[4], 60, 50), 90, 10);
		return;
	}
	struct window *a = scene_window(scene, 0), *b = scene_window(scene, 1);
	window_attach_solid(a, 0x80808080, 0, 0xffffffff, 0xffffffff);
	if (window_viewport(a)) {
		wp_viewport_set_destination(window_viewport(a), 60, 50);
	}
	wl_surface_commit(a->surface);
	b->width = 60;
	b->height = 50;
	window_draw(b, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	wl_surface_commit(b->surface);
}

#define TRANSFORM(NAME, TRANSFORM, FLAGS)                                                          \
	{"buffer-" NAME "-scale1", SCENE_EXACT, 1, 1, FLAGS, show_transform, (TRANSFORM)*10 + 1},  \
	{                                                                                          \
		"buffer-" NAME "-scale2", SCENE_EXACT, 2, 1, FLAGS, show_transform,                \
			(TRANSFORM)*10 + 2                                                         \
	}
#define VIEWPORT(NAME, CLASS, SCALE, FLAGS, INDEX)                                                 \
	{                                                                                          \
		"viewport-" NAME, CLASS, SCALE, 1, FLAGS, show_viewport, INDEX                     \
	}

static const struct scene_entry entries[] = {
	TRANSFORM("normal", WL_OUTPUT_TRANSFORM_NORMAL, 0),
	TRANSFORM("90", WL_OUTPUT_TRANSFORM_90, SCENE_MEDIUM),
	TRANSFORM("180", WL_OUTPUT_TRANSFORM_180, 0),
	TRANSFORM("270", WL_OUTPUT_TRANSFORM_270, 0),
	TRANSFORM("flipped", WL_OUTPUT_TRANSFORM_FLIPPED, 0),
	TRANSFORM("flipped-90", WL_OUTPUT_TRANSFORM_FLIPPED_90, SCENE_MEDIUM),
	TRANSFORM("flipped-180", WL_OUTPUT_TRANSFORM_FLIPPED_180, 0),
	TRANSFORM("flipped-270", WL_OUTPUT_TRANSFORM_FLIPPED_270, 0),
	VIEWPORT("crop", SCENE_EXACT, 1, 0, 0),
	VIEWPORT("enlarge", SCENE_FILTERED, 1, 0, 1),
	VIEWPORT("reduce", SCENE_FILTERED, 1, 0, 2),
	VIEWPORT("crop-enlarge", SCENE_FILTERED, 1, SCENE_MEDIUM, 3),
	VIEWPORT("fractions", SCENE_FILTERED, 1, 0, 4),
	VIEWPORT("crop-90", SCENE_EXACT, 1, 0, 5),
	VIEWPORT("flipped-90", SCENE_FILTERED, 1, SCENE_MEDIUM, 6),
	VIEWPORT("crop-scale2", SCENE_EXACT, 2, 0, 7),
	VIEWPORT("scale2-unscaled", SCENE_EXACT, 1, 0, 8),
	VIEWPORT("one-pixel", SCENE_FILTERED, 1, 0, 9),
	{"solid-opaque", SCENE_EXACT, 1, 1, SCENE_MEDIUM | SCENE_ANY_SCALE, show_solid_opaque, 0},
	{"solid-alpha", SCENE_BLENDED, 1, 1, 0, show_solid_alpha, 0},
	{"solid-view", SCENE_FILTERED, 1, 1, SCENE_MEDIUM, show_solid_view, 0},
	{"solid-switch", SCENE_EXACT, 1, 2, 0, show_solid_switch, 0},
};

const struct scene_table buffer_scenes = {entries, sizeof entries / sizeof entries[0]};
