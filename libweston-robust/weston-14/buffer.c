/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/retention.h"

#include <stdlib.h>

#include "gl/texture.h"
#include "scene/geometry.h"

static void surface_destroyed(struct wl_listener *listener, void *data)
{
	struct glue_surface *gs = wl_container_of(listener, gs, surface_destroy);

	glue_surface_destroy(gs);
}

static void listen(struct glue_surface *gs)
{
	gs->surface_destroy.notify = surface_destroyed;
	wl_signal_add(&gs->surface->destroy_signal, &gs->surface_destroy);
	gs->surface_unmap.notify = glue_retention_unmapped;
	wl_signal_add(&gs->surface->unmap_signal, &gs->surface_unmap);
	gs->buffer_destroy.notify = glue_retention_buffer_destroyed;
	wl_list_init(&gs->buffer_destroy.link);
	gs->spare_destroy.notify = glue_retention_spare_gone;
	wl_list_init(&gs->spare_destroy.link);
}

static struct glue_surface *surface_create(struct weston_surface *surface)
{
	struct glue *glue = glue_from_compositor(surface->compositor);
	struct glue_surface *gs = calloc(1, sizeof(*gs));

	if (!gs) {
		return NULL;
	}
	gs->glue = glue;
	gs->surface = surface;
	content_init(&gs->content);
	pixman_region32_init(&gs->damage);
	listen(gs);
	wl_list_insert(&glue->surfaces, &gs->link);
	surface->renderer_state = gs;
	return gs;
}

void glue_surface_destroy(struct glue_surface *gs)
{
	glue_retention_release(gs);
	weston_buffer_reference(&gs->buffer_ref, NULL, BUFFER_WILL_NOT_BE_ACCESSED);
	weston_buffer_release_reference(&gs->release_ref, NULL);
	texture_drop(&gs->content);
	content_fini(&gs->content);
	pixman_region32_fini(&gs->damage);
	wl_list_remove(&gs->surface_destroy.link);
	wl_list_remove(&gs->surface_unmap.link);
	wl_list_remove(&gs->buffer_destroy.link);
	wl_list_remove(&gs->spare_destroy.link);
	wl_list_remove(&gs->link);
	gs->surface->renderer_state = NULL;
	free(gs);
}

/* The buffer that was shown is needed no more. */
static void let_go(struct glue_surface *gs)
{
	glue_retention_release(gs);
	weston_buffer_release_reference(&gs->release_ref, NULL);
	texture_drop(&gs->content);
	gs->content.drawn = false;
}

/* What is not sampled: another kind of content takes the place of textures and copies. */
static void show_solid(struct glue_surface *gs, struct weston_buffer *buffer,
	const struct weston_solid_buffer_values *color)
{
	const float solid[] = {color->r, color->g, color->b, color->a};

	let_go(gs);
	content_set_solid(&gs->content, solid);
	weston_buffer_reference(&gs->buffer_ref, buffer, BUFFER_WILL_NOT_BE_ACCESSED);
}

static void show_nothing(struct glue_surface *gs, struct weston_buffer *buffer)
{
	let_go(gs);
	content_fini(&gs->content);
	weston_buffer_reference(&gs->buffer_ref, buffer, BUFFER_WILL_NOT_BE_ACCESSED);
}

static void refuse(struct glue_surface *gs, struct weston_buffer *buffer, const char *reason)
{
	show_nothing(gs, buffer);
	if (buffer->resource) {
		weston_buffer_send_server_error(buffer, reason);
	}
}

/* Gone before it could be read: what is shown stays, unless its size does not fit any more. Then it
 * is black: what is behind may be left out because of it. */
GLUE_RARE static void show_unread(struct glue_surface *gs, struct weston_buffer *buffer)
{
	const struct format *format = format_from_fourcc(buffer->pixel_format->format);
	struct weston_solid_buffer_values black = {.a = format && format->alpha ? 0.0f : 1.0f};

	if (gs->buffer_ref.buffer != buffer &&
		(gs->content.kind != CONTENT_PIXELS || gs->content.layout.width != buffer->width ||
			gs->content.layout.height != buffer->height)) {
		show_solid(gs, buffer, &black);
	}
}

/* The core's reference is busy from a commit until that is flushed, or for longer: then only damage
 * tells a commit from a new paint node. */
static bool was_committed(const struct glue_surface *gs)
{
	return gs->surface->buffer_ref.type == BUFFER_MAY_BE_ACCESSED &&
	       !region_empty(&gs->surface->damage);
}

GLUE_RARE static void attach_new_shm(struct glue_surface *gs, struct weston_buffer *buffer)
{
	const struct content_layout *layout = glue_buffer_shm_layout(gs->glue, buffer);

	if (layout) {
		glue_retention_hold(gs, buffer, layout);
	} else {
		refuse(gs, buffer, "shm buffer with impossible stride, size or memory");
	}
}

static void attach_shm(struct glue_surface *gs, struct weston_buffer *buffer)
{
	bool same = gs->buffer_ref.buffer == buffer;
	struct glue_buffer *gb = buffer->renderer_private;

	if (!buffer->shm_buffer) {
		show_unread(gs, buffer);
		return;
	}
	if (same && !was_committed(gs)) {
		return;
	}
	gs->fresh = true;
	if (same && gs->content.shm && !gs->content.lent) {
		return;
	}
	if (gb && gb->layout_possible) {
		glue_retention_hold(gs, buffer, &gb->layout);
	} else {
		attach_new_shm(gs, buffer);
	}
}

/* A client may want to know of the same buffer once more. */
static void take_release(struct glue_surface *gs)
{
	struct weston_buffer_release *release = gs->surface->buffer_release_ref.buffer_release;

	if (release && release != gs->release_ref.buffer_release) {
		weston_buffer_release_reference(&gs->release_ref, release);
	}
}

/* Held until it is replaced: its picture can be had again from there. */
static void attach_image(struct glue_surface *gs, struct weston_buffer *buffer)
{
	struct glue_buffer *gb = buffer->renderer_private;
	bool same = gs->content.kind == CONTENT_IMAGE && gs->buffer_ref.buffer == buffer;

	if (!gb || !gb->image) {
		refuse(gs, buffer, "a buffer that was not imported");
		return;
	}
	if (!same) {
		glue_retention_release(gs);
		weston_buffer_release_reference(&gs->release_ref, NULL);
	}
	take_release(gs);
	gs->fresh = !same || was_committed(gs);
	if (gs->fresh) {
		gs->fence_passed = false;
		glue_replace_placeholder(gs);
		content_set_image(
			&gs->content, gb->image, buffer->buffer_origin == ORIGIN_BOTTOM_LEFT);
		weston_buffer_reference(&gs->buffer_ref, buffer, BUFFER_MAY_BE_ACCESSED);
	}
}

GLUE_RARE static void attach_any(struct weston_paint_node *pnode)
{
	struct weston_surface *surface = pnode->surface;
	struct weston_buffer *buffer = surface->buffer_ref.buffer;
	struct glue_surface *gs = surface->renderer_state;

	if (!gs) {
		gs = surface_create(surface);
	}
	if (!gs) {
		return;
	}
	if (!buffer) {
		show_nothing(gs, NULL);
		return;
	}
	if (pnode->is_direct || buffer->direct_display) {
		show_solid(gs, buffer, &pnode->solid);
		return;
	}
	switch (buffer->type) {
	case WESTON_BUFFER_SHM:
		attach_shm(gs, buffer);
		break;
	case WESTON_BUFFER_SOLID:
		show_solid(gs, buffer, &buffer->solid);
		break;
	case WESTON_BUFFER_DMABUF:
	case WESTON_BUFFER_RENDERER_OPAQUE:
		attach_image(gs, buffer);
		break;
	}
}

void glue_attach(struct weston_paint_node *pnode)
{
	struct weston_surface *surface = pnode->surface;
	struct weston_buffer *buffer = surface->buffer_ref.buffer;

	/* Nearly always. */
	if (surface->renderer_state && buffer && buffer->type == WESTON_BUFFER_SHM &&
		!pnode->is_direct && !buffer->direct_display) {
		attach_shm(surface->renderer_state, buffer);
	} else {
		attach_any(pnode);
	}
}
