/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROGRAM_H
#define WR_GL_PROGRAM_H

#include "gl/format.h"
#include "gl/generation.h"
#include "gl/program-binary.h"
#include "scene/color.h"

/** Where a fragment's colour comes from. The YUV ones are as in enum format_sampling. */
enum program_source {
	PROGRAM_SOLID,
	PROGRAM_RGBA,
	PROGRAM_Y_U_V,
	PROGRAM_Y_UV,
	PROGRAM_Y_XUXV,
	PROGRAM_XYUV,
	PROGRAM_EXTERNAL,
};

/** Selects a variant of the shaders. All members take part in the look-up. */
struct program_key {
	enum program_source source;
	enum channel_order order;  // RGBA, Y_UV
	bool opaque;               // not SOLID: the texture's alpha counts as 1
	bool tint;                 // mix in a debug colour
	enum color_curve_kind pre; // the steps of a colour transform
	enum color_mapping_kind mapping;
	enum color_curve_kind post;
};

/** A linked program and its uniforms; -1 where the variant has none. Belongs to one generation. */
struct program {
	struct wl_list link; // generation.programs
	struct program_key key;
	uint32_t code; // of the key
	GLuint name;
	GLint place;       // vec4[4]: (a, b, c, -) of two affine maps' two rows: to clip
			   // space, and to texture coordinates
	GLint color;       // vec4: SOLID
	GLint alpha;       // float: view alpha
	GLfloat alpha_set; // what it is; negative: not set yet
	GLint tint;        // vec4: colour premultiplied, alpha says how much of it
	GLint pre, post;   // vec4[5]: a curve's parameters, or a table's scale and offset
	GLint mapping;     // vec4[3]: a matrix's columns, or a table's scale and offset
	GLint pre_table, mapping_table, post_table; // samplers
	uint64_t color_serial;                      // of the colour transform that is set; 0: none
	struct program_binary *binary;              // a reference; NULL: not to be had
};

/** Attribute location of the position, in the space of the item, top-left origin. */
#define PROGRAM_ATTRIB_POSITION 0

/**
 * The program for @key in @gen, compiled on first use.
 *
 * NULL when it cannot be made; that is remembered, and not tried again in this generation. *@log
 * (malloc'ed, caller frees, may be NULL) then holds the compiler's words the first time.
 */
struct program *program_get(struct generation *gen, const struct program_key *key, char **log);

/** A number that tells @key from all others. */
static inline uint32_t program_key_code(const struct program_key *key)
{
	return (uint32_t)key->source | (uint32_t)key->order << 4 | (uint32_t)key->pre << 8 |
	       (uint32_t)key->mapping << 12 | (uint32_t)key->post << 16 |
	       (uint32_t)key->opaque << 20 | (uint32_t)key->tint << 21;
}

/** Most programs in a program_set. */
#define PROGRAM_SET_MAX 24

/** Which programs were of use, to be made again in another generation. Zeroed: none. */
struct program_set {
	struct program_key keys[PROGRAM_SET_MAX];
	struct program_binary *binaries[PROGRAM_SET_MAX]; // references, or NULL: to be linked
	unsigned count;
};

/** The programs that @gen has linked. Leaves @set alone when there are none. */
void program_set_collect(struct program_set *set, const struct generation *gen);

/** Make @copy, of which nothing is kept, equal to @set. */
void program_set_copy(struct program_set *copy, const struct program_set *set);

/** From now on all of @set is to be linked; gives all references back. */
void program_set_forget_binaries(struct program_set *set);

/** Note in @key which steps @color (may be NULL) has. */
void program_key_set_color(struct program_key *key, const struct color_transform *color);

/** Set the parameters of @color, which fits the key of @program, which is in use. */
void program_set_color(
	struct generation *gen, struct program *program, const struct color_transform *color);

/** For generation_destroy(). */
void program_destroy(struct generation *gen, struct program *program, bool lost);

#endif
