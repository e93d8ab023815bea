/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Scenes of several stages: partial damage, movement, changes of size, format and stacking. */

#include "scenes.h"

static struct window *show_card(struct scene *scene, const char *format, double x, double y)
{
	struct window *window = window_create(scene, format, 120, 90);

	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(window, x, y);
	return window;
}

/* A new buffer, equal but for one rectangle, with damage for just that (surface coordinates). */
static void update(struct window *window, struct window_area area, uint32_t seed)
{
	struct window_buffer *buffer = window_copy_buffer(window);
	int scale = window->scale;

	window_paint(window, buffer, area, PATTERN_NOISE, ALPHA_OPAQUE, seed);
	window_attach(window, buffer);
	/* Outward rounding: an odd rectangle of a scaled buffer still is inside its damage. */
	int x1 = area.x / scale, y1 = area.y / scale;
	int x2 = (area.x + area.width + scale - 1) / scale;
	int y2 = (area.y + area.height + scale - 1) / scale;
	if (window->transform == WL_OUTPUT_TRANSFORM_NORMAL) {
		wl_surface_damage(window->surface, x1, y1, x2 - x1, y2 - y1);
	} else {
		wl_surface_damage_buffer(window->surface, area.x, area.y, area.width, area.height);
	}
	wl_surface_commit(window->surface);
}

/* param: index into pixel_formats */
static void show_small(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_card(scene, pixel_formats[param].name, 20, 20);
		return;
	}
	struct window *window = scene_window(scene, 0);
	update(window, (struct window_area){31 * (stage - 1), 17, 13, 11}, (uint32_t)stage);
}

/* param: transform * 10 + scale */
static void show_transformed(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		struct window *window = window_create(scene, "XRGB8888", 122, 86);

		window_set_transform(window, param / 10, param % 10);
		window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
		window_show(window, 20, 20);
		return;
	}
	update(scene_window(scene, 0), (struct window_area){33, 21, 29, 15}, 2);
}

static void show_turned(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		struct window *window = show_card(scene, "XRGB8888", 140.3125, 60.6875);

		wr_scene_view_v1_rotate(window->views[0], param);
		return;
	}
	update(scene_window(scene, 0), (struct window_area){40, 30, 30, 20}, 2);
}

static void show_viewport(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		struct window *window = show_card(scene, "XRGB8888", 20, 20);

		if (window_viewport(window)) {
			wp_viewport_set_destination(window_viewport(window), 200, 150);
		}
		wl_surface_commit(window->surface);
		return;
	}
	struct window *window = scene_window(scene, 0);
	struct window_buffer *buffer = window_copy_buffer(window);
	struct window_area area = {40, 30, 30, 20};
	window_paint(window, buffer, area, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	window_attach(window, buffer);
	wl_surface_damage_buffer(window->surface, area.x, area.y, area.width, area.height);
	wl_surface_commit(window->surface);
}

/* The damage reaches beyond every edge. */
static void show_outside(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_card(scene, "XRGB8888", -30, -20);
		return;
	}
	struct window *window = scene_window(scene, 0);
	struct window_buffer *buffer = window_copy_buffer(window);
	window_paint(window, buffer, (struct window_area){0, 0, 120, 90}, PATTERN_NOISE,
		ALPHA_OPAQUE, 2);
	window_attach(window, buffer);
	wl_surface_damage(window->surface, -50, -50, 1000, 1000);
	wl_surface_commit(window->surface);
}

static void show_moved(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_card(scene, "XRGB8888", 20, 20);
		show_card(scene, "RGB565", 100, 80);
		return;
	}
	scene_place(scene, scene_window(scene, 0)->views[0], 20 + 13 * stage, 20 + 7 * stage);
}

/* Many frames in one stage, each with its own small damage: buffer ages and history. */
static void show_frames(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_card(scene, "XRGB8888", 20, 20);
		show_card(scene, "ARGB8888", 90, 120);
		return;
	}
	for (int i = 0; i < param; i++) {
		struct window *window = scene_window(scene, i % 2);

		update(window, (struct window_area){(i * 17) % 100, (i * 29) % 70, 9, 8},
			(uint32_t)i);
		scene_place(scene, scene_window(scene, 1)->views[0], 90 + 3 * i, 120 - 2 * i);
		scene_wait_frame(scene);
	}
}

static void show_resized(struct scene *scene, int stage, int param)
{
	static const int sizes[][2] = {{120, 90}, {61, 47}, {133, 101}};

	if (stage == 1) {
		show_card(scene, "XRGB8888", 20, 20);
		return;
	}
	struct window *window = scene_window(scene, 0);
	window->width = sizes[stage - 1][0];
	window->height = sizes[stage - 1][1];
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, (uint32_t)stage);
	wl_surface_commit(window->surface);
}

static void show_reformatted(struct scene *scene, int stage, int param)
{
	static const char *const formats[] = {"XRGB8888", "RGB565", "XBGR8888", "ARGB8888"};

	if (stage == 1) {
		show_card(scene, formats[0], 20, 20);
		return;
	}
	struct window *window = scene_window(scene, 0);
	window->format = pixel_format_by_name(formats[stage - 1]);
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, (uint32_t)stage);
	wl_surface_commit(window->surface);
}

static void show_unmapped(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_card(scene, "XRGB8888", 20, 20);
		show_card(scene, "XRGB8888", 100, 80);
		return;
	}
	struct window *window = scene_window(scene, 1);
	if (stage == 2) {
		wl_surface_attach(window->surface, NULL, 0, 0);
	} else {
		window_draw(window, PATTERN_NOISE, ALPHA_OPAQUE, 3);
	}
	wl_surface_commit(window->surface);
}

static void show_restacked(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_card(scene, "XRGB8888", 20, 20);
		show_card(scene, "XBGR8888", 60, 50);
		show_card(scene, "RGB565", 100, 80);
		return;
	}
	if (stage == 2) {
		wr_scene_view_v1_raise(scene_window(scene, 0)->views[0]);
	} else if (stage == 3) {
		wr_scene_view_v1_lower(scene_window(scene, 2)->views[0]);
	} else {
		wr_scene_view_v1_hide(scene_window(scene, 1)->views[0]);
	}
}

/* Damaged while wholly covered, then uncovered. */
static void show_covered(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_card(scene, "XRGB8888", 20, 20);
		show_card(scene, "XRGB8888", 20, 20);
		return;
	}
	if (stage == 2) {
		update(scene_window(scene, 0), (struct window_area){10, 10, 60, 50}, 2);
	} else {
		wr_scene_view_v1_hide(scene_window(scene, 1)->views[0]);
	}
}

/* The view's alpha goes from blended to opaque and back: the visible regions below change. */
static void show_faded(struct scene *scene, int stage, int param)
{
	static const int alphas[] = {1000000, 400000, 1000000};

	if (stage == 1) {
		show_card(scene, "RGB565", 40, 50);
		show_card(scene, "XRGB8888", 20, 20);
		return;
	}
	wr_scene_view_v1_set_alpha(scene_window(scene, 1)->views[0], alphas[stage - 1]);
}

/* The client destroys its buffer while the content is shown; then something else moves over it. */
static void show_destroyed(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		struct window *window = show_card(scene, "XRGB8888", 20, 20);

		show_card(scene, "RGB565", 100, 100);
		scene_wait_frame(scene);
		wl_buffer_destroy(window->current->shm.buffer);
		window->current->shm.buffer = NULL;
		return;
	}
	scene_place(scene, scene_window(scene, 1)->views[0], 60, 50);
}

static const struct scene_entry entries[] = {
	{"damage-small", SCENE_EXACT, 1, 4, SCENE_MEDIUM, show_small, 1},
	{"damage-rgb565", SCENE_EXACT, 1, 3, 0, show_small, 10},
	{"damage-rgb888", SCENE_EXACT, 1, 3, 0, show_small, 8},
	{"damage-abgr16161616", SCENE_EXACT, 1, 3, 0, show_small, 15},
	{"damage-scale2", SCENE_EXACT, 2, 2, SCENE_MEDIUM, show_transformed, 2},
	{"damage-90", SCENE_EXACT, 1, 2, 0, show_transformed, 11},
	{"damage-flipped-270-scale2", SCENE_EXACT, 2, 2, 0, show_transformed, 72},
	{"damage-rotated-30", SCENE_FILTERED, 1, 2, SCENE_MEDIUM, show_turned, 30000},
	{"damage-rotated-90", SCENE_FILTERED, 1, 2, 0, show_turned, 90000},
	{"damage-viewport", SCENE_FILTERED, 1, 2, 0, show_viewport, 0},
	{"damage-outside", SCENE_EXACT, 1, 2, 0, show_outside, 0},
	{"damage-frames", SCENE_EXACT, 1, 2, SCENE_MEDIUM, show_frames, 12},
	{"moved", SCENE_EXACT, 1, 4, SCENE_MEDIUM, show_moved, 0},
	{"resized", SCENE_EXACT, 1, 3, 0, show_resized, 0},
	{"reformatted", SCENE_EXACT, 1, 4, 0, show_reformatted, 0},
	{"unmapped", SCENE_EXACT, 1, 3, 0, show_unmapped, 0},
	{"restacked", SCENE_EXACT, 1, 4, 0, show_restacked, 0},
	{"covered", SCENE_EXACT, 1, 3, 0, show_covered, 0},
	{"faded", SCENE_BLENDED, 1, 3, 0, show_faded, 0},
	{"buffer-destroyed", SCENE_EXACT, 1, 2, SCENE_MEDIUM, show_destroyed, 0},
};

const struct scene_table damage_scenes = {entries, sizeof entries / sizeof entries[0]};
