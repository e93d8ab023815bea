/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Displays: opened and closed, and what the program's loop calls. */
#include "client-private.h"

#include <stdlib.h>
#include <string.h>

#define MSEC ((int64_t)1000 * 1000)

void client_wake(struct gpu_recovery *r)
{
	if (r->options.wake) {
		r->options.wake(r->options.data);
	}
}

/* Options of a program that was built with an older header are shorter. */
static const char *take_options(struct gpu_recovery *r, const struct gpu_recovery_options *options)
{
	if (options) {
		size_t size =
			options->size < sizeof(r->options) ? options->size : sizeof(r->options);
		memcpy(&r->options, options, size);
	}
	recovery_config_init(&r->config);
	r->config.rungs = RUNG_BIT(RUNG_CONTEXT);
	if (r->options.reopen_display) {
		r->config.rungs |= RUNG_BIT(RUNG_DISPLAY);
	}
	if (r->options.idle_poll_ms != 0) {
		r->config.idle_poll_ns = r->options.idle_poll_ms * MSEC;
	}
	r->config.give_up_after = r->options.give_up_after;
	return client_copy_attribs(r->config_attribs, r->options.config_attribs, NULL)
		       ? NULL
		       : "too many attributes";
}

static const char *load(struct gpu_recovery *r)
{
	return gl_api_load(&r->api, gl_api_resolve_driver, NULL)
		       ? "an entry point of EGL or OpenGL ES 2.0 is missing"
		       : NULL;
}

static void start(struct gpu_recovery *r)
{
	const struct recovery_config config = client_fit_config(r);

	r->fitted = r->egl.disposal;
	r->timer_ns = recovery_init(&r->machine, &config, client_now_ns()).timer_ns;
	if (r->timer_ns == RECOVERY_TIMER_KEEP) {
		r->timer_ns = RECOVERY_TIMER_DISARM;
	}
}

static const char *open_display(
	struct gpu_recovery *r, const struct egl_options *egl_options, EGLDisplay adopted)
{
	const char *error = egl_options ? egl_init(&r->egl, &r->api, egl_options)
					: egl_adopt(&r->egl, &r->api, adopted);

	if (error) {
		return error;
	}
	error = client_choose_config(r);
	if (error) {
		egl_finish(&r->egl);
	}
	return error;
}

/* @egl_options: NULL to adopt. */
static struct gpu_recovery *create(const struct egl_options *egl_options, EGLDisplay adopted,
	const struct gpu_recovery_options *options, const char **error)
{
	struct gpu_recovery *r = calloc(1, sizeof(*r));
	const char *reason = r ? take_options(r, options) : "out of memory";

	if (!reason) {
		reason = load(r);
	}
	if (!reason) {
		pthread_mutex_init(&r->lock, NULL);
		client_enter_egl(r);
		reason = open_display(r, egl_options, adopted);
		client_leave_egl(r);
	}
	if (error) {
		*error = reason;
	}
	if (reason) {
		free(r);
		return NULL;
	}
	start(r);
	return r;
}

struct gpu_recovery *gpu_recovery_open(EGLenum platform, void *native_display,
	const struct gpu_recovery_options *options, const char **error)
{
	bool windows =
		platform != EGL_PLATFORM_SURFACELESS_MESA && platform != EGL_PLATFORM_DEVICE_EXT;
	const struct egl_options egl_options = {
		.platform = platform,
		.native_display = native_display,
		.surface_type = windows ? EGL_WINDOW_BIT : 0,
	};

	return create(&egl_options, EGL_NO_DISPLAY, options, error);
}

struct gpu_recovery *gpu_recovery_adopt(
	EGLDisplay display, const struct gpu_recovery_options *options, const char **error)
{
	return create(NULL, display, options, error);
}

void gpu_recovery_close(struct gpu_recovery *recovery)
{
	if (!recovery) {
		return;
	}
	client_enter_egl(recovery);
	while (recovery->groups) {
		client_remove_group(recovery->groups);
	}
	egl_finish(&recovery->egl);
	client_leave_egl(recovery);
	pthread_mutex_destroy(&recovery->lock);
	free(recovery);
}

EGLDisplay gpu_recovery_display(struct gpu_recovery *recovery)
{
	EGLDisplay display;

	pthread_mutex_lock(&recovery->lock);
	display = recovery->egl.display;
	pthread_mutex_unlock(&recovery->lock);
	return display;
}

EGLConfig gpu_recovery_config(struct gpu_recovery *recovery)
{
	EGLConfig config;

	pthread_mutex_lock(&recovery->lock);
	config = recovery->egl.config;
	pthread_mutex_unlock(&recovery->lock);
	return config;
}

static void tell_restored(struct gpu_recovery_group *group)
{
	group->state = GROUP_ALIVE;
	group->recovery->display_bare = false;
	atomic_store(&group->lost, false);
	client_log(group->recovery, "event=restored group=%s generation=%llu cause=%s ms=%lld",
		group->name, (unsigned long long)group->generation, reset_status_name(group->cause),
		(long long)((client_now_ns() - group->lost_ns) / MSEC));
}

/* Losses before gains: what is told to be dropped may have to go before anything is made. */
static enum gpu_recovery_action next_action(
	struct gpu_recovery *r, struct gpu_recovery_group **group)
{
	*group = NULL;
	if (r->display_state == DISPLAY_LEAVING) {
		r->display_state = DISPLAY_DROPPING;
		return GPU_RECOVERY_DROP_DISPLAY;
	}
	for (struct gpu_recovery_group *g = r->groups; g; g = g->next) {
		if (g->state == GROUP_LOST && r->display_state == DISPLAY_KEPT) {
			g->state = GROUP_DROPPING;
			*group = g;
			return GPU_RECOVERY_DROP;
		}
	}
	for (struct gpu_recovery_group *g = r->groups; g; g = g->next) {
		if (g->state == GROUP_READY && r->display_state == DISPLAY_KEPT) {
			tell_restored(g);
			*group = g;
			return GPU_RECOVERY_RESTORE;
		}
	}
	if (r->gave_up) {
		r->gave_up = false;
		return GPU_RECOVERY_GIVE_UP;
	}
	return GPU_RECOVERY_NOTHING;
}

enum gpu_recovery_action gpu_recovery_dispatch(
	struct gpu_recovery *recovery, struct gpu_recovery_group **group)
{
	struct gpu_recovery_group *concerned;
	enum gpu_recovery_action action;

	pthread_mutex_lock(&recovery->lock);
	client_drive(recovery);
	action = next_action(recovery, &concerned);
	client_leave_egl(recovery);
	pthread_mutex_unlock(&recovery->lock);
	if (group) {
		*group = concerned;
	}
	return action;
}

void gpu_recovery_dropped(struct gpu_recovery *recovery, struct gpu_recovery_group *group)
{
	pthread_mutex_lock(&recovery->lock);
	if (!group && recovery->display_state == DISPLAY_DROPPING) {
		recovery->display_state = DISPLAY_DROPPED;
	}
	for (struct gpu_recovery_group *g = recovery->groups; g; g = g->next) {
		bool meant = group ? g == group && g->state == GROUP_DROPPING
				   : g->state == GROUP_DROPPING || g->state == GROUP_LOST;

		if (meant) {
			g->state = GROUP_DROPPED;
		}
	}
	pthread_mutex_unlock(&recovery->lock);
}

void gpu_recovery_ask(struct gpu_recovery *recovery)
{
	pthread_mutex_lock(&recovery->lock);
	recovery->ask = true;
	pthread_mutex_unlock(&recovery->lock);
	client_wake(recovery);
}

static bool something_to_tell(const struct gpu_recovery *r)
{
	if (r->display_state == DISPLAY_LEAVING || r->gave_up || r->ask || client_may_rebuild(r)) {
		return true;
	}
	for (const struct gpu_recovery_group *g = r->groups; g; g = g->next) {
		if (r->display_state == DISPLAY_KEPT &&
			(g->state == GROUP_LOST || g->state == GROUP_READY ||
				(g->news && !r->rebuild_ordered))) {
			return true;
		}
	}
	return false;
}

int64_t gpu_recovery_deadline(struct gpu_recovery *recovery)
{
	int64_t deadline = INT64_MAX;

	pthread_mutex_lock(&recovery->lock);
	if (something_to_tell(recovery)) {
		deadline = 0;
	} else if (!recovery->rebuild_ordered && recovery->groups &&
		   recovery->timer_ns != RECOVERY_TIMER_DISARM) {
		deadline = recovery->timer_ns;
	}
	pthread_mutex_unlock(&recovery->lock);
	return deadline;
}

int gpu_recovery_timeout(struct gpu_recovery *recovery)
{
	int64_t deadline = gpu_recovery_deadline(recovery);
	int64_t left;

	if (deadline == INT64_MAX) {
		return -1;
	}
	left = deadline - client_now_ns();
	if (left <= 0) {
		return 0;
	}
	left = (left + MSEC - 1) / MSEC;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}
