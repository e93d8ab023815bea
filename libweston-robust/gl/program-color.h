/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROGRAM_COLOR_H
#define WR_GL_PROGRAM_COLOR_H

#include "gl/program.h"

/* The colour part of programs. Private to gl/program.c. */

/** GLSL: vec3 color_transform(vec3 straight), by the macros PRE, MAPPING and POST, which are
 * numbers of enum color_curve_kind and enum color_mapping_kind. */
extern const char program_color_source[];

/** Look up the uniforms of the colour part. */
void program_find_color_uniforms(struct generation *gen, struct program *program);

#endif
