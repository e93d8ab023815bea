/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Cases about what is put together: blending, sub-surfaces, the pointer. */

#include "check.h"

#define WAIT_MS 3000

/* Two-norm of the colour error that blending may have. */
#define BLENDING_NORM 1.5
/* The matrix of an ICC profile is rounded to 16 bits, which a curve's steep end near black shows.
 */
#define BLENDING_NORM_PROFILE 3.5

static const struct card_look below = {
	.width = 200, .height = 160, .pattern = PATTERN_CARD, .seed = 2};

/* param: enum alpha */
static void run_blending(struct check *check, int param)
{
	struct card_look above = {
		.format = "ARGB8888",
		.width = 150,
		.height = 120,
		.pattern = PATTERN_CARD,
		.alpha = (enum alpha)param,
		.seed = 6,
	};

	check_show(check, check_card(check, &below), 20, 20);
	check_show(check, check_card(check, &above), 60, 50);
	check_picture_norm(
		check, check->light == LIGHT_WIDE ? BLENDING_NORM_PROFILE : BLENDING_NORM);
}

/* param: micro. The view's alpha, on opaque and on translucent content. */
static void run_view_alpha(struct check *check, int param)
{
	struct card_look look = {.width = 90, .height = 70, .pattern = PATTERN_CARD, .seed = 4};
	struct card *card;

	check_show(check, check_card(check, &below), 20, 20);
	for (int i = 0; i < 2; i++) {
		look.format = i ? "ARGB8888" : "XRGB8888";
		look.alpha = i ? ALPHA_GRADIENT : ALPHA_OPAQUE;
		card = check_card(check, &look);
		check_show(check, card, 40 + 110 * i, 40);
		card->layer.alpha = param / 1e6;
		wr_scene_view_v1_set_alpha(card->window->views[0], param);
	}
	check_picture(check, check_sharp(check, 1, TOLERANCE_BLENDED));
}

/* An opaque region: there the alpha channel is not looked at. */
static void run_opaque_region(struct check *check, int param)
{
	struct card_look look = {
		.format = "ARGB8888",
		.width = 120,
		.height = 90,
		.pattern = PATTERN_CARD,
		.alpha = ALPHA_HALF,
		.seed = 7,
	};
	struct wl_region *region = wl_compositor_create_region(check->display.compositor);
	struct card *card = check_card(check, &look);

	wl_region_add(region, 30, 20, 50, 40);
	wl_surface_set_opaque_region(card->window->surface, region);
	wl_region_destroy(region);
	for (int y = 20; y < 60; y++) {
		for (int x = 30; x < 80; x++) {
			card->layer.texture.texels[y * look.width + x].a = 1;
		}
	}
	check_show(check, card, 33, 44);
	check_picture(check, TOLERANCE_BLENDED);
}

static struct card *small_card(struct check *check, uint32_t seed)
{
	struct card_look look = {.width = 70, .height = 50, .pattern = PATTERN_CARD, .seed = seed};

	return check_card(check, &look);
}

/* A sub-surface at x, y of its parent, in the model at the same place of the screen. */
static struct card *add_subsurface(
	struct check *check, struct card *parent, uint32_t seed, int x, int y)
{
	struct card *card = small_card(check, seed);

	window_make_subsurface(card->window, parent->window, x, y);
	card->layer.x = parent->layer.x + x;
	card->layer.y = parent->layer.y + y;
	wl_surface_commit(card->window->surface);
	return card;
}

static void set_order(struct check *check, struct card *const *cards, int n)
{
	check->n_order = 0;
	for (int i = 0; i < n; i++) {
		check_raise(check, cards[i]);
	}
}

/* Stacking: each change takes effect with the parent's commit, not before. */
static void run_subsurface_order(struct check *check, int param)
{
	struct card *parent = check_card(check, &below);
	double sharp = check_sharp(check, 1, TOLERANCE_EXACT);

	parent->layer.x = 30;
	parent->layer.y = 30;
	struct card *a = add_subsurface(check, parent, 11, -15, 10);
	struct card *b = add_subsurface(check, parent, 12, 25, 30);
	struct card *c = add_subsurface(check, b, 13, 20, 20);
	window_show(parent->window, 30, 30);
	set_order(check, (struct card *[]){parent, a, b, c}, 4);
	check_picture(check, sharp);

	wl_subsurface_place_below(a->window->subsurface, parent->window->surface);
	wl_subsurface_place_below(c->window->subsurface, b->window->surface);
	wl_surface_commit(b->window->surface);
	check_picture(check, sharp);

	wl_surface_commit(parent->window->surface);
	/* A new order by itself damages nothing in libweston. */
	wr_scene_control_v1_damage_all(check->display.control);
	set_order(check, (struct card *[]){a, parent, c, b}, 4);
	check_picture(check, sharp);

	wl_subsurface_place_above(a->window->subsurface, b->window->surface);
	wl_surface_commit(parent->window->surface);
	wr_scene_control_v1_damage_all(check->display.control);
	set_order(check, (struct card *[]){parent, c, b, a}, 4);
	check_picture(check, sharp);
}

/* New content and place of a synchronised sub-surface wait for the parent. */
static void run_subsurface_sync(struct check *check, int param)
{
	struct card *parent = check_card(check, &below);

	parent->layer.x = 30;
	parent->layer.y = 30;
	struct card *child = add_subsurface(check, parent, 11, 25, 30);
	struct card_look look = {.width = 70, .height = 50, .pattern = PATTERN_NOISE, .seed = 15};
	window_show(parent->window, 30, 30);
	set_order(check, (struct card *[]){parent, child}, 2);
	check_picture(check, TOLERANCE_EXACT);

	window_draw(child->window, look.pattern, look.alpha, look.seed);
	wl_surface_commit(child->window->surface);
	wl_subsurface_set_position(child->window->subsurface, 60, 70);
	check_picture(check, TOLERANCE_EXACT);

	wl_surface_commit(parent->window->surface);
	check_texture(&child->layer.texture, &look);
	child->layer.x = parent->layer.x + 60;
	child->layer.y = parent->layer.y + 70;
	check_picture(check, TOLERANCE_EXACT);

	wl_subsurface_set_desync(child->window->subsurface);
	look.seed = 16;
	window_draw(child->window, look.pattern, look.alpha, look.seed);
	wl_surface_commit(child->window->surface);
	check_texture(&child->layer.texture, &look);
	check_picture(check, TOLERANCE_EXACT);
}

static bool move_pointer(struct check *check, double x, double y)
{
	struct wl_callback *callback = wr_reference_seat_v1_move_pointer(check->pointer_control,
		wl_fixed_from_double(check->scene.origin_x + x),
		wl_fixed_from_double(check->scene.origin_y + y));

	return scene_display_wait(&check->display, callback, WAIT_MS) >= 0;
}

/* param: scale of the cursor's buffer */
static void run_pointer(struct check *check, int param)
{
	static const int places[][2] = {{100, 90}, {33, 40}, {199, 158}};
	struct card_look look = {
		.format = "ARGB8888",
		.width = 24 * param,
		.height = 32 * param,
		.pattern = PATTERN_CARD,
		.alpha = ALPHA_HALF,
		.seed = 9,
		.scale = param,
	};

	if (!check->pointer_control || !check->pointer) {
		check_skip(check, "reference-seat.so is not loaded");
		return;
	}
	/* Already the window's appearance may be under the pointer. */
	check->pointer_serial = 0;
	check_show(check, check_card(check, &below), 20, 20);
	check_picture(check, check_sharp(check, 1, TOLERANCE_EXACT));
	if (!move_pointer(check, 100, 90) || wl_display_roundtrip(check->display.display) < 0 ||
		!check->pointer_serial) {
		check_fail(check, "the pointer enters no window");
		return;
	}
	struct card *cursor = check_card(check, &look);
	wl_pointer_set_cursor(check->pointer, check->pointer_serial, cursor->window->surface, 5, 3);
	wl_surface_commit(cursor->window->surface);
	check_raise(check, cursor);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (!move_pointer(check, places[i][0], places[i][1])) {
			check_fail(check, "the pointer does not move");
		}
		cursor->layer.x = places[i][0] - 5;
		cursor->layer.y = places[i][1] - 3;
		check_picture(check, check->scene.output->scale == 1
					     ? check_sharp(check, param, TOLERANCE_BLENDED)
					     : TOLERANCE_FILTERED);
	}
}

const struct check_case view_cases[] = {
	{"alpha-blending/opaque", GROUP_PLAIN | GROUP_COLOR | GROUP_DAMAGE, run_blending,
		ALPHA_OPAQUE},
	{"alpha-blending/half", GROUP_PLAIN | GROUP_COLOR | GROUP_DAMAGE, run_blending, ALPHA_HALF},
	{"alpha-blending/gradient", GROUP_PLAIN | GROUP_COLOR | GROUP_DAMAGE, run_blending,
		ALPHA_GRADIENT},
	{"alpha-blending/view", GROUP_PLAIN | GROUP_OUTPUT | GROUP_DAMAGE, run_view_alpha, 400000},
	{"alpha-blending/view-full", GROUP_PLAIN, run_view_alpha, 1000000},
	{"alpha-blending/opaque-region", GROUP_PLAIN | GROUP_DAMAGE, run_opaque_region, 0},
	{"subsurface-shot/order", GROUP_PLAIN | GROUP_OUTPUT | GROUP_DAMAGE, run_subsurface_order,
		0},
	{"subsurface-shot/sync", GROUP_PLAIN, run_subsurface_sync, 0},
	{"pointer-shot/scale1", GROUP_PLAIN | GROUP_OUTPUT, run_pointer, 1},
	{"pointer-shot/scale2", GROUP_PLAIN | GROUP_OUTPUT, run_pointer, 2},
	{NULL, 0, NULL, 0},
};
