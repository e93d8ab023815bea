/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Pixels that come later: with and without a descriptor to wait for, or never. */
#include <poll.h>
#include <string.h>

#include "gl-scene.h"
#include "gl/pixel-pack.h"
#include "test.h"

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	struct gl_scene scene;
};

static void setup(struct rig *rig, const char *version, bool fences)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	if (version) {
		fake_script.gl_version = version;
	}
	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	rig->egl.native_fences = fences;
	rig->gen = generation_create(&rig->egl, 1, &error);
	test_assert(rig->gen != NULL);
	scene_init(&rig->scene, &rig->egl);
	/* Not all of the scene's formats are in OpenGL ES 2.0. */
	test_assert(version || scene_draw(&rig->scene, rig->gen));
}

static void teardown(struct rig *rig)
{
	bool lost = rig->gen->lost;

	scene_fini(&rig->scene);
	generation_destroy(rig->gen, lost);
	egl_finish(&rig->egl);
	scene_check_no_misuse();
	test_assert_int_eq(fake_report.syncs, 0);
	test_assert_int_eq(fake_gl_live_total(), 0);
	fake_gl_reset();
}

static struct pixel_pack *begin_from(struct rig *rig, struct target *target, bool bgra)
{
	const struct readback read = {.width = SCENE_WIDTH, .height = SCENE_HEIGHT, .bgra = bgra};

	test_assert_int_eq(target_bind(rig->gen, target), TARGET_OK);
	return pixel_pack_begin(rig->gen, target, &read);
}

static struct pixel_pack *begin(struct rig *rig, bool bgra)
{
	return begin_from(rig, &rig->scene.image_target, bgra);
}

/* Into the middle of a wider picture, whose edges stay. */
static void check_pixels(const struct rig *rig, struct pixel_pack *pack, bool bgra)
{
	uint8_t wide[SCENE_HEIGHT][SCENE_WIDTH + 2][4];
	int x, y;

	memset(wide, 7, sizeof(wide));
	test_assert(pixel_pack_read(pack, wide[0][1], sizeof(wide[0])));
	for (y = 0; y < SCENE_HEIGHT; y++) {
		for (x = 0; x < SCENE_WIDTH; x++) {
			const uint8_t *want = &rig->scene.image[4 * (y * SCENE_WIDTH + x)];
			const uint8_t *seen = wide[y][x + 1];

			test_assert_int_eq(seen[bgra ? 2 : 0], want[0]);
			test_assert_int_eq(seen[1], want[1]);
			test_assert_int_eq(seen[bgra ? 0 : 2], want[2]);
			test_assert_int_eq(seen[3], want[3]);
		}
		test_assert(wide[y][0][0] == 7 && wide[y][SCENE_WIDTH + 1][3] == 7);
	}
}

TEST(pixels_with_a_descriptor)
{
	struct pixel_pack *pack;
	struct pollfd poll_fd = {.events = POLLIN};
	struct rig rig;

	setup(&rig, NULL, true);
	pack = begin(&rig, false);
	test_assert(pack != NULL);
	poll_fd.fd = pixel_pack_fd(pack);
	test_assert_int_eq(poll(&poll_fd, 1, 1000), 1);
	test_assert(pixel_pack_arrived(pack));
	check_pixels(&rig, pack, false);
	pixel_pack_destroy(pack);
	teardown(&rig);
}

TEST(pixels_that_are_asked_for)
{
	struct pixel_pack *pack;
	struct rig rig;

	setup(&rig, NULL, false);
	fake_script.query_latency = 3;
	pack = begin(&rig, true);
	test_assert(pack != NULL);
	test_assert_int_eq(pixel_pack_fd(pack), -1);
	for (int i = 0; i < 3; i++) {
		test_assert(!pixel_pack_arrived(pack));
	}
	test_assert(pixel_pack_arrived(pack));
	check_pixels(&rig, pack, true);
	pixel_pack_destroy(pack);
	teardown(&rig);
}

/* What is drawn after it does not change it. */
TEST(pixels_of_their_own_moment)
{
	struct pixel_pack *pack;
	struct rig rig;

	setup(&rig, NULL, false);
	pack = begin(&rig, false);
	rig.api.glClearColor(1, 0, 0, 1);
	rig.api.glClear(GL_COLOR_BUFFER_BIT);
	check_pixels(&rig, pack, false);
	pixel_pack_destroy(pack);
	teardown(&rig);
}

TEST(a_reset_takes_them)
{
	uint8_t picture[SCENE_BYTES] = {7};
	struct pixel_pack *packs[2];
	struct rig rig;

	setup(&rig, NULL, false);
	packs[0] = begin(&rig, false);
	packs[1] = begin(&rig, false);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	test_assert(!pixel_pack_read(packs[0], picture, 4 * SCENE_WIDTH));
	generation_mark_lost(rig.gen);
	generation_strip(rig.gen);
	for (int i = 0; i < 2; i++) {
		test_assert(pixel_pack_is_lost(packs[i]) && pixel_pack_arrived(packs[i]));
		test_assert(!pixel_pack_read(packs[i], picture, 4 * SCENE_WIDTH));
		pixel_pack_destroy(packs[i]);
	}
	test_assert_int_eq(picture[0], 7);
	teardown(&rig);
}

/* It outlives nothing of its own, even when nobody comes for it. */
TEST(a_purge_takes_them)
{
	struct pixel_pack *pack;
	struct rig rig;

	setup(&rig, NULL, true);
	pack = begin(&rig, false);
	generation_drop_contents(rig.gen, 2);
	test_assert(pixel_pack_is_lost(pack));
	test_assert_int_eq(fake_gl_live(FAKE_SYNC), 0);
	pixel_pack_destroy(pack);
	teardown(&rig);
}

TEST(no_pack_buffers)
{
	struct rig rig;

	setup(&rig, "OpenGL ES 2.0 fake", true);
	test_assert(!begin_from(&rig, &rig.scene.window_target, false));
	teardown(&rig);

	setup(&rig, NULL, false);
	fake_script.no_syncs = true;
	test_assert(!begin(&rig, false));
	test_assert(!rig.gen->seen_loss && rig.gen->seen_error == GL_NO_ERROR);
	teardown(&rig);
}
