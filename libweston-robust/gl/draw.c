/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/draw.h"

#include <stdlib.h>
#include <string.h>

#include "gl/color-luts.h"
#include "gl/copy.h"
#include "gl/quads.h"
#include "gl/state.h"
#include "gl/target.h"
#include "gl/texture.h"

const char *draw_view_name(enum draw_view view)
{
	static const char *const names[] = {"normal", "wireframe", "batches", "damage", "opaque"};

	return view < DRAW_VIEW_COUNT ? names[view] : "?";
}

/** What a program's uniform `place` holds. */
struct place {
	GLfloat to_clip[4];
	GLfloat clip_move[2], source_move[2];
	GLfloat to_source[4];
};

static void set_linear(GLfloat linear[4], const struct affine *map)
{
	linear[0] = map->a;
	linear[1] = map->b;
	linear[2] = map->d;
	linear[3] = map->e;
}

static void set_move(GLfloat move[2], const struct affine *map)
{
	move[0] = map->c;
	move[1] = map->f;
}

/* The map to clip space, without a texture. */
static void set_place(
	struct generation *gen, const struct program *program, const struct frame_item *item)
{
	struct place place = {.source_move = {0.0f, 0.0f}};

	set_linear(place.to_clip, &item->to_clip);
	set_move(place.clip_move, &item->to_clip);
	gen->api->glUniform4fv(program->place, 2, place.to_clip);
}

/* The same, and that to the coordinates of a texture in the pixels that item.to_buffer leads to;
 * @x and @y: how much of it a pixel is. */
static inline void set_places(struct generation *gen, const struct program *program,
	const struct frame_item *item, float x, float y)
{
	struct affine source = affine_scaled(&item->to_buffer, x, y);
	struct place place;

	if (item->content && item->content->bottom_left) {
		source.d = -source.d;
		source.e = -source.e;
		source.f = 1.0f - source.f;
	}
	set_linear(place.to_clip, &item->to_clip);
	set_move(place.clip_move, &item->to_clip);
	set_linear(place.to_source, &source);
	set_move(place.source_move, &source);
	gen->api->glUniform4fv(program->place, 3, place.to_clip);
}

static void set_alpha(struct generation *gen, struct program *program, float alpha)
{
	if (program->key.faded && program->alpha_set != alpha) {
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

/* Another program than the one before. */
static struct program *change_program(
	struct generation *gen, struct program_key key, const struct draw_log *log)
{
	struct program *program;
	char *text = NULL;

	program = program_get(gen, &key, &text);
	if (text && log && log->shader_failed) {
		log->shader_failed(log->data, text);
	}
	free(text);
	if (program) {
		gen->api->glUseProgram(program->name);
		gen->bound_program = program;
		program->used = true;
	}
	return program;
}

static inline struct program *use_program(
	struct generation *gen, uint32_t code, const struct draw_log *log)
{
	struct program *program = gen->bound_program;

	return program && program->key.code == code
		       ? program
		       : change_program(gen, (struct program_key){.code = code}, log);
}

/* Shown instead of pixels that went with the GPU's memory and that nobody kept: a calm dark grey.
 */
static const GLfloat placeholder_color[] = {0.16f, 0.16f, 0.17f, 1.0f};

static void draw_outlines(struct generation *gen, const struct frame_item *item)
{
	const struct program_key solid = {.source = PROGRAM_SOLID};
	static const GLfloat color[] = {0.0f, 1.0f, 0.5f, 1.0f};
	struct program *program = use_program(gen, solid.code, NULL);

	if (!program) {
		return;
	}
	state_set_blending(gen, false);
	set_place(gen, program, item);
	gen->api->glUniform4fv(program->color, 1, color);
	for (uint32_t i = 0; i < item->count; i++) {
		quads_draw_outline(gen, item->first + i);
	}
}

/* The code of a program_key. */
static inline uint32_t choose_program(
	const struct frame_item *item, const struct texture *texture, enum draw_view view)
{
	const struct program_key opaque = {.opaque = true}, tint = {.tint = true};
	const struct program_key faded = {.faded = true};
	/* An output is as good as opaque: nothing is to be divided by its alpha. */
	const struct program_key layer = {.source = PROGRAM_RGBA, .opaque = true};
	struct program_key key = {.source = PROGRAM_SOLID};

	if (texture) {
		key.code = texture->key.code | (item->opaque ? opaque.code : 0);
	} else if (item->layer) {
		key.code = layer.code;
	}
	if (item->alpha != 1.0f) {
		key.code |= faded.code;
	}
	if (view > DRAW_VIEW_WIREFRAME) {
		key.code |= tint.code;
	}
	if (item->color) {
		program_key_set_color(&key, item->color);
	}
	return key.code;
}

static inline void set_source(struct generation *gen, const struct program *program,
	const struct frame_item *item, struct texture *texture)
{
	const struct target *layer = item->layer;

	if (texture) {
		texture_bind(texture, item->linear);
		set_places(gen, program, item, texture->pixel_x, texture->pixel_y);
	} else if (layer) {
		state_bind_texture(gen, layer->framebuffer->texture);
		set_places(gen, program, item, 1.0f / (float)layer->width,
			1.0f / (float)layer->height);
	} else {
		if (item->content) {
			texture_note_placeholder(gen, item->content);
		}
		set_place(gen, program, item);
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

	if (!color_luts_needed(color)) {
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
static void prepare_textures(
	struct generation *gen, struct frame_item *first, const struct frame_item *end)
{
	for (struct frame_item *item = first; item != end; item++) {
		item->missing = !item->content || !texture_get(gen, item->content);
	}
}

static inline void draw_item(struct generation *gen, const struct frame_item *item, uint32_t index,
	enum draw_view view, const struct draw_log *log)
{
	struct texture *texture = item->missing ? NULL : item->content->texture;
	struct program *program;

	if (item->color && !bind_tables(gen, item->color)) {
		return;
	}
	program = use_program(gen, choose_program(item, texture, view), log);
	if (!program) {
		return;
	}
	set_source(gen, program, item, texture);
	if (item->color) {
		program_set_color(gen, program, item->color);
	}
	set_alpha(gen, program, item->alpha);
	if (view > DRAW_VIEW_WIREFRAME) {
		set_tint(gen, program, view, item, index);
	}
	state_set_blending(gen, item->blend);
	quads_draw(gen, item->first, item->count);
	if (view == DRAW_VIEW_WIREFRAME) {
		draw_outlines(gen, item);
	}
}

/* What stands apart may come first: that saves changes between blending and not blending, and of
 * programs with them. */
static void draw_items(struct generation *gen, const struct frame *frame, bool apart,
	enum draw_view view, const struct draw_log *log)
{
	const struct frame_item *end = frame->items + frame->item_count;

	for (const struct frame_item *item = frame->items; item != end; item++) {
		if (item->apart == apart && !item->copy) {
			draw_item(gen, item, (uint32_t)(item - frame->items), view, log);
		}
	}
}

void draw_frame(struct generation *gen, struct frame *frame, enum draw_view view,
	const struct draw_log *log)
{
	if (!frame->item_count) {
		return;
	}
	prepare_textures(gen, frame->items, frame->items + frame->item_count);
	if (frame->boxes.count > 0) {
		bool may = frame->copies && view == DRAW_VIEW_NORMAL;

		if (copy_items(gen, frame, may) == frame->item_count) {
			return;
		}
	}
	quads_upload(gen, &frame->vertices);
	for (int apart = 1; apart >= 0; apart--) {
		draw_items(gen, frame, apart, view, log);
	}
}
