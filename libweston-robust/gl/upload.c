/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/upload.h"

#include <string.h>

#include "gl/state.h"
#include "scene/geometry.h"

/*
 * A call into the driver costs about as much as this many bytes more in another one: rectangles
 * that are that near to each other are uploaded as one. Where there are very many they need not be
 * near.
 */
#define CALL_COST_BYTES 512
#define UPLOAD_RECTS_MAX 64

/* The whole image at once: storage and contents in one call, so that the driver need not clear what
 * is overwritten. Returns false when the contents can't be told like that. */
static bool upload_all(
	struct generation *gen, const struct texture_plane *plane, const uint8_t *pixels)
{
	bool whole = plane->row_length != 0;

	gen->api->glTexImage2D(GL_TEXTURE_2D, 0, plane->gl.internal, plane->memory.width,
		plane->memory.height, 0, plane->gl.format, plane->gl.type, whole ? pixels : NULL);
	if (whole) {
		gen->counters.uploaded_bytes +=
			(uint64_t)plane->memory.height * (uint64_t)plane->memory.stride;
	}
	return whole;
}

static inline void upload_rectangle(const struct gl_api *api, const struct texture_plane *plane,
	const uint8_t *pixels, const pixman_box32_t *box, int32_t rows)
{
	const uint8_t *first = pixels + (size_t)box->y1 * (size_t)plane->memory.stride +
			       (size_t)box->x1 * plane->memory.bytes_per_texel;

	api->glTexSubImage2D(GL_TEXTURE_2D, 0, box->x1, box->y1, box->x2 - box->x1, rows,
		plane->gl.format, plane->gl.type, first);
}

/* A stride that is no whole number of texels can't be told to GL: row by row. */
static void upload_rows(const struct gl_api *api, const struct texture_plane *plane,
	const uint8_t *pixels, pixman_box32_t box)
{
	for (; box.y1 < box.y2; box.y1++) {
		upload_rectangle(api, plane, pixels, &box, 1);
	}
}

/* @box: pixels of the buffer. */
static void upload_box(const struct texture *texture, const struct texture_plane *plane,
	const uint8_t *pixels, const pixman_box32_t *box)
{
	struct generation *gen = texture->gen;
	pixman_box32_t texels;
	int32_t width, height;

	if (plane->grouped) {
		texels = content_layout_texels(&texture->content->layout, &plane->memory, box);
		box = &texels;
	}
	width = box->x2 - box->x1;
	height = box->y2 - box->y1;
	if (width <= 0 || height <= 0) {
		return;
	}
	if (plane->row_length) {
		upload_rectangle(gen->api, plane, pixels, box, height);
	} else {
		upload_rows(gen->api, plane, pixels, *box);
	}
	gen->counters.uploaded_bytes +=
		(uint64_t)width * (uint64_t)height * plane->memory.bytes_per_texel;
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
static void upload_boxes(const struct texture *texture, const struct texture_plane *plane,
	const uint8_t *pixels, struct boxes boxes)
{
	pixman_box32_t pending = boxes.data[0];

	for (long i = 1; i < boxes.count; i++) {
		pixman_box32_t both = box_around(&pending, &boxes.data[i]);
		int64_t more = area(&both) - area(&pending) - area(&boxes.data[i]);

		if (more * plane->memory.bytes_per_texel <= CALL_COST_BYTES) {
			pending = both;
		} else {
			upload_box(texture, plane, pixels, &pending);
			pending = boxes.data[i];
		}
	}
	upload_box(texture, plane, pixels, &pending);
}

static void upload_region(const struct texture *texture, const struct texture_plane *plane,
	const uint8_t *pixels, const pixman_region32_t *region)
{
	struct boxes boxes = region_boxes(region);

	if (boxes.count == 1 || boxes.count > UPLOAD_RECTS_MAX) {
		upload_box(texture, plane, pixels, &region->extents);
	} else if (boxes.count > 1) {
		upload_boxes(texture, plane, pixels, boxes);
	}
}

static void find_planes(struct texture *texture)
{
	const struct content_layout *layout = &texture->content->layout;

	for (unsigned i = 0; i < texture->count; i++) {
		struct texture_plane *plane = &texture->planes[i];
		struct content_plane memory =
			format_texture_plane(&texture->format->textures[i], layout);
		int32_t texels = memory.stride / memory.bytes_per_texel;
		bool whole_rows = texels * memory.bytes_per_texel == memory.stride;

		plane->memory = memory;
		plane->row_length = whole_rows ? texels : 0;
		plane->grouped = layout->group > 1 || memory.hsub > 1 || memory.vsub > 1;
	}
	texture->layout_stride = layout->stride;
}

static bool all_dirty(const struct texture *texture)
{
	const pixman_box32_t all = {0, 0, texture->width, texture->height};

	return !texture->dirty.data && memcmp(&texture->dirty.extents, &all, sizeof(all)) == 0;
}

/* Most videos: which texels share pixels need not be found out. */
static void upload_whole(
	struct generation *gen, const struct texture_plane *plane, const uint8_t *pixels)
{
	const struct content_plane *memory = &plane->memory;
	const pixman_box32_t box = {0, 0, memory->width, memory->height};

	upload_rectangle(gen->api, plane, pixels, &box, memory->height);
	gen->counters.uploaded_bytes +=
		(uint64_t)memory->width * (uint64_t)memory->height * memory->bytes_per_texel;
}

void upload_dirty(struct texture *texture, const uint8_t *pixels)
{
	bool all;

	/* Sizes and format are the texture's own; the stride is each buffer's. */
	if (texture->layout_stride != texture->content->layout.stride) {
		find_planes(texture);
	}
	all = texture->count > 1 && all_dirty(texture);
	for (unsigned i = 0; i < texture->count; i++) {
		const struct texture_plane *plane = &texture->planes[i];
		const uint8_t *first = pixels + plane->memory.offset;

		state_bind_texture(texture->gen, texture->names[i]);
		state_set_row_length(texture->gen, plane->row_length);
		if (!texture->filled && upload_all(texture->gen, plane, first)) {
			continue;
		}
		if (all && plane->row_length) {
			upload_whole(texture->gen, plane, first);
		} else {
			upload_region(texture, plane, first, &texture->dirty);
		}
	}
}
