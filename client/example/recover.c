/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What a program has to add to live through GPU resets. */
#include "example.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include <EGL/eglext.h>

static const EGLint config_attribs[] = {
	EGL_SURFACE_TYPE,
	EGL_WINDOW_BIT,
	EGL_RENDERABLE_TYPE,
	EGL_OPENGL_ES2_BIT,
	EGL_RED_SIZE,
	8,
	EGL_GREEN_SIZE,
	8,
	EGL_BLUE_SIZE,
	8,
	EGL_ALPHA_SIZE,
	0,
	EGL_NONE,
};

/* From any thread: the loop calls gpu_recovery_dispatch(). */
static void on_wake(void *data)
{
	struct example *example = data;

	eventfd_write(example->wake_fd, 1);
}

static void on_log(void *data, const char *line)
{
	fprintf(stderr, "example: %s\n", line);
}

static void leave(struct example *example)
{
	eglMakeCurrent(gpu_recovery_display(example->recovery), EGL_NO_SURFACE, EGL_NO_SURFACE,
		EGL_NO_CONTEXT);
}

/* The window's group is new: first the surface, then all GL objects. What goes wrong because of
 * another reset is dropped and restored again. */
static void set_up(struct example *example)
{
	EGLDisplay display = gpu_recovery_display(example->recovery);

	if (example->surface == EGL_NO_SURFACE) {
		example->surface = eglCreatePlatformWindowSurface(display,
			gpu_recovery_config(example->recovery), example->window.native, NULL);
	}
	example->drawing = example->surface != EGL_NO_SURFACE &&
			   eglMakeCurrent(display, example->surface, example->surface,
				   gpu_recovery_context_handle(example->screen)) &&
			   gpu_recovery_context_prove(example->screen) &&
			   painter_begin_context(&example->painter) &&
			   gpu_recovery_context_check(example->screen);
	if (!example->drawing) {
		/* As good as lost: all of it is made once more. */
		gpu_recovery_context_report_lost(example->screen);
	}
	/* The loop must not wait for a compositor that is busy with a reset of its own. */
	eglSwapInterval(display, 0);
	example->first = true;
	example->number += example->step;
	if (example->worker_runs) {
		worker_resume(&example->worker);
	}
}

static void drop_screen(struct example *example)
{
	if (example->worker_runs) {
		worker_release(&example->worker);
	}
	window_forget_frame(&example->window);
	memset(&example->painter, 0, sizeof(example->painter));
	memset(&example->late_image, 0, sizeof(example->late_image));
	example->drawing = false;
}

static void drop_apart(struct example *example)
{
	memset(&example->apart_image, 0, sizeof(example->apart_image));
	example->apart_drawing = false;
}

static void drop(struct example *example, struct gpu_recovery_group *group)
{
	if (group == example->screen_group) {
		drop_screen(example);
	} else {
		drop_apart(example);
	}
	leave(example);
	gpu_recovery_dropped(example->recovery, group);
}

static void drop_display(struct example *example)
{
	drop_screen(example);
	drop_apart(example);
	leave(example);
	eglDestroySurface(gpu_recovery_display(example->recovery), example->surface);
	example->surface = EGL_NO_SURFACE;
	gpu_recovery_dropped(example->recovery, NULL);
}

static const char *status(struct gpu_recovery_context *context)
{
	return context ? gpu_recovery_status_name(gpu_recovery_context_status(context)) : "absent";
}

static void report(
	struct example *example, enum gpu_recovery_action action, struct gpu_recovery_group *group)
{
	const char *name = group == example->screen_group ? "screen" : group ? "apart" : "all";

	printf("%s group=%s", gpu_recovery_action_name(action), name);
	if (action == GPU_RECOVERY_RESTORE) {
		printf(" generation=%llu cause=%s",
			(unsigned long long)gpu_recovery_group_generation(group),
			gpu_recovery_status_name(gpu_recovery_group_cause(group)));
	}
	if (action == GPU_RECOVERY_RESTORE && group == example->screen_group) {
		printf(" screen=%s worker=%s late=%s", status(example->screen),
			status(example->worker.context), status(example->late));
	}
	printf("\n");
	fflush(stdout);
}

void example_recover(struct example *example)
{
	struct gpu_recovery_group *group;
	enum gpu_recovery_action action;

	while ((action = gpu_recovery_dispatch(example->recovery, &group)) !=
		GPU_RECOVERY_NOTHING) {
		if (example->report) {
			report(example, action, group);
		}
		switch (action) {
		case GPU_RECOVERY_DROP:
			drop(example, group);
			break;
		case GPU_RECOVERY_DROP_DISPLAY:
			drop_display(example);
			break;
		case GPU_RECOVERY_RESTORE:
			if (group == example->screen_group) {
				set_up(example);
			} else {
				example->apart_drawing = true;
			}
			break;
		case GPU_RECOVERY_GIVE_UP:
			example->gave_up = true;
			break;
		case GPU_RECOVERY_NOTHING:
			break;
		}
	}
}

/* Those that are made during a reset come into being with RESTORE. */
static const char *make_contexts(struct example *example)
{
	const struct gpu_recovery_group_options screen = {.size = sizeof(screen), .name = "screen"};
	const struct gpu_recovery_group_options apart = {.size = sizeof(apart), .name = "apart"};
	struct gpu_recovery_context *worker;
	const char *error = NULL;

	example->screen_group = gpu_recovery_group_create(example->recovery, &screen, &error);
	example->apart_group = gpu_recovery_group_create(example->recovery, &apart, &error);
	if (!example->screen_group || !example->apart_group) {
		return error;
	}
	example->screen = gpu_recovery_context_create(example->screen_group, NULL, &error);
	example->apart = gpu_recovery_context_create(example->apart_group, NULL, &error);
	worker = gpu_recovery_context_create(example->screen_group, NULL, &error);
	if (!example->screen || !example->apart || !worker) {
		return error;
	}
	example->worker_runs =
		worker_start(&example->worker, example->recovery, worker, example->wake_fd);
	example->apart_drawing = gpu_recovery_context_handle(example->apart) != EGL_NO_CONTEXT;
	if (gpu_recovery_context_handle(example->screen) != EGL_NO_CONTEXT) {
		set_up(example);
	}
	example->number = EXAMPLE_FIRST;
	return example->worker_runs ? NULL : "no thread";
}

const char *example_open(struct example *example)
{
	const struct gpu_recovery_options options = {
		.size = sizeof(options),
		.config_attribs = config_attribs,
		.reopen_display = !example->keep_display,
		.idle_poll_ms = example->idle_poll_ms,
		.wake = on_wake,
		.log = on_log,
		.data = example,
	};
	const char *error = NULL;

	example->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!window_open(&example->window, "GPU recovery example", 320, 240)) {
		return "there is no Wayland compositor with xdg_wm_base";
	}
	example->recovery = gpu_recovery_open(
		EGL_PLATFORM_WAYLAND_KHR, example->window.display, &options, &error);
	return example->recovery ? make_contexts(example) : error;
}

void example_close(struct example *example)
{
	if (example->worker_runs) {
		worker_stop(&example->worker);
	}
	if (example->recovery) {
		leave(example);
		if (example->surface != EGL_NO_SURFACE) {
			eglDestroySurface(
				gpu_recovery_display(example->recovery), example->surface);
		}
	}
	gpu_recovery_close(example->recovery);
	window_close(&example->window);
}
