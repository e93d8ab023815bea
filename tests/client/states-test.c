/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The client helper through a loss: what it tells the program, when, and about which contexts. */
#include <string.h>

#include "rig.h"
#include "test.h"

static void start(struct rig *rig)
{
	rig_init(rig);
	rig_open(rig, (struct gpu_recovery_options){0});
	test_assert_msg(rig->recovery, "no display: %s", rig->error);
	rig_make(rig);
	test_assert(rig_draw(rig));
}

static void lose_ring(struct rig *rig, GLenum status, uint32_t queries)
{
	fake_gl_lose_group(gpu_recovery_context_handle(rig->window), status, queries);
}

TEST(nothing_is_left_and_nothing_happens)
{
	struct rig rig;

	start(&rig);
	rig_run(&rig, 3600 * SEC);
	test_assert(rig_draw(&rig));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 0);
	test_assert_int_eq(gpu_recovery_group_generation(rig.ring), 1);
	test_assert_int_eq(rig.wakes, 0);
	rig_close(&rig);
}

TEST(a_loss_goes_its_way)
{
	struct gpu_recovery_group *group;
	EGLContext before;
	struct rig rig;

	start(&rig);
	before = gpu_recovery_context_handle(rig.window);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 3);
	rig.hold = true;

	test_assert(rig_enter(&rig, rig.window));
	test_assert(!gpu_recovery_context_check(rig.window));
	test_assert_int_eq(rig.wakes, 1);
	test_assert_int_eq(gpu_recovery_timeout(rig.recovery), 0);
	rig_leave(&rig);
	test_assert_int_eq(gpu_recovery_dispatch(rig.recovery, &group), GPU_RECOVERY_DROP);
	test_assert(group == rig.ring);
	/* It may take as long as it likes to let go. */
	rig_run(&rig, 60 * SEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 0);
	test_assert(gpu_recovery_context_handle(rig.window) == before);

	gpu_recovery_dropped(rig.recovery, rig.ring);
	gpu_recovery_dropped(rig.recovery, rig.apart);
	rig.hold = false;
	rig_run(&rig, 1 * SEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 2);
	test_assert_int_eq(gpu_recovery_group_generation(rig.ring), 2);
	test_assert(gpu_recovery_context_handle(rig.window) != before);
	test_assert(rig_draw(&rig));
	test_assert_int_eq(fake_report.gl_calls_when_lost, 0);
	rig_close(&rig);
}

TEST(it_waits_until_the_reset_is_over)
{
	struct rig rig;
	int64_t lost_at;

	start(&rig);
	lose_ring(&rig, GL_UNKNOWN_CONTEXT_RESET_EXT, 20);
	test_assert(!rig_draw(&rig));
	lost_at = rig_now();
	test_assert(rig_wait(&rig, 5 * SEC));
	/* 1, 2, 4 … ms between the questions, then 50. */
	test_assert_msg(rig_now() - lost_at > 300 * MSEC, "after %lld ms",
		(long long)((rig_now() - lost_at) / MSEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 1);
	rig_close(&rig);
}

TEST(a_reset_that_never_ends)
{
	struct rig rig;

	start(&rig);
	lose_ring(&rig, GL_GUILTY_CONTEXT_RESET_EXT, UINT32_MAX);
	test_assert(!rig_draw(&rig));
	test_assert(!rig_wait(&rig, 9 * SEC));
	test_assert(rig_wait(&rig, 3 * SEC));
	rig_close(&rig);
}

TEST(the_idle_poll_finds_it)
{
	struct rig rig;

	start(&rig);
	rig_run(&rig, 10 * SEC);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	rig_run(&rig, 1500 * MSEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 2);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 2);
	test_assert(rig_draw(&rig));
	rig_close(&rig);
}

TEST(it_asks_at_once_when_told_to)
{
	struct rig rig;

	start(&rig);
	rig_run(&rig, 10 * SEC + 100 * MSEC);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	rig_run(&rig, 500 * MSEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 0);
	gpu_recovery_ask(rig.recovery);
	test_assert_int_eq(rig.wakes, 1);
	test_assert_int_eq(gpu_recovery_timeout(rig.recovery), 0);
	rig_dispatch(&rig);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 2);
	test_assert(rig_wait(&rig, 1 * SEC));
	/* At any other time it does no harm. */
	lose_ring(&rig, GL_INNOCENT_CONTEXT_RESET_EXT, 8);
	rig_draw(&rig);
	gpu_recovery_ask(rig.recovery);
	test_assert(rig_wait(&rig, 5 * SEC));
	rig_close(&rig);
}

/* Guilty A, innocent B and C in one ring, untouched D in another. */
TEST(a_group_that_is_spared_is_not_disturbed)
{
	EGLContext before;
	struct rig rig;

	start(&rig);
	rig.late = gpu_recovery_context_create(rig.ring, NULL, NULL);
	test_assert(rig.late);
	before = gpu_recovery_context_handle(rig.other);
	lose_ring(&rig, GL_GUILTY_CONTEXT_RESET_EXT, 4);
	test_assert(!rig_draw(&rig));
	test_assert(rig_wait(&rig, 5 * SEC));

	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 1);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 1);
	test_assert(gpu_recovery_context_handle(rig.other) == before);
	test_assert_int_eq(gpu_recovery_group_generation(rig.apart), 1);
	test_assert_int_eq(gpu_recovery_context_status(rig.other), GPU_RECOVERY_NO_RESET);
	test_assert_int_eq(gpu_recovery_group_cause(rig.apart), GPU_RECOVERY_NO_RESET);

	test_assert_int_eq(gpu_recovery_context_status(rig.window), GPU_RECOVERY_GUILTY);
	test_assert_int_eq(gpu_recovery_context_status(rig.worker), GPU_RECOVERY_INNOCENT);
	test_assert_int_eq(gpu_recovery_context_status(rig.late), GPU_RECOVERY_INNOCENT);
	test_assert_int_eq(gpu_recovery_group_cause(rig.ring), GPU_RECOVERY_GUILTY);
	rig_close(&rig);
}

/* Nobody draws: the library has to ask each of them itself. */
TEST(each_context_is_asked_who_was_guilty)
{
	struct rig rig;

	start(&rig);
	lose_ring(&rig, GL_GUILTY_CONTEXT_RESET_EXT, 40);
	rig_run(&rig, 5 * SEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 1);
	test_assert_int_eq(gpu_recovery_context_status(rig.window), GPU_RECOVERY_GUILTY);
	test_assert_int_eq(gpu_recovery_context_status(rig.worker), GPU_RECOVERY_INNOCENT);
	test_assert_int_eq(gpu_recovery_group_cause(rig.ring), GPU_RECOVERY_GUILTY);
	rig_close(&rig);
}

TEST(another_group_is_lost_meanwhile)
{
	struct rig rig;

	start(&rig);
	lose_ring(&rig, GL_INNOCENT_CONTEXT_RESET_EXT, 12);
	test_assert(!rig_draw(&rig));
	rig_run(&rig, 20 * MSEC);
	fake_gl_lose_group(gpu_recovery_context_handle(rig.other), GL_GUILTY_CONTEXT_RESET_EXT, 12);
	test_assert(!rig_draw(&rig));
	test_assert(rig_wait(&rig, 5 * SEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 2);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 2);
	test_assert_int_eq(gpu_recovery_group_cause(rig.apart), GPU_RECOVERY_GUILTY);
	rig_close(&rig);
}

TEST(a_context_made_while_its_group_is_lost_joins_in)
{
	struct rig rig;

	start(&rig);
	lose_ring(&rig, GL_INNOCENT_CONTEXT_RESET_EXT, 5);
	test_assert(!rig_draw(&rig));
	rig_dispatch(&rig);
	rig.late = gpu_recovery_context_create(rig.ring, NULL, &rig.error);
	test_assert(rig.late && !rig.error);
	test_assert(gpu_recovery_context_handle(rig.late) == EGL_NO_CONTEXT);
	test_assert(!gpu_recovery_context_check(rig.late));
	test_assert(rig_wait(&rig, 5 * SEC));
	test_assert(gpu_recovery_context_handle(rig.late) != EGL_NO_CONTEXT);
	gpu_recovery_context_destroy(rig.late);
	rig.late = NULL;
	rig_close(&rig);
}

TEST(a_group_made_during_a_reset_comes_later)
{
	struct gpu_recovery_context *context;
	struct gpu_recovery_group *group;
	struct rig rig;

	start(&rig);
	fake_script.born_lost = true;
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 6);
	group = gpu_recovery_group_create(rig.recovery, NULL, &rig.error);
	test_assert_msg(group, "no group: %s", rig.error);
	test_assert_int_eq(rig.wakes, 1);
	context = gpu_recovery_context_create(group, NULL, NULL);
	test_assert(context && gpu_recovery_context_handle(context) == EGL_NO_CONTEXT);
	rig_draw(&rig);
	test_assert(rig_wait(&rig, 5 * SEC));
	test_assert(gpu_recovery_context_handle(context) != EGL_NO_CONTEXT);
	test_assert_int_eq(gpu_recovery_group_generation(group), 1);
	gpu_recovery_group_destroy(group);
	rig_close(&rig);
}

TEST(lost_again_and_again)
{
	struct rig rig;

	start(&rig);
	for (int i = 1; i <= 20; i++) {
		lose_ring(&rig, GL_INNOCENT_CONTEXT_RESET_EXT, 2);
		test_assert(!rig_draw(&rig));
		test_assert(rig_wait(&rig, 10 * SEC));
		test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], i);
		test_assert(rig_draw(&rig));
	}
	rig_close(&rig);
}

TEST(what_was_current_is_so_again)
{
	struct gpu_recovery_group *group;
	EGLContext handle;
	struct gl_api api;
	struct rig rig;

	start(&rig);
	test_assert(!gl_api_load(&api, fake_gl_resolve, NULL));
	handle = gpu_recovery_context_handle(rig.other);
	test_assert(rig_enter(&rig, rig.other));
	api.eglBindAPI(EGL_OPENGL_API);
	lose_ring(&rig, GL_INNOCENT_CONTEXT_RESET_EXT, 2);
	for (int i = 0; i < 300; i++) {
		enum gpu_recovery_action action = gpu_recovery_dispatch(rig.recovery, &group);

		test_assert(api.eglGetCurrentContext() == handle);
		test_assert_int_eq(api.eglQueryAPI(), EGL_OPENGL_API);
		rig.actions[action]++;
		if (action == GPU_RECOVERY_DROP) {
			gpu_recovery_dropped(rig.recovery, group);
		}
		rig_sleep(5 * MSEC);
	}
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 1);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 1);
	rig_leave(&rig);
	rig_close(&rig);
}
