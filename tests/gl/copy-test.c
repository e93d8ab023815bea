/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What is shown without a shader, where that is cheaper, and what is not. */
#include <drm_fourcc.h>

#include "copy-rig.h"

TEST(opaque_windows_are_copied)
{
	struct copy_rig rig;
	uint64_t draws;

	copy_setup(&rig);
	COPY_CHECK_BOTH(&rig, 2);
	draws = fake_report.draws;
	COPY_CHECK_BOTH(&rig, 2);
	test_assert_int_eq(fake_report.draws - draws, 3); /* the fields, and into the window */
	copy_set_pixels(&rig, DRM_FORMAT_ARGB8888, COPY_WIDTH, COPY_HEIGHT);
	texture_drop(&rig.content);
	COPY_CHECK_BOTH(&rig, 2);
	copy_teardown(&rig);
}

/* Nothing else binds the target to be read from. */
TEST(the_target_is_read_after_copies)
{
	struct copy_rig rig;
	uint64_t draws;

	copy_setup(&rig);
	rig.alone = true;
	draws = fake_report.draws;
	COPY_CHECK(&rig, &rig.scene.image_target, 2);
	rig.packed = true;
	COPY_CHECK(&rig, &rig.scene.image_target, 2);
	test_assert_int_eq(fake_report.draws, draws);
	copy_teardown(&rig);
}

/* With something below, beside, above, and a dmabuf. */
TEST(copies_and_draws_make_one_picture)
{
	struct copy_rig rig;

	copy_setup(&rig);
	for (int i = 0; i < 3; i++) {
		test_assert(scene_draw(&rig.scene, rig.gen));
		scene_check_picture(&rig.scene);
		test_assert_int_eq(fake_report.copies, i + 1);
	}
	copy_teardown(&rig);
}

TEST(what_needs_a_shader_is_drawn)
{
	struct color_transform color = {.serial = 1};
	struct frame_item item;
	struct copy_rig rig;

	copy_setup(&rig);
	item = rig.item;
	frame_item_offer_copy(&item, &copy_place);
	test_assert(item.copy);
	test_assert_int_eq(item.copy_x, COPY_LEFT);
	test_assert_int_eq(item.copy_y, COPY_TOP);
#define NO_COPY(change)                                                                            \
	do {                                                                                       \
		item = rig.item;                                                                   \
		change;                                                                            \
		frame_item_offer_copy(&item, &copy_place);                                         \
		test_assert(!item.copy);                                                           \
	} while (0)
	NO_COPY(item.apart = false);
	NO_COPY(item.color = &color);
	NO_COPY(item.alpha = 0.5f);
	NO_COPY(item.alpha = 1.5f);
	NO_COPY(item.content = NULL);
	NO_COPY(item.to_buffer.a = 2.0f);
	NO_COPY(item.to_buffer.e = -1.0f);
	NO_COPY(item.to_buffer.b = 1.0f);
	NO_COPY(item.to_buffer.c = 1.0f);
	NO_COPY(item.to_buffer.f = 0.5f);
	NO_COPY(item.content = &rig.scene.contents[SCENE_CONTENTS - 1]); /* a dmabuf */
	rig.content.bottom_left = true;
	NO_COPY(item.content = &rig.content);
	copy_teardown(&rig);
}

TEST(what_is_not_offered_is_drawn)
{
	struct copy_rig rig;

	copy_setup(&rig);
	rig.item.apart = false;
	COPY_CHECK_BOTH(&rig, 0);
	rig.item.blend = true;
	COPY_CHECK_BOTH(&rig, 0);
	copy_teardown(&rig);
}

TEST(debug_views_are_drawn)
{
	struct copy_rig rig;

	copy_setup(&rig);
	for (rig.view = DRAW_VIEW_WIREFRAME; rig.view < DRAW_VIEW_COUNT; rig.view++) {
		test_assert_int_eq(copy_draw(&rig, &rig.scene.window_target), 0);
		test_assert_int_eq(copy_draw(&rig, &rig.scene.image_target), 0);
		/* The fake draws no lines. */
		test_assert(copy_is_right(&rig) == (rig.view == DRAW_VIEW_WIREFRAME));
	}
	rig.view = DRAW_VIEW_NORMAL;
	COPY_CHECK_BOTH(&rig, 2);
	copy_teardown(&rig);
}

/* The channels are in another order, or it is no content at all. */
TEST(other_formats_are_drawn)
{
	struct copy_rig rig;
	uint8_t expected[4];
	const uint8_t *pixel = &rig.picture[4 * (COPY_TOP * SCENE_WIDTH + COPY_LEFT)];

	copy_setup(&rig);
	copy_set_pixels(&rig, DRM_FORMAT_XBGR8888, COPY_WIDTH, COPY_HEIGHT);
	test_assert_int_eq(copy_draw(&rig, &rig.scene.image_target), 0);
	copy_expect_pixel(0, 0, expected);
	test_assert_int_eq(pixel[0], expected[2]);
	test_assert_int_eq(pixel[2], expected[0]);
	test_assert_int_eq(pixel[3], 255);
	copy_teardown(&rig);
}

/* Such a surface shows the buffer's edge in what is beyond it. */
TEST(pixels_beyond_the_buffer_are_drawn)
{
	struct copy_rig rig;
	const uint8_t *pixel = &rig.picture[4 * (COPY_TOP * SCENE_WIDTH + COPY_LEFT)];

	copy_setup(&rig);
	for (int i = 0; i < 2; i++) {
		copy_set_pixels(
			&rig, DRM_FORMAT_XRGB8888, COPY_WIDTH - (i == 0), COPY_HEIGHT - (i == 1));
		test_assert_int_eq(copy_draw(&rig, &rig.scene.image_target), 0);
		test_assert_int_eq(rig.error, GL_NO_ERROR);
		test_assert(pixel[3] == 255 && pixel[0] == 200);
	}
	copy_teardown(&rig);
}

static void check_target(uint32_t fourcc, uint8_t alpha)
{
	struct copy_rig rig;
	const uint8_t *pixel = &rig.picture[4 * (COPY_TOP * SCENE_WIDTH + COPY_LEFT)];

	copy_setup(&rig);
	target_init_image(&rig.target, &rig.egl, fourcc, SCENE_WIDTH, SCENE_HEIGHT);
	copy_set_pixels(&rig, DRM_FORMAT_ARGB8888, COPY_WIDTH, COPY_HEIGHT);
	rig.item.opaque = false;
	test_assert_int_eq(copy_draw(&rig, &rig.target), 0);
	test_assert_int_eq(rig.error, GL_NO_ERROR);
	test_assert_int_eq(pixel[0], 200);
	test_assert_int_eq(pixel[3], alpha);
	copy_teardown(&rig);
}

TEST(other_images_take_no_copies)
{
	check_target(DRM_FORMAT_ARGB8888, 0);
	check_target(DRM_FORMAT_XRGB2101010, 0); /* the fake gives every renderbuffer an alpha */
}

static void check_driver(const char *renderer, const char *version, uint64_t copies)
{
	struct copy_rig rig;

	copy_load(&rig);
	fake_script.gl_renderer = renderer;
	fake_script.gl_version = version;
	copy_start(&rig);
	test_assert_int_eq(rig.gen->caps.cheap_copies, copies > 0);
	if (rig.gen->caps.renderbuffer_rgba8) {
		COPY_CHECK(&rig, &rig.scene.image_target, copies);
	}
	copy_teardown(&rig);
}

TEST(software_drivers_copy)
{
	check_driver("llvmpipe (LLVM 15.0.6, 256 bits)", "OpenGL ES 3.2 fake", 2);
	check_driver("softpipe", "OpenGL ES 3.0 fake", 2);
	check_driver("llvmpipe (LLVM 15.0.6, 256 bits)", "OpenGL ES 2.0 fake", 0);
	check_driver("zink Vulkan 1.3(llvmpipe)", "OpenGL ES 3.2 fake", 0);
	check_driver("fake", "OpenGL ES 3.2 fake", 0);
}

TEST(textures_that_cannot_be_read_are_drawn)
{
	struct copy_rig rig;

	copy_setup(&rig);
	fake_script.bgra_unreadable = true;
	COPY_CHECK_BOTH(&rig, 0);
	COPY_CHECK_BOTH(&rig, 0);
	copy_teardown(&rig);
}

TEST(images_that_cannot_be_textures_are_renderbuffers)
{
	struct copy_rig rig;

	copy_setup(&rig);
	fake_script.bgra_unattachable = true;
	COPY_CHECK_BOTH(&rig, 0);
	test_assert(!rig.scene.image_target.takes_copies);
	copy_teardown(&rig);
}
