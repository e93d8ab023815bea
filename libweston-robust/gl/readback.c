/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/readback.h"

#include <stdlib.h>
#include <string.h>

#include "gl/scratch.h"
#include "gl/texture.h"

#define BYTES_PER_PIXEL ((size_t)4)

static void swap_red_and_blue(uint8_t *row, int32_t width)
{
	for (size_t x = 0; x < (size_t)width; x++) {
		uint8_t red = row[BYTES_PER_PIXEL * x];

		row[BYTES_PER_PIXEL * x] = row[BYTES_PER_PIXEL * x + 2];
		row[BYTES_PER_PIXEL * x + 2] = red;
	}
}

/* Copy packed rows, lowest first if @bottom_up, to where they belong. */
static void place_rows(const struct readback *read, uint8_t *rows, bool bottom_up, bool swap)
{
	size_t row_bytes = (size_t)read->width * BYTES_PER_PIXEL;

	for (int32_t y = 0; y < read->height; y++) {
		int32_t from = bottom_up ? read->height - 1 - y : y;
		uint8_t *row = rows + (size_t)from * row_bytes;

		if (swap) {
			swap_red_and_blue(row, read->width);
		}
		memcpy(read->pixels + (ptrdiff_t)y * read->stride, row, row_bytes);
	}
}

bool readback_target(
	struct generation *gen, const struct target *target, const struct readback *read)
{
	const struct gl_api *api = gen->api;
	bool bottom_up = target->kind == TARGET_WINDOW;
	bool native_bgra = read->bgra && gen->caps.read_bgra;
	GLenum format = native_bgra ? GL_BGRA_EXT : GL_RGBA;
	int32_t y = bottom_up ? target->height - read->y - read->height : read->y;
	bool in_place = !read->staged && !bottom_up && native_bgra == read->bgra &&
			read->stride == (ptrdiff_t)((size_t)read->width * BYTES_PER_PIXEL);
	uint8_t *rows = read->pixels;
	GLenum error;

	if (generation_read_errors(gen, &error)) {
		return false;
	}
	if (!in_place) {
		rows = malloc((size_t)read->width * (size_t)read->height * BYTES_PER_PIXEL);
	}
	if (!rows) {
		return false;
	}
	api->glReadPixels(read->x, y, read->width, read->height, format, GL_UNSIGNED_BYTE, rows);
	if (generation_read_errors(gen, &error) || error != GL_NO_ERROR) {
		if (!in_place) {
			free(rows);
		}
		return false;
	}
	if (!in_place) {
		place_rows(read, rows, bottom_up, native_bgra != read->bgra);
		free(rows);
	}
	return true;
}

static void draw_content(struct generation *gen, struct content *content, int32_t x, int32_t y,
	int32_t width, int32_t height)
{
	struct affine same = {.a = 1.0f, .e = 1.0f};
	struct frame_item item = {
		.content = content,
		.to_buffer = affine_translated(&same, (float)x, (float)y),
		.alpha = 1.0f,
	};
	struct frame frame = {0};
	pixman_region32_t all;

	pixman_region32_init_rect(&all, 0, 0, (unsigned)width, (unsigned)height);
	frame_begin(&frame, width, height, false);
	item.to_clip = frame_to_clip(&frame);
	frame_add(&frame, &item, &all, &same, &all);
	draw_frame(gen, &frame, DRAW_VIEW_NORMAL, NULL);
	frame_fini(&frame);
	pixman_region32_fini(&all);
}

bool readback_content(struct generation *gen, struct content *content, int32_t x, int32_t y,
	int32_t width, int32_t height, uint8_t *pixels)
{
	struct scratch scratch;
	GLenum error;
	bool lost;

	if (!scratch_begin(&scratch, gen, width, height)) {
		return false;
	}
	if (!texture_get(gen, content)) {
		scratch_end(&scratch);
		return false;
	}
	generation_read_errors(gen, &error);
	draw_content(gen, content, x, y, width, height);
	scratch_read(&scratch, 0, 0, width, height, pixels);
	scratch_end(&scratch);
	lost = generation_read_errors(gen, &error);
	gen->seen_loss |= lost; /* this is not the place to act on it */
	return !lost && error == GL_NO_ERROR;
}
