/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Rebuilds that take their time, never end, or find no thread. */
#include "desk.h"
#include "test.h"

#define MSEC ((int64_t)1000 * 1000)
#define SEC (1000 * MSEC)

/* With and without robustness, OpenGL ES 3 and 2, high priority and none. */
#define CONTEXT_ATTEMPTS 8

static void open_and_lose(struct desk *desk)
{
	fake_gl_reset();
	desk_open(desk);
	desk_lose(desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(!desk_paint(desk));
}

TEST(a_slow_driver_holds_nothing_up)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	desk.host.job_ns = 3 * SEC;
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(!desk_paint(&desk));
	fake_host_advance(&desk.host, 2 * SEC);
	test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_REBUILDING);
	test_assert(desk.host.jobs[0] != NULL);
	test_assert(!renderer_generation(&desk.renderer));
	fake_host_advance(&desk.host, 2 * SEC);
	desk_check_whole(&desk);
	test_assert_int_eq(history_get(&desk.renderer.record.history, 0)->attempts, 1);
	desk_close(&desk);
}

TEST(without_threads_it_goes_as_well)
{
	struct desk desk;

	open_and_lose(&desk);
	desk.host.no_threads = true;
	test_assert(desk_wait_until_whole(&desk, 1 * SEC));
	desk_check_whole(&desk);
	desk_close(&desk);
}

/* The first rung's driver call never returns; the next one's does. */
TEST(a_driver_that_never_returns_is_left_behind)
{
	struct desk desk;
	EGLDisplay dead;

	fake_gl_reset();
	fake_script.egl_client_extensions = "EGL_EXT_platform_base EGL_MESA_platform_surfaceless"
					    " EGL_KHR_display_reference EGL_EXT_platform_device"
					    " EGL_EXT_device_base EGL_EXT_device_enumeration"
					    " EGL_EXT_device_query";
	desk_open(&desk);
	dead = desk.renderer.egl.display;
	desk.host.job_ns = -1;
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(!desk_paint(&desk));
	fake_host_advance(&desk.host, 1 * SEC);
	test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_REBUILDING);
	fake_host_advance(&desk.host, 9 * SEC + 500 * MSEC);
	test_assert(desk.renderer.egl.display != dead);
	desk.host.job_ns = 0;
	desk.host.job_due_ns = 0;
	desk.paints_itself = false; // the window's surface went with the display
	fake_host_advance(&desk.host, 1 * SEC);
	test_assert(renderer_generation(&desk.renderer) != NULL);
	test_assert(desk.renderer.egl.display != dead);
	test_assert_int_eq(desk.renderer.recovery.rung, RUNG_DISPLAY);
	test_assert(draw_probe(renderer_generation(&desk.renderer), NULL));
	desk_shut(&desk);
	fake_gl_reset();
}

/* On GBM there is no other rung: the answer is waited for as long as it takes. */
TEST(with_one_rung_a_late_answer_is_taken)
{
	struct recovery_config config;
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	recovery_config_init(&config);
	recovery_configure(&desk.renderer.recovery, &config, desk.host.now_ns);
	desk.host.job_ns = 35 * SEC;
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(!desk_paint(&desk));
	fake_host_advance(&desk.host, 30 * SEC);
	test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_REBUILDING);
	fake_host_advance(&desk.host, 10 * SEC);
	desk_check_whole(&desk);
	desk_close(&desk);
}

TEST(shutdown_waits_for_a_rebuild)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	desk.host.job_ns = 1 * SEC;
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(!desk_paint(&desk));
	fake_host_advance(&desk.host, 100 * MSEC);
	test_assert(desk.host.jobs[0] != NULL);
	desk_close(&desk);
}

TEST(shutdown_does_not_wait_for_ever)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	desk.host.job_ns = -1;
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(!desk_paint(&desk));
	fake_host_advance(&desk.host, 100 * MSEC);
	test_assert(desk.host.jobs[0] != NULL);
	desk_shut(&desk);
	test_assert(desk.host.jobs[0] == NULL);
	fake_gl_reset();
}

/* Destroying takes the longer the more the context held: the first frame does not wait for it. */
TEST(the_lost_context_goes_after_the_first_frame)
{
	struct desk desk;

	open_and_lose(&desk);
	desk.paints_itself = false;
	fake_host_advance(&desk.host, 100 * MSEC);
	test_assert(renderer_generation(&desk.renderer) != NULL);
	test_assert_int_eq(fake_report.contexts, 2);
	test_assert(desk_paint(&desk));
	test_assert_int_eq(fake_report.contexts, 2);
	fake_host_settle(&desk.host);
	test_assert_int_eq(fake_report.contexts, 1);
	desk_check_whole(&desk);
	desk_close(&desk);
}

TEST(a_recovery_links_nothing)
{
	struct desk desk;
	uint64_t links;

	open_and_lose(&desk);
	links = fake_report.links;
	test_assert(links > 1);
	test_assert(desk_wait_until_whole(&desk, 1 * SEC));
	test_assert_int_eq(fake_report.links, links);
	test_assert_int_eq(fake_report.binaries, links);
	desk_check_whole(&desk);
	desk_close(&desk);
}

TEST(refused_binaries_are_linked_again)
{
	struct desk desk;
	uint64_t links;

	open_and_lose(&desk);
	links = fake_report.links;
	fake_script.refuse_binaries = true;
	test_assert(desk_wait_until_whole(&desk, 1 * SEC));
	test_assert_int_eq(fake_report.links, 2 * links);
	test_assert_int_eq(history_get(&desk.renderer.record.history, 0)->attempts, 1);
	desk_check_whole(&desk);
	desk_close(&desk);
}

/* Nothing was lost, and yet destroying takes as long. */
TEST(a_context_in_doubt_goes_after_the_first_frame)
{
	struct desk desk;

	fake_gl_reset();
	desk_open(&desk);
	test_assert(desk_paint(&desk));
	desk.paints_itself = false;
	renderer_report_doubt(&desk.renderer);
	fake_host_advance(&desk.host, 100 * MSEC);
	test_assert(renderer_generation(&desk.renderer) != NULL);
	test_assert_int_eq(fake_report.contexts, 2);
	test_assert(desk_paint(&desk));
	fake_host_settle(&desk.host);
	test_assert_int_eq(fake_report.contexts, 1);
	desk_check_whole(&desk);
	desk_close(&desk);
}

/* Nobody draws: the idle poll is late enough. */
TEST(a_lost_context_does_not_stay_for_want_of_a_frame)
{
	struct desk desk;

	open_and_lose(&desk);
	desk.paints_itself = false;
	fake_host_advance(&desk.host, 100 * MSEC);
	test_assert_int_eq(fake_report.contexts, 2);
	fake_host_advance(&desk.host, 2 * SEC);
	test_assert_int_eq(fake_report.contexts, 1);
	test_assert(desk_paint(&desk));
	desk_close(&desk);
}

/* Losses before there is a frame: no more than the last context waits. */
TEST(lost_contexts_do_not_pile_up)
{
	struct desk desk;

	open_and_lose(&desk);
	desk.paints_itself = false;
	for (int i = 0; i < 2; i++) {
		fake_host_advance(&desk.host, 200 * MSEC);
		test_assert_int_eq(
			fake_report.contexts, 2 - i); // the second try drops before it pauses
		desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
		desk_paint(&desk);
	}
	test_assert(desk_wait_until_whole(&desk, 20 * SEC));
	test_assert_int_eq(desk.renderer.recovery.rung, RUNG_CONTEXT);
	fake_host_settle(&desk.host);
	test_assert_int_eq(fake_report.contexts, 1);
	desk_close(&desk);
}

/* The display is closed while the lost context is being destroyed on another thread. */
TEST(another_display_waits_for_the_lost_context)
{
	struct recovery_config config;
	struct desk desk;

	open_and_lose(&desk);
	desk.paints_itself = false;
	fake_host_advance(&desk.host, 100 * MSEC);
	desk.host.job_ns = 5 * SEC;
	test_assert(desk_paint(&desk));
	fake_host_settle(&desk.host);
	test_assert(desk.renderer.disposal_job != NULL);
	recovery_config_init(&config);
	config.rungs = RUNG_BIT(RUNG_DISPLAY);
	renderer_configure(&desk.renderer, &config);
	desk_lose(&desk, GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	desk_paint(&desk);
	fake_host_advance(&desk.host, 1 * SEC);
	test_assert_int_eq(desk.renderer.recovery.state, RECOVERY_REBUILDING);
	test_assert(desk.renderer.disposal_job == NULL);
	test_assert(desk_wait_until_whole(&desk, 20 * SEC));
	test_assert_int_eq(desk.renderer.recovery.rung, RUNG_DISPLAY);
	fake_host_settle(&desk.host);
	test_assert_int_eq(fake_report.contexts, 1);
	desk_close(&desk);
}

/* A context that can't be made beside the lost one is made after it, at once. */
TEST(a_lost_context_in_the_way_goes_first)
{
	struct desk desk;

	open_and_lose(&desk);
	fake_script.no_context = CONTEXT_ATTEMPTS;
	test_assert(desk_wait_until_whole(&desk, 1 * SEC));
	test_assert_int_eq(history_get(&desk.renderer.record.history, 0)->attempts, 1);
	desk_close(&desk);
}
