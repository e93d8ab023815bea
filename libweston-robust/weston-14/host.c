/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/retention.h"

#include <limits.h>
#include <time.h>

#include "heap.h"
#include "weston-14/worker.h"

/* How soon a frame that failed is tried again, and the longest pause between two tries. */
#define RETRY_FIRST_MS 16
#define RETRY_CAP_MS 1000

static struct glue *glue_from_host(struct renderer_host *host)
{
	struct glue *glue;

	return wl_container_of(host, glue, host);
}

static int64_t host_now_ns(struct renderer_host *host)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void host_set_timer(struct renderer_host *host, int64_t when_ns)
{
	struct glue *glue = glue_from_host(host);
	int64_t delay_ms = 0;

	if (when_ns >= 0) {
		delay_ms = (when_ns - host_now_ns(host) + NS_PER_MS - 1) / NS_PER_MS;
		/* wl_event_source_timer_update() takes 0 as "off". */
		delay_ms = delay_ms < 1 ? 1 : delay_ms;
		/* An early timer is armed again by the core. */
		delay_ms = delay_ms > INT_MAX ? INT_MAX : delay_ms;
	}
	wl_event_source_timer_update(glue->recovery_timer, (int)delay_ms);
}

/* Nobody tells when the compositor goes to sleep; the idle poll, which is what should stop then, is
 * early enough to look. */
static bool outputs_asleep(const struct glue *glue)
{
	return glue->compositor->state == WESTON_COMPOSITOR_SLEEPING ||
	       glue->compositor->state == WESTON_COMPOSITOR_OFFSCREEN;
}

static int recovery_timer(void *data)
{
	struct glue *glue = data;

	/* Not before the first frame: a driver that starts uses large memory again and again. */
	heap_keep_small();
	renderer_timer(&glue->renderer);
	glue_timing_idle(glue);
	if (!glue->asleep && outputs_asleep(glue)) {
		glue->asleep = true;
		renderer_set_asleep(&glue->renderer, true);
	}
	return 0;
}

static int retry_timer(void *data)
{
	struct glue *glue = data;
	struct glue_output *out;

	wl_list_for_each (out, &glue->outputs, link) {
		if (out->retry) {
			out->retry = false;
			glue_repaint_owed(out);
			weston_output_damage(out->output);
		}
	}
	return 0;
}

void glue_retry_later(struct glue_output *out)
{
	struct glue *glue = out->glue;
	int delay_ms = glue->retry_ms ? glue->retry_ms : RETRY_FIRST_MS;

	out->retry = true;
	glue->retry_ms = 2 * delay_ms > RETRY_CAP_MS ? RETRY_CAP_MS : 2 * delay_ms;
	wl_event_source_timer_update(glue->retry_timer, delay_ms);
}

static void compositor_woke(struct wl_listener *listener, void *data)
{
	struct glue *glue = wl_container_of(listener, glue, wake);

	if (glue->asleep) {
		glue->asleep = false;
		renderer_set_asleep(&glue->renderer, false);
	}
}

static void dispatch_idle(void *data)
{
	struct glue *glue = data;

	glue->dispatch_idle = NULL;
	renderer_dispatch(&glue->renderer);
}

static void host_schedule_dispatch(struct renderer_host *host)
{
	struct glue *glue = glue_from_host(host);
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);

	if (!glue->dispatch_idle) {
		glue->dispatch_idle = wl_event_loop_add_idle(loop, dispatch_idle, glue);
	}
}

/* In slices: the first frame may have begun before the last of them. */
static int restore_timer(void *data)
{
	struct glue *glue = data;

	if (glue_restore_ahead(glue)) {
		wl_event_source_timer_update(glue->restore_timer, 1);
	}
	return 0;
}

static void restore_ahead(void *data)
{
	struct glue *glue = data;

	glue->restore_idle = NULL;
	restore_timer(glue);
}

static void host_damage_all(struct renderer_host *host)
{
	struct glue *glue = glue_from_host(host);
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);
	struct glue_output *out;

	glue_legacy_bind(glue);
	wl_list_for_each (out, &glue->outputs, link) {
		glue_repaint_owed(out);
	}
	weston_compositor_damage_all(glue->compositor);
	/* After what that has scheduled, which is to wait for a timer now. */
	if (!glue->restore_idle) {
		glue->restore_idle = wl_event_loop_add_idle(loop, restore_ahead, glue);
	}
}

static bool host_start_job(struct renderer_host *host, struct job *job)
{
	return glue_worker_start(glue_from_host(host), job);
}

static bool host_join_job(struct renderer_host *host, struct job *job)
{
	return glue_worker_join(glue_from_host(host), job);
}

static void host_forsake_job(struct renderer_host *host, struct job *job)
{
	glue_worker_forsake(glue_from_host(host), job);
}

static void host_log(struct renderer_host *host, const char *line)
{
	weston_log("%s\n", line);
}

static void host_trace(struct renderer_host *host, const char *line)
{
	struct glue *glue = glue_from_host(host);
	char stamp[128];

	if (weston_log_scope_is_enabled(glue->recovery_scope)) {
		weston_log_scope_timestamp(glue->recovery_scope, stamp, sizeof(stamp));
		weston_log_scope_printf(glue->recovery_scope, "%s %s\n", stamp, line);
	}
}

bool glue_host_init(struct glue *glue)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);

	glue->host = (struct renderer_host){
		.now_ns = host_now_ns,
		.set_timer = host_set_timer,
		.schedule_dispatch = host_schedule_dispatch,
		.damage_all = host_damage_all,
		.start_job = host_start_job,
		.join_job = host_join_job,
		.forsake_job = host_forsake_job,
		.log = host_log,
		.trace = host_trace,
	};
	wl_list_init(&glue->workers);
	glue->recovery_timer = wl_event_loop_add_timer(loop, recovery_timer, glue);
	glue->retention_timer = wl_event_loop_add_timer(loop, glue_retention_timer, glue);
	glue->retry_timer = wl_event_loop_add_timer(loop, retry_timer, glue);
	glue->restore_timer = wl_event_loop_add_timer(loop, restore_timer, glue);
	glue->wake.notify = compositor_woke;
	wl_signal_add(&glue->compositor->wake_signal, &glue->wake);
	if (glue->recovery_timer && glue->retention_timer && glue->retry_timer &&
		glue->restore_timer) {
		return true;
	}
	glue_host_fini(glue);
	return false;
}

void glue_host_fini(struct glue *glue)
{
	if (glue->restore_idle) {
		wl_event_source_remove(glue->restore_idle);
		glue->restore_idle = NULL;
	}
	if (glue->restore_timer) {
		wl_event_source_remove(glue->restore_timer);
	}
	glue_workers_fini(glue);
	wl_list_remove(&glue->wake.link);
	if (glue->recovery_timer) {
		wl_event_source_remove(glue->recovery_timer);
	}
	if (glue->retention_timer) {
		wl_event_source_remove(glue->retention_timer);
	}
	if (glue->retry_timer) {
		wl_event_source_remove(glue->retry_timer);
	}
	if (glue->dispatch_idle) {
		wl_event_source_remove(glue->dispatch_idle);
	}
	glue->recovery_timer = NULL;
	glue->retention_timer = NULL;
	glue->retry_timer = NULL;
	glue->dispatch_idle = NULL;
}
