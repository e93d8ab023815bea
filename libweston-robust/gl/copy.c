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
	const struct vertex *quad = frame->vertices.data + (size_t)item->first * QUAD_VERTICES;
	const float width = (float)texture->width, height = (float)texture->height;

	for (uint32_t i = 0; i < item->count; i++, quad += QUAD_VERTICES) {
		if (quad[1].x < 0.0f || quad[1].y < 0.0f || quad[3].x > width ||
			quad[3].y > height) {
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

/* The quads are rectangles of whole pixels, those of the buffer. */
static void copy_quads(
	struct generation *gen, const struct frame *frame, const struct frame_item *item)
{
	const struct vertex *quad = frame->vertices.data + (size_t)item->first * QUAD_VERTICES;

	for (uint32_t i = 0; i < item->count; i++, quad += QUAD_VERTICES) {
		GLint x1 = (GLint)quad[1].x, y1 = (GLint)quad[1].y;
		GLint x2 = (GLint)quad[3].x, y2 = (GLint)quad[3].y;
		GLint top = y1 + item->copy_y, bottom = y2 + item->copy_y;

		if (frame->bottom_up) {
			top = frame->height - top;
			bottom = frame->height - bottom;
		}
		gen->api->glBlitFramebuffer(x1, y1, x2, y2, x1 + item->copy_x, top,
			x2 + item->copy_x, bottom, GL_COLOR_BUFFER_BIT, GL_NEAREST);
	}
}

uint32_t copy_items(struct generation *gen, struct frame *frame)
{
	const struct frame_item *end = frame->items + frame->item_count;
	uint32_t copied = 0;
	bool bound = false;

	for (struct frame_item *item = frame->items; item != end; item++) {
		struct texture *texture =
			item->copy && !item->missing ? item->content->texture : NULL;

		if (!texture || !has_target_format(texture) || !is_inside(texture, frame, item)) {
			continue;
		}
		bound = true;
		if (bind_source(texture)) {
			copy_quads(gen, frame, item);
			item->copied = true;
			copied++;
		}
	}
	if (bound) {
		gen->api->glBindFramebuffer(GL_READ_FRAMEBUFFER, gen->bound_framebuffer);
	}
	return copied;
}
