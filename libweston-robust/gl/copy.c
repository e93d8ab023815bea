/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/copy.h"

#include "gl/texture.h"

/* Only between equal formats memory is moved; targets that take copies are of this one. */
static bool has_target_format(const struct texture *texture)
{
	return texture->format && texture->count == 1 && texture->key.order == CHANNEL_ORDER_RGBA &&
	       texture->planes[0].gl.internal == GL_BGRA_EXT &&
	       texture->planes[0].gl.type == GL_UNSIGNED_BYTE;
}

static void make_framebuffer(struct texture *texture)
{
	const struct gl_api *api = texture->gen->api;

	api->glGenFramebuffers(1, &texture->framebuffer);
	api->glBindFramebuffer(GL_READ_FRAMEBUFFER, texture->framebuffer);
	api->glFramebufferTexture2D(
		GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture->names[0], 0);
	/* Without a name that was the target's own status. */
	texture->readable =
		api->glCheckFramebufferStatus(GL_READ_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE &&
		texture->framebuffer;
}

/* Drawn pixels beyond the edge are like those at the edge; copied ones are undefined. */
static bool is_inside(
	const struct texture *texture, const struct frame *frame, const struct frame_item *item)
{
	const pixman_box32_t *box = frame->boxes.data + item->first;
	const int32_t left = item->copy_x, right = left + texture->width;
	const int32_t top = item->copy_y, bottom = top + texture->height;

	for (const pixman_box32_t *end = box + item->count; box != end; box++) {
		if (box->x1 < left || box->y1 < top || box->x2 > right || box->y2 > bottom) {
			return false;
		}
	}
	return true;
}

/* Returns false where it has to be drawn instead. */
static bool bind_source(struct texture *texture)
{
	if (!texture->framebuffer) {
		make_framebuffer(texture);
	} else if (texture->readable) {
		texture->gen->api->glBindFramebuffer(GL_READ_FRAMEBUFFER, texture->framebuffer);
	}
	return texture->readable;
}

static void copy_boxes(
	struct generation *gen, const struct frame *frame, const struct frame_item *item)
{
	const pixman_box32_t *box = frame->boxes.data + item->first;
	const GLint x = item->copy_x, y = item->copy_y;

	for (const pixman_box32_t *end = box + item->count; box != end; box++) {
		gen->api->glBlitFramebuffer(box->x1 - x, box->y1 - y, box->x2 - x, box->y2 - y,
			box->x1, box->y1, box->x2, box->y2, GL_COLOR_BUFFER_BIT, GL_NEAREST);
	}
}

static bool can_be_copied(const struct frame *frame, const struct frame_item *item)
{
	const struct texture *texture = item->missing ? NULL : item->content->texture;

	return texture && has_target_format(texture) && is_inside(texture, frame, item);
}

uint32_t copy_items(struct generation *gen, struct frame *frame, bool may)
{
	const struct frame_item *end = frame->items + frame->item_count;
	uint32_t copied = 0;
	bool bound = false;

	for (struct frame_item *item = frame->items; item != end; item++) {
		bool can = item->copy && may && can_be_copied(frame, item);

		bound |= can;
		if (can && bind_source(item->content->texture)) {
			copy_boxes(gen, frame, item);
			copied++;
		} else if (item->copy) {
			frame_draw_instead(frame, item);
		}
	}
	if (bound) {
		gen->api->glBindFramebuffer(GL_READ_FRAMEBUFFER, gen->bound_framebuffer);
	}
	return copied;
}
