/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <string.h>

#include <drm_fourcc.h>

#include "gl-scene.h"
#include "test.h"

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	struct gl_scene scene;
};

static void setup(struct rig *rig)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	rig->gen = generation_create(&rig->egl, 1, &error);
	test_assert(rig->gen != NULL);
	scene_init(&rig->scene, &rig->egl);
}

static void teardown(struct rig *rig)
{
	scene_fini(&rig->scene);
	generation_destroy(rig->gen, false);
	egl_finish(&rig->egl);
	scene_check_no_misuse();
	test_assert_int_eq(fake_gl_live_total(), 0);
	test_assert_int_eq(fake_report.surfaces, 0);
	fake_gl_reset();
}

static void next_generation(struct rig *rig, uint64_t id)
{
	const char *error;

	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	generation_destroy(rig->gen, true);
	rig->gen = generation_create(&rig->egl, id, &error);
	test_assert(rig->gen != NULL);
}

static enum target_result present(struct rig *rig)
{
	return target_present(rig->gen, &rig->scene.window_target, NULL, 0);
}

static int bind_and_ask_age(struct rig *rig)
{
	test_assert_int_eq(target_bind(rig->gen, &rig->scene.window_target), TARGET_OK);
	return target_buffer_age(rig->gen, &rig->scene.window_target);
}

/* On GBM the backend asks for the front buffer of a window that was made while the GPU was away. */
TEST(a_window_gets_its_surface_without_a_context)
{
	struct rig rig;
	EGLSurface surface;
	const char *error;

	setup(&rig);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	generation_destroy(rig.gen, true);
	test_assert_int_eq(target_prepare_window(&rig.scene.window_target), TARGET_OK);
	surface = rig.scene.window_target.egl_window.surface;
	test_assert(surface != EGL_NO_SURFACE);
	rig.gen = generation_create(&rig.egl, 2, &error);
	test_assert(rig.gen != NULL);
	test_assert_int_eq(target_bind(rig.gen, &rig.scene.window_target), TARGET_OK);
	test_assert(rig.scene.window_target.egl_window.surface == surface);
	teardown(&rig);
}

TEST(a_window_has_one_surface_for_all_generations)
{
	struct rig rig;
	EGLSurface surface;
	uint64_t id;

	setup(&rig);
	test_assert_int_eq(target_bind(rig.gen, &rig.scene.window_target), TARGET_OK);
	surface = rig.scene.window_target.egl_window.surface;
	for (id = 2; id < 6; id++) {
		next_generation(&rig, id);
		test_assert_int_eq(target_bind(rig.gen, &rig.scene.window_target), TARGET_OK);
		test_assert(rig.scene.window_target.egl_window.surface == surface);
		test_assert_int_eq(present(&rig), TARGET_OK);
	}
	teardown(&rig);
}

TEST(an_image_has_one_framebuffer_in_each_generation)
{
	struct rig rig;
	uint64_t id;

	setup(&rig);
	for (id = 2; id < 6; id++) {
		test_assert_int_eq(target_bind(rig.gen, &rig.scene.image_target), TARGET_OK);
		test_assert_int_eq(target_bind(rig.gen, &rig.scene.image_target), TARGET_OK);
		test_assert_int_eq(fake_gl_live(FAKE_FRAMEBUFFER), 1);
		test_assert_int_eq(fake_gl_live(FAKE_RENDERBUFFER), 1);
		next_generation(&rig, id);
		test_assert(!rig.scene.image_target.framebuffer);
	}
	teardown(&rig);
}

TEST(age_counts_within_a_generation_only)
{
	struct rig rig;

	setup(&rig);
	test_assert_int_eq(bind_and_ask_age(&rig), 0);
	test_assert_int_eq(present(&rig), TARGET_OK);
	test_assert_int_eq(bind_and_ask_age(&rig), 1);
	test_assert_int_eq(present(&rig), TARGET_OK);
	next_generation(&rig, 2);
	/* EGL says 1, and the buffer holds what the reset left in it. */
	test_assert_int_eq(bind_and_ask_age(&rig), 0);
	test_assert_int_eq(present(&rig), TARGET_OK);
	test_assert_int_eq(bind_and_ask_age(&rig), 1);
	teardown(&rig);
}

TEST(a_failed_swap_makes_the_buffer_unknown)
{
	struct rig rig;

	setup(&rig);
	bind_and_ask_age(&rig);
	present(&rig);
	test_assert_int_eq(bind_and_ask_age(&rig), 1);
	fake_script.swap_fails = true;
	test_assert_int_eq(present(&rig), TARGET_FAILED);
	fake_script.swap_fails = false;
	test_assert_int_eq(bind_and_ask_age(&rig), 0);
	teardown(&rig);
}

TEST(a_lost_context_is_told_from_other_failures)
{
	struct rig rig;

	setup(&rig);
	bind_and_ask_age(&rig);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 1);
	test_assert_int_eq(present(&rig), TARGET_LOST);
	fake_script.unaskable = true;
	egl_make_current(&rig.egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	test_assert_int_eq(target_bind(rig.gen, &rig.scene.window_target), TARGET_LOST);
	next_generation(&rig, 2);
	test_assert_int_eq(target_bind(rig.gen, &rig.scene.window_target), TARGET_OK);
	teardown(&rig);
}

TEST(a_window_that_is_taken_fails)
{
	struct target other;
	struct rig rig;
	const struct egl_options options = scene_egl_options();

	setup(&rig);
	test_assert_int_eq(target_bind(rig.gen, &rig.scene.window_target), TARGET_OK);
	target_init_window(&other, &rig.egl, rig.scene.window_target.window, &options.visuals,
		SCENE_WIDTH, SCENE_HEIGHT);
	test_assert_int_eq(target_bind(rig.gen, &other), TARGET_FAILED);
	test_assert(other.egl_window.surface == EGL_NO_SURFACE);
	target_fini(&other);
	teardown(&rig);
}

TEST(a_format_that_cannot_be_drawn_to_fails)
{
	struct target other;
	struct rig rig;

	setup(&rig);
	target_init_image(&other, &rig.egl, DRM_FORMAT_YUYV, SCENE_WIDTH, SCENE_HEIGHT);
	test_assert_int_eq(target_bind(rig.gen, &other), TARGET_FAILED);
	test_assert(!other.framebuffer);
	target_fini(&other);
	teardown(&rig);
}

TEST(a_target_may_end_while_the_gpu_is_away)
{
	struct target image;
	struct rig rig;
	uint64_t deletes;

	setup(&rig);
	target_init_image(&image, &rig.egl, DRM_FORMAT_XRGB8888, SCENE_WIDTH, SCENE_HEIGHT);
	test_assert_int_eq(target_bind(rig.gen, &image), TARGET_OK);
	test_assert_int_eq(target_bind(rig.gen, &rig.scene.window_target), TARGET_OK);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 5);
	generation_mark_lost(rig.gen);
	deletes = fake_report.deletes;
	target_fini(&image);
	test_assert(!image.framebuffer);
	test_assert_int_eq(fake_report.deletes, deletes);
	/* Then the window, and the lost generation last. */
	scene_fini(&rig.scene);
	test_assert_int_eq(fake_report.surfaces, 0);
	generation_destroy(rig.gen, true);
	rig.gen = NULL;
	egl_finish(&rig.egl);
	scene_check_no_misuse();
	fake_gl_reset();
}
