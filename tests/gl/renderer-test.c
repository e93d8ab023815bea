/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Core, generations and fake driver together: the recovery as the renderer runs it. */
#include <string.h>

#include "desk.h"
#include "test.h"

#define MSEC ((int64_t)1000 * 1000)
#define SEC (1000 * MSEC)

static const GLenum causes[] = {
	GL_GUILTY_CONTEXT_RESET_EXT, GL_INNOCENT_CONTEXT_RESET_EXT, GL_UNKNOWN_CONTEXT_RESET_EXT};

static const struct incident *newest(struct desk *desk)
{
	const struct incident *incident = history_get(&desk->renderer.record.history, 0);

	test_assert(incident != NULL);
	return incident;
}

TEST(no_reset_no_trouble)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	fake_host_advance(&desk.host, 10 * SEC);
	test_assert(desk_paint(&desk));
	test_assert_int_eq(history_count(&desk.renderer.record.history), 0);
	test_assert_int_eq(desk.host.lines, 0);
	test_assert_int_eq(desk.renderer.last_generation_id, 1);
	desk_close(&desk);
}

TEST(each_cause_is_recovered_from)
{
	static const enum reset_status statuses[] = {
		RESET_STATUS_GUILTY, RESET_STATUS_INNOCENT, RESET_STATUS_UNKNOWN};
	struct desk desk;
	size_t i;

	for (i = 0; i < 3; i++) {
		fake_gl_reset();
		desk_open(&desk);
		desk_lose(&desk, causes[i], 4);
		test_assert(!desk_paint(&desk));
		test_assert(!renderer_generation(&desk.renderer));
		test_assert(desk_wait_until_whole(&desk, 1 * SEC));
		desk_check_whole(&desk);
		test_assert_int_eq(newest(&desk)->cause, statuses[i]);
		test_assert(newest(&desk)->finished);
		test_assert_int_eq(newest(&desk)->generation_from, 1);
		test_assert_int_eq(newest(&desk)->generation_to, 2);
		test_assert_int_eq(newest(&desk)->surfaces_restored, SCENE_CONTENTS);
		test_assert_int_eq(newest(&desk)->attempts, 1);
		test_assert_int_eq(desk.host.lines, 1);
		test_assert(strstr(desk.host.last_line, "GPU reset: cause="));
		desk_close(&desk);
	}
}

/* As when the loop was busy: the timer is served before the idle callback. */
TEST(a_timer_before_the_dispatch_sees_no_second_loss)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 4);
	test_assert(!desk_paint(&desk));
	desk.host.now_ns = desk.host.timer_ns;
	renderer_timer(&desk.renderer);
	test_assert(desk_wait_until_whole(&desk, 1 * SEC));
	desk_check_whole(&desk);
	test_assert_int_eq(history_count(&desk.renderer.record.history), 1);
	test_assert_int_eq(desk.host.lines, 1);
	desk_close(&desk);
}

TEST(an_idle_desktop_comes_back_by_itself)
{
	struct desk desk;
	unsigned presents;

	fake_gl_reset();
	desk_open(&desk);
	presents = desk.scene.window.presents;
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 3);
	fake_host_advance(&desk.host, 1 * SEC + 20 * MSEC);
	desk_check_whole(&desk);
	test_assert_int_eq(desk.scene.window.presents, presents + 1);
	desk_close(&desk);
}

TEST(the_window_keeps_its_surface_and_its_last_frame)
{
	uint8_t front[SCENE_BYTES];
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	memcpy(front, desk.scene.window.front, SCENE_BYTES);
	desk_lose(&desk, GL_GUILTY_CONTEXT_RESET_EXT, 100);
	desk_paint(&desk);
	fake_host_advance(&desk.host, 3 * SEC);
	test_assert(!renderer_generation(&desk.renderer));
	test_assert_int_eq(desk.scene.window.surfaces, 1);
	test_assert(memcmp(front, desk.scene.window.front, SCENE_BYTES) == 0);
	test_assert(desk_wait_until_whole(&desk, 10 * SEC));
	desk_check_whole(&desk);
	desk_close(&desk);
}

TEST(failing_contexts_are_tried_again)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	/* Each attempt asks for several versions and priorities. */
	fake_script.no_context = 20;
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(desk_wait_until_whole(&desk, 10 * SEC));
	desk_check_whole(&desk);
	test_assert(newest(&desk)->attempts > 1);
	desk_close(&desk);
}

TEST(a_reset_during_the_rebuild)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 2);
	fake_script.born_lost = true;
	desk_paint(&desk);
	fake_host_settle(&desk.host);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 6);
	test_assert(desk_wait_until_whole(&desk, 5 * SEC));
	desk_check_whole(&desk);
	desk_close(&desk);
}

TEST(a_context_that_cannot_be_made_current_any_more)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	fake_script.unaskable = true;
	desk_lose(&desk, GL_UNKNOWN_CONTEXT_RESET_EXT, UINT32_MAX);
	test_assert(desk_wait_until_whole(&desk, 1 * SEC));
	desk_check_whole(&desk);
	desk_close(&desk);
}

TEST(a_dead_display_is_replaced)
{
	struct desk desk;

	fake_gl_reset();
	fake_script.dead_display = true;
	desk_open(&desk);
	desk_lose(&desk, GL_GUILTY_CONTEXT_RESET_EXT, 2);
	test_assert(desk_wait_until_whole(&desk, 20 * SEC));
	desk_check_whole(&desk);
	test_assert_int_eq(newest(&desk)->rung, RUNG_DISPLAY);
	test_assert_int_eq(desk.scene.window.surfaces, 1);
	desk_close(&desk);
}

TEST(a_dead_gpu_leads_to_software_and_back)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	fake_script.dead_hardware = true;
	desk_lose(&desk, GL_GUILTY_CONTEXT_RESET_EXT, 2);
	test_assert(desk_wait_until_whole(&desk, 20 * SEC));
	desk_check_whole(&desk);
	test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_SOFTWARE);
	fake_host_advance(&desk.host, 100 * SEC);
	test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_SOFTWARE);
	test_assert(desk_paint(&desk));

	fake_script.dead_hardware = false;
	fake_host_advance(&desk.host, 600 * SEC);
	test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_RUNNING);
	test_assert(desk_paint(&desk));
	desk_check_whole(&desk);
	desk_close(&desk);
}

/* Measured with Mesa 25.0.7: guilty for ever, disposal crashes, the display is dead. */
TEST(a_loss_as_zink_has_it)
{
	struct desk desk;
	int i;

	fake_gl_reset();
	fake_script.gl_renderer = "zink Vulkan 1.3(llvmpipe)";
	fake_script.egl_client_extensions = "EGL_EXT_platform_base EGL_MESA_platform_surfaceless"
					    " EGL_KHR_display_reference EGL_EXT_platform_device"
					    " EGL_EXT_device_base EGL_EXT_device_enumeration"
					    " EGL_EXT_device_query";
	fake_script.dead_display = true;
	fake_script.crash_on_dispose = true;
	desk_open(&desk);
	for (i = 0; i < 5; i++) {
		desk_lose(&desk, GL_GUILTY_CONTEXT_RESET_EXT, UINT32_MAX);
		test_assert_msg(desk_wait_until_whole(&desk, 20 * SEC), "loss %d", i);
		desk_check_whole(&desk);
		test_assert_int_eq(newest(&desk)->rung, RUNG_DISPLAY);
		test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_RUNNING);
		fake_host_advance(&desk.host, 100 * SEC);
	}
	/* Each time one display with all that was on it is left behind; that is the price. */
	test_assert_int_eq(fake_report.displays, 6);
	test_assert_int_eq(fake_report.contexts, 6);
	desk_shut(&desk);
	scene_check_no_misuse();
	test_assert_int_eq(fake_report.displays, 5);
	fake_gl_reset();
}

TEST(swap_errors_without_a_status_are_survived)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	fake_script.swap_fails = true;
	test_assert(!desk_paint(&desk));
	test_assert(!desk_paint(&desk));
	fake_script.swap_fails = false;
	test_assert(desk_wait_until_whole(&desk, 5 * SEC));
	desk_check_whole(&desk);
	desk_close(&desk);
}

TEST(shutdown_at_any_moment_of_a_recovery)
{
	struct desk desk;
	int ms;

	for (ms = 0; ms < 60; ms++) {
		fake_gl_reset();
		desk_open(&desk);
		desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 3);
		fake_script.no_context = 10;
		desk_paint(&desk);
		if (ms > 0) {
			fake_host_advance(&desk.host, ms * MSEC);
		}
		desk_close(&desk);
	}
}

TEST(a_thousand_resets_leave_nothing_behind)
{
	uint64_t calls = 0, before;
	struct desk desk;
	unsigned live = 0;
	int i;

	fake_gl_reset();
	desk_open(&desk);
	for (i = 0; i < 1000; i++) {
		/* Far enough apart not to count as a storm. */
		fake_host_advance(&desk.host, 15 * SEC);
		before = fake_report.calls;
		desk_lose(&desk, causes[i % 3], (uint32_t)i % 5);
		test_assert(desk_wait_until_whole(&desk, 60 * SEC));
		desk_check_whole(&desk);
		if (i == 10) {
			live = fake_gl_live_total();
			calls = fake_report.calls - before;
		}
		test_assert(i < 10 || fake_gl_live_total() == live);
	}
	test_assert_int_eq(fake_report.contexts, 1);
	test_assert_int_eq(fake_report.surfaces, 1);
	test_assert(calls > 0);
	test_assert_int_eq(history_get(&desk.renderer.record.history, 0)->id, 1000);
	desk_close(&desk);
}

/* The picture must be of the present generation: the old context's last one does not count. */
FAIL_TEST(carrying_on_with_the_old_context_is_noticed)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	test_assert(scene_draw(&desk.scene, desk.renderer.generation));
}
