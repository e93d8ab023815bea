/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Copies, when textures go, when contexts are lost, and when GL fails. */
#include <string.h>

#include <drm_fourcc.h>

#include "copy-rig.h"

/* The image target's, and the texture's. */
static void check_framebuffers(unsigned count)
{
	test_assert_int_eq(fake_gl_live(FAKE_FRAMEBUFFER), count);
}

TEST(a_texture_has_one_framebuffer_while_it_lives)
{
	struct copy_rig rig;

	copy_setup(&rig);
	COPY_CHECK_BOTH(&rig, 2);
	COPY_CHECK_BOTH(&rig, 2);
	check_framebuffers(2);
	texture_drop(&rig.content);
	check_framebuffers(1);
	COPY_CHECK_BOTH(&rig, 2);
	check_framebuffers(2);
	copy_teardown(&rig);
}

/* Another size, and the same again: the pixels come from the texture of now. */
TEST(a_texture_of_another_size_has_another_framebuffer)
{
	struct copy_rig rig;

	copy_setup(&rig);
	COPY_CHECK_BOTH(&rig, 2);
	copy_set_pixels(&rig, DRM_FORMAT_XRGB8888, COPY_WIDTH + 3, COPY_HEIGHT + 1);
	COPY_CHECK_BOTH(&rig, 2);
	check_framebuffers(2);
	copy_set_pixels(&rig, DRM_FORMAT_ARGB8888, COPY_WIDTH, COPY_HEIGHT);
	COPY_CHECK_BOTH(&rig, 2);
	check_framebuffers(2);
	copy_teardown(&rig);
}

TEST(damage_is_uploaded_before_it_is_copied)
{
	pixman_region32_t damage;
	struct copy_rig rig;

	copy_setup(&rig);
	memset(rig.content.copy, 0x77, 4 * COPY_WIDTH);
	copy_draw(&rig, &rig.scene.image_target);
	test_assert(!copy_is_right(&rig));
	copy_set_pixels(&rig, DRM_FORMAT_XRGB8888, COPY_WIDTH, COPY_HEIGHT);
	pixman_region32_init_rect(&damage, 0, 0, COPY_WIDTH, 1);
	texture_damage(&rig.content, &damage);
	pixman_region32_fini(&damage);
	COPY_CHECK_BOTH(&rig, 2);
	copy_teardown(&rig);
}

static void lose(struct copy_rig *rig, uint64_t next)
{
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	generation_destroy(rig->gen, true);
	copy_create(rig, next);
}

TEST(each_generation_has_framebuffers_of_its_own)
{
	struct copy_rig rig;

	copy_setup(&rig);
	for (uint64_t id = 2; id < 6; id++) {
		COPY_CHECK_BOTH(&rig, 2);
		COPY_CHECK_BOTH(&rig, 2);
		check_framebuffers(2);
		lose(&rig, id);
		check_framebuffers(0);
	}
	COPY_CHECK_BOTH(&rig, 2);
	copy_teardown(&rig);
}

TEST(purged_memory_has_framebuffers_anew)
{
	struct copy_rig rig;

	copy_setup(&rig);
	COPY_CHECK_BOTH(&rig, 2);
	generation_drop_contents(rig.gen, 2);
	check_framebuffers(0);
	COPY_CHECK_BOTH(&rig, 2);
	copy_teardown(&rig);
}

/* From software to a GPU and back: what a target takes is the present driver's affair. */
TEST(another_driver_is_asked_anew)
{
	struct copy_rig rig;

	copy_setup(&rig);
	COPY_CHECK_BOTH(&rig, 2);
	fake_script.gl_renderer = "fake";
	lose(&rig, 2);
	COPY_CHECK_BOTH(&rig, 0);
	fake_script.gl_renderer = "llvmpipe";
	lose(&rig, 3);
	COPY_CHECK_BOTH(&rig, 2);
	copy_teardown(&rig);
}

static struct target *target_of(struct copy_rig *rig, bool window)
{
	return window ? &rig->scene.window_target : &rig->scene.image_target;
}

/* The call of that number of the first or the second frame fails: either that is told, or it made
 * no difference. \return false when there is no such call */
static bool fail_call(uint64_t n, bool window, bool second, bool *copy_failed)
{
	struct copy_rig rig;
	bool hit;

	copy_setup(&rig);
	if (second) {
		COPY_CHECK(&rig, target_of(&rig, window), window ? 0 : 2);
	}
	fake_script.fail_call = fake_report.calls + n;
	copy_draw(&rig, target_of(&rig, window));
	hit = fake_report.failed != NULL;
	test_assert_msg(rig.error != GL_NO_ERROR || copy_is_right(&rig),
		"call %llu, %s: nobody was told", (unsigned long long)n, fake_report.failed);
	if (hit && strcmp(fake_report.failed, "glBlitFramebuffer") == 0) {
		test_assert(rig.error != GL_NO_ERROR);
		*copy_failed = true;
	}
	fake_script.fail_call = 0;
	if (hit && strcmp(fake_report.failed, "glBindFramebuffer") == 0) {
		fake_report.bad_copies = 0; /* the source could not be bound */
	}
	lose(&rig, 2);
	COPY_CHECK_BOTH(&rig, 2);
	copy_teardown(&rig);
	return hit;
}

TEST(a_call_that_fails_is_told)
{
	for (int way = 0; way < 4; way++) {
		bool copy_failed = false;
		uint64_t n = 1;

		while (fail_call(n, way & 1, way & 2, &copy_failed)) {
			n++;
		}
		test_assert(copy_failed == !(way & 1));
	}
}
