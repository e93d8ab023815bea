/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/program-binary.h"

#include <stdlib.h>

#include "gl/generation.h"

/* More than that is not worth the memory. */
#define BYTES_MAX (1024 * 1024)

/* A lost context may answer the same error for ever. */
#define ERRORS_MAX 16

/* FNV-1a, the end of the string included. */
static uint64_t add_text(uint64_t hash, const char *text)
{
	const unsigned char *c = (const unsigned char *)(text ? text : "");

	do {
		hash = (hash ^ *c) * UINT64_C(1099511628211);
	} while (*c++);
	return hash;
}

static uint64_t driver_of(const struct generation *gen)
{
	const char *const words[] = {gen->caps.vendor, gen->caps.renderer, gen->caps.version_text};
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		hash = add_text(hash, words[i]);
	}
	return hash;
}

struct program_binary *program_binary_take(struct generation *gen, GLuint name)
{
	const struct gl_api *api = gen->api;
	struct program_binary *binary;
	GLint size = 0;

	if (!gen->caps.program_binary) {
		return NULL;
	}
	api->glGetProgramiv(name, GL_PROGRAM_BINARY_LENGTH, &size);
	if (size <= 0 || size > BYTES_MAX) {
		return NULL;
	}
	binary = calloc(1, sizeof(*binary) + (size_t)size);
	if (!binary) {
		return NULL;
	}
	binary->references = 1;
	binary->driver = driver_of(gen);
	api->glGetProgramBinary(name, size, &binary->size, &binary->format, binary->bytes);
	if (binary->size <= 0 || binary->size > size) {
		program_binary_unref(binary);
		return NULL;
	}
	return binary;
}

GLuint program_binary_load(struct generation *gen, const struct program_binary *binary)
{
	const struct gl_api *api = gen->api;
	GLint ok = GL_FALSE;
	GLuint name;

	if (!gen->caps.program_binary || binary->driver != driver_of(gen)) {
		return 0;
	}
	name = api->glCreateProgram();
	api->glProgramBinary(name, binary->format, binary->bytes, binary->size);
	api->glGetProgramiv(name, GL_LINK_STATUS, &ok);
	if (ok) {
		return name;
	}
	for (int i = 0; i < ERRORS_MAX && api->glGetError() != GL_NO_ERROR; i++) {
	}
	api->glDeleteProgram(name);
	return 0;
}

struct program_binary *program_binary_ref(struct program_binary *binary)
{
	if (binary) {
		binary->references++;
	}
	return binary;
}

void program_binary_unref(struct program_binary *binary)
{
	if (binary && --binary->references == 0) {
		free(binary);
	}
}
