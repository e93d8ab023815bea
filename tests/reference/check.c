/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

#define CAPTURE_TIMEOUT_MS 10000

/* The colour of scene-shell's background. */
static const struct color background = {51 / 255.0, 102 / 255.0, 153 / 255.0, 1};

void check_fail(struct check *check, const char *format, ...)
{
	va_list arguments;

	if (check->verdict != VERDICT_PASS) {
		return;
	}
	check->verdict = VERDICT_FAIL;
	va_start(arguments, format);
	vsnprintf(check->why, sizeof check->why, format, arguments);
	va_end(arguments);
}

void check_skip(struct check *check, const char *why)
{
	if (check->verdict == VERDICT_PASS) {
		check->verdict = VERDICT_SKIP;
		snprintf(check->why, sizeof check->why, "%s", why);
	}
}

static double fraction(uint16_t value, int bits)
{
	return bits ? (value >> (16 - bits)) / (double)((1 << bits) - 1) : 1.0;
}

void check_texture(struct texture *texture, const struct card_look *look)
{
	const struct pixel_format *format =
		pixel_format_by_name(look->format ? look->format : "XRGB8888");

	for (int y = 0; y < look->height; y++) {
		for (int x = 0; x < look->width; x++) {
			struct pixel pixel = pattern_pixel(look->pattern, look->alpha, look->seed,
				x, y, look->width, look->height);

			texture->texels[y * texture->width + x] = (struct color){
				fraction(pixel.r, format->r.bits),
				fraction(pixel.g, format->g.bits),
				fraction(pixel.b, format->b.bits),
				fraction(pixel.a, format->a.bits),
			};
		}
	}
}

static struct card *new_card(struct check *check, const char *format, int width, int height)
{
	struct card *card = &check->cards[check->n_cards++];

	*card = (struct card){.layer = {.scale = 1, .alpha = 1}};
	card->window = window_create(&check->scene, format, width, height);
	if (check->n_cards >= CHECK_MAX_LAYERS ||
		!texture_init(&card->layer.texture, width, height)) {
		abort();
	}
	return card;
}

struct card *check_card(struct check *check, const struct card_look *look)
{
	const char *format = look->format ? look->format : "XRGB8888";
	struct card *card = new_card(check, format, look->width, look->height);

	check_texture(&card->layer.texture, look);
	card->layer.transform = look->transform;
	card->layer.scale = look->scale ? look->scale : 1;
	window_set_transform(card->window, card->layer.transform, card->layer.scale);
	window_draw(card->window, look->pattern, look->alpha, look->seed);
	return card;
}

struct card *check_solid(struct check *check, const uint32_t rgba[4])
{
	struct card *card = new_card(check, "XRGB8888", 1, 1);

	card->layer.texture.texels[0] = (struct color){
		rgba[0] / (double)UINT32_MAX,
		rgba[1] / (double)UINT32_MAX,
		rgba[2] / (double)UINT32_MAX,
		rgba[3] / (double)UINT32_MAX,
	};
	window_attach_solid(card->window, rgba[0], rgba[1], rgba[2], rgba[3]);
	return card;
}

void check_raise(struct check *check, struct card *card)
{
	check->order[check->n_order++] = &card->layer;
}

void check_show(struct check *check, struct card *card, double x, double y)
{
	card->layer.x = x;
	card->layer.y = y;
	window_show(card->window, x, y);
	check_raise(check, card);
}

void check_viewport(
	struct check *check, struct card *card, const double source[4], const double destination[2])
{
	struct wp_viewport *viewport = window_viewport(card->window);

	if (!viewport) {
		return;
	}
	if (source && source[2] > 0) {
		card->layer.source.x = source[0];
		card->layer.source.y = source[1];
		card->layer.source.width = source[2];
		card->layer.source.height = source[3];
		wp_viewport_set_source(viewport, wl_fixed_from_double(source[0]),
			wl_fixed_from_double(source[1]), wl_fixed_from_double(source[2]),
			wl_fixed_from_double(source[3]));
	}
	if (destination && destination[0] > 0) {
		card->layer.to_width = destination[0];
		card->layer.to_height = destination[1];
		wp_viewport_set_destination(
			viewport, (int32_t)destination[0], (int32_t)destination[1]);
	}
}

bool check_capture(struct check *check, uint32_t source, struct image *image)
{
	struct capture_target target = {
		.display = check->display.display,
		.shm = check->display.shm,
		.factory = check->display.capture,
		.output = check->scene.output->proxy,
		.source = source,
	};

	if (!target.factory) {
		check_skip(check, "weston_capture_v1 missing");
		return false;
	}
	enum capture_result result = capture_take(&target, CAPTURE_TIMEOUT_MS, image);
	if (result != CAPTURE_OK) {
		check_fail(check, result == CAPTURE_FAILED    ? "the capture failed"
				  : result == CAPTURE_TIMEOUT ? "no answer to the capture"
							      : "the capture broke");
	}
	return result == CAPTURE_OK;
}

struct color *check_expected(struct check *check)
{
	struct scene_output *output = check->scene.output;
	struct output_geometry geometry = {
		.width = output->width,
		.height = output->height,
		.transform = output->transform,
		.scale = output->scale,
		.light = check->light,
	};
	struct color *picture =
		calloc((size_t)output->width * (size_t)output->height, sizeof(*picture));

	if (picture) {
		int n = check->n_order - (check->mistake && check->n_order > 0);

		model_compose(&geometry, check->order, n, background, picture);
	}
	return picture;
}

static uint8_t to_byte(double value)
{
	return (uint8_t)lround(255 * fmin(fmax(value, 0), 1));
}

void check_keep(struct check *check, const struct image *image, const struct color *expected)
{
	char path[4096];
	struct image copy;

	if (!check->out_dir) {
		return;
	}
	snprintf(path, sizeof path, "%s/%s.got.png", check->out_dir, check->case_name);
	image_write_png(image, path);
	if (!expected || !image_init(&copy, image->width, image->height)) {
		return;
	}
	for (size_t i = 0; i < image_size(&copy) / 4; i++) {
		copy.rgba[4 * i] = to_byte(expected[i].r);
		copy.rgba[4 * i + 1] = to_byte(expected[i].g);
		copy.rgba[4 * i + 2] = to_byte(expected[i].b);
		copy.rgba[4 * i + 3] = to_byte(expected[i].a);
	}
	snprintf(path, sizeof path, "%s/%s.expected.png", check->out_dir, check->case_name);
	image_write_png(&copy, path);
	image_finish(&copy);
}

static void judge(struct check *check, const struct image *image, double tolerance, bool by_norm)
{
	struct color *expected = check_expected(check);

	if (!expected || image->width != check->scene.output->width ||
		image->height != check->scene.output->height) {
		check_fail(check, "the picture has %dx%d pixels", image->width, image->height);
		free(expected);
		return;
	}
	struct difference difference = model_compare(image, expected, by_norm ? 0 : tolerance);
	if (by_norm && difference.norm > tolerance) {
		check_fail(check, "colour error of %.2f/255", difference.norm);
	} else if (!by_norm && difference.beyond > 0) {
		check_fail(check, "%d pixels, by %.1f/255, the first at %d,%d", difference.beyond,
			difference.channel, difference.x, difference.y);
	}
	if (check->verdict == VERDICT_FAIL) {
		check_keep(check, image, expected);
	}
	free(expected);
}

static void look(struct check *check, double tolerance, bool by_norm)
{
	if (check->scene.problem[0]) {
		check_skip(check, check->scene.problem);
	}
	for (int i = 0; i < check->pictures && check->verdict == VERDICT_PASS; i++) {
		struct image image = {0};

		if (i > 0) {
			wr_scene_control_v1_damage_all(check->display.control);
		}
		if (check_capture(check, WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER, &image)) {
			judge(check, &image, tolerance, by_norm);
		}
		image_finish(&image);
	}
}

double check_sharp(const struct check *check, int buffer_scale, double sharp)
{
	return buffer_scale == check->scene.output->scale ? sharp : TOLERANCE_FILTERED;
}

void check_picture(struct check *check, double tolerance)
{
	look(check, tolerance, false);
}

void check_picture_norm(struct check *check, double tolerance)
{
	look(check, tolerance, true);
}

void check_clear(struct check *check)
{
	scene_clear(&check->scene);
	for (int i = 0; i < check->n_cards; i++) {
		texture_finish(&check->cards[i].layer.texture);
	}
	check->n_cards = 0;
	check->n_order = 0;
}
