/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Scenes about surfaces: opaque regions, blending, sub-surfaces, protected content. */

#include <stdio.h>

#include "scenes.h"

static void set_opaque(struct window *window, int x, int y, int width, int height)
{
	struct wl_region *region = wl_compositor_create_region(window->scene->display->compositor);

	wl_region_add(region, x, y, width, height);
	wl_surface_set_opaque_region(window->surface, region);
	wl_region_destroy(region);
}

static struct window *show_backdrop(struct scene *scene)
{
	struct window *window = window_create(scene, "XRGB8888", 220, 190);

	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 7);
	window_show(window, 15, 12);
	return window;
}

/* param: view alpha, micro */
static void show_opaque_whole(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *window = window_create(scene, "ARGB8888", 97, 61);
	window_draw(window, PATTERN_CARD, ALPHA_GARBAGE, 1);
	set_opaque(window, 0, 0, INT32_MAX, INT32_MAX);
	wr_scene_view_v1_set_alpha(window_show(window, 40, 30), param);
}

/* Garbage under the opaque rectangle only; premultiplied half around it. */
static void show_opaque_part(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *window = window_create(scene, "ARGB8888", 97, 61);
	window_draw(window, PATTERN_CARD, ALPHA_HALF, 1);
	window_paint(window, window->current, (struct window_area){20, 10, 50, 35}, PATTERN_NOISE,
		ALPHA_GARBAGE, 4);
	set_opaque(window, 20, 10, 50, 35);
	struct wr_scene_view_v1 *view = window_show(window, 60.0, 40.0);
	if (param) {
		wr_scene_view_v1_set_position(view,
			wl_fixed_from_double(scene->origin_x + 120.3125),
			wl_fixed_from_double(scene->origin_y + 60.6875));
		wr_scene_view_v1_rotate(view, param);
	}
}

static void show_blended(struct scene *scene, int stage, int param)
{
	static const enum alpha alphas[] = {ALPHA_HALF, ALPHA_GRADIENT, ALPHA_HALF};

	show_backdrop(scene);
	for (int i = 0; i < 6; i++) {
		struct window *window = window_create(scene, "ARGB8888", 90, 70);

		window_draw(
			window, i % 2 ? PATTERN_NOISE : PATTERN_CARD, alphas[i % 3], (uint32_t)i);
		window_show(window, 20 + 22 * i, 14 + 25 * i);
	}
}

static struct window *child_of(
	struct window *parent, int x, int y, enum pattern pattern, uint32_t seed)
{
	struct window *child = window_create(parent->scene, "XRGB8888", 50, 40);

	window_make_subsurface(child, parent, x, y);
	window_draw(child, pattern, ALPHA_OPAQUE, seed);
	wl_surface_commit(child->surface);
	return child;
}

static struct window *show_family(struct scene *scene)
{
	struct window *parent = window_create(scene, "XRGB8888", 120, 90);

	window_draw(parent, PATTERN_CARD, ALPHA_OPAQUE, 1);
	child_of(parent, 20, 10, PATTERN_NOISE, 2);
	child_of(parent, -20, 60, PATTERN_CARD, 3);
	struct window *below = child_of(parent, 90, 70, PATTERN_NOISE, 4);
	wl_subsurface_place_below(below->subsurface, parent->surface);
	return parent;
}

static void show_subsurfaces(struct scene *scene, int stage, int param)
{
	window_show(show_family(scene), 50, 40);
}

static void show_subsurfaces_nested(struct scene *scene, int stage, int param)
{
	struct window *parent = show_family(scene);
	struct window *child = scene_window(scene, 1);

	child_of(child, 30, 25, PATTERN_CARD, 9);
	wl_surface_commit(child->surface);
	window_show(parent, 50, 40);
}

static void show_subsurfaces_turned(struct scene *scene, int stage, int param)
{
	struct wr_scene_view_v1 *view = window_show(show_family(scene), 140.3125, 40.6875);

	wr_scene_view_v1_rotate(view, param);
}

static void show_subsurfaces_alpha(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *parent = window_create(scene, "ARGB8888", 120, 90);
	window_draw(parent, PATTERN_CARD, ALPHA_HALF, 1);
	struct window *child = window_create(scene, "ARGB8888", 50, 40);
	window_make_subsurface(child, parent, 90, 60);
	window_draw(child, PATTERN_NOISE, ALPHA_GRADIENT, 2);
	wl_surface_commit(child->surface);
	window_show(parent, 50, 40);
}

/* Stage 2: a desynchronised child redraws alone; stage 3: a synchronised one waits for the parent.
 */
static void show_subsurfaces_sync(struct scene *scene, int stage, int param)
{
	if (stage == 1) {
		show_subsurfaces(scene, 1, 0);
		return;
	}
	struct window *parent = scene_window(scene, 0), *child = scene_window(scene, 1);
	if (stage == 2) {
		wl_subsurface_set_desync(child->subsurface);
		window_draw(child, PATTERN_GRID, ALPHA_OPAQUE, 5);
		wl_surface_commit(child->surface);
		window_draw(scene_window(scene, 2), PATTERN_GRID, ALPHA_OPAQUE, 6);
		wl_surface_commit(scene_window(scene, 2)->surface);
		return;
	}
	wl_subsurface_set_position(child->subsurface, 60, 5);
	wl_surface_commit(parent->surface);
}

static void show_protected(struct scene *scene, int stage, int param)
{
	show_backdrop(scene);
	struct window *window = window_create(scene, "XRGB8888", 97, 61);
	if (!scene->display->protection) {
		snprintf(
			scene->problem, sizeof scene->problem, "weston_content_protection missing");
		return;
	}
	window->protected_surface = weston_content_protection_get_protection(
		scene->display->protection, window->surface);
	weston_protected_surface_set_type(
		window->protected_surface, WESTON_PROTECTED_SURFACE_TYPE_HDCP_0);
	weston_protected_surface_enforce(window->protected_surface);
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(window, 30, 30);
}

static const struct scene_entry entries[] = {
	{"opaque-garbage", SCENE_EXACT, 1, 1, SCENE_MEDIUM, show_opaque_whole, 1000000},
	{"opaque-garbage-alpha", SCENE_BLENDED, 1, 1, 0, show_opaque_whole, 600000},
	{"opaque-part", SCENE_BLENDED, 1, 1, SCENE_MEDIUM, show_opaque_part, 0},
	{"opaque-part-30", SCENE_FILTERED, 1, 1, 0, show_opaque_part, 30000},
	{"blended", SCENE_BLENDED, 1, 1, SCENE_MEDIUM, show_blended, 0},
	{"subsurfaces", SCENE_EXACT, 1, 1, SCENE_MEDIUM, show_subsurfaces, 0},
	{"subsurfaces-nested", SCENE_EXACT, 1, 1, 0, show_subsurfaces_nested, 0},
	{"subsurfaces-30", SCENE_FILTERED, 1, 1, 0, show_subsurfaces_turned, 30000},
	{"subsurfaces-alpha", SCENE_BLENDED, 1, 1, 0, show_subsurfaces_alpha, 0},
	{"subsurfaces-sync", SCENE_EXACT, 1, 3, 0, show_subsurfaces_sync, 0},
	{"protected", SCENE_EXACT, 1, 1, 0, show_protected, 0},
};

const struct scene_table surface_scenes = {entries, sizeof entries / sizeof entries[0]};
