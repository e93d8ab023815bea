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

/*
 * No power of two, as few windows are: a driver may compile a program anew for that, as for another
 * format of the target (llvmpipe: 0.4 ms of the first frame).
 */
#define RED_SIZE 3
#define RED 0xffff0000
static const uint32_t red_pixels[] = {RED, RED, RED, RED, RED, RED, RED, RED, RED};
static const struct content_layout red_layout = {.fourcc = DRM_FORMAT_ARGB8888,
	.width = RED_SIZE,
	.height = RED_SIZE,
	.stride = 4 * RED_SIZE,
	.bytes_per_pixel = 4};

/* A red square in the upper left quarter. */
static void draw_square(struct generation *gen, struct frame *frame, struct content *square,
	const struct program_key *key, bool copy)
{
	struct affine same = {.a = 1.0f, .e = 1.0f};
	bool textured = copy || key->source != PROGRAM_SOLID;
	const pixman_box32_t box = {0, 0, PROBE_SIZE / 2, PROBE_SIZE / 2};
	const struct boxes quarter = {&box, 1};

	frame_begin(frame, PROBE_SIZE, PROBE_SIZE, false);
	frame->copies = copy;
	frame_add(frame,
		&(struct frame_item){.content = textured ? square : NULL,
			.solid = {1.0f, 0.0f, 0.0f, 1.0f},
			.to_clip = frame_to_clip(frame),
			.to_buffer = same,
			.alpha = 1.0f,
			.opaque = key->opaque,
			.copy = copy},
		quarter, &same, quarter);
	draw_frame(gen, frame, DRAW_VIEW_NORMAL, NULL);
}

/* A blue field behind it. */
static void draw_probe_pattern(struct generation *gen, struct frame *frame, struct content *square,
	const struct program_key *key, bool copy)
{
	gen->api->glClearColor(0.0f, 0.0f, 1.0f, 1.0f);
	gen->api->glClear(GL_COLOR_BUFFER_BIT);
	gen->api->glClearColor(0.0f, 0.0f, 0.0f, 0.0f);
	draw_square(gen, frame, square, key, copy);
}

static bool can_draw_square(const struct program_key *key)
{
	return key->source == PROGRAM_RGBA && key->order == CHANNEL_ORDER_RGBA && !key->tint &&
	       !key->pre && !key->mapping && !key->post;
}

/*
 * The program that the proof draws with: one that frames need anyway, since each further one is
 * half a context's price (llvmpipe, until its first picture). A session's first frame is a plain
 * colour: its clients have yet to start.
 */
static struct program_key probe_key(
	const struct generation *gen, const struct program_set *programs)
{
	const struct program *program;

	for (unsigned i = 0; programs && i < programs->count; i++) {
		if (programs->used[i] && can_draw_square(&programs->keys[i])) {
			return programs->keys[i];
		}
	}
	wl_list_for_each (program, &gen->programs, link) {
		if (program->name && can_draw_square(&program->key)) {
			return program->key;
		}
	}
	return (struct program_key){.source = PROGRAM_SOLID};
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

static bool any_used(const struct program_set *programs)
{
	bool used = false;

	for (unsigned i = 0; i < programs->count; i++) {
		used |= programs->used[i];
	}
	return used;
}

bool draw_probe(struct generation *gen, const struct program_set *programs)
{
	const struct program_key key = probe_key(gen, programs);
	/* Frames that needed no program were copied: then so is the pattern. */
	bool copy =
		gen->caps.cheap_copies && programs && programs->count > 0 && !any_used(programs);
	uint8_t pixels[PROBE_SIZE * PROBE_SIZE][4];
	struct content square;
	struct frame frame = {0};
	struct scratch scratch;
	bool alive = false;

	memset(pixels, 0x55, sizeof(pixels));
	content_init(&square);
	if (content_set_pixels(&square, red_pixels, &red_layout) &&
		scratch_begin_output(&scratch, gen, PROBE_SIZE, PROBE_SIZE)) {
		draw_probe_pattern(gen, &frame, &square, &key, copy);
		scratch_read(&scratch, 0, 0, PROBE_SIZE, PROBE_SIZE, pixels);
		scratch_end(&scratch);
		alive = !frame.failed && probe_pixels_right(pixels);
	}
	texture_drop(&square);
	content_fini(&square);
	frame_fini(&frame);
	return alive;
}

/* A solid colour is seldom to be seen, yet llvmpipe takes as long to draw the first one as it takes
 * for the first texture: only linked. */
static bool worth_drawing(const struct program_key *key)
{
	return key->source != PROGRAM_SOLID;
}

/* As it is used mostly: a driver may compile it once more for the other way (llvmpipe: 0.3 ms). */
static void use_once(struct generation *gen, const struct program_key *key)
{
	const struct gl_api *api = gen->api;
	char *text = NULL;
	const struct program *program = program_get(gen, key, &text);

	free(text);
	if (!program || !worth_drawing(key)) {
		return;
	}
	api->glUseProgram(program->name);
	if (!key->opaque) {
		api->glEnable(GL_BLEND);
	}
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
	if (any_used(programs) && content_set_pixels(&field, red_pixels, &red_layout) &&
		scratch_begin_output(&scratch, gen, PROBE_SIZE, PROBE_SIZE)) {
		texture = texture_get(gen, &field);
		if (texture) {
			texture_bind(texture, false);
		}
		gen->api->glBufferData(GL_ARRAY_BUFFER, sizeof(triangle), triangle, GL_STREAM_DRAW);
		for (unsigned i = 0; i < programs->count; i++) {
			if (programs->used[i]) {
				use_once(gen, &programs->keys[i]);
			}
		}
		scratch_end(&scratch);
	}
	gen->api->glDisable(GL_BLEND);
	gen->blending = false;
	program_forget_uses(gen);
	texture_drop(&field);
	content_fini(&field);
	forget_failures(gen);
	return !generation_read_errors(gen, &error) && error == GL_NO_ERROR;
}
