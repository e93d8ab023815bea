/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The client helper on drivers that lack something, or misbehave. */
#include <string.h>

#include "rig.h"
#include "test.h"

static void start_with(struct rig *rig, struct gpu_recovery_options options)
{
	rig_open(rig, options);
	test_assert_msg(rig->recovery, "no display: %s", rig->error);
	rig_make(rig);
	test_assert(rig_draw(rig));
}

TEST(zombies_are_not_believed)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){0});
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	fake_script.zombie = true;
	test_assert(!rig_draw(&rig));
	rig_run(&rig, 60 * SEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 0);
	test_assert_msg(strstr(rig.last_line, "does not draw"), "last line: %s", rig.last_line);
	fake_script.zombie = false;
	test_assert(rig_wait(&rig, 6 * SEC));
	rig_close(&rig);
}

TEST(a_context_proves_itself_where_the_program_asks)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){0});
	test_assert(rig_enter(&rig, rig.worker));
	test_assert(gpu_recovery_context_prove(rig.worker));
	fake_script.zombie = true;
	test_assert(!gpu_recovery_context_prove(rig.worker));
	fake_script.zombie = false;
	rig_leave(&rig);
	test_assert(rig_wait(&rig, 5 * SEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 1);
	test_assert_int_eq(gpu_recovery_group_cause(rig.ring), GPU_RECOVERY_UNKNOWN);
	rig_close(&rig);
}

TEST(a_dead_display_is_opened_anew)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){.reopen_display = true});
	fake_script.dead_display = true;
	fake_gl_lose_group(gpu_recovery_context_handle(rig.window), GL_GUILTY_CONTEXT_RESET_EXT, 1);
	test_assert(!rig_draw(&rig));
	test_assert(rig_wait(&rig, 5 * SEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP_DISPLAY], 0);
	/* This one takes all displays with it that are open. */
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 1);
	test_assert(!rig_draw(&rig));
	test_assert(rig_wait(&rig, 20 * SEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP_DISPLAY], 1);
	test_assert_int_eq(gpu_recovery_group_generation(rig.apart), 2);
	rig_close(&rig);
}

/* What has gone is not asked for twice. */
TEST(a_display_that_does_not_open_for_a_while)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){.reopen_display = true});
	fake_script.dead_display = true;
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 1);
	fake_script.zombie = true;
	test_assert(!rig_draw(&rig));
	rig_run(&rig, 100 * MSEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP_DISPLAY], 1);
	fake_script.egl_extensions = "EGL_KHR_no_config_context";
	rig_run(&rig, 60 * SEC);
	test_assert(gpu_recovery_display(rig.recovery) == EGL_NO_DISPLAY);
	test_assert(gpu_recovery_context_create(rig.ring, NULL, NULL));
	fake_script.egl_extensions = "EGL_KHR_surfaceless_context EGL_KHR_no_config_context"
				     " EGL_EXT_create_context_robustness";
	rig_run(&rig, 60 * SEC);
	fake_script.zombie = false;
	test_assert(rig_wait(&rig, 10 * SEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP_DISPLAY], 1);
	rig_close(&rig);
}

TEST(a_dead_display_that_may_not_be_opened_anew)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){.give_up_after = 4});
	fake_script.dead_display = true;
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 1);
	test_assert(!rig_draw(&rig));
	test_assert(!rig_wait(&rig, 60 * SEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP_DISPLAY], 0);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_GIVE_UP], 1);
	test_assert_str_eq(rig.last_line, "event=give-up");
	test_assert_int_eq(gpu_recovery_timeout(rig.recovery), -1);
	rig_close(&rig);
}

/* As zink: lost contexts and their display must be left behind. */
TEST(contexts_that_must_not_be_destroyed)
{
	struct rig rig;

	rig_init(&rig);
	fake_script.gl_renderer = "zink (fake)";
	fake_script.egl_client_extensions =
		"EGL_EXT_client_extensions EGL_EXT_platform_base EGL_MESA_platform_surfaceless"
		" EGL_EXT_device_base EGL_KHR_display_reference";
	start_with(&rig, (struct gpu_recovery_options){.reopen_display = true});
	fake_script.crash_on_dispose = true;
	fake_script.dead_display = true;
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, UINT32_MAX);
	test_assert(!rig_draw(&rig));
	test_assert(rig_wait(&rig, 5 * SEC));
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP_DISPLAY], 1);
	gpu_recovery_close(rig.recovery);
	/* The two groups had five contexts. */
	test_assert_int_eq(fake_report.contexts, 5);
	test_assert_int_eq(fake_report.displays, 1);
	fake_gl_reset();
}

TEST(the_same_on_a_display_of_somebody_else_is_given_up)
{
	struct rig rig;
	struct gl_api api;
	EGLDisplay display;

	rig_init(&rig);
	fake_script.gl_renderer = "zink (fake)";
	test_assert(!gl_api_load(&api, fake_gl_resolve, NULL));
	display = api.eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	test_assert(api.eglInitialize(display, NULL, NULL));
	rig.recovery = gpu_recovery_adopt(display, NULL, &rig.error);
	test_assert_msg(rig.recovery, "not adopted: %s", rig.error);
	rig_make(&rig);
	rig_dispatch(&rig);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, UINT32_MAX);
	rig_draw(&rig);
	rig_run(&rig, 60 * SEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 2);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_GIVE_UP], 1);
	gpu_recovery_close(rig.recovery);
	fake_gl_reset();
}

TEST(an_adopted_display_is_left_open)
{
	struct rig rig;
	struct gl_api api;
	EGLDisplay display;

	rig_init(&rig);
	test_assert(!gl_api_load(&api, fake_gl_resolve, NULL));
	display = api.eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	test_assert(api.eglInitialize(display, NULL, NULL));
	rig.recovery = gpu_recovery_adopt(display, NULL, &rig.error);
	test_assert_msg(rig.recovery, "not adopted: %s", rig.error);
	test_assert(gpu_recovery_display(rig.recovery) == display);
	rig_make(&rig);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 2);
	rig_draw(&rig);
	test_assert(rig_wait(&rig, 5 * SEC));
	gpu_recovery_close(rig.recovery);
	test_assert_int_eq(fake_report.contexts, 0);
	test_assert_int_eq(fake_report.displays, 1);
	fake_gl_reset();
}

/* Contexts without reset notification: found by drawing, or told by the program. */
TEST(a_driver_that_does_not_tell)
{
	struct rig rig;

	rig_init(&rig);
	fake_script.egl_extensions = "EGL_KHR_surfaceless_context EGL_KHR_no_config_context";
	start_with(&rig, (struct gpu_recovery_options){0});
	test_assert(!gpu_recovery_group_is_robust(rig.ring));
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	test_assert(rig_enter(&rig, rig.window));
	test_assert(gpu_recovery_context_check(rig.window));
	rig_leave(&rig);
	rig_run(&rig, 1500 * MSEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 2);
	test_assert(rig_draw(&rig));

	gpu_recovery_context_report_lost(rig.other);
	test_assert_int_eq(rig.wakes, 1);
	rig_run(&rig, 500 * MSEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 3);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_RESTORE], 3);
	test_assert_int_eq(gpu_recovery_group_cause(rig.apart), GPU_RECOVERY_UNKNOWN);
	rig_close(&rig);
}

TEST(robust_contexts_are_known_as_such)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){0});
	test_assert(gpu_recovery_group_is_robust(rig.ring));
	rig_close(&rig);
}

TEST(contexts_that_cannot_be_asked_any_more)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){0});
	fake_script.unaskable = true;
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, UINT32_MAX);
	gpu_recovery_context_report_lost(rig.window);
	rig_dispatch(&rig);
	test_assert(rig_wait(&rig, 5 * SEC));
	rig_close(&rig);
}

TEST(garbage_as_status_is_none)
{
	struct rig rig;

	rig_init(&rig);
	fake_script.odd_status = 0x1234;
	start_with(&rig, (struct gpu_recovery_options){0});
	rig_run(&rig, 10 * SEC);
	test_assert_int_eq(rig.actions[GPU_RECOVERY_DROP], 0);
	rig_close(&rig);
}

TEST(contexts_cannot_be_made_for_a_while)
{
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){0});
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	fake_script.no_context = 30;
	rig_draw(&rig);
	test_assert(rig_wait(&rig, 120 * SEC));
	rig_close(&rig);
}

TEST(what_cannot_be_opened_says_why)
{
	struct gpu_recovery *recovery;
	const char *error;
	struct rig rig;

	rig_init(&rig);
	recovery = gpu_recovery_open(EGL_PLATFORM_ANDROID_KHR, NULL, NULL, &error);
	test_assert(!recovery && error);
	fake_script.egl_extensions = "EGL_KHR_surfaceless_context";
	recovery = gpu_recovery_open(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL, &error);
	test_assert(!recovery);
	test_assert_str_eq(error, "EGL wants a config for each context");
	fake_script.egl_extensions = "EGL_KHR_no_config_context";
	recovery = gpu_recovery_open(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL, &error);
	test_assert(!recovery);
	test_assert_str_eq(error, "EGL has neither EGL_KHR_surfaceless_context nor pbuffers");
	test_assert_int_eq(fake_report.displays, 0);
	fake_gl_reset();
}

TEST(a_config_can_be_asked_for)
{
	static const EGLint attribs[] = {EGL_SURFACE_TYPE, EGL_WINDOW_BIT, EGL_NONE};
	struct rig rig;

	rig_init(&rig);
	fake_script.egl_extensions = "EGL_KHR_surfaceless_context";
	start_with(&rig, (struct gpu_recovery_options){.config_attribs = attribs});
	test_assert(gpu_recovery_config(rig.recovery) != EGL_NO_CONFIG_KHR);
	rig_close(&rig);
}

TEST(attribute_lists_have_an_end)
{
	EGLint attribs[80];
	struct rig rig;

	rig_init(&rig);
	start_with(&rig, (struct gpu_recovery_options){0});
	for (int i = 0; i < 79; i++) {
		attribs[i] = i % 2 == 0 ? EGL_CONTEXT_CLIENT_VERSION : 2;
	}
	attribs[78] = EGL_NONE;
	test_assert(!gpu_recovery_context_create(rig.ring, attribs, &rig.error));
	test_assert_str_eq(rig.error, "too many attributes");
	attribs[32] = EGL_NONE;
	rig.late = gpu_recovery_context_create(rig.ring, attribs, &rig.error);
	test_assert_msg(rig.late, "16 pairs: %s", rig.error);
	rig_close(&rig);
}

/* A program that was built with an older header has shorter options. */
TEST(options_may_be_shorter)
{
	struct gpu_recovery_options options = {
		.size = offsetof(struct gpu_recovery_options, wake),
		.idle_poll_ms = -1,
		.wake = (void (*)(void *))(uintptr_t)1,
		.log = (void (*)(void *, const char *))(uintptr_t)1,
	};
	struct rig rig;

	rig_init(&rig);
	rig.recovery = gpu_recovery_open(EGL_PLATFORM_SURFACELESS_MESA, NULL, &options, &rig.error);
	test_assert_msg(rig.recovery, "no display: %s", rig.error);
	rig_make(&rig);
	test_assert_int_eq(gpu_recovery_timeout(rig.recovery), -1);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 2);
	test_assert(!rig_draw(&rig));
	test_assert_int_eq(gpu_recovery_timeout(rig.recovery), 0);
	test_assert(rig_wait(&rig, 5 * SEC));
	rig_close(&rig);
}

TEST(names_of_actions_and_states)
{
	test_assert_str_eq(gpu_recovery_action_name(GPU_RECOVERY_DROP_DISPLAY), "drop-display");
	test_assert_str_eq(gpu_recovery_action_name((enum gpu_recovery_action)99), "invalid");
	test_assert_str_eq(gpu_recovery_status_name(GPU_RECOVERY_INNOCENT), "innocent");
	test_assert_str_eq(gpu_recovery_status_name((enum gpu_recovery_status)99), "invalid");
}
