/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROGRAM_SOURCE_H
#define WR_GL_PROGRAM_SOURCE_H

#include "gl/program.h"

/** Room for the text of program_source_defines(), bytes. */
#define PROGRAM_SOURCE_DEFINES_MAX 160

/**
 * What has to stand at the very beginning of a fragment shader for @key: the variant, and the
 * extension that it takes. @defines has PROGRAM_SOURCE_DEFINES_MAX bytes.
 */
void program_source_defines(
	char *defines, const struct gl_caps *caps, const struct program_key *key);

/**
 * GLSL for vec4 source(): the colour of a fragment before anything is done to it, red, green, blue
 * and alpha in this order. Takes the uniforms image, image1, image2 and color, and the varying
 * texcoord.
 */
extern const char program_source_text[];

/** Tell the samplers of @program, which was linked just now, their units. It may become the one in
 * use. */
void program_source_set_units(struct generation *gen, struct program *program);

#endif
