/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Scenes about views: position, rotation, scale, alpha, masks, stacking. */

#include "scenes.h"

static struct window *card(struct scene *scene, const char *format, int width, int height)
{
	struct window *window = window_create(scene, format, width, height);

	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	return window;
}

/* Something to see behind a view that is not opaque or not rectangular. */
static void show_backdrop(struct scene *scene)
{
	struct window *window = window_create(scene, "XRGB8888", 220, 190);

	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 7);
	window_show(window, 15, 12);
}

/* The anchor is where the turned rectangle fits into the output; an odd fraction keeps its edges
 * off the pixel centres, where two renderers may rightly decide differently. */
static struct wr_scene_view_v1 *show_turned(struct window *window, int millidegrees)
{
	bool quarter = millidegrees % 90000 == 0;
	struct wr_scene_view_v1 *view =
		window_show(window, quarter ? 140 : 140.3125, quarter ? 110 : 110.6875);

	wr_scene_view_v1_rotate(view, millidegrees);
	return view;
}

/* param: millidegrees */
static void show_rotated(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	show_turned(card(scene, "XRGB8888", 97, 61), param);
}

static void show_rotated_alpha(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *window = window_create(scene, "ARGB8888", 97, 61);
	window_draw(window, PATTERN_CARD, ALPHA_GRADIENT, 1);
	wr_scene_view_v1_set_alpha(show_turned(window, param), 700000);
}

static void show_mask(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *window = card(scene, "XRGB8888", 97, 61);
	wr_scene_view_v1_set_mask(show_turned(window, param), 13, 7, 50, 41);
}

static void show_mask_alpha(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *window = window_create(scene, "ARGB8888", 97, 61);
	window_draw(window, PATTERN_NOISE, ALPHA_HALF, 1);
	wr_scene_view_v1_set_mask(show_turned(window, param), 13, 7, 50, 41);
}

static void show_mirrored(struct scene *scene, int stage, int param)
{
	struct window *window = card(scene, "XRGB8888", 97, 61);

	wr_scene_view_v1_scale(window_show(window, 110, 20), -1000000, 1000000);
	wr_scene_view_v1_scale(window_show(window, 120, 160), 1000000, -1000000);
	wr_scene_view_v1_scale(window_show(window, 110, 180), -1000000, -1000000);
}

/* All edges on whole pixels: for the rest of a pixel weston's core counts a view as opaque that the
 * GL does not cover there, and under no renderer is it defined what such a pixel shows. */
static void show_scaled(struct scene *scene, int stage, int param)
{
	struct window *window = card(scene, "XRGB8888", 96, 64);

	wr_scene_view_v1_scale(window_show(window, 10, 10), 1500000, 1250000);
	wr_scene_view_v1_scale(window_show(window, 170, 10), 375000, 687500);
	wr_scene_view_v1_scale(window_show(window, 20, 110), 2000000, 2000000);
}

static void show_sheared(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *window = card(scene, "XRGB8888", 97, 61);
	wr_scene_view_v1_shear(window_show(window, 20.3125, 30.4375), 512345);
}

static void show_fraction(struct scene *scene, int stage, int param)
{
	window_show(card(scene, "XRGB8888", 97, 61), 10.25, 10.75);
	window_show(card(scene, "XRGB8888", 97, 61), 30.625, 100);
}

static void show_parent(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *parent = card(scene, "XRGB8888", 97, 61);
	struct wr_scene_view_v1 *view = show_turned(parent, param);
	struct window *child = window_create(scene, "XRGB8888", 40, 30);
	window_draw(child, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	struct wr_scene_view_v1 *child_view = window_show(child, 0, 0);
	wr_scene_view_v1_set_parent(child_view, view);
	wr_scene_view_v1_set_position(
		child_view, wl_fixed_from_double(70), wl_fixed_from_double(40));
}

/* param: view alpha, micro */
static void show_alpha(struct scene *scene, int stage, int param)
{
	static const char *const formats[] = {"XRGB8888", "ARGB8888", "RGB565", "XBGR8888"};

	show_backdrop(scene);
	for (int i = 0; i < 4; i++) {
		struct window *window = card(scene, formats[i], 81, 47);

		wr_scene_view_v1_set_alpha(window_show(window, 30 + 45 * i, 8 + 50 * i), param);
	}
}

static void show_several(struct scene *scene, int stage, int param)
{
	struct window *window = card(scene, "ARGB8888", 80, 60);

	window_show(window, 10, 10);
	wr_scene_view_v1_rotate(window_show(window, 200, 20), 90000);
	wr_scene_view_v1_set_alpha(window_show(window, 60, 40), 400000);
	wr_scene_view_v1_set_mask(window_show(window, 120, 120), 20, 10, 30, 30);
}

static void show_edges(struct scene *scene, int stage, int param)
{
	window_show(card(scene, "XRGB8888", 97, 61), -40, -30);
	window_show(card(scene, "XBGR8888", 97, 61), 240, -20);
	window_show(card(scene, "RGB565", 97, 61), -50, 230);
	window_show(card(scene, "ARGB8888", 97, 61), 250, 240);
}

static void show_many(struct scene *scene, int stage, int param)
{
	static const char *const formats[] = {
		"ARGB8888", "XRGB8888", "XBGR8888", "ABGR8888", "RGBX8888", "RGB565"};

	for (int i = 0; i < param; i++) {
		const char *format = formats[i % 6];
		struct window *window =
			window_create(scene, format, 30 + (i * 13) % 71, 25 + (i * 29) % 53);

		window_draw(window, i % 3 ? PATTERN_CARD : PATTERN_NOISE,
			i % 4 == 3 && window->format->a.bits ? ALPHA_HALF : ALPHA_OPAQUE,
			(uint32_t)i);
		window_show(window, (i * 47) % 230, (i * 71) % 210);
	}
}

static const struct scene_entry entries[] = {
	{"rotate-30", SCENE_FILTERED, 1, 1, SCENE_MEDIUM, show_rotated, 30000},
	{"rotate-45", SCENE_FILTERED, 1, 1, 0, show_rotated, 45000},
	{"rotate-90", SCENE_EXACT, 1, 1, SCENE_MEDIUM, show_rotated, 90000},
	{"rotate-180", SCENE_EXACT, 1, 1, 0, show_rotated, 180000},
	{"rotate-270", SCENE_EXACT, 1, 1, 0, show_rotated, 270000},
	{"rotate-193", SCENE_FILTERED, 1, 1, 0, show_rotated, 193000},
	{"rotate-30-alpha", SCENE_FILTERED, 1, 1, 0, show_rotated_alpha, 30000},
	{"rotate-90-alpha", SCENE_BLENDED, 1, 1, 0, show_rotated_alpha, 90000},
	{"mask", SCENE_EXACT, 1, 1, SCENE_MEDIUM, show_mask, 0},
	{"mask-30", SCENE_FILTERED, 1, 1, SCENE_MEDIUM, show_mask, 30000},
	{"mask-90", SCENE_EXACT, 1, 1, 0, show_mask, 90000},
	{"mask-alpha", SCENE_BLENDED, 1, 1, 0, show_mask_alpha, 0},
	{"mask-alpha-45", SCENE_FILTERED, 1, 1, 0, show_mask_alpha, 45000},
	{"mirrored", SCENE_EXACT, 1, 1, SCENE_MEDIUM, show_mirrored, 0},
	{"scaled", SCENE_FILTERED, 1, 1, SCENE_MEDIUM, show_scaled, 0},
	{"sheared", SCENE_FILTERED, 1, 1, 0, show_sheared, 0},
	{"fraction", SCENE_FILTERED, 1, 1, 0, show_fraction, 0},
	{"parent-30", SCENE_FILTERED, 1, 1, 0, show_parent, 30000},
	{"parent-90", SCENE_EXACT, 1, 1, 0, show_parent, 90000},
	{"alpha-50", SCENE_BLENDED, 1, 1, SCENE_MEDIUM, show_alpha, 500000},
	{"alpha-03", SCENE_BLENDED, 1, 1, 0, show_alpha, 31415},
	{"alpha-0", SCENE_BLENDED, 1, 1, 0, show_alpha, 0},
	{"alpha-100", SCENE_EXACT, 1, 1, 0, show_alpha, 1000000},
	{"several-views", SCENE_BLENDED, 1, 1, SCENE_MEDIUM, show_several, 0},
	{"edges", SCENE_EXACT, 1, 1, SCENE_MEDIUM, show_edges, 0},
	{"many-windows", SCENE_BLENDED, 1, 1, SCENE_MEDIUM, show_many, 40},
	{"very-many-windows", SCENE_BLENDED, 1, 1, 0, show_many, 150},
};

const struct scene_table view_scenes = {entries, sizeof entries / sizeof entries[0]};
