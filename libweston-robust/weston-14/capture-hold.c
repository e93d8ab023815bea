/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Captures that a reset has struck: they wait for the first good frame after it.
 *
 * The core does not tell when it destroys a task that was pulled. It does so when the wl_buffer or
 * the capture source is destroyed, and with the output; the first two are seen here before anything
 * is done to the task again, the third is output.c's.
 */
#include "weston-14/glue.h"

#include <stdlib.h>
#include <string.h>

/* A client should not have to wait for a recovery that takes longer. */
#define HOLD_LIMIT_MS 5000

struct held_capture {
	struct wl_list link; // glue_output.held_captures, oldest first
	struct glue_output *out;
	struct weston_capture_task *task;
	enum weston_output_capture_source source;
	struct wl_listener buffer_destroy; // of the wl_buffer
	struct wl_list watches;            // struct source_watch.link
};

/* On one of the client's capture sources. Which of them the task is of is not known. */
struct source_watch {
	struct wl_list link; // held_capture.watches
	struct held_capture *held;
	struct wl_listener destroy;
};

static void let_go(struct held_capture *held)
{
	struct source_watch *watch, *next;

	wl_list_for_each_safe (watch, next, &held->watches, link) {
		wl_list_remove(&watch->destroy.link);
		free(watch);
	}
	wl_list_remove(&held->buffer_destroy.link);
	wl_list_remove(&held->link);
	free(held);
}

static void fail(struct held_capture *held, const char *reason)
{
	struct weston_capture_task *task = held->task;

	let_go(held);
	weston_capture_task_retire_failed(task, reason);
}

/* The core ends the task by itself: before this or after it. */
static void on_buffer_destroyed(struct wl_listener *listener, void *data)
{
	struct held_capture *held = wl_container_of(listener, held, buffer_destroy);

	let_go(held);
}

/* Comes before the core's own reaction, so the task is still there. */
static void on_source_destroyed(struct wl_listener *listener, void *data)
{
	struct source_watch *watch = wl_container_of(listener, watch, destroy);

	fail(watch->held, "a capture source of the client was destroyed in a GPU reset");
}

static enum wl_iterator_result watch_source(struct wl_resource *resource, void *data)
{
	struct held_capture *held = data;
	struct source_watch *watch;

	if (strcmp(wl_resource_get_class(resource), "weston_capture_source_v1") != 0) {
		return WL_ITERATOR_CONTINUE;
	}
	watch = calloc(1, sizeof(*watch));
	if (!watch) {
		held->task = NULL;
		return WL_ITERATOR_STOP;
	}
	watch->held = held;
	watch->destroy.notify = on_source_destroyed;
	wl_resource_add_destroy_listener(resource, &watch->destroy);
	wl_list_insert(&held->watches, &watch->link);
	return WL_ITERATOR_CONTINUE;
}

static int on_limit(void *data)
{
	struct glue_output *out = data;

	out->holding = false;
	glue_capture_fail_held(out, "the GPU was reset, and is not back in time");
	return 0;
}

static bool start_limit(struct glue_output *out)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(out->glue->compositor->wl_display);

	if (out->holding) {
		return true;
	}
	if (!out->hold_timer) {
		out->hold_timer = wl_event_loop_add_timer(loop, on_limit, out);
	}
	out->holding = out->hold_timer &&
		       wl_event_source_timer_update(out->hold_timer, HOLD_LIMIT_MS) == 0;
	return out->holding;
}

bool glue_capture_hold(struct glue_output *out, struct weston_capture_task *task,
	enum weston_output_capture_source source)
{
	struct weston_buffer *buffer = weston_capture_task_get_buffer(task);
	struct held_capture *held;

	/* Such an output is repainted only for tasks that were not pulled yet. */
	if (out->output->repaint_only_on_capture || !buffer->resource || !start_limit(out)) {
		return false;
	}
	held = calloc(1, sizeof(*held));
	if (!held) {
		return false;
	}
	held->out = out;
	held->task = task;
	held->source = source;
	wl_list_init(&held->watches);
	held->buffer_destroy.notify = on_buffer_destroyed;
	wl_resource_add_destroy_listener(buffer->resource, &held->buffer_destroy);
	wl_list_insert(out->held_captures.prev, &held->link);
	wl_client_for_each_resource(wl_resource_get_client(buffer->resource), watch_source, held);
	if (!held->task) {
		let_go(held);
		return false;
	}
	return true;
}

struct weston_capture_task *glue_capture_take_held(
	struct glue_output *out, enum weston_output_capture_source *source)
{
	struct weston_capture_task *task;
	struct held_capture *held;

	if (wl_list_empty(&out->held_captures)) {
		return NULL;
	}
	held = wl_container_of(out->held_captures.next, held, link);
	task = held->task;
	*source = held->source;
	let_go(held);
	return task;
}

void glue_capture_all_served(struct glue_output *out)
{
	if (out->holding && wl_list_empty(&out->held_captures)) {
		wl_event_source_timer_update(out->hold_timer, 0);
		out->holding = false;
	}
}

void glue_capture_fail_held(struct glue_output *out, const char *reason)
{
	struct held_capture *held, *next;

	wl_list_for_each_safe (held, next, &out->held_captures, link) {
		fail(held, reason);
	}
}

void glue_capture_hold_fini(struct glue_output *out)
{
	glue_capture_fail_held(out, "the output is gone");
	if (out->hold_timer) {
		wl_event_source_remove(out->hold_timer);
	}
}
