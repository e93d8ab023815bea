/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/retention.h"

#include <stdlib.h>
#include <string.h>

#include "gl/texture.h"

/* Looks for the shm buffers of a client that could take the next frame of a surface. */
struct spare_search {
	const struct glue_surface *gs;
	struct wl_resource *found; // one of them; NULL: none
	uint32_t count;
};

static bool held_by_any(struct glue *glue, const struct wl_shm_buffer *shm)
{
	struct glue_surface *gs;

	wl_list_for_each (gs, &glue->surfaces, link) {
		if (gs->content.shm == shm && !gs->content.lent) {
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

static enum wl_iterator_result consider_spare(struct wl_resource *resource, void *data)
{
	struct spare_search *search = data;
	struct wl_shm_buffer *shm;

	if (strcmp(wl_resource_get_class(resource), "wl_buffer") != 0) {
		return WL_ITERATOR_CONTINUE;
	}
	shm = wl_shm_buffer_get(resource);
	if (shm && same_size_and_format(shm, search->gs->content.shm) &&
		!held_by_any(search->gs->glue, shm)) {
		search->found = resource;
		search->count++;
	}
	return WL_ITERATOR_CONTINUE;
}

static void unwatch_spare(struct glue_surface *gs)
{
	if (!wl_list_empty(&gs->spare_destroy.link)) {
		wl_list_remove(&gs->spare_destroy.link);
		wl_list_init(&gs->spare_destroy.link);
		gs->glue->spares_watched--;
	}
}

/* Returns how many there are. One of them is watched: as long as it is there, so is the answer. */
static uint32_t find_spares(struct glue_surface *gs)
{
	struct weston_surface *surface = gs->surface;
	struct spare_search search = {.gs = gs};

	unwatch_spare(gs);
	if (surface->resource) {
		wl_client_for_each_resource(
			wl_resource_get_client(surface->resource), consider_spare, &search);
	}
	if (search.found) {
		wl_resource_add_destroy_listener(search.found, &gs->spare_destroy);
		gs->glue->spares_watched++;
	}
	return search.count;
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

static struct retention_facts collect_facts(struct glue_surface *gs, bool destroyed, int64_t now_ns)
{
	struct retention_facts facts = {
		.now_ns = now_ns,
		.mapped = weston_surface_is_mapped(gs->surface),
		.destroyed = destroyed,
	};

	facts.still_drawn = !facts.mapped && still_drawn(gs->surface);
	if (!destroyed && gs->content.shm &&
		retention_needs_spares(gs->glue->retention, &gs->retention, facts.now_ns)) {
		facts.spare_buffers = find_spares(gs);
	}
	return facts;
}

void glue_retention_set_timer(struct glue *glue, int64_t when_ns)
{
	int64_t delay_ms = (when_ns - glue->host.now_ns(&glue->host) + NS_PER_MS - 1) / NS_PER_MS;

	glue->retention_due_ns = when_ns;
	wl_event_source_timer_update(glue->retention_timer, delay_ms < 1 ? 1 : (int)delay_ms);
}

/* Its client still owns the buffer while this is called. */
void glue_retention_spare_gone(struct wl_listener *listener, void *data)
{
	struct glue_surface *gs = wl_container_of(listener, gs, spare_destroy);

	unwatch_spare(gs);
	gs->deadline_ns = gs->glue->host.now_ns(&gs->glue->host);
	glue_retention_arm(gs->glue, gs->deadline_ns);
}

/* What is held now is nobody's spare any more. */
GLUE_RARE static void take_from_others(struct glue_surface *gs, struct wl_resource *buffer)
{
	struct wl_listener *listener;

	unwatch_spare(gs);
	while ((listener = wl_resource_get_destroy_listener(buffer, glue_retention_spare_gone))) {
		glue_retention_spare_gone(listener, buffer);
	}
}

/* Takes the place of what was held: each commit of most clients comes here. */
void glue_retention_hold(
	struct glue_surface *gs, struct weston_buffer *buffer, const struct content_layout *layout)
{
	struct weston_buffer_release *release;

	content_set_shm(&gs->content, buffer->shm_buffer, layout,
		buffer->buffer_origin == ORIGIN_BOTTOM_LEFT);
	gs->deadline_ns = 0;
	wl_list_remove(&gs->buffer_destroy.link);
	wl_resource_add_destroy_listener(buffer->resource, &gs->buffer_destroy);
	weston_buffer_reference(&gs->buffer_ref, buffer, BUFFER_MAY_BE_ACCESSED);
	release = gs->surface->buffer_release_ref.buffer_release;
	if (release != gs->release_ref.buffer_release) {
		weston_buffer_release_reference(&gs->release_ref, release);
	}
	if (gs->glue->spares_watched > 0) {
		take_from_others(gs, buffer->resource);
	}
}

static void give_back(struct glue_surface *gs)
{
	gs->deadline_ns = 0;
	unwatch_spare(gs);
	/* A passive reference stays: it tells this buffer from the next one. */
	if (gs->buffer_ref.type == BUFFER_MAY_BE_ACCESSED) {
		weston_buffer_reference(
			&gs->buffer_ref, gs->buffer_ref.buffer, BUFFER_WILL_NOT_BE_ACCESSED);
	}
	if (gs->release_ref.buffer_release) {
		weston_buffer_release_reference(&gs->release_ref, NULL);
	}
}

void glue_retention_release(struct glue_surface *gs)
{
	if (gs->content.shm) {
		content_release_shm(&gs->content);
		wl_list_remove(&gs->buffer_destroy.link);
		wl_list_init(&gs->buffer_destroy.link);
		give_back(gs);
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
static void forget(struct glue_surface *gs, enum content_loss why)
{
	upload_now(gs);
	content_forget(&gs->content, why);
	glue_retention_release(gs);
}

bool glue_surface_visible(const struct weston_surface *surface)
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
			.visible = glue_surface_visible(gs->surface),
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
	if (!renderer_generation(&glue->renderer)) {
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
		content_forget(&gs->content, CONTENT_LOSS_EVICTED);
	}
}

void glue_retention_copied(struct glue_surface *gs)
{
	glue_retention_release(gs);
	if (gs->glue->budget.limit_bytes > 0) {
		enforce_budget(gs->glue);
	}
}

/* It would be evicted at once, at each commit anew. */
static bool too_large_to_copy(const struct glue_surface *gs)
{
	uint64_t limit = gs->glue->budget.limit_bytes;

	return limit > 0 && content_bytes(&gs->content) > limit;
}

/* Returns false where there is no memory for a copy: holding on is all that is left then. */
static bool copy(struct glue_surface *gs, const struct retention_facts *facts)
{
	if (too_large_to_copy(gs)) {
		forget(gs, CONTENT_LOSS_EVICTED);
		return true;
	}
	if (gs->content.shm && !content_update_copy(&gs->content, &gs->damage)) {
		if (gs->content.gone == CONTENT_LOSS_NONE && !facts->destroyed) {
			return false;
		}
		forget(gs, gs->content.gone ? gs->content.gone : CONTENT_LOSS_NOT_KEPT);
	}
	glue_retention_copied(gs);
	return true;
}

/* The destruction of the wl_buffer is listened to as before: until then its client can't take the
 * pixels away, but paint over them. */
static void lend(struct glue_surface *gs)
{
	upload_now(gs);
	if (content_lend(&gs->content)) {
		give_back(gs);
	} else {
		forget(gs, gs->content.gone ? gs->content.gone : CONTENT_LOSS_NOT_KEPT);
	}
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
		if (!copy(gs, facts)) {
			return;
		}
		break;
	case RETENTION_ACTION_LEND:
		lend(gs);
		break;
	case RETENTION_ACTION_FORGET:
		forget(gs, CONTENT_LOSS_NOT_KEPT);
		break;
	}
	retention_applied(&gs->retention, action, facts);
}

void glue_retention_decide(struct glue_surface *gs, bool destroyed, int64_t now_ns)
{
	struct retention_facts facts = collect_facts(gs, destroyed, now_ns);

	gs->deadline_ns = 0;
	apply(gs, retention_decide(gs->glue->retention, &gs->retention, &facts), &facts);
	if (gs->deadline_ns) {
		glue_retention_arm(gs->glue, gs->deadline_ns);
	}
}

/* The pixels were read before, when they were flushed: by now they may be gone. */
static void decide_again(struct glue_surface *gs, bool destroyed)
{
	content_still_readable(&gs->content);
	glue_retention_decide(gs, destroyed, gs->glue->host.now_ns(&gs->glue->host));
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
			glue_retention_arm(glue, gs->deadline_ns);
		}
	}
	return 0;
}

void glue_retention_sums(struct glue *glue, uint64_t *held, uint64_t *copied)
{
	struct glue_surface *gs;

	*held = 0;
	*copied = 0;
	wl_list_for_each (gs, &glue->surfaces, link) {
		*held += gs->content.shm ? content_bytes(&gs->content) : 0;
		*copied += gs->content.copy_bytes;
	}
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
