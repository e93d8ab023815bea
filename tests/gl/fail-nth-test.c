/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Fail the n-th call for n = 1, 2, 3, … until a run makes fewer calls. Whatever call it is: no
 * crash, no leak, and a desktop as soon as calls work again. TEST_FAIL_CALL=n runs only that n.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "test.h"

#define MSEC ((int64_t)1000 * 1000)
#define SEC (1000 * MSEC)

/* Whose name tells whether it copies. */
static const char *const drawing = "fake", *const copying = "llvmpipe (fake)";

/* \return false when this n was beyond the last call: the sweep is complete */
typedef bool (*sweep_step)(const char *renderer, uint64_t n);

static void sweep(sweep_step step, const char *renderer)
{
	const char *only = getenv("TEST_FAIL_CALL");
	uint64_t n = 1;

	if (only) {
		step(renderer, strtoull(only, NULL, 10));
		return;
	}
	while (step(renderer, n)) {
		n++;
		test_assert_msg(n < 100000, "the sweep never ends");
	}
	test_assert_msg(n > 50, "only %llu calls were made", (unsigned long long)n);
	printf("%llu calls failed in turn\n", (unsigned long long)n - 1);
}

/* A driver that fails to destroy leaves something behind; nobody else may. */
static void check_nothing_left(uint64_t n)
{
	const char *failed = fake_report.failed;
	bool driver_leaks = failed && (strncmp(failed, "eglDestroy", 10) == 0 ||
					      strcmp(failed, "eglTerminate") == 0);

	if (driver_leaks) {
		return;
	}
	test_assert_msg(fake_report.contexts == 0 && fake_report.surfaces == 0 &&
				fake_report.displays == 0 && fake_report.images == 0 &&
				fake_gl_live_total() == 0,
		"call %llu, %s failed: %u contexts, %u surfaces, %u displays, %u images, %u names "
		"are left",
		(unsigned long long)n, failed, fake_report.contexts, fake_report.surfaces,
		fake_report.displays, fake_report.images, fake_gl_live_total());
}

static bool create_draw_destroy(const char *renderer, uint64_t n)
{
	const struct egl_options options = scene_egl_options();
	struct generation *gen;
	struct gl_scene scene;
	struct gl_api api;
	struct egl egl;
	const char *error = NULL;
	bool hit;

	fake_gl_load(&api);
	fake_script.gl_renderer = renderer;
	fake_script.fail_call = n;
	if (!egl_init(&egl, &api, &options)) {
		scene_init(&scene, &egl);
		gen = generation_create(&egl, 1, &error);
		test_assert_msg(gen || error, "call %llu: no reason", (unsigned long long)n);
		if (gen) {
			scene_draw(&scene, gen);
			scene_draw(&scene, gen);
			generation_destroy(gen, false);
		}
		scene_fini(&scene);
		egl_finish(&egl);
	}
	check_nothing_left(n);
	hit = fake_report.calls >= fake_script.fail_call;
	fake_gl_reset();
	return hit;
}

TEST(create_draw_destroy_with_each_call_failing)
{
	sweep(create_draw_destroy, drawing);
	sweep(create_draw_destroy, copying);
}

/* One call of a recovery fails; the next ones work. */
static bool recover_once(const char *renderer, uint64_t n)
{
	struct desk desk;
	bool hit;

	fake_gl_reset();
	fake_script.gl_renderer = renderer;
	desk_open(&desk);
	test_assert((fake_report.copies > 0) == (renderer == copying));
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 2);
	fake_script.fail_call = fake_report.calls + n;
	desk_paint(&desk);
	/* Long enough for an idle poll and for every rung. */
	test_assert_msg(desk_wait_until_whole(&desk, 60 * SEC),
		"call %llu, %s failed: the desktop is lost, state %s", (unsigned long long)n,
		fake_report.failed, recovery_state_name(desk.renderer.recovery.state));
	hit = fake_report.calls >= fake_script.fail_call;
	fake_script.fail_call = 0;
	fake_host_advance(&desk.host, 1 * SEC);
	test_assert_msg(desk_wait_until_whole(&desk, 5 * SEC), "call %llu, %s: second frame",
		(unsigned long long)n, fake_report.failed);
	desk_check_whole(&desk);
	test_assert_int_eq(desk.renderer.recovery.bugs, 0);
	desk_shut(&desk);
	check_nothing_left(n);
	fake_gl_reset();
	return hit;
}

TEST(recovery_with_each_call_failing)
{
	sweep(recover_once, drawing);
	sweep(recover_once, copying);
}

/* All calls from the n-th on fail for a while. */
static bool recover_after_outage(const char *renderer, uint64_t n)
{
	struct desk desk;
	bool hit;

	fake_gl_reset();
	fake_script.gl_renderer = renderer;
	desk_open(&desk);
	test_assert((fake_report.copies > 0) == (renderer == copying));
	desk_lose(&desk, GL_GUILTY_CONTEXT_RESET_EXT, 1);
	fake_script.fail_call = fake_report.calls + n;
	fake_script.fail_until = fake_script.fail_call + 40;
	/* What could not be destroyed would be in the way for ever: that is the case of one call.
	 */
	fake_script.disposal_works = true;
	desk_paint(&desk);
	test_assert_msg(desk_wait_until_whole(&desk, 300 * SEC),
		"calls %llu to %llu, first %s: the desktop is lost, state %s",
		(unsigned long long)n, (unsigned long long)n + 40, fake_report.failed,
		recovery_state_name(desk.renderer.recovery.state));
	desk_check_whole(&desk);
	hit = fake_report.calls >= fake_script.fail_call;
	fake_script.fail_call = 0;
	desk_shut(&desk);
	fake_gl_reset();
	return hit;
}

TEST(recovery_after_an_outage_from_each_call_on)
{
	sweep(recover_after_outage, drawing);
	sweep(recover_after_outage, copying);
}
