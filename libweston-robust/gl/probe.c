/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What is drawn in a new context before anybody sees it: the proof of life, and what warms it up.
 */
#include "gl/draw.h"

#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "gl/scratch.h"
#include "gl/texture.h"

/* Edge length of the proof's pattern, pixels. */
#define PROBE_SIZE 4

static const uint32_t blue[] = {0xff0000ff};
static const struct content_layout blue_layout = {
	.fourcc = DRM_FORMAT_ARGB8888, .width = 1, .height = 1, .stride = 4, .bytes_per_pixel = 4};

/* A red square in the upper left quarter of a blue field; red from a solid colour, blue from a
 * texture. */
static void draw_probe_pattern(struct generation *gen, struct frame *frame, struct content *field)
{
	struct affine same = {.a = 1.0f, .e = 1.0f}, clip;
	pixman_region32_t all, quarter;

	pixman_region32_init_rect(&all, 0, 0, PROBE_SIZE, PROBE_SIZE);
	pixman_region32_init_rect(&quarter, 0, 0, PROBE_SIZE / 2, PROBE_SIZE / 2);

	frame_begin(frame, PROBE_SIZE, PROBE_SIZE, false);
	clip = frame_to_clip(frame);
	frame_add(frame,
		&(struct frame_item){
			.content = field, .to_clip = clip, .to_buffer = same, .alpha = 1.0f},
		&all, &same, &all);
	frame_add(frame,
		&(struct frame_item){.solid = {1.0f, 0.0f, 0.0f, 1.0f},
			.to_clip = clip,
			.alpha = 1.0f,
			.blend = true},
		&quarter, &same, &all);
	draw_frame(gen, frame, DRAW_VIEW_NORMAL, NULL);

	pixman_region32_fini(&quarter);
	pixman_region32_fini(&all);
}

static bool probe_pixels_right(const uint8_t pixels[PROBE_SIZE * PROBE_SIZE][4])
{
	for (int i = 0; i < PROBE_SIZE * PROBE_SIZE; i++) {
		bool red = i % PROBE_SIZE < PROBE_SIZE / 2 && i / PROBE_SIZE < PROBE_SIZE / 2;
		const uint8_t expected[4] = {red ? 255 : 0, 0, red ? 0 : 255, 255};

		if (memcmp(pixels[i], expected, sizeof(expected)) != 0) {
			return false;
		}
	}
	return true;
}

bool draw_probe(struct generation *gen)
{
	uint8_t pixels[PROBE_SIZE * PROBE_SIZE][4];
	struct content field;
	struct frame frame = {0};
	struct scratch scratch;
	bool alive = false;

	memset(pixels, 0x55, sizeof(pixels));
	content_init(&field);
	if (content_set_pixels(&field, blue, &blue_layout) &&
		scratch_begin(&scratch, gen, PROBE_SIZE, PROBE_SIZE)) {
		draw_probe_pattern(gen, &frame, &field);
		scratch_read(&scratch, 0, 0, PROBE_SIZE, PROBE_SIZE, pixels);
		scratch_end(&scratch);
		alive = !frame.failed && probe_pixels_right(pixels);
	}
	texture_drop(&field);
	content_fini(&field);
	frame_fini(&frame);
	return alive;
}

static void draw_once(struct generation *gen, const struct program_key *key)
{
	const struct gl_api *api = gen->api;
	char *text = NULL;
	const struct program *program = program_get(gen, key, &text);

	free(text);
	if (!program) {
		return;
	}
	api->glUseProgram(program->name);
	api->glDrawArrays(GL_TRIANGLES, 0, 3);
	api->glEnable(GL_BLEND);
	api->glDrawArrays(GL_TRIANGLES, 0, 3);
	api->glDisable(GL_BLEND);
}

/* The next use tries again, and has somebody to tell. */
static void forget_failures(struct generation *gen)
{
	struct program *program, *next;

	wl_list_for_each_safe (program, next, &gen->programs, link) {
		if (!program->name) {
			program_destroy(gen, program, true);
		}
	}
}

bool draw_prepare(struct generation *gen, const struct program_set *programs)
{
	static const GLfloat triangle[] = {0.0f, 0.0f, 4.0f, 0.0f, 0.0f, 4.0f};
	struct content field;
	struct scratch scratch;
	struct texture *texture;
	GLenum error;

	content_init(&field);
	if (programs->count > 0 && content_set_pixels(&field, blue, &blue_layout) &&
		scratch_begin(&scratch, gen, PROBE_SIZE, PROBE_SIZE)) {
		texture = texture_get(gen, &field);
		if (texture) {
			texture_bind(texture, false);
		}
		gen->api->glBufferData(GL_ARRAY_BUFFER, sizeof(triangle), triangle, GL_STREAM_DRAW);
		for (unsigned i = 0; i < programs->count; i++) {
			draw_once(gen, &programs->keys[i]);
		}
		scratch_end(&scratch);
	}
	gen->api->glDisable(GL_BLEND);
	gen->blending = false;
	gen->bound_program = NULL;
	texture_drop(&field);
	content_fini(&field);
	forget_failures(gen);
	return !generation_read_errors(gen, &error) && error == GL_NO_ERROR;
}
