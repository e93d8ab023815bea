/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROGRAM_H
#define WR_GL_PROGRAM_H

#include "gl/format.h"
#include "gl/generation.h"
#include "gl/program-binary.h"
#include "gl/program-store.h"
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

/** Selects a variant of the shaders. Compared as a number, so nothing of it may be left unset. */
struct program_key {
	union {
		struct {
			uint32_t source : 4;  // enum program_source
			uint32_t order : 4;   // enum channel_order; RGBA, Y_UV
			uint32_t pre : 4;     // enum color_curve_kind: a colour transform's steps
			uint32_t mapping : 4; // enum color_mapping_kind
			uint32_t post : 4;    // enum color_curve_kind
			uint32_t opaque : 1;  // not SOLID: the texture's alpha counts as 1
			uint32_t tint : 1;    // mix in a debug colour
			uint32_t faded : 1;   // multiply by an alpha
			uint32_t unused : 9;  // 0
		};
		uint32_t code; // tells it from all others
	};
};

/** A linked program and its uniforms; -1 where the variant has none. Belongs to one generation. */
struct program {
	struct wl_list link; // generation.programs
	struct program_key key;
	GLuint name;
	GLint place;       // vec4[3]: of two affine maps, to clip space and to texture
			   // coordinates: (a, b, d, e) of the first; (c, f) of both; (a, b, d, e)
	GLint color;       // vec4: SOLID
	GLint alpha;       // float: view alpha, where it is not 1
	GLfloat alpha_set; // what it is; negative: not set yet
	GLint tint;        // vec4: colour premultiplied, alpha says how much of it
	GLint pre, post;   // vec4[5]: a curve's parameters, or a table's scale and offset
	GLint mapping;     // vec4[3]: a matrix's columns, or a table's scale and offset
	GLint pre_table, mapping_table, post_table; // samplers
	bool used;                                  // by a frame, not only to try it
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

/** Most programs in a program_set. */
#define PROGRAM_SET_MAX 24

/** Which programs were of use, to be made again in another generation. Zeroed: none. */
struct program_set {
	struct program_key keys[PROGRAM_SET_MAX];
	struct program_binary *binaries[PROGRAM_SET_MAX]; // references, or NULL: to be linked
	bool used[PROGRAM_SET_MAX];                       // by frames: worth to be ready
	unsigned count;
	const struct program_store *store; // of earlier sessions, borrowed; NULL: none
};

/**
 * Add the programs that @gen has linked to @set. Those that its frames have used are marked, if it
 * @drew any.
 */
void program_set_collect(struct program_set *set, const struct generation *gen, bool drew);

/** All that @gen has drawn so far were trials. */
void program_forget_uses(struct generation *gen);

/** Make @copy, of which nothing is kept, equal to @set, but for the store: that is one thread's. */
void program_set_copy(struct program_set *copy, const struct program_set *set);

/** From now on all of @set is to be linked; gives all references back. */
void program_set_forget_binaries(struct program_set *set);

/** Note in @key which steps @color has. */
void program_key_set_color(struct program_key *key, const struct color_transform *color);

/** Set the parameters of @color, which fits the key of @program, which is in use. */
void program_set_color(
	struct generation *gen, struct program *program, const struct color_transform *color);

/** For generation_destroy(). */
void program_destroy(struct generation *gen, struct program *program, bool lost);

#endif
