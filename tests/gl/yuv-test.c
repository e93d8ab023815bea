/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* YUV images: their layout in memory, their textures, damage and what the shaders make of them. */
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "gl-scene.h"
#include "gl/readback.h"
#include "test.h"

#define WIDTH_MAX 14
#define HEIGHT_MAX 12

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	struct content content;
	const struct format *format;
	struct content_layout layout;
	int width, height;
	uint8_t *pixels; // what the client has drawn
	uint8_t expected[HEIGHT_MAX][WIDTH_MAX][3];
	bool either[HEIGHT_MAX][WIDTH_MAX]; // pixels that are not looked at
};

static const uint32_t fourccs[] = {
	DRM_FORMAT_YUV420,
	DRM_FORMAT_YUV444,
	DRM_FORMAT_NV12,
	DRM_FORMAT_NV16,
	DRM_FORMAT_NV24,
	DRM_FORMAT_YUYV,
	DRM_FORMAT_XYUV8888,
};

static uint8_t to_byte(double value)
{
	return (uint8_t)(value < 0 ? 0 : value > 1 ? 255 : value * 255 + 0.5);
}

static void convert(uint8_t rgb[3], uint8_t y, uint8_t u, uint8_t v)
{
	double luma = (y - 16) / 219.0, cb = (u - 128) / 255.0, cr = (v - 128) / 255.0;

	rgb[0] = to_byte(luma + 1.59602678 * cr);
	rgb[1] = to_byte(luma - 0.39176229 * cb - 0.81296764 * cr);
	rgb[2] = to_byte(luma + 2.01723214 * cb);
}

/* The sample that stands for pixel @at of @size, where there is one for each @sub pixels. */
static size_t nearest(int at, int size, int sub)
{
	return (size_t)((at + 0.5) / size * (size / sub));
}

/* Where Cb and Cr are, told apart from the table that is tested. */
static void find_chroma(const struct rig *rig, int x, int y, const uint8_t **u, const uint8_t **v)
{
	const uint8_t *p = rig->pixels;
	size_t stride = (size_t)rig->layout.stride, second = stride * (size_t)rig->height;
	size_t half_x = nearest(x, rig->width, 2), half_y = nearest(y, rig->height, 2);
	size_t column = (size_t)x, row = (size_t)y;

	switch (rig->format->fourcc) {
	case DRM_FORMAT_YUV420:
		*u = p + second + half_y * (stride / 2) + half_x;
		*v = *u + stride / 2 * (size_t)(rig->height / 2);
		break;
	case DRM_FORMAT_YUV444:
		*u = p + second + row * stride + column;
		*v = *u + second;
		break;
	case DRM_FORMAT_NV12:
		*u = p + second + half_y * (stride / 2 * 2) + 2 * half_x;
		*v = *u + 1;
		break;
	case DRM_FORMAT_NV16:
		*u = p + second + row * (stride / 2 * 2) + 2 * half_x;
		*v = *u + 1;
		break;
	case DRM_FORMAT_NV24:
		*u = p + second + row * (2 * stride) + 2 * column;
		*v = *u + 1;
		break;
	case DRM_FORMAT_YUYV:
		*u = p + row * stride + 4 * half_x + 1;
		*v = *u + 2;
		break;
	default:
		*u = p + row * stride + 4 * column + 1;
		*v = *u - 1;
		break;
	}
}

static void expect(struct rig *rig)
{
	size_t bytes = rig->format->bytes_per_pixel;
	size_t luma = rig->format->fourcc == DRM_FORMAT_XYUV8888 ? 2 : 0;
	int x, y;

	for (y = 0; y < rig->height; y++) {
		for (x = 0; x < rig->width; x++) {
			const uint8_t *u, *v;

			find_chroma(rig, x, y, &u, &v);
			convert(rig->expected[y][x],
				rig->pixels[(size_t)y * (size_t)rig->layout.stride +
					    (size_t)x * bytes + luma],
				*u, *v);
		}
	}
}

static void fill(struct rig *rig, unsigned seed)
{
	size_t i;

	for (i = 0; i < content_layout_bytes(&rig->layout); i++) {
		seed = seed * 1664525u + 1013904223u;
		rig->pixels[i] = (uint8_t)(seed >> 24);
	}
	test_assert(content_set_pixels(&rig->content, rig->pixels, &rig->layout));
	expect(rig);
}

/* Odd sizes are no multiple of the sub-sampling. */
static void setup(struct rig *rig, uint32_t fourcc, int padding, bool odd)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	rig->gen = generation_create(&rig->egl, 1, &error);
	test_assert(rig->gen != NULL);
	rig->width = odd ? WIDTH_MAX - 1 : WIDTH_MAX;
	rig->height = odd ? HEIGHT_MAX - 1 : HEIGHT_MAX;
	rig->format = format_from_fourcc(fourcc);
	test_assert(rig->format != NULL);
	test_assert(format_shm_layout(rig->format, rig->width, rig->height,
		WIDTH_MAX * rig->format->bytes_per_pixel + padding, &rig->layout));
	rig->pixels = malloc(content_layout_bytes(&rig->layout));
	content_init(&rig->content);
	fill(rig, 1);
}

static void teardown(struct rig *rig)
{
	generation_destroy(rig->gen, false);
	content_fini(&rig->content);
	egl_finish(&rig->egl);
	scene_check_no_misuse();
	test_assert_int_eq(fake_gl_live_total(), 0);
	free(rig->pixels);
	fake_gl_reset();
}

/* Returns how many pixels are not what they should be. */
static int differing(struct rig *rig)
{
	uint8_t seen[HEIGHT_MAX * WIDTH_MAX][4];
	int x, y, i, count = 0;

	test_assert(readback_content(
		rig->gen, &rig->content, 0, 0, rig->width, rig->height, &seen[0][0]));
	for (y = 0; y < rig->height; y++) {
		for (x = 0; x < rig->width; x++) {
			const uint8_t *pixel = seen[y * rig->width + x];
			bool equal = pixel[3] == 255;

			for (i = 0; i < 3; i++) {
				equal &= abs(pixel[i] - rig->expected[y][x][i]) <= 1;
			}
			count += !equal && !rig->either[y][x];
		}
	}
	return count;
}

static void damage(struct rig *rig, int x, int y, unsigned width, unsigned height)
{
	pixman_region32_t region;

	pixman_region32_init_rect(&region, x, y, width, height);
	texture_damage(&rig->content, &region);
	pixman_region32_fini(&region);
}

TEST(every_format_with_any_stride)
{
	static const int paddings[] = {0, 1, 2, 3, 10};
	struct rig rig;

	for (size_t i = 0; i < sizeof(fourccs) / sizeof(fourccs[0]); i++) {
		for (size_t k = 0; k < 2 * sizeof(paddings) / sizeof(paddings[0]); k++) {
			bool odd = k % 2;
			int padding = paddings[k / 2];

			setup(&rig, fourccs[i], padding, odd);
			test_assert_msg(differing(&rig) == 0, "%.4s with %d bytes of padding: %d",
				(const char *)&fourccs[i], padding, differing(&rig));
			teardown(&rig);
		}
	}
}

struct box {
	int x, y, width, height;
};

/*
 * All pixels have changed, and only @box was damaged: those are the new ones, and the others the
 * old ones. Next to the box it depends on what shares chroma with what.
 */
static void expect_partly(struct rig *rig, uint8_t before[HEIGHT_MAX][WIDTH_MAX][3], struct box box)
{
	int x, y;

	for (y = 0; y < rig->height; y++) {
		for (x = 0; x < rig->width; x++) {
			bool inside = x >= box.x && x < box.x + box.width && y >= box.y &&
				      y < box.y + box.height;
			bool near = x >= box.x - 1 && x <= box.x + box.width && y >= box.y - 1 &&
				    y <= box.y + box.height;

			rig->either[y][x] = near && !inside;
			if (!inside) {
				memcpy(rig->expected[y][x], before[y][x], 3);
			}
		}
	}
}

TEST(damage_reaches_every_plane)
{
	static const struct box boxes[] = {
		{3, 5, 1, 1}, {4, 2, 3, 5}, {0, 0, 1, 1}, {13, 11, 1, 1}, {5, 0, 8, 12}};
	uint8_t before[HEIGHT_MAX][WIDTH_MAX][3];
	struct rig rig;

	for (size_t i = 0; i < sizeof(fourccs) / sizeof(fourccs[0]); i++) {
		for (size_t k = 0; k < 2 * sizeof(boxes) / sizeof(boxes[0]); k++) {
			struct box box = boxes[k / 2];
			int padding = k % 2 ? 3 : 2;

			setup(&rig, fourccs[i], padding, false);
			test_assert_int_eq(differing(&rig), 0);
			memcpy(before, rig.expected, sizeof(before));
			fill(&rig, 2);
			expect_partly(&rig, before, box);
			damage(&rig, box.x, box.y, (unsigned)box.width, (unsigned)box.height);
			test_assert_msg(differing(&rig) == 0, "%.4s, box %zu: %d pixels",
				(const char *)&fourccs[i], k / 2, differing(&rig));
			teardown(&rig);
		}
	}
}

TEST(restored_after_a_reset)
{
	struct rig rig;
	const char *error;

	for (size_t i = 0; i < sizeof(fourccs) / sizeof(fourccs[0]); i++) {
		setup(&rig, fourccs[i], 4, true);
		test_assert_int_eq(differing(&rig), 0);
		fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
		generation_destroy(rig.gen, true);
		rig.gen = generation_create(&rig.egl, 2, &error);
		test_assert(rig.gen != NULL);
		test_assert_int_eq(differing(&rig), 0);
		test_assert_int_eq(rig.gen->counters.restored_surfaces, 1);
		test_assert_int_eq(
			rig.gen->counters.restored_bytes, content_layout_bytes(&rig.layout));
		teardown(&rig);
	}
}

TEST(layouts_follow_one_another)
{
	struct content_layout layout;

	test_assert(
		format_shm_layout(format_from_fourcc(DRM_FORMAT_YUV420), 100, 50, 128, &layout));
	test_assert_int_eq(layout.more_planes, 2);
	test_assert_int_eq(layout.more[0].offset, 128 * 50);
	test_assert_int_eq(layout.more[0].stride, 64);
	test_assert_int_eq(layout.more[1].offset, 128 * 50 + 64 * 25);
	test_assert_int_eq(content_layout_bytes(&layout), 128 * 75);
	test_assert(format_shm_layout(format_from_fourcc(DRM_FORMAT_NV24), 100, 50, 128, &layout));
	test_assert_int_eq(layout.more[0].stride, 256);
	test_assert_int_eq(content_layout_bytes(&layout), 128 * 150);
	test_assert(format_shm_layout(format_from_fourcc(DRM_FORMAT_YUYV), 100, 50, 200, &layout));
	test_assert_int_eq(layout.more_planes, 0);
	test_assert_int_eq(content_layout_bytes(&layout), 200 * 50);
}

TEST(impossible_layouts)
{
	static const int bad[][3] = {{0, 1, 1}, {1, 0, 1}, {-1, 4, 4}, {4, -1, 4}, {4, 4, -4},
		{4, 4, 3}, {1, 1, 0}, {1, 1, 1}, {16, 1, INT32_MAX}};
	struct content_layout layout;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		test_assert_msg(!format_shm_layout(format_from_fourcc(DRM_FORMAT_NV12), bad[i][0],
					bad[i][1], bad[i][2], &layout),
			"%zu", i);
	}
	test_assert(!format_shm_layout(format_from_fourcc(DRM_FORMAT_YUYV), 4, 4, 7, &layout));
	test_assert(!format_shm_layout(format_from_fourcc(DRM_FORMAT_YUYV), 1, 4, 2, &layout));
	/* The smallest there are. */
	test_assert(format_shm_layout(format_from_fourcc(DRM_FORMAT_YUYV), 1, 1, 4, &layout));
	test_assert(format_shm_layout(format_from_fourcc(DRM_FORMAT_NV12), 1, 1, 2, &layout));
	test_assert_int_eq(content_layout_bytes(&layout), 4);
}

/* Nothing that only YUV needs may cost an RGB window a call. */
TEST(rgb_pays_nothing)
{
	const struct content_layout layout = {.fourcc = DRM_FORMAT_ABGR8888,
		.width = 4,
		.height = 4,
		.stride = 16,
		.bytes_per_pixel = 4};
	static const uint8_t pixels[64];
	struct rig rig;
	uint64_t calls;

	setup(&rig, DRM_FORMAT_NV12, 0, false);
	test_assert(content_set_pixels(&rig.content, pixels, &layout));
	test_assert(texture_get(rig.gen, &rig.content) != NULL);
	calls = fake_report.calls;
	texture_bind(rig.content.texture, false);
	test_assert_int_eq(fake_report.calls - calls, 0); /* it is bound since it was filled */
	damage(&rig, 1, 1, 2, 2);
	calls = fake_report.calls;
	test_assert(texture_get(rig.gen, &rig.content) != NULL);
	/* The upload: texture and row length are as they were. */
	test_assert_int_eq(fake_report.calls - calls, 1);
	teardown(&rig);
}
