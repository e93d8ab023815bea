/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static int64_t now;
static struct gl_api api;

int64_t __wrap_client_now_ns(void);
int64_t __wrap_client_now_ns(void)
{
	return now;
}

int64_t rig_now(void)
{
	return now;
}

void rig_sleep(int64_t ns)
{
	now += ns;
}

static void on_wake(void *data)
{
	struct rig *rig = data;

	rig->wakes++;
	/* It would never return if a lock were held. */
	if (rig->recovery) {
		test_assert(gpu_recovery_timeout(rig->recovery) == 0);
	}
}

static void on_log(void *data, const char *line)
{
	struct rig *rig = data;

	test_assert(!strchr(line, '\n'));
	snprintf(rig->last_line, sizeof(rig->last_line), "%s", line);
}

void rig_init(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	now = 1 * SEC;
	fake_gl_load(&api);
}

void rig_open(struct rig *rig, struct gpu_recovery_options options)
{
	options.size = sizeof(options);
	options.wake = on_wake;
	options.log = on_log;
	options.data = rig;
	rig->recovery =
		gpu_recovery_open(EGL_PLATFORM_SURFACELESS_MESA, NULL, &options, &rig->error);
}

void rig_make(struct rig *rig)
{
	const struct gpu_recovery_group_options ring = {.size = sizeof(ring), .name = "ring"};

	rig->ring = gpu_recovery_group_create(rig->recovery, &ring, &rig->error);
	rig->apart = gpu_recovery_group_create(rig->recovery, NULL, &rig->error);
	test_assert_msg(rig->ring && rig->apart, "no groups: %s", rig->error);
	rig->window = gpu_recovery_context_create(rig->ring, NULL, &rig->error);
	rig->worker = gpu_recovery_context_create(rig->ring, NULL, &rig->error);
	rig->other = gpu_recovery_context_create(rig->apart, NULL, &rig->error);
	test_assert_msg(rig->window && rig->worker && rig->other, "no contexts: %s", rig->error);
}

void rig_close(struct rig *rig)
{
	const struct fake_report *report = &fake_report;

	gpu_recovery_close(rig->recovery);
	rig->recovery = NULL;
	test_assert_int_eq(report->contexts, 0);
	test_assert_int_eq(report->displays, 0);
	test_assert_int_eq(fake_gl_live_total(), 0);
	test_assert_msg(report->bad_handles + report->bad_names + report->no_current == 0,
		"misused: %s", report->misused);
	fake_gl_reset();
}

bool rig_enter(struct rig *rig, struct gpu_recovery_context *context)
{
	EGLContext handle = gpu_recovery_context_handle(context);

	return handle != EGL_NO_CONTEXT && api.eglMakeCurrent(gpu_recovery_display(rig->recovery),
						   EGL_NO_SURFACE, EGL_NO_SURFACE, handle);
}

void rig_leave(struct rig *rig)
{
	EGLDisplay display = gpu_recovery_display(rig->recovery);

	if (display != EGL_NO_DISPLAY) {
		api.eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
}

void rig_dispatch(struct rig *rig)
{
	struct gpu_recovery_group *group;
	enum gpu_recovery_action action;

	do {
		action = gpu_recovery_dispatch(rig->recovery, &group);
		rig->actions[action]++;
		test_assert((group == NULL) ==
			    (action != GPU_RECOVERY_DROP && action != GPU_RECOVERY_RESTORE));
		if (action == GPU_RECOVERY_DROP || action == GPU_RECOVERY_DROP_DISPLAY) {
			rig_leave(rig);
			if (!rig->hold) {
				gpu_recovery_dropped(rig->recovery, group);
			}
		}
	} while (action != GPU_RECOVERY_NOTHING);
}

void rig_run(struct rig *rig, int64_t ns)
{
	int64_t end = now + ns;

	for (;;) {
		int64_t deadline = gpu_recovery_deadline(rig->recovery);

		if (deadline > end) {
			now = end;
			return;
		}
		now = deadline > now ? deadline : now;
		rig_dispatch(rig);
	}
}

static bool draw(struct rig *rig, struct gpu_recovery_context *context)
{
	bool alive;

	if (!context) {
		return true;
	}
	if (!rig_enter(rig, context)) {
		rig_leave(rig);
		return false;
	}
	if (gpu_recovery_context_check(context)) {
		api.glFlush();
	}
	alive = gpu_recovery_context_frame_done(context, EGL_TRUE);
	rig_leave(rig);
	return alive;
}

bool rig_draw(struct rig *rig)
{
	bool window = draw(rig, rig->window), worker = draw(rig, rig->worker);
	bool late = draw(rig, rig->late), other = draw(rig, rig->other);

	return window && worker && late && other;
}

bool rig_wait(struct rig *rig, int64_t ns)
{
	int64_t end = now + ns;

	while (!rig_draw(rig)) {
		if (now >= end) {
			return false;
		}
		rig_run(rig, 16 * MSEC);
	}
	return true;
}
