/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include <stdlib.h>

#include "scene/mapping.h"

static void buffer_destroyed(struct wl_listener *listener, void *data)
{
	struct glue_buffer *gb = wl_container_of(listener, gb, destroy);

	glue_buffer_destroy(gb);
}

struct glue_buffer *glue_buffer_get(struct glue *glue, struct weston_buffer *buffer)
{
	struct glue_buffer *gb = buffer->renderer_private;

	if (gb) {
		return gb;
	}
	gb = calloc(1, sizeof(*gb));
	if (!gb) {
		return NULL;
	}
	gb->buffer = buffer;
	gb->serial = ++glue->last_buffer_serial;
	gb->destroy.notify = buffer_destroyed;
	wl_signal_add(&buffer->destroy_signal, &gb->destroy);
	wl_list_init(&gb->wl_buffer_destroy.link);
	wl_list_insert(&glue->buffers, &gb->link);
	buffer->renderer_private = gb;
	return gb;
}

void glue_buffer_destroy(struct glue_buffer *gb)
{
	glue_buffer_drop_image(gb);
	wl_list_remove(&gb->wl_buffer_destroy.link);
	wl_list_remove(&gb->destroy.link);
	wl_list_remove(&gb->link);
	gb->buffer->renderer_private = NULL;
	free(gb);
}

static bool memory_suffices(const struct glue_buffer *gb)
{
	const void *data = wl_shm_buffer_get_data(gb->buffer->shm_buffer);

	return mapping_bytes_from(data) >= content_layout_bytes(&gb->layout);
}

/* libwayland lets a stride pass that is shorter than a row, and knows of one plane only. */
static bool find_layout(struct glue_buffer *gb)
{
	const struct weston_buffer *buffer = gb->buffer;
	const struct format *format = format_from_fourcc(buffer->pixel_format->format);

	return format &&
	       format_shm_layout(
		       format, buffer->width, buffer->height, buffer->stride, &gb->layout) &&
	       (gb->layout.more_planes == 0 || memory_suffices(gb));
}

/* Nothing of it changes in the life of a buffer, and pools only grow: once is enough. */
const struct content_layout *glue_buffer_shm_layout(struct glue *glue, struct weston_buffer *buffer)
{
	struct glue_buffer *gb = glue_buffer_get(glue, buffer);

	if (!gb) {
		return NULL;
	}
	if (!gb->layout_known) {
		gb->layout_known = true;
		gb->layout_possible = find_layout(gb);
	}
	return gb->layout_possible ? &gb->layout : NULL;
}
