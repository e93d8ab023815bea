/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/quads.h"

#include <stdlib.h>

#include "gl/program.h"

/* As many as indices of 16 bits reach. What is beyond is drawn from another first vertex. */
#define REACH 16384u

/* Indices for so many are made at once, for the first repaint: few need more. */
#define FIRST_CAPACITY 128u

static void fill_indices(GLushort *indices, uint32_t quads)
{
	static const GLushort corners[QUAD_INDICES] = {0, 1, 2, 0, 2, 3};

	for (uint32_t quad = 0; quad < quads; quad++) {
		for (uint32_t i = 0; i < QUAD_INDICES; i++) {
			*indices++ = (GLushort)(quad * QUAD_VERTICES + corners[i]);
		}
	}
}

/* Returns false when memory is short. */
static bool make_indices(struct generation *gen, uint32_t wanted)
{
	uint32_t capacity = gen->index_capacity ? gen->index_capacity : FIRST_CAPACITY;
	GLushort *indices;
	size_t bytes;

	while (capacity < wanted && capacity < REACH) {
		capacity *= 2;
	}
	bytes = (size_t)capacity * QUAD_INDICES * sizeof(*indices);
	indices = malloc(bytes);
	if (!indices) {
		return false;
	}
	fill_indices(indices, capacity);
	gen->api->glBufferData(GL_ELEMENT_ARRAY_BUFFER, (GLsizeiptr)bytes, indices, GL_STATIC_DRAW);
	free(indices);
	gen->index_capacity = capacity;
	gen->indices_doubtful = false;
	return true;
}

static bool is_bound(const struct gl_api *api, GLenum binding, GLuint name)
{
	GLint bound = 0;

	api->glGetIntegerv(binding, &bound);
	return name && (GLuint)bound == name;
}

/* Without a buffer, GL takes what should be an offset in it for an address. So nothing is drawn
 * before both are known to be there. */
static void make_buffers(struct generation *gen)
{
	const struct gl_api *api = gen->api;

	if (!gen->vertex_buffer) {
		api->glGenBuffers(1, &gen->vertex_buffer);
	}
	api->glBindBuffer(GL_ARRAY_BUFFER, gen->vertex_buffer);
	if (!gen->index_buffer) {
		api->glGenBuffers(1, &gen->index_buffer);
	}
	api->glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, gen->index_buffer);
	api->glEnableVertexAttribArray(PROGRAM_ATTRIB_POSITION);
	api->glVertexAttribPointer(PROGRAM_ATTRIB_POSITION, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	gen->buffers_bound = is_bound(api, GL_ARRAY_BUFFER_BINDING, gen->vertex_buffer) &&
			     is_bound(api, GL_ELEMENT_ARRAY_BUFFER_BINDING, gen->index_buffer);
}

void quads_upload(struct generation *gen, const struct vertex_list *list)
{
	size_t bytes = (size_t)list->count * QUAD_VERTICES * sizeof(struct vertex);
	uint32_t wanted = list->count < REACH ? list->count : REACH;

	if (!gen->buffers_bound) {
		make_buffers(gen);
	}
	if (!gen->buffers_bound) {
		generation_note_error(gen, GL_OUT_OF_MEMORY);
		return;
	}
	gen->api->glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)bytes, list->data, GL_STREAM_DRAW);
	/* Without them part of the frame is missing: the same as if GL had no memory. */
	if ((gen->index_capacity < wanted || gen->indices_doubtful) && !make_indices(gen, wanted)) {
		generation_note_error(gen, GL_OUT_OF_MEMORY);
	}
}

static void set_base(struct generation *gen, uint32_t quad)
{
	size_t offset = (size_t)quad * QUAD_VERTICES * sizeof(struct vertex);

	if (gen->quad_base != quad) {
		gen->api->glVertexAttribPointer(PROGRAM_ATTRIB_POSITION, 2, GL_FLOAT, GL_FALSE, 0,
			(const void *)(uintptr_t)offset);
		gen->quad_base = quad;
	}
}

static const void *index_offset(uint32_t quad, uint32_t index)
{
	return (const void *)(uintptr_t)((quad * QUAD_INDICES + index) * sizeof(GLushort));
}

void quads_draw_far(struct generation *gen, uint32_t first, uint32_t count)
{
	while (count > 0) {
		uint32_t within = first % REACH;
		uint32_t now = count < REACH - within ? count : REACH - within;

		set_base(gen, first - within);
		if (within + now > gen->index_capacity) {
			return;
		}
		quads_draw_near(gen, within, now);
		first += now;
		count -= now;
	}
}

void quads_draw_outline(struct generation *gen, uint32_t quad)
{
	uint32_t within = quad % REACH;

	set_base(gen, quad - within);
	if (within >= gen->index_capacity) {
		return;
	}
	for (uint32_t i = 0; i < QUAD_INDICES; i += 3) {
		gen->api->glDrawElements(
			GL_LINE_LOOP, 3, GL_UNSIGNED_SHORT, index_offset(within, i));
	}
}

void quads_forget_state(struct generation *gen)
{
	gen->indices_doubtful = true;
	gen->quad_base = UINT32_MAX;
}

void quads_destroy(struct generation *gen)
{
	gen->api->glDeleteBuffers(1, &gen->vertex_buffer);
	gen->api->glDeleteBuffers(1, &gen->index_buffer);
}
