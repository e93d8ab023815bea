/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/frame.h"

#include <stdlib.h>
#include <string.h>

void frame_begin(struct frame *frame, int32_t width, int32_t height, bool bottom_up)
{
	frame->width = width;
	frame->height = height;
	frame->bottom_up = bottom_up;
	frame->item_count = 0;
	frame->failed = false;
	vertex_list_clear(&frame->vertices);
}

struct affine frame_to_clip(const struct frame *frame)
{
	float x = 2.0f / (float)frame->width, y = 2.0f / (float)frame->height;

	return (struct affine){
		.a = x,
		.c = -1.0f,
		.e = frame->bottom_up ? -y : y,
		.f = frame->bottom_up ? 1.0f : -1.0f,
	};
}

static struct frame_item *append(struct frame *frame)
{
	if (frame->item_count == frame->item_capacity) {
		uint32_t capacity = frame->item_capacity ? 2 * frame->item_capacity : 32;
		struct frame_item *items = realloc(frame->items, capacity * sizeof(*items));

		if (!items) {
			frame->failed = true;
			return NULL;
		}
		frame->items = items;
		frame->item_capacity = capacity;
	}
	return &frame->items[frame->item_count++];
}

void frame_add(struct frame *frame, const struct frame_item *item, struct boxes shape,
	const struct affine *to_framebuffer, struct boxes clip)
{
	uint32_t first = frame->vertices.count;
	struct frame_item *copy;

	geometry_emit(&frame->vertices, shape, to_framebuffer, clip);
	frame->failed |= frame->vertices.failed;
	if (frame->vertices.count == first) {
		return;
	}
	copy = append(frame);
	if (copy) {
		*copy = *item;
		copy->first = first;
		copy->count = frame->vertices.count - first;
	}
}

void frame_fini(struct frame *frame)
{
	vertex_list_fini(&frame->vertices);
	free(frame->items);
	memset(frame, 0, sizeof(*frame));
}
