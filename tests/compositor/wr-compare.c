/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* wr-compare: two PNGs, channel by channel. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

#define MAX_MASKS 64

/* Pixels, top-left origin; the right and lower edges are outside. */
struct box {
	int x1, y1, x2, y2;
};

struct options {
	const char *paths[2];
	const char *diff; // NULL: no picture of the differences
	int tolerance;    // per channel, 0..255
	bool json;
	struct box masks[MAX_MASKS];
	int n_masks;
};

struct result {
	long compared;
	long differing;
	int max_difference; // over all channels of all compared pixels, tolerance or not
	struct box bounds;  // of the differing pixels, in pixels; x1 > x2 while there are none
};

static bool masked(const struct options *options, int x, int y)
{
	for (int i = 0; i < options->n_masks; i++) {
		const struct box *box = &options->masks[i];

		if (x >= box->x1 && x < box->x2 && y >= box->y1 && y < box->y2) {
			return true;
		}
	}
	return false;
}

static int pixel_difference(const uint8_t *a, const uint8_t *b)
{
	int most = 0;

	for (int c = 0; c < 4; c++) {
		int difference = abs(a[c] - b[c]);

		most = difference > most ? difference : most;
	}
	return most;
}

static void note_difference(struct result *result, int x, int y)
{
	struct box *bounds = &result->bounds;

	result->differing++;
	bounds->x1 = x < bounds->x1 ? x : bounds->x1;
	bounds->y1 = y < bounds->y1 ? y : bounds->y1;
	bounds->x2 = x + 1 > bounds->x2 ? x + 1 : bounds->x2;
	bounds->y2 = y + 1 > bounds->y2 ? y + 1 : bounds->y2;
}

/* Equal pixels dark grey, masked ones blue, differing ones from dark red to bright red. */
static void paint(uint8_t *out, const uint8_t *pixel, int difference, bool differs, bool skipped)
{
	int grey = (pixel[0] + pixel[1] + pixel[2]) / 12;

	out[0] = out[1] = out[2] = (uint8_t)grey;
	out[3] = 255;
	if (skipped) {
		out[2] = (uint8_t)(grey + 128);
	} else if (differs) {
		out[0] = (uint8_t)(difference > 95 ? 255 : 160 + difference);
	}
}

static void compare(const struct options *options, const struct image *a, const struct image *b,
	struct image *diff, struct result *result)
{
	*result = (struct result){.bounds = {a->width, a->height, 0, 0}};
	for (int y = 0; y < a->height; y++) {
		for (int x = 0; x < a->width; x++) {
			size_t offset = 4 * ((size_t)y * (size_t)a->width + (size_t)x);
			int difference = pixel_difference(a->rgba + offset, b->rgba + offset);
			bool skipped = masked(options, x, y);
			bool differs = !skipped && difference > options->tolerance;

			if (!skipped) {
				result->compared++;
				if (difference > result->max_difference) {
					result->max_difference = difference;
				}
			}
			if (differs) {
				note_difference(result, x, y);
			}
			if (diff->rgba) {
				paint(diff->rgba + offset, a->rgba + offset, difference, differs,
					skipped);
			}
		}
	}
}

static void report(
	const struct options *options, const struct image *a, const struct result *result)
{
	const struct box *b = &result->bounds;
	int width = result->differing ? b->x2 - b->x1 : 0;
	int height = result->differing ? b->y2 - b->y1 : 0;
	int x = result->differing ? b->x1 : 0;
	int y = result->differing ? b->y1 : 0;

	if (options->json) {
		printf("{\"width\": %d, \"height\": %d, \"pixels_compared\": %ld, "
		       "\"pixels_differing\": %ld, \"max_difference\": %d, \"tolerance\": %d, "
		       "\"bounds\": [%d, %d, %d, %d]}\n",
			a->width, a->height, result->compared, result->differing,
			result->max_difference, options->tolerance, x, y, width, height);
		return;
	}
	printf("%ld pixels compared, %ld differing (tolerance %d), max channel difference %d",
		result->compared, result->differing, options->tolerance, result->max_difference);
	if (result->differing) {
		printf(", within %d,%d,%dx%d", x, y, width, height);
	}
	putchar('\n');
}

/* Pictures of different sizes differ in every pixel: there is nothing to look at one by one. */
static int report_sizes(const struct options *options, const struct image *a, const struct image *b)
{
	if (options->json) {
		long area = (long)a->width * a->height;

		printf("{\"width\": %d, \"height\": %d, \"other_width\": %d, \"other_height\": %d, "
		       "\"pixels_compared\": %ld, \"pixels_differing\": %ld, "
		       "\"max_difference\": 255, \"tolerance\": %d, \"bounds\": [0, 0, %d, %d]}\n",
			a->width, a->height, b->width, b->height, area, area, options->tolerance,
			a->width, a->height);
	} else {
		printf("sizes differ: %dx%d and %dx%d\n", a->width, a->height, b->width, b->height);
	}
	return 1;
}

static int run(const struct options *options, const struct image *a, const struct image *b)
{
	struct image diff = {0};
	struct result result;
	int status;

	if (a->width != b->width || a->height != b->height) {
		return report_sizes(options, a, b);
	}
	if (options->diff && !image_init(&diff, a->width, a->height)) {
		return 2;
	}
	compare(options, a, b, &diff, &result);
	report(options, a, &result);
	status = result.differing ? 1 : 0;
	if (result.compared == 0) {
		fprintf(stderr, "wr-compare: every pixel is ignored, nothing was compared\n");
		status = 2;
	}
	if (options->diff && !image_write_png(&diff, options->diff)) {
		status = 2;
	}
	image_finish(&diff);
	return status;
}

static void usage(FILE *stream)
{
	fputs("usage: wr-compare [options] A.png B.png\n"
	      "  --tolerance N      differences up to N (0..255) per channel count as equal\n"
	      "  --ignore X,Y,WxH   leave out this rectangle (pixels, top-left origin; "
	      "repeatable)\n"
	      "  --diff OUT.png     write a picture: grey equal, red differing, blue ignored\n"
	      "  --json             print one line of JSON instead of a sentence\n"
	      "All four channels count. Exit status: 0 equal, 1 different, 2 error.\n",
		stream);
}

static bool add_mask(struct options *options, const char *text)
{
	int x, y, width, height, used = 0;

	if (sscanf(text, "%d,%d,%dx%d%n", &x, &y, &width, &height, &used) != 4 || text[used] ||
		width < 0 || height < 0 || options->n_masks == MAX_MASKS) {
		return false;
	}
	options->masks[options->n_masks++] = (struct box){x, y, x + width, y + height};
	return true;
}

static bool parse_option(struct options *options, int option)
{
	char *end;

	switch (option) {
	case 't':
		options->tolerance = (int)strtol(optarg, &end, 10);
		return *optarg && !*end && options->tolerance >= 0 && options->tolerance <= 255;
	case 'i':
		return add_mask(options, optarg);
	case 'd':
		options->diff = optarg;
		return true;
	case 'j':
		options->json = true;
		return true;
	default:
		return false;
	}
}

static bool parse(struct options *options, int argc, char *argv[])
{
	static const struct option longs[] = {
		{"tolerance", required_argument, NULL, 't'},
		{"ignore", required_argument, NULL, 'i'},
		{"diff", required_argument, NULL, 'd'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			exit(0);
		}
		if (!parse_option(options, option)) {
			return false;
		}
	}
	if (argc - optind != 2) {
		return false;
	}
	options->paths[0] = argv[optind];
	options->paths[1] = argv[optind + 1];
	return true;
}

int main(int argc, char *argv[])
{
	struct options options = {0};
	struct image a = {0}, b = {0};
	int status = 2;

	if (!parse(&options, argc, argv)) {
		usage(stderr);
		return 2;
	}
	if (image_read_png(&a, options.paths[0]) && image_read_png(&b, options.paths[1])) {
		status = run(&options, &a, &b);
	}
	image_finish(&a);
	image_finish(&b);
	return status;
}
