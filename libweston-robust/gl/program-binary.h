/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROGRAM_BINARY_H
#define WR_GL_PROGRAM_BINARY_H

#include <stdint.h>

#include "gl/gl-api.h"

struct generation;

/** What the driver made of a program, to be loaded where that would be linked again. Never changes;
 * shared by reference, also between threads. */
struct program_binary {
	_Atomic unsigned references;
	uint64_t driver; // of those words that the driver calls itself
	GLenum format;
	GLsizei size; // bytes
	unsigned char bytes[];
};

/** Ask the driver for program @name, which is linked. Returns NULL where there is none to be had;
 * else a reference, the caller's. */
struct program_binary *program_binary_take(struct generation *gen, GLuint name);

/**
 * A program made of @binary; 0 when the driver does not take it, or is another one. That leaves no
 * error behind. The caller owns the program.
 */
GLuint program_binary_load(struct generation *gen, const struct program_binary *binary);

/** Another reference; NULL is allowed. Returns @binary. */
struct program_binary *program_binary_ref(struct program_binary *binary);

/** Give a reference back; NULL is allowed. */
void program_binary_unref(struct program_binary *binary);

#endif
