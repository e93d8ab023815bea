/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Cases about the mapping of buffers to surfaces: formats, transform, scale, viewport, solid. */

#include "check.h"

/* param: transform * 10 + scale. Where both scales are equal no texel is interpolated. */
static void run_transform(struct check *check, int param)
{
	struct card_look look = {
		.width = 126,
		.height = 82,
		.pattern = PATTERN_CARD,
		.seed = 1,
		.transform = param / 10,
		.scale = param % 10,
	};

	check_show(check, check_card(check, &look), 11, 13);
	look.pattern = PATTERN_NOISE;
	look.format = "ARGB8888";
	look.width = 58;
	look.height = 98;
	check_show(check, check_card(check, &look), 150, 31);
	check_picture(check, check_sharp(check, look.scale, TOLERANCE_EXACT));
}

/* The buffer is transformed as the output is: what a client does that wants to be scanned out. */
static void run_same_as_output(struct check *check, int param)
{
	struct scene_output *output = check->scene.output;

	run_transform(check, output->transform * 10 + output->scale);
}

/* param: index into pixel_formats */
static void run_format(struct check *check, int param)
{
	struct card_look look = {
		.format = pixel_formats[param].name,
		.width = 93,
		.height = 71,
		.pattern = PATTERN_CARD,
		.seed = 3,
	};

	if (pixel_formats[param].is_float || pixel_formats[param].yuv) {
		check_skip(check, "not in the model");
		return;
	}
	check_show(check, check_card(check, &look), 20, 30);
	/* Channels of 5 or 6 bits may be widened by repeating their upper bits. */
	check_picture(check, pixel_formats[param].r.bits < 8 ? TOLERANCE_BLENDED : 0.01);
}

static const struct {
	double source[4], destination[2];
	int transform, scale;
	double tolerance;
} viewports[] = {
	{{20, 10, 60, 50}, {0}, 0, 1, TOLERANCE_EXACT},
	{{0}, {200, 150}, 0, 1, TOLERANCE_FILTERED},
	{{0}, {50, 31}, 0, 1, TOLERANCE_FILTERED},
	{{20, 10, 60, 50}, {150, 140}, 0, 1, TOLERANCE_FILTERED},
	{{20.25, 10.75, 31.5, 22.25}, {99, 77}, 0, 1, TOLERANCE_FILTERED},
	{{10, 20, 50, 60}, {0}, 1, 1, TOLERANCE_EXACT},
	{{10, 20, 30, 40}, {120, 90}, 5, 1, TOLERANCE_FILTERED},
	{{10, 5, 30, 25}, {0}, 0, 2, TOLERANCE_FILTERED},
	{{10, 5, 30, 25}, {60, 50}, 0, 2, TOLERANCE_EXACT},
	{{50, 40, 1, 1}, {80, 80}, 0, 1, TOLERANCE_FILTERED},
};

/* param: index into viewports */
static void run_viewport(struct check *check, int param)
{
	struct card_look look = {
		.width = 100,
		.height = 80,
		.pattern = PATTERN_CARD,
		.seed = 1,
		.transform = viewports[param].transform,
		.scale = viewports[param].scale,
	};
	struct card *card = check_card(check, &look);

	check_viewport(check, card, viewports[param].source, viewports[param].destination);
	check_show(check, card, 17, 19);
	check_picture(check, viewports[param].tolerance);
}

/* One colour, enlarged: the edges must be as sharp as the middle, whatever is beyond them. */
static void run_enlarged_solid(struct check *check, int param)
{
	static const double destination[2] = {161, 117};
	struct card_look look = {.width = 16, .height = 12, .pattern = PATTERN_FLAT, .seed = 5};
	struct card *card = check_card(check, &look);

	check_viewport(check, card, NULL, destination);
	check_show(check, card, 23, 29);
	check_picture(check, TOLERANCE_EXACT);
}

static const uint32_t solids[][4] = {
	{0xffffffff, 0, 0, 0xffffffff},
	{0, 0xffffffff, 0, 0xffffffff},
	{0x33333333, 0x80808080, 0xcccccccc, 0xffffffff},
	{0x12345678, 0x9abcdef0, 0x0fedcba9, 0xffffffff},
	{0x80808080, 0, 0, 0x80808080},
	{0x20202020, 0x40404040, 0x10101010, 0x60606060},
	{0, 0, 0, 0},
};

static void run_single_pixel(struct check *check, int param)
{
	static const double destination[2] = {71, 47};

	for (int i = 0; i < 7; i++) {
		struct card *card = check_solid(check, solids[i]);

		check_viewport(check, card, NULL, destination);
		check_show(check, card, 10 + 30 * i, 10 + 25 * i);
	}
	/* Without a viewport it is one pixel in size. */
	check_show(check, check_solid(check, solids[0]), 300, 200);
	check_picture(check, TOLERANCE_BLENDED);
}

#define TRANSFORM(NAME, N)                                                                         \
	{"buffer-transforms/" NAME "-1", GROUP_PLAIN | GROUP_OUTPUT, run_transform, (N)*10 + 1},   \
	{                                                                                          \
		"buffer-transforms/" NAME "-2", GROUP_PLAIN | GROUP_OUTPUT, run_transform,         \
			(N)*10 + 2                                                                 \
	}
#define FORMAT(NAME, N)                                                                            \
	{                                                                                          \
		"formats/" NAME, GROUP_PLAIN, run_format, N                                        \
	}
#define VIEWPORT(NAME, N)                                                                          \
	{                                                                                          \
		"viewporter-shot/" NAME, GROUP_PLAIN, run_viewport, N                              \
	}

const struct check_case buffer_cases[] = {
	TRANSFORM("normal", 0),
	TRANSFORM("90", 1),
	TRANSFORM("180", 2),
	TRANSFORM("270", 3),
	TRANSFORM("flipped", 4),
	TRANSFORM("flipped-90", 5),
	TRANSFORM("flipped-180", 6),
	TRANSFORM("flipped-270", 7),
	{"output-transforms/same-as-output", GROUP_OUTPUT, run_same_as_output, 0},
	FORMAT("argb8888", 0),
	FORMAT("xrgb8888", 1),
	FORMAT("xbgr8888", 2),
	FORMAT("abgr8888", 3),
	FORMAT("rgb888", 8),
	FORMAT("rgb565", 10),
	FORMAT("abgr2101010", 11),
	FORMAT("abgr16161616", 15),
	VIEWPORT("crop", 0),
	VIEWPORT("enlarge", 1),
	VIEWPORT("reduce", 2),
	VIEWPORT("crop-enlarge", 3),
	VIEWPORT("fractions", 4),
	VIEWPORT("crop-90", 5),
	VIEWPORT("crop-flipped-90", 6),
	VIEWPORT("crop-scale2", 7),
	VIEWPORT("scale2-unscaled", 8),
	VIEWPORT("one-pixel", 9),
	{"viewporter-shot/enlarged-solid", GROUP_PLAIN | GROUP_OUTPUT, run_enlarged_solid, 0},
	{"single-pixel-buffer/colours", GROUP_PLAIN | GROUP_OUTPUT, run_single_pixel, 0},
	{NULL, 0, NULL, 0},
};
