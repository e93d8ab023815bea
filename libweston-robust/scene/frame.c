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
	frame->copies = false;
	frame->item_count = 0;
	frame->failed = false;
	vertex_list_clear(&frame->vertices);
	frame->boxes.count = 0;
	frame->boxes.failed = false;
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

bool frame_grow(struct frame *frame)
{
	struct frame_item *items = array_grow(
		frame->items, &frame->item_capacity, frame->item_count + 1, sizeof(*items));

	frame->items = items ? items : frame->items;
	frame->failed |= !items;
	return items;
}

void frame_add(struct frame *frame, const struct frame_item *item, struct boxes shape,
	const struct affine *to_framebuffer, struct boxes clip)
{
	struct frame_item *next = frame_next(frame);

	if (next) {
		*next = *item;
		frame_cover(frame, next, shape, to_framebuffer, clip);
	}
}

void frame_draw_instead(struct frame *frame, struct frame_item *item)
{
	const struct boxes boxes = {frame->boxes.data + item->first, item->count};

	item->copy = false;
	item->first = frame->vertices.count;
	geometry_emit_boxes(&frame->vertices, boxes, -item->copy_x, -item->copy_y);
	item->count = frame->vertices.count - item->first;
	frame->failed |= frame->vertices.failed;
}

void frame_fini(struct frame *frame)
{
	vertex_list_fini(&frame->vertices);
	free(frame->boxes.data);
	free(frame->items);
	memset(frame, 0, sizeof(*frame));
}
