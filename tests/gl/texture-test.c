/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "gl-scene.h"
#include "gl/readback.h"
#include "test.h"

#define WIDTH 9
#define HEIGHT 7

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	struct content content;
	struct content_layout layout;
	uint8_t *pixels; // what the client has drawn
};

static void fill(struct rig *rig, int x, int y, int width, int height, uint8_t value)
{
	int row;

	for (row = y; row < y + height; row++) {
		memset(rig->pixels + row * rig->layout.stride + 4 * x, value, (size_t)width * 4);
	}
}

static void put(struct rig *rig)
{
	test_assert(content_set_pixels(&rig->content, rig->pixels, &rig->layout));
}

static void setup(struct rig *rig, int padding)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	rig->gen = generation_create(&rig->egl, 1, &error);
	test_assert(rig->gen != NULL);
	rig->layout = (struct content_layout){
		.fourcc = DRM_FORMAT_ABGR8888,
		.width = WIDTH,
		.height = HEIGHT,
		.stride = 4 * WIDTH + padding,
		.bytes_per_pixel = 4,
	};
	rig->pixels = calloc(HEIGHT, (size_t)rig->layout.stride);
	fill(rig, 0, 0, WIDTH, HEIGHT, 0xff);
	content_init(&rig->content);
	put(rig);
}

static void teardown(struct rig *rig)
{
	generation_destroy(rig->gen, false);
	test_assert(!rig->content.texture);
	content_fini(&rig->content);
	egl_finish(&rig->egl);
	scene_check_no_misuse();
	test_assert_int_eq(fake_gl_live_total(), 0);
	free(rig->pixels);
	fake_gl_reset();
}

static void next_generation(struct rig *rig, uint64_t id)
{
	const char *error;

	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	generation_destroy(rig->gen, true);
	rig->gen = generation_create(&rig->egl, id, &error);
	test_assert(rig->gen != NULL);
	fake_report.uploaded_pixels = 0;
}

/* The texture's picture against what the client has drawn. */
static void check_picture(struct rig *rig)
{
	uint8_t seen[WIDTH * HEIGHT][4];
	int x, y;

	test_assert(readback_content(rig->gen, &rig->content, 0, 0, WIDTH, HEIGHT, &seen[0][0]));
	for (y = 0; y < HEIGHT; y++) {
		for (x = 0; x < WIDTH; x++) {
			uint8_t want = rig->pixels[y * rig->layout.stride + 4 * x];

			test_assert_msg(seen[y * WIDTH + x][0] == want, "pixel %d,%d is %d, not %d",
				x, y, seen[y * WIDTH + x][0], want);
		}
	}
}

static void damage(struct rig *rig, int x, int y, unsigned width, unsigned height)
{
	pixman_region32_t region;

	pixman_region32_init_rect(&region, x, y, width, height);
	texture_damage(&rig->content, &region);
	pixman_region32_fini(&region);
}

TEST(uploaded_once_then_by_damage)
{
	struct rig rig;

	setup(&rig, 0);
	fake_report.uploaded_pixels = 0;
	test_assert(texture_get(rig.gen, &rig.content) != NULL);
	test_assert_int_eq(fake_report.uploaded_pixels, WIDTH * HEIGHT);
	check_picture(&rig);
	test_assert_int_eq(fake_report.uploaded_pixels, WIDTH * HEIGHT);

	fill(&rig, 2, 3, 4, 2, 0x11);
	put(&rig);
	damage(&rig, 2, 3, 4, 2);
	fake_report.uploaded_pixels = 0;
	check_picture(&rig);
	test_assert_int_eq(fake_report.uploaded_pixels, 8);

	/* Damage may reach beyond the buffer. */
	fill(&rig, 7, 5, 2, 2, 0x22);
	put(&rig);
	damage(&rig, 7, 5, 1000, 1000);
	fake_report.uploaded_pixels = 0;
	check_picture(&rig);
	test_assert_int_eq(fake_report.uploaded_pixels, 4);
	teardown(&rig);
}

TEST(damage_before_a_reset_is_not_lost)
{
	struct rig rig;

	setup(&rig, 0);
	check_picture(&rig);
	fill(&rig, 1, 1, 3, 3, 0x33);
	put(&rig);
	damage(&rig, 1, 1, 3, 3);
	next_generation(&rig, 2);
	test_assert(!rig.content.texture);
	check_picture(&rig);
	test_assert_int_eq(fake_report.uploaded_pixels, WIDTH * HEIGHT);
	test_assert_int_eq(rig.gen->counters.restored_surfaces, 1);
	test_assert_int_eq(rig.gen->counters.restored_bytes, content_bytes(&rig.content));
	teardown(&rig);
}

TEST(odd_strides_are_uploaded_row_by_row)
{
	struct rig rig;

	setup(&rig, 3);
	check_picture(&rig);
	fill(&rig, 0, 2, 5, 3, 0x44);
	put(&rig);
	damage(&rig, 0, 2, 5, 3);
	check_picture(&rig);
	next_generation(&rig, 2);
	check_picture(&rig);
	teardown(&rig);
}

TEST(wide_strides_skip_the_padding)
{
	struct rig rig;

	setup(&rig, 16);
	fill(&rig, 3, 0, 2, HEIGHT, 0x55);
	put(&rig);
	check_picture(&rig);
	fill(&rig, 8, 6, 1, 1, 0x66);
	put(&rig);
	damage(&rig, 8, 6, 1, 1);
	check_picture(&rig);
	teardown(&rig);
}

TEST(many_rectangles_become_one)
{
	pixman_region32_t region;
	struct rig rig;
	int i;

	setup(&rig, 0);
	check_picture(&rig);
	pixman_region32_init(&region);
	for (i = 0; i < WIDTH * HEIGHT; i += 2) {
		fill(&rig, i % WIDTH, i / WIDTH, 1, 1, (uint8_t)i);
		pixman_region32_union_rect(&region, &region, i % WIDTH, i / WIDTH, 1, 1);
	}
	put(&rig);
	texture_damage(&rig.content, &region);
	pixman_region32_fini(&region);
	check_picture(&rig);
	teardown(&rig);
}

TEST(another_size_makes_another_texture)
{
	struct content_layout small;
	struct texture *texture;
	struct rig rig;

	setup(&rig, 0);
	texture_get(rig.gen, &rig.content);
	small = rig.layout;
	small.width = 3;
	small.height = 2;
	test_assert(content_set_pixels(&rig.content, rig.pixels, &small));
	texture = texture_get(rig.gen, &rig.content);
	test_assert(texture != NULL);
	test_assert_int_eq(texture->width, 3);
	test_assert_int_eq(fake_gl_live(FAKE_TEXTURE), 1);
	/* A new picture, not one that was restored. */
	test_assert_int_eq(rig.gen->counters.restored_surfaces, 0);
	teardown(&rig);
}

TEST(nothing_kept_nothing_restored)
{
	struct rig rig;

	setup(&rig, 0);
	test_assert(texture_get(rig.gen, &rig.content) != NULL);
	content_drop_copy(&rig.content);
	test_assert(!content_restorable(&rig.content));
	/* The texture still shows it, … */
	damage(&rig, 0, 0, 2, 2);
	test_assert(texture_get(rig.gen, &rig.content) != NULL);
	check_picture(&rig);
	/* … until it is lost. */
	next_generation(&rig, 2);
	test_assert(!texture_get(rig.gen, &rig.content));
	test_assert_int_eq(fake_gl_live(FAKE_TEXTURE), 0);
	test_assert_int_eq(rig.gen->counters.restored_surfaces, 0);
	teardown(&rig);
}

TEST(too_large_for_gl_is_not_shown)
{
	struct rig rig;

	setup(&rig, 0);
	rig.content.layout.width = 5000;
	test_assert(!texture_get(rig.gen, &rig.content));
	rig.content.layout = rig.layout;
	test_assert(texture_get(rig.gen, &rig.content) != NULL);
	teardown(&rig);
}

TEST(dropped_while_lost)
{
	struct rig rig;
	uint64_t deletes;

	setup(&rig, 0);
	texture_get(rig.gen, &rig.content);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 5);
	generation_mark_lost(rig.gen);
	deletes = fake_report.deletes;
	texture_drop(&rig.content);
	test_assert(!rig.content.texture);
	test_assert_int_eq(fake_report.deletes, deletes);
	texture_drop(&rig.content);
	generation_destroy(rig.gen, true);
	rig.gen = NULL;
	teardown(&rig);
}

FAIL_TEST(missing_damage_is_noticed)
{
	struct rig rig;

	setup(&rig, 0);
	check_picture(&rig);
	fill(&rig, 2, 3, 4, 2, 0x11);
	put(&rig);
	damage(&rig, 2, 3, 4, 1);
	check_picture(&rig);
}
