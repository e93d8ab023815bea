/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/program-binary.h"

#include <stdlib.h>
#include <string.h>

#include "gl/generation.h"

/* A lost context may answer the same error for ever. */
#define ERRORS_MAX 16

uint64_t program_hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *c = bytes;

	for (size_t i = 0; i < size; i++) {
		hash = (hash ^ c[i]) * UINT64_C(1099511628211);
	}
	return hash;
}

uint64_t program_hash_text(uint64_t hash, const char *text)
{
	return program_hash_bytes(hash, text ? text : "", text ? strlen(text) + 1 : 1);
}

uint64_t program_binary_driver(const struct generation *gen)
{
	const char *const words[] = {gen->caps.vendor, gen->caps.renderer, gen->caps.version_text};
	uint64_t hash = PROGRAM_HASH_EMPTY;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		hash = program_hash_text(hash, words[i]);
	}
	return hash;
}

struct program_binary *program_binary_take(struct generation *gen, GLuint name, uint64_t source)
{
	const struct gl_api *api = gen->api;
	struct program_binary *binary;
	GLint size = 0;

	if (!gen->caps.program_binary) {
		return NULL;
	}
	api->glGetProgramiv(name, GL_PROGRAM_BINARY_LENGTH, &size);
	if (size <= 0 || size > PROGRAM_BINARY_BYTES_MAX) {
		return NULL;
	}
	binary = calloc(1, sizeof(*binary) + (size_t)size);
	if (!binary) {
		return NULL;
	}
	binary->references = 1;
	binary->driver = program_binary_driver(gen);
	binary->source = source;
	api->glGetProgramBinary(name, size, &binary->size, &binary->format, binary->bytes);
	if (binary->size <= 0 || binary->size > size) {
		program_binary_unref(binary);
		return NULL;
	}
	return binary;
}

GLuint program_binary_load(
	struct generation *gen, const struct program_binary *binary, uint64_t source)
{
	const struct gl_api *api = gen->api;
	GLint ok = GL_FALSE;
	GLuint name;

	if (!gen->caps.program_binary || binary->source != source ||
		binary->driver != program_binary_driver(gen)) {
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
