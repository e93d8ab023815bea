/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/texture.h"

#include <stdlib.h>

/* More rectangles than this are uploaded as their bounding box: each costs a call into the driver.
 */
#define UPLOAD_RECTS_MAX 16

void texture_destroy(struct texture *texture, bool lost)
{
	if (!lost && texture->name) {
		texture->gen->api->glDeleteTextures(1, &texture->name);
	}
	texture->content->texture = NULL;
	wl_list_remove(&texture->link);
	pixman_region32_fini(&texture->dirty);
	free(texture);
}

void texture_drop(struct content *content)
{
	struct texture *texture = content->texture;

	if (!texture) {
		return;
	}
	/* Deleting in a context that is not current would hit another one's names; a lost one takes
	 * them along anyway. */
	texture_destroy(texture,
		!generation_make_current(texture->gen, texture->gen->egl->current_surface));
}

void texture_damage(struct content *content, const pixman_region32_t *damage)
{
	if (content->texture) {
		pixman_region32_union(&content->texture->dirty, &content->texture->dirty,
			(pixman_region32_t *)damage);
	}
}

static bool texture_fits(const struct texture *texture, const struct content *content)
{
	return texture->width == content->layout.width &&
	       texture->height == content->layout.height &&
	       texture->format->fourcc == content->layout.fourcc;
}

static void set_sampling(struct texture *texture)
{
	const struct gl_api *api = texture->gen->api;

	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	texture->filter = GL_NEAREST;
}

static struct texture *texture_create(struct generation *gen, struct content *content)
{
	const struct format *format = format_from_fourcc(content->layout.fourcc);
	struct texture *texture;

	if (!format || !format_supported(format, &gen->caps) ||
		content->layout.width > gen->caps.max_texture_size ||
		content->layout.height > gen->caps.max_texture_size) {
		return NULL;
	}
	texture = calloc(1, sizeof(*texture));
	if (!texture) {
		return NULL;
	}
	texture->gen = gen;
	texture->content = content;
	texture->format = format;
	texture->width = content->layout.width;
	texture->height = content->layout.height;
	pixman_region32_init(&texture->dirty);
	wl_list_insert(&gen->textures, &texture->link);
	content->texture = texture;

	gen->api->glGenTextures(1, &texture->name);
	gen->api->glBindTexture(GL_TEXTURE_2D, texture->name);
	set_sampling(texture);
	return texture;
}

/* The whole image at once: storage and contents in one call, so that the driver need not clear what
 * is overwritten. */
static void upload_all(struct texture *texture, const uint8_t *pixels, bool whole_rows)
{
	const struct gl_api *api = texture->gen->api;
	const struct format *format = texture->format;

	api->glTexImage2D(GL_TEXTURE_2D, 0, format_internal(format, &texture->gen->caps),
		texture->width, texture->height, 0, format->format, format->type,
		whole_rows ? pixels : NULL);
	if (whole_rows) {
		texture->gen->counters.uploaded_bytes += content_bytes(texture->content);
	}
}

static void upload_box(struct texture *texture, const uint8_t *pixels, const pixman_box32_t *box)
{
	const struct gl_api *api = texture->gen->api;

	api->glPixelStorei(GL_UNPACK_SKIP_PIXELS_EXT, box->x1);
	api->glPixelStorei(GL_UNPACK_SKIP_ROWS_EXT, box->y1);
	api->glTexSubImage2D(GL_TEXTURE_2D, 0, box->x1, box->y1, box->x2 - box->x1,
		box->y2 - box->y1, texture->format->format, texture->format->type, pixels);
}

/* A stride that is no whole number of pixels can't be told to GL: row by row. */
static void upload_rows(struct texture *texture, const uint8_t *pixels, const pixman_box32_t *box)
{
	const struct content_layout *layout = &texture->content->layout;
	const struct gl_api *api = texture->gen->api;

	for (int32_t y = box->y1; y < box->y2; y++) {
		const uint8_t *row = pixels + (size_t)y * (size_t)layout->stride +
				     (size_t)box->x1 * layout->bytes_per_pixel;

		api->glTexSubImage2D(GL_TEXTURE_2D, 0, box->x1, y, box->x2 - box->x1, 1,
			texture->format->format, texture->format->type, row);
	}
}

static void upload_region(
	struct texture *texture, const uint8_t *pixels, pixman_region32_t *region, bool whole_rows)
{
	int count;
	const pixman_box32_t *boxes = pixman_region32_rectangles(region, &count);

	if (count > UPLOAD_RECTS_MAX) {
		boxes = pixman_region32_extents(region);
		count = 1;
	}
	for (int i = 0; i < count; i++) {
		const pixman_box32_t *box = &boxes[i];

		if (whole_rows) {
			upload_box(texture, pixels, box);
		} else {
			upload_rows(texture, pixels, box);
		}
		texture->gen->counters.uploaded_bytes += (uint64_t)(box->x2 - box->x1) *
							 (uint64_t)(box->y2 - box->y1) *
							 texture->format->bytes_per_pixel;
	}
}

static void upload(struct texture *texture, const uint8_t *pixels)
{
	const struct content_layout *layout = &texture->content->layout;
	struct generation *gen = texture->gen;
	bool whole_rows = layout->stride % layout->bytes_per_pixel == 0;

	gen->api->glBindTexture(GL_TEXTURE_2D, texture->name);
	gen->api->glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	gen->api->glPixelStorei(GL_UNPACK_ROW_LENGTH_EXT,
		whole_rows ? layout->stride / layout->bytes_per_pixel : 0);
	if (!texture->filled) {
		gen->api->glPixelStorei(GL_UNPACK_SKIP_PIXELS_EXT, 0);
		gen->api->glPixelStorei(GL_UNPACK_SKIP_ROWS_EXT, 0);
		upload_all(texture, pixels, whole_rows);
	}
	if (!whole_rows) {
		gen->api->glPixelStorei(GL_UNPACK_SKIP_PIXELS_EXT, 0);
		gen->api->glPixelStorei(GL_UNPACK_SKIP_ROWS_EXT, 0);
	}
	if (texture->filled || !whole_rows) {
		upload_region(texture, pixels, &texture->dirty, whole_rows);
	}
}

static void find_dirty(struct texture *texture)
{
	unsigned width = (unsigned)texture->width, height = (unsigned)texture->height;

	if (texture->filled) {
		pixman_region32_intersect_rect(
			&texture->dirty, &texture->dirty, 0, 0, width, height);
	} else {
		pixman_region32_fini(&texture->dirty);
		pixman_region32_init_rect(&texture->dirty, 0, 0, width, height);
	}
}

/* Returns false when the texture never got its pixels: nothing to show then. */
static bool texture_update(struct texture *texture)
{
	struct content *content = texture->content;
	const uint8_t *pixels;

	find_dirty(texture);
	if (!pixman_region32_not_empty(&texture->dirty)) {
		return texture->filled;
	}
	if (!texture->filled && content->drawn && !content_still_readable(content)) {
		return false;
	}
	if (!texture->filled) {
		generation_saw_error(texture->gen); /* what others did */
	}
	pixels = content_begin_read(content);
	if (!pixels) {
		return texture->filled;
	}
	upload(texture, pixels);
	content_end_read(content);
	/* A first upload that failed leaves no storage, or garbage; a later one the old pixels. */
	if (!texture->filled && generation_saw_error(texture->gen)) {
		return false;
	}
	texture->filled = true;
	pixman_region32_clear(&texture->dirty);
	return true;
}

static void count_restored(struct generation *gen, struct content *content)
{
	if (content->drawn) {
		gen->counters.restored_surfaces++;
		gen->counters.restored_bytes += content_bytes(content);
	}
	content->drawn = true;
}

struct texture *texture_get(struct generation *gen, struct content *content)
{
	struct texture *texture = content->texture;
	bool restored;

	if (content->kind != CONTENT_PIXELS) {
		return NULL;
	}
	if (texture && !texture_fits(texture, content)) {
		texture_drop(content);
		content->drawn = false;
		texture = NULL;
	}
	restored = !texture;
	if (!texture) {
		texture = texture_create(gen, content);
	}
	if (!texture) {
		return NULL;
	}
	if (!texture_update(texture)) {
		texture_destroy(texture, false);
		return NULL;
	}
	if (restored) {
		count_restored(gen, content);
	}
	return texture;
}

void texture_note_placeholder(struct generation *gen, struct content *content)
{
	enum content_loss why = content_restorable(content) ? CONTENT_LOSS_UPLOAD : content->gone;

	gen->counters.placeholders++;
	if (content->lost_in == gen->id || (why == CONTENT_LOSS_UPLOAD && !content->drawn)) {
		return;
	}
	content->lost_in = gen->id;
	content->lost = why;
	gen->counters.lost_surfaces++;
}
