/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/content.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
	content->shm = NULL;
	content->kind = CONTENT_NONE;
}

static size_t row_bytes(const struct content_layout *layout)
{
	return (size_t)layout->width * layout->bytes_per_pixel;
}

static bool layout_equal(const struct content_layout *a, const struct content_layout *b)
{
	return a->fourcc == b->fourcc && a->width == b->width && a->height == b->height &&
	       a->stride == b->stride;
}

bool content_layout_valid(const struct content_layout *layout)
{
	return layout->width > 0 && layout->height > 0 && layout->stride > 0 &&
	       layout->bytes_per_pixel > 0 && (size_t)layout->stride >= row_bytes(layout);
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
	content->shm = NULL;
	content->gone = CONTENT_LOSS_NONE;
	content->kind = CONTENT_SOLID;
	memcpy(content->solid, color, sizeof(content->solid));
}

void content_set_shm(struct content *content, struct wl_shm_buffer *shm,
	const struct content_layout *layout, bool bottom_left)
{
	if (content->kind != CONTENT_PIXELS || !layout_equal(&content->layout, layout)) {
		content_drop_copy(content);
	}
	content->kind = CONTENT_PIXELS;
	content->layout = *layout;
	content->bottom_left = bottom_left;
	content->shm = shm;
	content->gone = CONTENT_LOSS_NONE;
}

void content_release_shm(struct content *content)
{
	content->shm = NULL;
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
	return (size_t)content->layout.height * (size_t)content->layout.stride;
}

static bool allocate_copy(struct content *content)
{
	size_t bytes = content_bytes(content);

	content->copy = malloc(bytes);
	content->copy_bytes = content->copy ? bytes : 0;
	return content->copy;
}

static void copy_box(struct content *content, const uint8_t *source, const pixman_box32_t *box)
{
	const struct content_layout *layout = &content->layout;
	size_t left = (size_t)box->x1 * layout->bytes_per_pixel;
	size_t bytes = (size_t)(box->x2 - box->x1) * layout->bytes_per_pixel;

	for (int32_t y = box->y1; y < box->y2; y++) {
		size_t offset = (size_t)y * (size_t)layout->stride + left;

		memcpy(content->copy + offset, source + offset, bytes);
	}
}

static bool readable_shm(const struct content *content)
{
	return content->shm && content->gone == CONTENT_LOSS_NONE;
}

bool content_update_copy(struct content *content, const pixman_region32_t *damage)
{
	const struct content_layout *layout = &content->layout;
	pixman_region32_t todo;
	const pixman_box32_t *boxes;
	const uint8_t *source;
	int count;
	bool fresh = !content->copy;

	if (!readable_shm(content) || (fresh && !allocate_copy(content))) {
		return false;
	}
	pixman_region32_init_rect(&todo, 0, 0, (unsigned)layout->width, (unsigned)layout->height);
	if (!fresh) {
		pixman_region32_intersect(&todo, &todo, damage);
	}
	wl_shm_buffer_begin_access(content->shm);
	source = wl_shm_buffer_get_data(content->shm);
	boxes = pixman_region32_rectangles(&todo, &count);
	for (int i = 0; i < count; i++) {
		copy_box(content, source, &boxes[i]);
	}
	wl_shm_buffer_end_access(content->shm);
	pixman_region32_fini(&todo);
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

bool content_restorable(const struct content *content)
{
	return content->kind == CONTENT_SOLID ||
	       (content->kind == CONTENT_PIXELS && (readable_shm(content) || content->copy));
}

const uint8_t *content_begin_read(struct content *content)
{
	if (!readable_shm(content)) {
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
