/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Captures that wait: for their pixels, which are on the way from the GPU, or, after a reset has
 * struck, for the first good frame.
 *
 * The core does not tell when it destroys a task that was pulled. It does so when the wl_buffer or
 * the capture source is destroyed, and with the output; the first two are seen here before anything
 * is done to the task again, the third is output.c's.
 */
#include "weston-14/glue.h"

#include <stdlib.h>
#include <string.h>

#include "gl/pixel-pack.h"

/* A client should not have to wait for a recovery that takes longer. */
#define HOLD_LIMIT_MS 5000

/* Where there is no descriptor to wait for, pixels are looked for after so long, then after twice
 * that, and so on. */
#define FIRST_LOOK_MS 1
#define LAST_LOOK_MS 8

/* A client that asks for more at once does not get the GPU's memory for it. */
#define MOST_PACKS 3

struct held_capture {
	struct wl_list link; // glue_output.held_captures
	struct glue_output *out;
	struct weston_capture_task *task;
	enum weston_output_capture_source source;
	int64_t since_ns;
	struct pixel_pack *pack;         // owned; NULL: a frame has to come first
	struct wl_event_source *arrival; // with pack: its descriptor, or a timer
	int look_ms;                     // the timer's next delay

	struct wl_listener buffer_destroy; // of the wl_buffer
	struct wl_list watches;            // struct source_watch.link
};

/* On one of the client's capture sources. Which of them the task is of is not known. */
struct source_watch {
	struct wl_list link; // held_capture.watches
	struct held_capture *held;
	struct wl_listener destroy;
};

static void drop_pack(struct held_capture *held)
{
	if (held->arrival) {
		wl_event_source_remove(held->arrival);
		held->arrival = NULL;
	}
	pixel_pack_destroy(held->pack);
	held->pack = NULL;
}

static void let_go(struct held_capture *held)
{
	struct source_watch *watch, *next;

	drop_pack(held);
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

static void complete(struct held_capture *held)
{
	struct weston_capture_task *task = held->task;

	let_go(held);
	weston_capture_task_retire_complete(task);
}

/* Returns NULL, or why there are no pixels. */
static const char *read_pack(struct held_capture *held)
{
	struct generation *gen = renderer_generation(&held->out->glue->renderer);

	if (!held->pack || !gen || !generation_make_current(gen, gen->egl->current_surface)) {
		return "a capture source of the client was destroyed in a GPU reset";
	}
	return glue_capture_finish(held->out, held->task, held->pack);
}

/*
 * Comes before the core's own reaction, so the task is still there. It may be another source's, so
 * pixels that are on their way are waited for: this is the last moment at which it is known to
 * live.
 */
static void on_source_destroyed(struct wl_listener *listener, void *data)
{
	struct source_watch *watch = wl_container_of(listener, watch, destroy);
	struct held_capture *held = watch->held;
	const char *error = read_pack(held);

	if (error) {
		fail(held, error);
	} else {
		complete(held);
	}
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

/* Fails what has waited too long, and comes back for the rest. */
static int on_limit(void *data)
{
	struct glue_output *out = data;
	struct renderer_host *host = &out->glue->host;
	struct held_capture *held, *next;
	int64_t waited_ms;

	out->holding = false;
	wl_list_for_each_safe (held, next, &out->held_captures, link) {
		waited_ms = (host->now_ns(host) - held->since_ns) / NS_PER_MS;
		if (waited_ms < HOLD_LIMIT_MS) {
			out->holding = wl_event_source_timer_update(out->hold_timer,
					       (int)(HOLD_LIMIT_MS - waited_ms)) == 0;
			break;
		}
		fail(held, held->pack ? "the GPU does not give the pixels"
				      : "the GPU was reset, and is not back in time");
	}
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

/* The pixels will not come. The next frame has others, if there is one. */
static void wait_for_frame(struct held_capture *held)
{
	drop_pack(held);
	if (held->out->output->repaint_only_on_capture) {
		fail(held, "the GPU was reset");
	}
}

static void deliver(struct held_capture *held)
{
	const char *error = glue_capture_finish(held->out, held->task, held->pack);

	if (!error) {
		complete(held);
	} else if (!renderer_generation(&held->out->glue->renderer)) {
		wait_for_frame(held);
	} else {
		fail(held, error);
	}
}

static void look(struct held_capture *held)
{
	struct generation *gen = renderer_generation(&held->out->glue->renderer);

	/* A generation that is lost takes the pack with it, as soon as it goes. */
	if (pixel_pack_is_lost(held->pack)) {
		wait_for_frame(held);
	} else if (gen && generation_make_current(gen, gen->egl->current_surface) &&
		   pixel_pack_arrived(held->pack)) {
		deliver(held);
	} else if (held->arrival) {
		wl_event_source_timer_update(held->arrival, held->look_ms);
		held->look_ms = held->look_ms < LAST_LOOK_MS ? 2 * held->look_ms : LAST_LOOK_MS;
	}
}

static int on_look(void *data)
{
	look(data);
	return 0;
}

static void start_looking(struct held_capture *held)
{
	struct glue *glue = held->out->glue;
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);

	held->look_ms = FIRST_LOOK_MS;
	held->arrival = wl_event_loop_add_timer(loop, on_look, held);
	if (held->arrival) {
		wl_event_source_timer_update(held->arrival, FIRST_LOOK_MS);
	}
}

static int on_fence(int fd, uint32_t mask, void *data)
{
	struct held_capture *held = data;

	/* It stays readable: whoever can't read the pixels yet asks by timer from now on. */
	wl_event_source_remove(held->arrival);
	held->arrival = NULL;
	start_looking(held);
	look(held);
	return 0;
}

/* A task without a descriptor to wait for, or without a timer, waits for its limit at worst. */
static void expect(struct held_capture *held, struct pixel_pack *pack)
{
	struct glue *glue = held->out->glue;
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);
	int fd = pixel_pack_fd(pack);

	held->pack = pack;
	if (fd >= 0) {
		held->arrival = wl_event_loop_add_fd(loop, fd, WL_EVENT_READABLE, on_fence, held);
	}
	if (!held->arrival) {
		start_looking(held);
	}
}

bool glue_capture_may_wait(const struct glue_output *out)
{
	const struct held_capture *held;
	int packs = 0;

	wl_list_for_each (held, &out->held_captures, link) {
		packs += held->pack != NULL;
	}
	return packs < MOST_PACKS;
}

bool glue_capture_hold(struct glue_output *out, struct weston_capture_task *task,
	enum weston_output_capture_source source, struct pixel_pack *pack)
{
	struct weston_buffer *buffer = weston_capture_task_get_buffer(task);
	struct held_capture *held;

	/* Such an output is repainted only for tasks that were not pulled yet. */
	if ((out->output->repaint_only_on_capture && !pack) || !buffer->resource ||
		!start_limit(out)) {
		return false;
	}
	held = calloc(1, sizeof(*held));
	if (!held) {
		return false;
	}
	held->out = out;
	held->task = task;
	held->source = source;
	held->since_ns = out->glue->host.now_ns(&out->glue->host);
	wl_list_init(&held->watches);
	held->buffer_destroy.notify = on_buffer_destroyed;
	wl_resource_add_destroy_listener(buffer->resource, &held->buffer_destroy);
	wl_list_insert(out->held_captures.prev, &held->link);
	wl_client_for_each_resource(wl_resource_get_client(buffer->resource), watch_source, held);
	if (!held->task) {
		let_go(held);
		return false;
	}
	if (pack) {
		expect(held, pack);
	}
	return true;
}

struct weston_capture_task *glue_capture_take_held(
	struct glue_output *out, enum weston_output_capture_source *source)
{
	struct weston_capture_task *task;
	struct held_capture *held;

	wl_list_for_each (held, &out->held_captures, link) {
		if (!held->pack || pixel_pack_is_lost(held->pack)) {
			task = held->task;
			*source = held->source;
			let_go(held);
			return task;
		}
	}
	return NULL;
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
