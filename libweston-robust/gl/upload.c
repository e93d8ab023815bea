/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/upload.h"

#include "gl/state.h"
#include "scene/geometry.h"

/*
 * A call into the driver costs about as much as this many bytes more in another one: rectangles
 * that are that near to each other are uploaded as one. Where there are very many they need not be
 * near.
 */
#define CALL_COST_BYTES 512
#define UPLOAD_RECTS_MAX 64

/** One of an image's textures while it is uploaded. */
struct upload {
	struct generation *gen;
	const struct format_upload *gl;
	const struct content_plane *plane; // of the memory, in texels of the texture
	const uint8_t *pixels;             // the plane's first
	bool whole_rows;                   // GL can be told the stride
};

/* The whole image at once: storage and contents in one call, so that the driver need not clear what
 * is overwritten. */
static void upload_all(const struct upload *upload)
{
	const struct content_plane *plane = upload->plane;

	upload->gen->api->glTexImage2D(GL_TEXTURE_2D, 0, upload->gl->internal, plane->width,
		plane->height, 0, upload->gl->format, upload->gl->type,
		upload->whole_rows ? upload->pixels : NULL);
	if (upload->whole_rows) {
		upload->gen->counters.uploaded_bytes +=
			(uint64_t)plane->height * (uint64_t)plane->stride;
	}
}

static void upload_rectangle(
	const struct upload *upload, int32_t x, int32_t y, int32_t width, int32_t height)
{
	const struct content_plane *plane = upload->plane;
	const uint8_t *first = upload->pixels + (size_t)y * (size_t)plane->stride +
			       (size_t)x * plane->bytes_per_texel;

	upload->gen->api->glTexSubImage2D(
		GL_TEXTURE_2D, 0, x, y, width, height, upload->gl->format, upload->gl->type, first);
}

/* A stride that is no whole number of texels can't be told to GL: row by row. */
static void upload_rows(
	const struct upload *upload, int32_t x, int32_t y, int32_t width, int32_t height)
{
	for (int32_t end = y + height; y < end; y++) {
		upload_rectangle(upload, x, y, width, 1);
	}
}

/* @pixels: of the buffer. */
static void upload_box(const struct upload *upload, const struct content_layout *layout,
	const pixman_box32_t *pixels)
{
	const struct content_plane *plane = upload->plane;
	pixman_box32_t box = *pixels;
	int32_t width, height;

	if (layout->group > 1 || plane->hsub > 1 || plane->vsub > 1) {
		box = content_layout_texels(layout, plane, pixels);
	}
	width = box.x2 - box.x1;
	height = box.y2 - box.y1;
	if (width <= 0 || height <= 0) {
		return;
	}
	if (upload->whole_rows) {
		upload_rectangle(upload, box.x1, box.y1, width, height);
	} else {
		upload_rows(upload, box.x1, box.y1, width, height);
	}
	upload->gen->counters.uploaded_bytes +=
		(uint64_t)width * (uint64_t)height * plane->bytes_per_texel;
}

static int64_t area(const pixman_box32_t *box)
{
	return (int64_t)(box->x2 - box->x1) * (box->y2 - box->y1);
}

static pixman_box32_t box_around(const pixman_box32_t *a, const pixman_box32_t *b)
{
	return (pixman_box32_t){
		.x1 = a->x1 < b->x1 ? a->x1 : b->x1,
		.y1 = a->y1 < b->y1 ? a->y1 : b->y1,
		.x2 = a->x2 > b->x2 ? a->x2 : b->x2,
		.y2 = a->y2 > b->y2 ? a->y2 : b->y2,
	};
}

/* Rectangles come from top to bottom, and from left to right. */
static void upload_boxes(const struct upload *upload, const struct content_layout *layout,
	const pixman_box32_t *boxes, int count)
{
	pixman_box32_t pending = boxes[0];

	for (int i = 1; i < count; i++) {
		pixman_box32_t both = box_around(&pending, &boxes[i]);
		int64_t more = area(&both) - area(&pending) - area(&boxes[i]);

		if (more * upload->plane->bytes_per_texel <= CALL_COST_BYTES) {
			pending = both;
		} else {
			upload_box(upload, layout, &pending);
			pending = boxes[i];
		}
	}
	upload_box(upload, layout, &pending);
}

static void upload_region(
	const struct upload *upload, const struct content_layout *layout, pixman_region32_t *region)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);

	if (count > UPLOAD_RECTS_MAX) {
		boxes = &region->extents;
		count = 1;
	}
	upload_boxes(upload, layout, boxes, count);
}

static void upload_texture(struct texture *texture, unsigned index, const uint8_t *pixels)
{
	const struct content_plane *plane = &texture->planes[index];
	struct upload upload = {
		.gen = texture->gen,
		.gl = &texture->uploads[index],
		.plane = plane,
		.pixels = pixels + plane->offset,
	};
	int32_t texels = plane->stride / plane->bytes_per_texel;

	upload.whole_rows = texels * plane->bytes_per_texel == plane->stride;
	state_bind_texture(texture->gen, texture->names[index]);
	state_set_row_length(texture->gen, upload.whole_rows ? texels : 0);
	if (!texture->filled) {
		upload_all(&upload);
	}
	if (texture->filled || !upload.whole_rows) {
		upload_region(&upload, &texture->content->layout, &texture->dirty);
	}
}

static void find_planes(struct texture *texture)
{
	const struct content_layout *layout = &texture->content->layout;

	for (unsigned i = 0; i < texture->count; i++) {
		texture->planes[i] = format_texture_plane(&texture->format->textures[i], layout);
	}
	texture->layout_stride = layout->stride;
}

void upload_dirty(struct texture *texture, const uint8_t *pixels)
{
	/* Sizes and format are the texture's own; the stride is each buffer's. */
	if (texture->layout_stride != texture->content->layout.stride) {
		find_planes(texture);
	}
	for (unsigned i = 0; i < texture->count; i++) {
		upload_texture(texture, i, pixels);
	}
}
