/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/draw.h"

#include <stdlib.h>
#include <string.h>

#include "gl/color-luts.h"
#include "gl/quads.h"
#include "gl/state.h"
#include "gl/target.h"
#include "gl/texture.h"

const char *draw_view_name(enum draw_view view)
{
	static const char *const names[] = {"normal", "wireframe", "batches", "damage", "opaque"};

	return view < DRAW_VIEW_COUNT ? names[view] : "?";
}

static void set_row(GLfloat row[4], float a, float b, float c)
{
	row[0] = a;
	row[1] = b;
	row[2] = c;
}

/* The maps to clip space and, unless @width is 0, to the coordinates of a texture of that size, in
 * the pixels that item.to_buffer leads to. */
static void set_place(struct generation *gen, const struct program *program,
	const struct frame_item *item, int32_t width, int32_t height)
{
	const struct affine *clip = &item->to_clip;
	GLfloat rows[4][4] = {{0.0f}};

	set_row(rows[0], clip->a, clip->b, clip->c);
	set_row(rows[1], clip->d, clip->e, clip->f);
	if (width > 0) {
		struct affine map =
			affine_scaled(&item->to_buffer, 1.0f / (float)width, 1.0f / (float)height);

		set_row(rows[2], map.a, map.b, map.c);
		if (item->content && item->content->bottom_left) {
			set_row(rows[3], -map.d, -map.e, 1.0f - map.f);
		} else {
			set_row(rows[3], map.d, map.e, map.f);
		}
	}
	gen->api->glUniform4fv(program->place, width > 0 ? 4 : 2, rows[0]);
}

static void set_alpha(struct generation *gen, struct program *program, float alpha)
{
	if (program->alpha_set != alpha) {
		gen->api->glUniform1f(program->alpha, alpha);
		program->alpha_set = alpha;
	}
}

/* Half transparent, premultiplied, and different from one item to the next. */
static void set_tint(struct generation *gen, const struct program *program, enum draw_view view,
	const struct frame_item *item, uint32_t index)
{
	GLfloat tint[4] = {0.0f, 0.0f, 0.0f, 0.0f};

	switch (view) {
	case DRAW_VIEW_BATCHES:
		tint[0] = (float)(index * 37 % 8) / 16.0f;
		tint[1] = (float)(index * 53 % 8) / 16.0f;
		tint[2] = (float)(index * 71 % 8) / 16.0f;
		tint[3] = 0.5f;
		break;
	case DRAW_VIEW_DAMAGE:
		tint[0] = 0.3f;
		tint[3] = 0.3f;
		break;
	case DRAW_VIEW_OPAQUE:
		tint[item->blend ? 0 : 1] = 0.4f;
		tint[3] = 0.4f;
		break;
	default:
		break;
	}
	gen->api->glUniform4fv(program->tint, 1, tint);
}

static struct program *use_program(
	struct generation *gen, const struct program_key *key, const struct draw_log *log)
{
	struct program *program = gen->bound_program;
	char *text = NULL;

	if (program && program->code == program_key_code(key)) {
		return program;
	}
	program = program_get(gen, key, &text);
	if (text && log && log->shader_failed) {
		log->shader_failed(log->data, text);
	}
	free(text);
	if (program && gen->bound_program != program) {
		gen->api->glUseProgram(program->name);
		gen->bound_program = program;
	}
	return program;
}

/* Shown instead of pixels that went with the GPU's memory and that nobody kept: a calm dark grey.
 */
static const GLfloat placeholder_color[] = {0.16f, 0.16f, 0.17f, 1.0f};

static enum program_source source_of(const struct texture *texture)
{
	static const enum program_source sources[] = {
		[SAMPLING_RGBA] = PROGRAM_RGBA,
		[SAMPLING_Y_U_V] = PROGRAM_Y_U_V,
		[SAMPLING_Y_UV] = PROGRAM_Y_UV,
		[SAMPLING_Y_XUXV] = PROGRAM_Y_XUXV,
		[SAMPLING_XYUV] = PROGRAM_XYUV,
		[SAMPLING_EXTERNAL] = PROGRAM_EXTERNAL,
	};

	return sources[texture->sampling];
}

static void draw_outlines(struct generation *gen, const struct frame_item *item)
{
	const struct program_key key = {.source = PROGRAM_SOLID};
	static const GLfloat color[] = {0.0f, 1.0f, 0.5f, 1.0f};
	struct program *program = use_program(gen, &key, NULL);

	if (!program) {
		return;
	}
	state_set_blending(gen, false);
	set_place(gen, program, item, 0, 0);
	gen->api->glUniform4fv(program->color, 1, color);
	set_alpha(gen, program, 1.0f);
	for (uint32_t i = 0; i < item->count; i++) {
		quads_draw_outline(gen, item->first + i);
	}
}

static struct program_key choose_key(
	const struct frame_item *item, const struct texture *texture, enum draw_view view)
{
	struct program_key key = {.source = PROGRAM_SOLID};

	if (texture) {
		key.source = source_of(texture);
		key.order = texture->order;
		key.opaque = item->opaque || !texture->alpha;
	} else if (item->layer) {
		/* An output is as good as opaque: nothing is to be divided by its alpha. */
		key.source = PROGRAM_RGBA;
		key.opaque = true;
	}
	key.tint = view > DRAW_VIEW_WIREFRAME;
	program_key_set_color(&key, item->color);
	return key;
}

static void set_source(struct generation *gen, const struct program *program,
	const struct frame_item *item, struct texture *texture)
{
	const struct target *layer = item->layer;

	if (texture) {
		texture_bind(texture, item->linear);
		set_place(gen, program, item, texture->width, texture->height);
	} else if (layer) {
		state_bind_texture(gen, layer->framebuffer->texture);
		set_place(gen, program, item, layer->width, layer->height);
	} else {
		set_place(gen, program, item, 0, 0);
		gen->api->glUniform4fv(
			program->color, 1, item->content ? placeholder_color : item->solid);
	}
}

static void bind_table(const struct gl_api *api, GLenum unit, GLenum kind, GLuint name)
{
	if (name) {
		api->glActiveTexture(GL_TEXTURE0 + unit);
		api->glBindTexture(kind, name);
	}
}

/* Returns false when the colours can't be had: wrong ones are worse than none. */
static bool bind_tables(struct generation *gen, struct color_transform *color)
{
	struct color_luts *luts;

	if (!color || !color_luts_needed(color)) {
		return true;
	}
	luts = color_luts_get(gen, color);
	if (luts && gen->bound_luts != luts) {
		bind_table(gen->api, COLOR_UNIT_PRE, GL_TEXTURE_2D, luts->pre);
		bind_table(gen->api, COLOR_UNIT_MAPPING, GL_TEXTURE_3D, luts->mapping);
		bind_table(gen->api, COLOR_UNIT_POST, GL_TEXTURE_2D, luts->post);
		gen->api->glActiveTexture(GL_TEXTURE0);
		gen->bound_luts = luts;
	}
	return luts != NULL;
}

/*
 * All uploads come before the first draw. In between they would cost more: a driver may have to end
 * what it has collected, or to find out that it need not (llvmpipe: a turn of all its threads for
 * each upload of a frame that is drawn to two targets).
 */
static void prepare_textures(struct generation *gen, struct frame *frame)
{
	for (uint32_t i = 0; i < frame->item_count; i++) {
		struct frame_item *item = &frame->items[i];

		item->missing = item->content && !texture_get(gen, item->content);
	}
}

static void draw_item(struct generation *gen, const struct frame *frame, uint32_t index,
	enum draw_view view, const struct draw_log *log)
{
	const struct frame_item *item = &frame->items[index];
	struct texture *texture = item->content && !item->missing ? item->content->texture : NULL;
	struct program_key key = choose_key(item, texture, view);
	struct program *program;

	if (!bind_tables(gen, item->color)) {
		return;
	}
	program = use_program(gen, &key, log);
	if (!program) {
		return;
	}
	if (item->content && !texture) {
		texture_note_placeholder(gen, item->content);
	}
	set_source(gen, program, item, texture);
	if (item->color) {
		program_set_color(gen, program, item->color);
	}
	set_alpha(gen, program, item->alpha);
	if (key.tint) {
		set_tint(gen, program, view, item, index);
	}
	state_set_blending(gen, item->blend);
	quads_draw(gen, item->first, item->count);
	if (view == DRAW_VIEW_WIREFRAME) {
		draw_outlines(gen, item);
	}
}

void draw_frame(struct generation *gen, struct frame *frame, enum draw_view view,
	const struct draw_log *log)
{
	if (!frame->item_count) {
		return;
	}
	prepare_textures(gen, frame);
	quads_upload(gen, &frame->vertices);
	for (uint32_t i = 0; i < frame->item_count; i++) {
		draw_item(gen, frame, i, view, log);
	}
}
