/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/texture.h"

#include <stdlib.h>

#include "gl/image.h"
#include "gl/state.h"
#include "gl/upload.h"
#include "scene/geometry.h"

void texture_destroy(struct texture *texture, bool lost)
{
	if (!lost && texture->names[0]) {
		texture->gen->api->glDeleteTextures((GLsizei)texture->count, texture->names);
		state_forget_texture(texture->gen);
		if (texture->framebuffer) {
			texture->gen->api->glDeleteFramebuffers(1, &texture->framebuffer);
		}
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
	struct texture *texture = content->texture;

	if (texture && region_empty(&texture->dirty)) {
		pixman_region32_copy(&texture->dirty, (pixman_region32_t *)damage);
	} else if (texture) {
		pixman_region32_union(
			&texture->dirty, &texture->dirty, (pixman_region32_t *)damage);
	}
}

static bool texture_fits(const struct texture *texture, const struct content *content)
{
	return texture->format && texture->width == content->layout.width &&
	       texture->height == content->layout.height &&
	       texture->format->fourcc == content->layout.fourcc;
}

void texture_bind_alone(const struct texture *texture, unsigned index)
{
	if (texture->target == GL_TEXTURE_2D) {
		state_bind_texture(texture->gen, texture->names[index]);
	} else {
		texture->gen->api->glBindTexture(texture->target, texture->names[index]);
	}
}

static void set_filter(const struct texture *texture, GLint filter)
{
	const struct gl_api *api = texture->gen->api;

	api->glTexParameteri(texture->target, GL_TEXTURE_MIN_FILTER, filter);
	api->glTexParameteri(texture->target, GL_TEXTURE_MAG_FILTER, filter);
}

static void make_names(struct texture *texture)
{
	const struct gl_api *api = texture->gen->api;

	api->glGenTextures((GLsizei)texture->count, texture->names);
	for (unsigned i = 0; i < texture->count; i++) {
		texture_bind_alone(texture, i);
		api->glTexParameteri(texture->target, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
		api->glTexParameteri(texture->target, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
		set_filter(texture, GL_NEAREST);
	}
	texture->filter = GL_NEAREST;
}

static void bind_further(struct texture *texture, GLint filter)
{
	const struct gl_api *api = texture->gen->api;

	for (unsigned i = 1; i < texture->count; i++) {
		api->glActiveTexture(GL_TEXTURE0 + i);
		api->glBindTexture(texture->target, texture->names[i]);
		if (texture->filter != filter) {
			set_filter(texture, filter);
		}
	}
	api->glActiveTexture(GL_TEXTURE0);
}

void texture_bind_all(struct texture *texture, GLint filter)
{
	if (texture->count > 1) {
		bind_further(texture, filter);
	}
	texture_bind_alone(texture, 0);
	if (texture->filter != filter) {
		set_filter(texture, filter);
		texture->filter = filter;
	}
}

static void set_size(struct texture *texture, int32_t width, int32_t height)
{
	texture->width = width;
	texture->height = height;
	texture->pixel_x = 1.0f / (float)width;
	texture->pixel_y = 1.0f / (float)height;
}

static struct texture *allocate(struct generation *gen, struct content *content)
{
	struct texture *texture = calloc(1, sizeof(*texture));

	if (!texture) {
		return NULL;
	}
	texture->gen = gen;
	texture->content = content;
	set_size(texture, content->layout.width, content->layout.height);
	texture->target = GL_TEXTURE_2D;
	pixman_region32_init(&texture->dirty);
	wl_list_insert(&gen->textures, &texture->link);
	content->texture = texture;
	return texture;
}

static struct program_key key_of(
	enum format_sampling sampling, enum channel_order order, bool alpha)
{
	static const enum program_source sources[] = {
		[SAMPLING_RGBA] = PROGRAM_RGBA,
		[SAMPLING_Y_U_V] = PROGRAM_Y_U_V,
		[SAMPLING_Y_UV] = PROGRAM_Y_UV,
		[SAMPLING_Y_XUXV] = PROGRAM_Y_XUXV,
		[SAMPLING_XYUV] = PROGRAM_XYUV,
		[SAMPLING_EXTERNAL] = PROGRAM_EXTERNAL,
	};

	return (struct program_key){
		.source = sources[sampling] & 0xf, .order = order & 0xf, .opaque = !alpha};
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
	texture = allocate(gen, content);
	if (!texture) {
		return NULL;
	}
	texture->format = format;
	texture->sampling = format->sampling;
	texture->key = key_of(format->sampling, format->order, format->alpha);
	texture->count = format->texture_count;
	for (unsigned i = 0; i < texture->count; i++) {
		texture->planes[i].gl = format_upload(&format->textures[i], &gen->caps);
	}
	make_names(texture);
	return texture;
}

static void find_dirty(struct texture *texture)
{
	unsigned width = (unsigned)texture->width, height = (unsigned)texture->height;

	if (texture->filled && (texture->dirty.extents.x1 < 0 || texture->dirty.extents.y1 < 0 ||
				       texture->dirty.extents.x2 > texture->width ||
				       texture->dirty.extents.y2 > texture->height)) {
		pixman_region32_intersect_rect(
			&texture->dirty, &texture->dirty, 0, 0, width, height);
	} else if (!texture->filled) {
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
	if (region_empty(&texture->dirty)) {
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
	upload_dirty(texture, pixels);
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

static bool texture_shows(const struct texture *texture, const struct image *image)
{
	return !texture->format && texture->count == image->count &&
	       texture->sampling == image->sampling && texture->key.order == image->order;
}

static struct texture *create_for_image(
	struct generation *gen, struct content *content, const struct image *image)
{
	struct texture *texture = allocate(gen, content);

	if (!texture) {
		return NULL;
	}
	texture->sampling = image->sampling;
	texture->key = key_of(image->sampling, image->order, image->source->alpha);
	texture->count = image->count;
	if (image->sampling == SAMPLING_EXTERNAL) {
		texture->target = GL_TEXTURE_EXTERNAL_OES;
	}
	make_names(texture);
	return texture;
}

static void point_at(struct texture *texture, const struct image *image)
{
	const struct gl_api *api = texture->gen->api;

	for (unsigned i = 0; i < texture->count; i++) {
		texture_bind_alone(texture, i);
		api->glEGLImageTargetTexture2DOES(texture->target, image->handles[i]);
	}
	set_size(texture, texture->content->layout.width, texture->content->layout.height);
	texture->key.opaque = !image->source->alpha;
	texture->filled = true;
	texture->content->renewed = false;
}

/* An image that GL does not take is its client's fault, or the driver's, but no sign that the frame
 * can't be trusted. Returns false then. */
static bool point_at_new(struct texture *texture, struct image *image)
{
	struct generation *gen = texture->gen;
	GLenum before;

	generation_saw_error(gen);
	before = gen->seen_error;
	point_at(texture, image);
	image->refused = generation_saw_error(gen);
	image->sampled = true;
	gen->seen_error = before;
	return !image->refused;
}

static struct texture *get_for_image(struct generation *gen, struct content *content)
{
	struct image *image = image_get(gen, content->source);
	struct texture *texture = content->texture;
	bool restored;

	if (texture && (!image || !texture_shows(texture, image))) {
		texture_drop(content);
		content->drawn = false;
		texture = NULL;
	}
	if (!image || image->refused) {
		return NULL;
	}
	restored = !texture;
	if (!texture) {
		texture = create_for_image(gen, content, image);
	}
	if (!texture) {
		return NULL;
	}
	if (!image->sampled && !point_at_new(texture, image)) {
		texture_destroy(texture, false);
		return NULL;
	}
	if (content->renewed || !texture->filled) {
		point_at(texture, image);
	}
	if (restored) {
		count_restored(gen, content);
	}
	return texture;
}

struct texture *texture_get(struct generation *gen, struct content *content)
{
	struct texture *texture = content->texture;
	bool restored;

	if (content->kind == CONTENT_IMAGE) {
		return get_for_image(gen, content);
	}
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

/* A dmabuf was imported, and perhaps drawn from, before its client was told that it can be used. */
static bool was_shown(const struct content *content)
{
	return content->drawn ||
	       (content->kind == CONTENT_IMAGE && content->source->way && !content->source->image);
}

void texture_note_placeholder(struct generation *gen, struct content *content)
{
	enum content_loss why = content_restorable(content) ? CONTENT_LOSS_UPLOAD : content->gone;

	if (why == CONTENT_LOSS_NONE) {
		why = CONTENT_LOSS_NOT_KEPT;
	}
	gen->counters.placeholders++;
	if (content->lost_in == gen->id || (why == CONTENT_LOSS_UPLOAD && !was_shown(content))) {
		return;
	}
	content->lost_in = gen->id;
	content->lost = why;
	gen->counters.lost_surfaces++;
	/* EGL tells no reason. It was an image before, so there is hope; but not that a software
	 * driver can read the GPU's memory. */
	if (content->kind == CONTENT_IMAGE && why == CONTENT_LOSS_UPLOAD && !gen->egl->software &&
		gen->seen_error == GL_NO_ERROR) {
		gen->seen_error = GL_INVALID_OPERATION;
	}
}
