/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/readback.h"

#include <stdlib.h>
#include <string.h>

#include "gl/scratch.h"
#include "gl/texture.h"

static void swap_red_and_blue(uint8_t *row, int32_t width)
{
	for (size_t x = 0; x < (size_t)width; x++) {
		uint8_t red = row[4 * x];

		row[4 * x] = row[4 * x + 2];
		row[4 * x + 2] = red;
	}
}

static void fill_alpha(uint8_t *row, int32_t width)
{
	for (size_t x = 0; x < (size_t)width; x++) {
		row[4 * x + 3] = 0xff;
	}
}

struct readback_layout readback_layout(
	const struct generation *gen, const struct target *target, const struct readback *read)
{
	bool bgra = read->bgra && !read->half_float;
	bool native_bgra = bgra && gen->caps.read_bgra;
	struct readback_layout layout = {
		.format = native_bgra ? GL_BGRA_EXT : GL_RGBA,
		.type = read->half_float ? GL_HALF_FLOAT : GL_UNSIGNED_BYTE,
		.row_bytes = (size_t)read->width * (read->half_float ? 8 : 4),
		.y = read->y,
		.bottom_up = target->kind == TARGET_WINDOW,
		.swap = native_bgra != bgra,
		.opaque = target->takes_copies && !read->no_alpha && !read->half_float,
	};

	if (layout.bottom_up) {
		layout.y = target->height - read->y - read->height;
	}
	return layout;
}

void readback_place(
	const struct readback *read, const struct readback_layout *layout, const uint8_t *rows)
{
	for (int32_t y = 0; y < read->height; y++) {
		int32_t from = layout->bottom_up ? read->height - 1 - y : y;
		uint8_t *row = read->pixels + (ptrdiff_t)y * read->stride;

		memcpy(row, rows + (size_t)from * layout->row_bytes, layout->row_bytes);
		if (layout->swap) {
			swap_red_and_blue(row, read->width);
		}
		if (layout->opaque) {
			fill_alpha(row, read->width);
		}
	}
}

bool readback_target(
	struct generation *gen, const struct target *target, const struct readback *read)
{
	struct readback_layout layout = readback_layout(gen, target, read);
	bool in_place = !read->staged && !layout.bottom_up && !layout.swap && !layout.opaque &&
			read->stride == (ptrdiff_t)layout.row_bytes;
	uint8_t *rows = read->pixels;
	GLenum error;
	bool ok;

	if (generation_read_errors(gen, &error)) {
		return false;
	}
	if (!in_place) {
		rows = malloc(layout.row_bytes * (size_t)read->height);
	}
	if (!rows) {
		return false;
	}
	gen->api->glReadPixels(
		read->x, layout.y, read->width, read->height, layout.format, layout.type, rows);
	ok = !generation_read_errors(gen, &error) && error == GL_NO_ERROR;
	if (!in_place && ok) {
		readback_place(read, &layout, rows);
	}
	if (!in_place) {
		free(rows);
	}
	return ok;
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
	const pixman_box32_t box = {0, 0, width, height};
	const struct boxes all = {&box, 1};

	frame_begin(&frame, width, height, false);
	item.to_clip = frame_to_clip(&frame);
	frame_add(&frame, &item, all, &same, all);
	draw_frame(gen, &frame, DRAW_VIEW_NORMAL, NULL);
	frame_fini(&frame);
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
