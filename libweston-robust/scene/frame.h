/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_FRAME_H
#define WR_SCENE_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "scene/color.h"
#include "scene/content.h"
#include "scene/geometry.h"

struct target;

/** One run of quads drawn alike. */
struct frame_item {
	struct content
		*content; // of kind PIXELS, borrowed until the frame is drawn; NULL: a solid colour
	struct target *layer; // instead of a content: a target of kind LAYER, prepared; borrowed
	struct color_transform *color; // borrowed until the frame is drawn; NULL: none
	float solid[4];                // without content: premultiplied red, green, blue, alpha
	struct affine to_clip;         // the space of the vertices -> GL's clip space
	struct affine to_buffer;       // with content: that space -> buffer pixels, top-left origin
	float alpha;                   // multiplies all channels
	bool blend;                    // over what is there; otherwise replace
	bool opaque;                   // the content's alpha channel counts as 1
	bool linear;                   // sampling: linear, or nearest
	bool apart; // does not blend, and nothing that is below has any part of its pixels
	uint32_t first, count; // quads of frame.vertices; with copy: of frame.boxes
	bool copy; // apart, whole pixels of the buffer, and nothing else done to them; is
	// cleared where it is drawn all the same
	bool missing;           // filled in when it is drawn: there is no texture of a content
	int32_t copy_x, copy_y; // with copy: from buffer to framebuffer pixels
};

/**
 * One repaint as data: what to draw, bottom to top, and nothing about how. Kept from repaint to
 * repaint for its memory.
 */
struct frame {
	int32_t width, height; // of the framebuffer, pixels
	bool bottom_up;        // the framebuffer's row 0 is the lowest one (windows)
	bool copies;           // its target takes copies; frame_begin() clears it
	struct vertex_list vertices;
	struct box_list boxes;    // of the items to be copied, framebuffer pixels
	struct frame_item *items; // owned
	uint32_t item_count, item_capacity;
	bool failed; // memory ran out: the frame is incomplete
};

/** Begin anew, keeping the memory. */
void frame_begin(struct frame *frame, int32_t width, int32_t height, bool bottom_up);

/** Framebuffer pixels, top-left origin, to GL's clip space. */
struct affine frame_to_clip(const struct frame *frame);

/** Make room for more items. Returns false when memory is short: the frame has failed. */
bool frame_grow(struct frame *frame);

/**
 * Where the next item is to be filled in, before frame_cover() adds it: without content, layer,
 * colour transform and flags so far, all else undefined. NULL when memory is short.
 */
static inline struct frame_item *frame_next(struct frame *frame)
{
	struct frame_item *item;

	if (frame->item_count == frame->item_capacity && !frame_grow(frame)) {
		return NULL;
	}
	item = &frame->items[frame->item_count];
	item->content = NULL;
	item->layer = NULL;
	item->color = NULL;
	item->blend = item->opaque = item->linear = item->apart = item->copy = false;
	return item;
}

/** frame_cover() of an item with copy. */
static inline void frame_cover_copy(
	struct frame *frame, struct frame_item *next, struct boxes shape, struct boxes clip)
{
	next->first = frame->boxes.count;
	geometry_clip(&frame->boxes, shape, next->copy_x, next->copy_y, clip);
	next->count = frame->boxes.count - next->first;
	frame->item_count += next->count > 0;
	frame->failed |= frame->boxes.failed;
}

/** Like frame_add(), of the item that was filled in where frame_next() says. */
static inline void frame_cover(struct frame *frame, struct frame_item *next, struct boxes shape,
	const struct affine *to_framebuffer, struct boxes clip)
{
	if (next->copy) {
		frame_cover_copy(frame, next, shape, clip);
		return;
	}
	next->first = frame->vertices.count;
	geometry_emit(&frame->vertices, shape, to_framebuffer, clip);
	next->count = frame->vertices.count - next->first;
	frame->item_count += next->count > 0;
	frame->failed |= frame->vertices.failed;
}

/**
 * Append @item, covering @shape (mapped by @to_framebuffer) inside @clip; see geometry_emit(): the
 * vertices are in the space of @shape. They are filled in here. Nothing is appended when nothing is
 * covered.
 */
void frame_add(struct frame *frame, const struct frame_item *item, struct boxes shape,
	const struct affine *to_framebuffer, struct boxes clip);

/**
 * Let @item, which is complete but for its quads, be copied if it is shown as it is: each pixel of
 * the buffer is one of the framebuffer. @to_framebuffer: from the space of the vertices; moves by
 * whole pixels.
 */
static inline void frame_item_offer_copy(
	struct frame_item *item, const struct affine *to_framebuffer)
{
	const struct content *content = item->content;

	item->copy = item->apart && !item->color && item->alpha == 1.0f && content &&
		     content->kind == CONTENT_PIXELS && !content->bottom_left &&
		     affine_is_identity(&item->to_buffer);
	item->copy_x = (int32_t)to_framebuffer->c;
	item->copy_y = (int32_t)to_framebuffer->f;
}

/** @item, which is one of @frame's, with copy, is to be drawn instead. */
void frame_draw_instead(struct frame *frame, struct frame_item *item);

/** Free the memory. */
void frame_fini(struct frame *frame);

#endif
