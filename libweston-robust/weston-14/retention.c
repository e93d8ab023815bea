/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include <stdlib.h>
#include <string.h>

#include "gl/texture.h"

#define NS_PER_MS 1000000

struct buffer_count {
	const struct glue_surface *gs;
	uint32_t buffers; // live shm buffers of the client
	uint32_t spare;   // those that could take the next frame of gs
};

static bool held_by_any(struct glue *glue, const struct wl_shm_buffer *shm)
{
	struct glue_surface *gs;

	wl_list_for_each (gs, &glue->surfaces, link) {
		if (gs->content.shm == shm) {
			return true;
		}
	}
	return false;
}

static bool same_size_and_format(struct wl_shm_buffer *a, struct wl_shm_buffer *b)
{
	return b && wl_shm_buffer_get_width(a) == wl_shm_buffer_get_width(b) &&
	       wl_shm_buffer_get_height(a) == wl_shm_buffer_get_height(b) &&
	       wl_shm_buffer_get_format(a) == wl_shm_buffer_get_format(b);
}

static enum wl_iterator_result count_buffer(struct wl_resource *resource, void *data)
{
	struct buffer_count *count = data;
	struct wl_shm_buffer *shm;

	if (strcmp(wl_resource_get_class(resource), "wl_buffer") != 0) {
		return WL_ITERATOR_CONTINUE;
	}
	shm = wl_shm_buffer_get(resource);
	if (shm) {
		count->buffers++;
		count->spare += same_size_and_format(shm, count->gs->content.shm) &&
				!held_by_any(count->gs->glue, shm);
	}
	return WL_ITERATOR_CONTINUE;
}

static struct wl_client *surface_client(struct weston_surface *surface)
{
	return surface->resource ? wl_resource_get_client(surface->resource) : NULL;
}

static bool still_drawn(struct weston_surface *surface)
{
	struct weston_view *view;

	wl_list_for_each (view, &surface->views, surface_link) {
		if (view->is_mapped) {
			return true;
		}
	}
	return false;
}

/* @fresh: just attached. Counting is what costs, so it is left out where nothing can depend on it.
 */
static struct retention_facts collect_facts(struct glue_surface *gs, bool fresh, bool destroyed)
{
	struct wl_client *client = surface_client(gs->surface);
	struct buffer_count count = {.gs = gs};

	if (fresh && retention_takes_turns(&gs->retention)) {
		count.buffers = 2;
		count.spare = 1;
	} else if (client && !destroyed) {
		wl_client_for_each_resource(client, count_buffer, &count);
	}
	return (struct retention_facts){
		.now_ns = gs->glue->host.now_ns(&gs->glue->host),
		.client_buffers = count.buffers,
		.spare_buffers = count.spare,
		.mapped = weston_surface_is_mapped(gs->surface),
		.still_drawn = still_drawn(gs->surface),
		.destroyed = destroyed,
	};
}

struct content_layout glue_shm_layout(const struct weston_buffer *buffer)
{
	return (struct content_layout){
		.fourcc = buffer->pixel_format->format,
		.width = buffer->width,
		.height = buffer->height,
		.stride = buffer->stride,
		.bytes_per_pixel = (uint8_t)(buffer->pixel_format->bpp / 8),
	};
}

void glue_retention_hold(struct glue_surface *gs, struct weston_buffer *buffer)
{
	const struct content_layout layout = glue_shm_layout(buffer);

	glue_retention_release(gs);
	content_set_shm(&gs->content, buffer->shm_buffer, &layout,
		buffer->buffer_origin == ORIGIN_BOTTOM_LEFT);
	weston_buffer_reference(&gs->buffer_ref, buffer, BUFFER_MAY_BE_ACCESSED);
	weston_buffer_release_reference(
		&gs->release_ref, gs->surface->buffer_release_ref.buffer_release);
	wl_resource_add_destroy_listener(buffer->resource, &gs->buffer_destroy);
}

void glue_retention_release(struct glue_surface *gs)
{
	if (!gs->content.shm) {
		return;
	}
	content_release_shm(&gs->content);
	gs->deadline_ns = 0;
	wl_list_remove(&gs->buffer_destroy.link);
	wl_list_init(&gs->buffer_destroy.link);
	/* A passive reference stays: it tells this buffer from the next one. */
	weston_buffer_reference(
		&gs->buffer_ref, gs->buffer_ref.buffer, BUFFER_WILL_NOT_BE_ACCESSED);
	weston_buffer_release_reference(&gs->release_ref, NULL);
}

static void arm_timer(struct glue *glue, int64_t when_ns)
{
	int64_t delay_ms = (when_ns - glue->host.now_ns(&glue->host) + NS_PER_MS - 1) / NS_PER_MS;

	if (!glue->retention_due_ns || when_ns < glue->retention_due_ns) {
		glue->retention_due_ns = when_ns;
		wl_event_source_timer_update(
			glue->retention_timer, delay_ms < 1 ? 1 : (int)delay_ms);
	}
}

/* The texture has to get the pixels before they go. */
static void upload_now(struct glue_surface *gs)
{
	struct generation *gen = renderer_generation(&gs->glue->renderer);

	if (gen && generation_make_current(gen, gen->egl->current_surface)) {
		texture_get(gen, &gs->content);
	}
}

/* Without a copy there may be nothing to restore, but the client never waits for longer than it
 * should. */
static void forget(struct glue_surface *gs)
{
	upload_now(gs);
	content_drop_copy(&gs->content);
	glue_retention_release(gs);
}

static bool visible(struct weston_surface *surface)
{
	struct weston_paint_node *pnode;

	wl_list_for_each (pnode, &surface->paint_node_list, surface_link) {
		if (pixman_region32_not_empty(&pnode->visible)) {
			return true;
		}
	}
	return false;
}

static struct glue_surface *choose_victim(struct glue *glue)
{
	size_t count = (size_t)wl_list_length(&glue->surfaces), i = 0;
	struct retention_candidate *candidates = calloc(count, sizeof(*candidates));
	struct glue_surface *gs, *victim = NULL;
	ptrdiff_t chosen;

	if (!candidates) {
		return NULL;
	}
	wl_list_for_each (gs, &glue->surfaces, link) {
		candidates[i++] = (struct retention_candidate){
			.bytes = gs->content.copy_bytes,
			.last_drawn_ns = gs->drawn_ns,
			.visible = visible(gs->surface),
		};
	}
	chosen = retention_choose_victim(candidates, count);
	free(candidates);
	wl_list_for_each (gs, &glue->surfaces, link) {
		if (chosen-- == 0) {
			victim = gs;
		}
	}
	return victim;
}

/* What is evicted can't be restored after a reset; its texture shows it until then. */
static void enforce_budget(struct glue *glue)
{
	struct glue_surface *gs;

	/* Without the GPU the copies are all there is. */
	if (glue->budget.limit_bytes == 0 || !renderer_generation(&glue->renderer)) {
		return;
	}
	glue->budget.used_bytes = 0;
	wl_list_for_each (gs, &glue->surfaces, link) {
		retention_budget_add(&glue->budget, gs->content.copy_bytes);
	}
	while (retention_budget_excess(&glue->budget) > 0) {
		gs = choose_victim(glue);
		if (!gs) {
			return;
		}
		retention_budget_remove(&glue->budget, gs->content.copy_bytes);
		upload_now(gs);
		content_drop_copy(&gs->content);
	}
}

/* It would be evicted at once, at each commit anew. */
static bool too_large_to_copy(const struct glue_surface *gs)
{
	uint64_t limit = gs->glue->budget.limit_bytes;

	return limit > 0 && content_bytes(&gs->content) > limit;
}

static void apply(
	struct glue_surface *gs, enum retention_action action, const struct retention_facts *facts)
{
	switch (action) {
	case RETENTION_ACTION_HOLD:
		content_drop_copy(&gs->content);
		gs->deadline_ns = retention_deadline(gs->glue->retention, &gs->retention, facts);
		break;
	case RETENTION_ACTION_COPY:
		if (too_large_to_copy(gs)) {
			forget(gs);
			break;
		}
		if (!content_update_copy(&gs->content, &gs->damage) && !facts->destroyed) {
			return; /* no memory: holding on is all that is left */
		}
		glue_retention_release(gs);
		enforce_budget(gs->glue);
		break;
	case RETENTION_ACTION_FORGET:
		forget(gs);
		break;
	}
	retention_applied(&gs->retention, action);
}

void glue_retention_flushed(struct glue_surface *gs)
{
	struct weston_buffer *buffer = gs->buffer_ref.buffer;
	int64_t now_ns = gs->glue->host.now_ns(&gs->glue->host);
	struct retention_facts facts;

	if (!buffer->renderer_private) {
		buffer->renderer_private = (void *)(uintptr_t)++gs->glue->last_buffer_serial;
	}
	retention_attached(&gs->retention, (uintptr_t)buffer->renderer_private, now_ns);
	facts = collect_facts(gs, true, false);
	apply(gs, retention_decide(gs->glue->retention, &gs->retention, &facts), &facts);
	if (gs->deadline_ns) {
		arm_timer(gs->glue, gs->deadline_ns);
	}
}

static void decide_again(struct glue_surface *gs, bool destroyed)
{
	struct retention_facts facts = collect_facts(gs, false, destroyed);

	gs->deadline_ns = 0;
	apply(gs, retention_decide(gs->glue->retention, &gs->retention, &facts), &facts);
}

int glue_retention_timer(void *data)
{
	struct glue *glue = data;
	int64_t now_ns = glue->host.now_ns(&glue->host);
	struct glue_surface *gs;

	glue->retention_due_ns = 0;
	wl_list_for_each (gs, &glue->surfaces, link) {
		if (gs->deadline_ns && gs->deadline_ns <= now_ns) {
			decide_again(gs, false);
		}
		if (gs->deadline_ns) {
			arm_timer(glue, gs->deadline_ns);
		}
	}
	return 0;
}

void glue_retention_unmapped(struct wl_listener *listener, void *data)
{
	struct glue_surface *gs = wl_container_of(listener, gs, surface_unmap);

	if (gs->content.shm) {
		decide_again(gs, false);
	}
}

void glue_retention_buffer_destroyed(struct wl_listener *listener, void *data)
{
	struct glue_surface *gs = wl_container_of(listener, gs, buffer_destroy);

	decide_again(gs, true);
	/* Whatever was decided, the memory is the client's from now on. */
	glue_retention_release(gs);
}
