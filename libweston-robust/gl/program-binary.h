/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROGRAM_BINARY_H
#define WR_GL_PROGRAM_BINARY_H

#include <stddef.h>
#include <stdint.h>

#include "gl/gl-api.h"

struct generation;

/** What the driver made of a program, to be loaded where that would be linked again. Never changes;
 * shared by reference, also between threads. */
struct program_binary {
	_Atomic unsigned references;
	uint64_t driver; // of those words that the driver calls itself
	uint64_t source; // of the shaders' text
	GLenum format;
	GLsizei size; // bytes
	unsigned char bytes[];
};

/** More than that is not worth the memory. */
#define PROGRAM_BINARY_BYTES_MAX (1024 * 1024)

/** FNV-1a of no bytes, and of @size more. */
#define PROGRAM_HASH_EMPTY UINT64_C(14695981039346656037)
uint64_t program_hash_bytes(uint64_t hash, const void *bytes, size_t size);

/** The same of a string (NULL: an empty one), its end included. */
uint64_t program_hash_text(uint64_t hash, const char *text);

/** What tells @gen's driver from others, and from other versions of it. */
uint64_t program_binary_driver(const struct generation *gen);

/** Ask the driver for program @name, which is linked from @source. Returns NULL where there is none
 * to be had; else a reference, the caller's. */
struct program_binary *program_binary_take(struct generation *gen, GLuint name, uint64_t source);

/**
 * A program made of @binary; 0 when the driver does not take it, or is another one, or when it is
 * not of @source. That leaves no error behind. The caller owns the program.
 */
GLuint program_binary_load(
	struct generation *gen, const struct program_binary *binary, uint64_t source);

/** Another reference; NULL is allowed. Returns @binary. */
struct program_binary *program_binary_ref(struct program_binary *binary);

/** Give a reference back; NULL is allowed. */
void program_binary_unref(struct program_binary *binary);

#endif
