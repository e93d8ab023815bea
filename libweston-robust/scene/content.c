/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scene/image-source.h"

/* Linux 5.14. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

void content_init(struct content *content)
{
	memset(content, 0, sizeof(*content));
}

void content_fini(struct content *content)
{
	content_drop_copy(content);
	content_release_shm(content);
	content->source = NULL;
	content->kind = CONTENT_NONE;
}

struct content_plane content_layout_plane(const struct content_layout *layout, unsigned index)
{
	if (index > 0) {
		return layout->more[index - 1];
	}
	return (struct content_plane){
		.width = layout->width,
		.height = layout->height,
		.stride = layout->stride,
		.bytes_per_texel = layout->bytes_per_pixel,
		.hsub = 1,
		.vsub = 1,
	};
}

static bool plane_valid(const struct content_plane *plane)
{
	return plane->width > 0 && plane->height > 0 && plane->stride > 0 &&
	       plane->bytes_per_texel > 0 &&
	       (size_t)plane->stride >= (size_t)plane->width * plane->bytes_per_texel;
}

bool content_layout_valid(const struct content_layout *layout)
{
	for (unsigned i = 0; i <= layout->more_planes; i++) {
		struct content_plane plane = content_layout_plane(layout, i);

		if (!plane_valid(&plane)) {
			return false;
		}
	}
	return true;
}

static int32_t min(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

pixman_box32_t content_layout_texels(const struct content_layout *layout,
	const struct content_plane *plane, const pixman_box32_t *box)
{
	int32_t group = layout->group > 1 ? layout->group : 1;
	int32_t left = box->x1 / group * group;
	int32_t right = (box->x2 + group - 1) / group * group;

	return (pixman_box32_t){
		.x1 = left / plane->hsub,
		.y1 = box->y1 / plane->vsub,
		.x2 = min((right + plane->hsub - 1) / plane->hsub, plane->width),
		.y2 = min((box->y2 + plane->vsub - 1) / plane->vsub, plane->height),
	};
}

size_t content_layout_bytes(const struct content_layout *layout)
{
	size_t bytes = 0;

	for (unsigned i = 0; i <= layout->more_planes; i++) {
		struct content_plane plane = content_layout_plane(layout, i);
		size_t end = plane.offset + (size_t)plane.height * (size_t)plane.stride;

		bytes = end > bytes ? end : bytes;
	}
	return bytes;
}

void content_drop_copy(struct content *content)
{
	free(content->copy);
	content->copy = NULL;
	content->copy_bytes = 0;
}

void content_set_solid(struct content *content, const float color[4])
{
	content_drop_copy(content);
	content_release_shm(content);
	content->source = NULL;
	content->gone = CONTENT_LOSS_NONE;
	content->kind = CONTENT_SOLID;
	memcpy(content->solid, color, sizeof(content->solid));
}

void content_set_layout(struct content *content, const struct content_layout *layout)
{
	content_drop_copy(content);
	content->kind = CONTENT_PIXELS;
	content->layout = *layout;
	content->source = NULL;
}

void content_set_image(struct content *content, struct image_source *source, bool bottom_left)
{
	content_drop_copy(content);
	content_release_shm(content);
	content->source = source;
	content->renewed = true;
	content->layout = (struct content_layout){
		.fourcc = source->fourcc,
		.width = source->width,
		.height = source->height,
	};
	content->bottom_left = bottom_left;
	content->gone = CONTENT_LOSS_NONE;
	content->kind = CONTENT_IMAGE;
}

void content_forget(struct content *content, enum content_loss why)
{
	content_drop_copy(content);
	content->gone = why;
}

size_t content_bytes(const struct content *content)
{
	if (content->kind != CONTENT_PIXELS) {
		return 0;
	}
	return content_layout_bytes(&content->layout);
}

static bool allocate_copy(struct content *content)
{
	size_t bytes = content_bytes(content);

	content->copy = malloc(bytes);
	content->copy_bytes = content->copy ? bytes : 0;
	return content->copy;
}

/* Rows lie one after the other. What is between them may as well be copied where it is little. */
static bool rows_are_wide(const struct content_plane *plane, size_t bytes)
{
	return bytes + bytes / 16 >= (size_t)plane->stride;
}

static void copy_texels(uint8_t *copy, const uint8_t *source, const struct content_plane *plane,
	const pixman_box32_t *texels)
{
	size_t bytes = (size_t)(texels->x2 - texels->x1) * plane->bytes_per_texel;
	size_t stride = (size_t)plane->stride;
	size_t offset = plane->offset + (size_t)texels->y1 * stride +
			(size_t)texels->x1 * plane->bytes_per_texel;
	int32_t rows = texels->y2 - texels->y1;

	if (rows_are_wide(plane, bytes)) {
		memcpy(copy + offset, source + offset, (size_t)(rows - 1) * stride + bytes);
		return;
	}
	for (; rows > 0; rows--, offset += stride) {
		memcpy(copy + offset, source + offset, bytes);
	}
}

/* @box is within the image. */
static void copy_planes(struct content *content, const uint8_t *source, const pixman_box32_t *box)
{
	const struct content_layout *layout = &content->layout;

	for (unsigned i = 0; i <= layout->more_planes; i++) {
		struct content_plane plane = content_layout_plane(layout, i);
		pixman_box32_t texels = content_layout_texels(layout, &plane, box);

		if (texels.x1 < texels.x2 && texels.y1 < texels.y2) {
			copy_texels(content->copy, source, &plane, &texels);
		}
	}
}

/* What of @box is within the image. */
static void copy_box(struct content *content, const uint8_t *source, const pixman_box32_t *box)
{
	const struct content_layout *layout = &content->layout;
	const pixman_box32_t inside = {
		.x1 = box->x1 > 0 ? box->x1 : 0,
		.y1 = box->y1 > 0 ? box->y1 : 0,
		.x2 = min(box->x2, layout->width),
		.y2 = min(box->y2, layout->height),
	};

	if (inside.x1 >= inside.x2 || inside.y1 >= inside.y2) {
		return;
	}
	if (layout->more_planes == 0 && layout->group <= 1) {
		const struct content_plane plane = {
			.stride = layout->stride,
			.bytes_per_texel = layout->bytes_per_pixel,
		};

		copy_texels(content->copy, source, &plane, &inside);
	} else {
		copy_planes(content, source, &inside);
	}
}

static bool readable_shm(const struct content *content)
{
	return content->shm && content->gone == CONTENT_LOSS_NONE;
}

/* Touches every page, and is told so instead of receiving a signal where a page has nothing behind
 * it. Without such a kernel libwayland's guard is left: it ends the client. */
bool content_still_readable(struct content *content)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin, end;

	if (!readable_shm(content)) {
		return !content->shm;
	}
	begin = (uintptr_t)wl_shm_buffer_get_data(content->shm);
	end = begin + content_bytes(content);
	begin -= begin % page;
	if (madvise((void *)begin, end - begin, MADV_POPULATE_READ) < 0 && errno == EFAULT) {
		content_forget(content, CONTENT_LOSS_UNREADABLE);
		return false;
	}
	return true;
}

static struct digest digest_of_shm(struct content *content)
{
	struct digest digest;

	wl_shm_buffer_begin_access(content->shm);
	digest = digest_of(wl_shm_buffer_get_data(content->shm), content_bytes(content));
	wl_shm_buffer_end_access(content->shm);
	return digest;
}

bool content_lend(struct content *content)
{
	if (!readable_shm(content)) {
		return false;
	}
	if (!content->lent) {
		content->lent_digest = digest_of_shm(content);
		content->lent = true;
	}
	return true;
}

/* Nothing tells of a client that begins to draw. */
static bool readable_and_same(struct content *content)
{
	if (readable_shm(content) && content->lent && content_still_readable(content) &&
		!digest_equal(digest_of_shm(content), content->lent_digest)) {
		content_forget(content, CONTENT_LOSS_REPAINTED);
	}
	return readable_shm(content);
}

bool content_update_copy(struct content *content, const pixman_region32_t *damage)
{
	const struct content_layout *layout = &content->layout;
	const pixman_box32_t whole = {0, 0, layout->width, layout->height};
	const pixman_box32_t *boxes = &whole;
	const uint8_t *source;
	int count = 1;
	bool fresh = !content->copy;

	if (!readable_and_same(content) || (fresh && !allocate_copy(content))) {
		return false;
	}
	if (!fresh) {
		boxes = pixman_region32_rectangles((pixman_region32_t *)damage, &count);
	}
	wl_shm_buffer_begin_access(content->shm);
	source = wl_shm_buffer_get_data(content->shm);
	for (int i = 0; i < count; i++) {
		copy_box(content, source, &boxes[i]);
	}
	wl_shm_buffer_end_access(content->shm);
	return true;
}

bool content_set_pixels(
	struct content *content, const void *pixels, const struct content_layout *layout)
{
	content_set_shm(content, NULL, layout, false);
	if (!content->copy && !allocate_copy(content)) {
		content->kind = CONTENT_NONE;
		return false;
	}
	memcpy(content->copy, pixels, content->copy_bytes);
	return true;
}

bool content_restorable(const struct content *content)
{
	return content->kind == CONTENT_SOLID ||
	       (content->kind == CONTENT_IMAGE && image_source_readable(content->source)) ||
	       (content->kind == CONTENT_PIXELS && (readable_shm(content) || content->copy));
}

const uint8_t *content_begin_read(struct content *content)
{
	if (!readable_and_same(content)) {
		return content->copy;
	}
	wl_shm_buffer_begin_access(content->shm);
	return wl_shm_buffer_get_data(content->shm);
}

void content_end_read(struct content *content)
{
	if (readable_shm(content)) {
		wl_shm_buffer_end_access(content->shm);
	}
}
