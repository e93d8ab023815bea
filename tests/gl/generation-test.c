/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <string.h>

#include "gl-scene.h"
#include "gl/program.h"
#include "test.h"

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	struct gl_scene scene;
};

static void open_egl(struct rig *rig)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	error = egl_init(&rig->egl, &rig->api, &options);
	test_assert_msg(!error, "%s", error);
	scene_init(&rig->scene, &rig->egl);
}

static void create(struct rig *rig, uint64_t id)
{
	const char *error = NULL;

	rig->gen = generation_create(&rig->egl, id, &error);
	test_assert_msg(rig->gen, "%s; last calls:\n%s", error, fake_gl_log());
}

static void close_egl(struct rig *rig)
{
	scene_fini(&rig->scene);
	egl_finish(&rig->egl);
	test_assert_int_eq(fake_report.displays, 0);
	scene_check_no_misuse();
	fake_gl_reset();
}

static void expect_no_generation(struct rig *rig, const char *expected)
{
	const char *error = NULL;

	test_assert(!generation_create(&rig->egl, 9, &error));
	test_assert_str_eq(error, expected);
	test_assert_int_eq(fake_report.contexts, 0);
}

TEST(the_fake_has_every_entry_point)
{
	struct gl_api api;
	const gl_proc *procs = (const gl_proc *)&api;
	size_t i;

	fake_gl_load(&api);
	for (i = 0; i < sizeof(api) / sizeof(*procs); i++) {
		/* These two are variants of one that is there. */
		if (procs[i] != (gl_proc)api.eglSwapBuffersWithDamageKHR) {
			test_assert_msg(procs[i] != NULL, "member %zu of struct gl_api", i);
		}
	}
}

TEST(a_normal_life_leaves_no_name)
{
	struct rig rig;
	enum fake_kind kind;

	open_egl(&rig);
	create(&rig, 1);
	rig.egl.native_fences = false; /* so that there are GL's */
	test_assert(scene_draw(&rig.scene, rig.gen));
	scene_check_picture(&rig.scene);
	test_assert_int_eq(rig.scene.timed_draws, 1);
	test_assert(fake_gl_live(FAKE_TEXTURE) >= SCENE_CONTENTS);
	generation_destroy(rig.gen, false);
	for (kind = 0; kind < FAKE_KIND_COUNT; kind++) {
		test_assert_msg(fake_report.created[kind] > 0, "no name of kind %d", (int)kind);
		test_assert_int_eq(fake_report.abandoned[kind], 0);
		test_assert_int_eq(fake_report.created[kind], fake_report.deleted[kind]);
	}
	test_assert_int_eq(fake_gl_live_total(), 0);
	test_assert_int_eq(fake_report.contexts, 0);
	/* The window keeps its surface: on GBM it owns what is on the screen. */
	test_assert_int_eq(fake_report.surfaces, 1);
	close_egl(&rig);
}

TEST(a_lost_generation_deletes_no_name)
{
	struct rig rig;
	uint64_t deletes;
	int i;

	open_egl(&rig);
	create(&rig, 1);
	test_assert(scene_draw(&rig.scene, rig.gen));
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 2);
	generation_mark_lost(rig.gen);
	deletes = fake_report.deletes;
	generation_destroy(rig.gen, true);
	test_assert_int_eq(fake_report.deletes, deletes);
	test_assert_int_eq(fake_report.gl_calls_when_lost, 0);
	test_assert_int_eq(fake_report.contexts, 0);
	for (i = 0; i < SCENE_CONTENTS; i++) {
		test_assert(!rig.scene.contents[i].texture);
	}
	test_assert(!rig.scene.image_target.framebuffer);
	test_assert_int_eq(rig.scene.window.surfaces, 1);
	close_egl(&rig);
}

TEST(the_next_generation_draws_the_same)
{
	struct rig rig;
	uint64_t id;

	open_egl(&rig);
	for (id = 1; id <= 20; id++) {
		create(&rig, id);
		memset(rig.scene.picture, 0, SCENE_BYTES);
		test_assert_int_eq(rig.gen->counters.restored_surfaces, 0);
		test_assert(scene_draw(&rig.scene, rig.gen));
		scene_check_picture(&rig.scene);
		test_assert_int_eq(
			rig.gen->counters.restored_surfaces, id == 1 ? 0 : SCENE_CONTENTS);
		fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 1);
		test_assert(!scene_draw(&rig.scene, rig.gen));
		generation_destroy(rig.gen, true);
	}
	test_assert_int_eq(rig.scene.window.presents, 20);
	test_assert_int_eq(fake_report.surfaces, 1);
	test_assert_int_eq(fake_gl_live_total(), 0);
	close_egl(&rig);
}

static unsigned count_used(const struct program_set *set)
{
	unsigned count = 0;

	for (unsigned i = 0; i < set->count; i++) {
		count += set->used[i];
	}
	return count;
}

/* The next generation with what @set tells of. */
static void create_next(struct rig *rig, const struct program_set *set)
{
	enum reset_status status;
	const char *error = NULL;

	rig->gen = generation_create_any(&rig->egl, rig->gen->id + 1, set, &status, &error);
	test_assert_msg(rig->gen && !error, "%s; last calls:\n%s", error, fake_gl_log());
	test_assert(draw_prepare(rig->gen, set));
}

/* What no frame drew with is known from then on, but not worth a recovery's time. */
TEST(programs_without_use_are_not_made_ready)
{
	const struct program_key used = {.source = PROGRAM_RGBA, .opaque = true};
	const struct program_key idle = {.source = PROGRAM_RGBA};
	struct program_set set = {.count = 0};
	struct generation *before;
	struct rig rig;
	char *log;

	open_egl(&rig);
	create(&rig, 1);
	test_assert(program_get(rig.gen, &idle, &log));
	program_get(rig.gen, &used, &log)->used = true;
	program_set_collect(&set, rig.gen, true);
	test_assert_int_eq(set.count, 3); /* one is the proof's */
	test_assert_int_eq(count_used(&set), 1);
	for (int drew = 0; drew <= 1; drew++) {
		before = rig.gen;
		create_next(&rig, &set);
		generation_destroy(before, false);
		test_assert_int_eq(fake_gl_live(FAKE_PROGRAM), 1);
		program_set_collect(&set, rig.gen, drew);
		test_assert_int_eq(set.count, 3);
		test_assert_int_eq(count_used(&set), !drew);
	}
	generation_destroy(rig.gen, false);
	program_set_forget_binaries(&set);
	close_egl(&rig);
}

/* A program that only the proof needs would hold up the first frame. */
TEST(the_proof_links_what_a_first_frame_needs)
{
	const struct program_key plain = {.source = PROGRAM_SOLID};
	struct rig rig;
	char *log;

	open_egl(&rig);
	create(&rig, 1);
	test_assert(program_get(rig.gen, &plain, &log));
	test_assert(draw_probe(rig.gen, NULL)); /* a canary too */
	test_assert_int_eq(fake_gl_live(FAKE_PROGRAM), 1);
	generation_destroy(rig.gen, false);
	close_egl(&rig);
}

/* A healthy status and no pixels: what zink hands out after a device loss. */
TEST(a_zombie_context_is_not_believed)
{
	struct rig rig;

	open_egl(&rig);
	fake_script.zombie = true;
	expect_no_generation(&rig, "the new context does not draw");
	fake_script.zombie = false;
	create(&rig, 1);
	generation_destroy(rig.gen, false);
	close_egl(&rig);
}

TEST(a_context_born_during_the_reset_is_refused)
{
	struct rig rig;

	open_egl(&rig);
	create(&rig, 1);
	fake_gl_lose(GL_UNKNOWN_CONTEXT_RESET_EXT, 5);
	generation_destroy(rig.gen, true);
	fake_script.born_lost = true;
	test_assert(!generation_create(&rig.egl, 2, &(const char *){NULL}));
	test_assert_int_eq(fake_report.contexts, 0);
	fake_script.born_lost = false;
	create(&rig, 3);
	generation_destroy(rig.gen, false);
	close_egl(&rig);
}

TEST(what_the_renderer_cannot_do_without)
{
	struct rig rig;

	open_egl(&rig);
	fake_script.no_context = UINT32_MAX;
	expect_no_generation(&rig, "EGL cannot create an OpenGL ES context");
	fake_script.no_context = 0;
	fake_script.gl_version = "OpenGL ES-CM 1.1";
	expect_no_generation(&rig, "the context is not OpenGL ES 2.0 or later");
	fake_script.gl_version = "OpenGL ES 2.0";
	fake_script.gl_extensions = "GL_EXT_unpack_subimage GL_EXT_texture_format_BGRA8888x";
	expect_no_generation(&rig, "GL_EXT_texture_format_BGRA8888 is missing");
	fake_script.gl_extensions = "GL_EXT_texture_format_BGRA8888";
	expect_no_generation(&rig, "GL_EXT_unpack_subimage is missing");
	close_egl(&rig);
}

TEST(without_robustness_the_status_is_never_asked)
{
	struct rig rig;

	open_egl(&rig);
	fake_script.egl_extensions = "EGL_KHR_surfaceless_context EGL_KHR_no_config_context";
	egl_finish(&rig.egl);
	test_assert(!egl_init(&rig.egl, &rig.api,
		&(struct egl_options){.platform = EGL_PLATFORM_SURFACELESS_MESA}));
	create(&rig, 1);
	test_assert(!rig.gen->context.robust);
	test_assert(!rig.gen->caps.get_reset_status);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, UINT32_MAX);
	test_assert_int_eq(generation_reset_status(rig.gen), RESET_STATUS_NONE);
	generation_destroy(rig.gen, true);
	close_egl(&rig);
}

TEST(every_status_has_its_meaning)
{
	static const struct {
		GLenum gl;
		enum reset_status status;
	} table[] = {
		{GL_GUILTY_CONTEXT_RESET_EXT, RESET_STATUS_GUILTY},
		{GL_INNOCENT_CONTEXT_RESET_EXT, RESET_STATUS_INNOCENT},
		{GL_UNKNOWN_CONTEXT_RESET_EXT, RESET_STATUS_UNKNOWN},
	};
	enum reset_status status;
	struct rig rig;
	size_t i;

	open_egl(&rig);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		create(&rig, i + 1);
		test_assert_int_eq(generation_reset_status(rig.gen), RESET_STATUS_NONE);
		fake_gl_lose(table[i].gl, 1);
		generation_mark_lost(rig.gen);
		test_assert(!generation_make_current(rig.gen, EGL_NO_SURFACE));
		test_assert(generation_query_status(rig.gen, &status));
		test_assert_int_eq(status, table[i].status);
		test_assert(generation_query_status(rig.gen, &status));
		test_assert_int_eq(status, RESET_STATUS_NONE);
		generation_destroy(rig.gen, true);
	}
	close_egl(&rig);
}

TEST(garbage_as_status_is_ignored)
{
	static const GLenum garbage[] = {1, 0x8252, 0x8256, 0xdeadbeef, GL_CONTEXT_LOST_KHR};
	struct rig rig;
	size_t i;

	open_egl(&rig);
	create(&rig, 1);
	for (i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		fake_script.odd_status = garbage[i];
		test_assert_int_eq(generation_reset_status(rig.gen), RESET_STATUS_NONE);
	}
	generation_destroy(rig.gen, false);
	close_egl(&rig);
}

TEST(a_context_that_cannot_be_asked_says_so)
{
	enum reset_status status = RESET_STATUS_PURGED;
	struct rig rig;

	open_egl(&rig);
	create(&rig, 1);
	fake_script.unaskable = true;
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, UINT32_MAX);
	generation_mark_lost(rig.gen);
	egl_make_current(&rig.egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	test_assert(!generation_query_status(rig.gen, &status));
	test_assert_int_eq(status, RESET_STATUS_PURGED);
	generation_destroy(rig.gen, true);
	close_egl(&rig);
}

TEST(endless_errors_come_to_an_end)
{
	GLenum error = 0;
	struct rig rig;

	open_egl(&rig);
	create(&rig, 1);
	fake_script.endless_errors = true;
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 1);
	rig.api.glFlush();
	test_assert(generation_read_errors(rig.gen, &error));
	test_assert_int_eq(error, GL_NO_ERROR);
	generation_destroy(rig.gen, true);
	close_egl(&rig);
}

TEST(a_purge_drops_pictures_and_keeps_programs)
{
	struct rig rig;
	unsigned programs;

	open_egl(&rig);
	create(&rig, 1);
	test_assert(scene_draw(&rig.scene, rig.gen));
	programs = fake_gl_live(FAKE_PROGRAM);
	generation_drop_contents(rig.gen, 2);
	test_assert_int_eq(fake_gl_live(FAKE_RENDERBUFFER), 0);
	test_assert_int_eq(rig.gen->id, 2);
	test_assert_int_eq(fake_gl_live(FAKE_TEXTURE), 0);
	test_assert_int_eq(fake_gl_live(FAKE_PROGRAM), programs);
	memset(rig.scene.picture, 0, SCENE_BYTES);
	test_assert(scene_draw(&rig.scene, rig.gen));
	scene_check_picture(&rig.scene);
	test_assert_int_eq(rig.gen->counters.restored_surfaces, SCENE_CONTENTS);
	generation_destroy(rig.gen, false);
	test_assert_int_eq(fake_gl_live_total(), 0);
	close_egl(&rig);
}

/* The check of the picture can fail: one pixel is enough. */
FAIL_TEST(a_wrong_pixel_is_noticed)
{
	struct rig rig;

	open_egl(&rig);
	create(&rig, 1);
	test_assert(scene_draw(&rig.scene, rig.gen));
	rig.scene.picture[4 * 50 + 1] ^= 1;
	scene_check_picture(&rig.scene);
}

FAIL_TEST(misuse_is_noticed)
{
	struct rig rig;

	open_egl(&rig);
	create(&rig, 1);
	rig.api.glBindTexture(GL_TEXTURE_2D, 123456);
	scene_check_no_misuse();
}
