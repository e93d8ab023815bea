/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Cases about damage. The new buffer differs everywhere, but is damaged in one place only: exactly
 * that may change on the screen.
 */

#include <stdlib.h>
#include <string.h>

#include "check.h"

static const struct card_look before = {
	.width = 120, .height = 90, .pattern = PATTERN_CARD, .seed = 1};
static const struct card_look after = {
	.width = 120, .height = 90, .pattern = PATTERN_NOISE, .seed = 2};

/* Even, so that at scale 2 whole pixels are damaged. */
static const struct window_area area = {34, 22, 28, 16};

/* Copy the texels of an area from one texture to the other. */
static void copy_area(struct texture *to, const struct texture *from, struct window_area a)
{
	for (int y = a.y; y < a.y + a.height; y++) {
		memcpy(&to->texels[y * to->width + a.x], &from->texels[y * from->width + a.x],
			(size_t)a.width * sizeof(*to->texels));
	}
}

static bool is_as_expected(struct check *check, const struct image *image, double tolerance,
	struct difference *difference)
{
	struct color *expected = check_expected(check);

	if (!expected) {
		abort();
	}
	*difference = model_compare(image, expected, tolerance);
	if (difference->beyond > 0 && !check->resets) {
		check_keep(check, image, expected);
	}
	free(expected);
	return difference->beyond == 0;
}

/* What is seen: only the damage has changed, or everything. */
static void check_change(struct check *check, struct card *card, const struct texture *only_damage,
	const struct texture *all_new, bool everything, double tolerance)
{
	struct texture texture = card->layer.texture;
	struct image image = {0};
	struct difference difference;

	if (!check_capture(check, WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER, &image)) {
		return;
	}
	card->layer.texture = everything ? *all_new : *only_damage;
	bool good = is_as_expected(check, &image, tolerance, &difference);
	if (!good && check->resets) {
		/* A reset takes the old content along: the whole new content is right too. */
		card->layer.texture = *all_new;
		good = is_as_expected(check, &image, tolerance, &difference);
	}
	if (!good) {
		check_fail(check, "%s: %d pixels wrong, the first at %d,%d",
			everything ? "uploaded as a whole" : "damaged in part", difference.beyond,
			difference.x, difference.y);
	}
	card->layer.texture = texture;
	image_finish(&image);
}

/*
 * Outside the damage the screen keeps what it had. Painted anew as a whole, it shows what was
 * uploaded: the damage, or with the quirk everything.
 */
static void check_damaged(
	struct check *check, struct card *card, struct window_area damaged, double tolerance)
{
	struct texture all_new;

	if (!texture_init(&all_new, after.width, after.height)) {
		abort();
	}
	check_texture(&all_new, &after);
	copy_area(&card->layer.texture, &all_new, damaged);
	check_change(check, card, &card->layer.texture, &all_new, false, tolerance);
	wr_scene_control_v1_damage_all(check->display.control);
	check_change(check, card, &card->layer.texture, &all_new,
		check->full_upload && damaged.width > 0, tolerance);
	texture_finish(&all_new);
}

static void update(struct card *card)
{
	struct window_area all = {0, 0, after.width, after.height};
	struct window_buffer *buffer = window_copy_buffer(card->window);

	window_paint(card->window, buffer, all, after.pattern, after.alpha, after.seed);
	window_attach(card->window, buffer);
}

/*
 * param: transform * 10 + scale, of the buffer; scale 0: the output's. A smaller one than that is
 * interpolated, which reaches beyond the damage.
 */
static void run_buffer_damage(struct check *check, int param)
{
	struct card_look look = before;

	look.transform = param / 10;
	look.scale = param % 10 ? param % 10 : check->scene.output->scale;
	double tolerance =
		look.scale == check->scene.output->scale ? TOLERANCE_EXACT : TOLERANCE_FILTERED;
	struct card *card = check_card(check, &look);
	check_show(check, card, 20, 30);
	check_picture(check, tolerance);
	update(card);
	wl_surface_damage_buffer(card->window->surface, area.x, area.y, area.width, area.height);
	wl_surface_commit(card->window->surface);
	check_damaged(check, card, area, tolerance);
}

static void run_surface_damage(struct check *check, int param)
{
	struct card *card = check_card(check, &before);

	check_show(check, card, 20, 30);
	check_picture(check, TOLERANCE_EXACT);
	update(card);
	wl_surface_damage(card->window->surface, area.x, area.y, area.width, area.height);
	wl_surface_commit(card->window->surface);
	check_damaged(check, card, area, TOLERANCE_EXACT);
}

/* Cropped: what is damaged beyond the crop must not show, what is within must. */
static void run_cropped_damage(struct check *check, int param)
{
	static const double source[4] = {40, 10, 70, 60};
	struct card *card = check_card(check, &before);

	check_viewport(check, card, source, NULL);
	check_show(check, card, 20, 30);
	check_picture(check, TOLERANCE_EXACT);
	update(card);
	wl_surface_damage_buffer(card->window->surface, area.x, area.y, area.width, area.height);
	wl_surface_commit(card->window->surface);
	check_damaged(check, card, area, TOLERANCE_EXACT);
}

static void run_no_damage(struct check *check, int param)
{
	struct card *card = check_card(check, &before);

	check_show(check, card, 20, 30);
	check_picture(check, TOLERANCE_EXACT);
	update(card);
	wl_surface_commit(card->window->surface);
	check_damaged(check, card, (struct window_area){0}, TOLERANCE_EXACT);
}

/* Several frames, each with a place of its own; damaged where it is covered, too. */
static void run_many(struct check *check, int param)
{
	struct card *card = check_card(check, &before);
	struct card_look cover = {.width = 40, .height = 30, .pattern = PATTERN_CARD, .seed = 8};
	struct texture all_new;

	if (!texture_init(&all_new, after.width, after.height)) {
		abort();
	}
	check_texture(&all_new, &after);
	check_show(check, card, 20, 30);
	check_show(check, check_card(check, &cover), 50, 50);
	check_picture(check, TOLERANCE_EXACT);
	for (int i = 0; i < 6 && check->verdict == VERDICT_PASS; i++) {
		struct window_area place = {(i * 17) % 100, (i * 29) % 70, 18, 16};
		struct window_buffer *buffer = window_copy_buffer(card->window);

		for (int y = place.y; y < place.y + place.height; y++) {
			for (int x = place.x; x < place.x + place.width; x++) {
				struct pixel pixel = pattern_pixel(after.pattern, after.alpha,
					after.seed, x, y, after.width, after.height);

				pixel_format_pack(card->window->format, pixel, 0,
					buffer->shm.data + y * buffer->shm.stride + 4 * x);
			}
		}
		window_attach(card->window, buffer);
		wl_surface_damage_buffer(
			card->window->surface, place.x, place.y, place.width, place.height);
		wl_surface_commit(card->window->surface);
		copy_area(&card->layer.texture, &all_new, place);
		check_picture(check, TOLERANCE_EXACT);
	}
	texture_finish(&all_new);
}

#define BUFFER(NAME, N)                                                                            \
	{"output-damage/" NAME, GROUP_OUTPUT, run_buffer_damage, (N)*10},                          \
		{"output-damage/" NAME "-1", GROUP_PLAIN | GROUP_DAMAGE, run_buffer_damage,        \
			(N)*10 + 1},                                                               \
	{                                                                                          \
		"output-damage/" NAME "-2", GROUP_PLAIN | GROUP_DAMAGE, run_buffer_damage,         \
			(N)*10 + 2                                                                 \
	}

const struct check_case damage_cases[] = {
	BUFFER("normal", 0),
	BUFFER("90", 1),
	BUFFER("180", 2),
	BUFFER("270", 3),
	BUFFER("flipped", 4),
	BUFFER("flipped-90", 5),
	BUFFER("flipped-180", 6),
	BUFFER("flipped-270", 7),
	{"output-damage/surface", GROUP_PLAIN | GROUP_DAMAGE, run_surface_damage, 0},
	{"output-damage/cropped", GROUP_PLAIN | GROUP_DAMAGE, run_cropped_damage, 0},
	{"output-damage/none", GROUP_PLAIN | GROUP_DAMAGE, run_no_damage, 0},
	{"output-damage/many", GROUP_PLAIN | GROUP_DAMAGE, run_many, 0},
	{NULL, 0, NULL, 0},
};
