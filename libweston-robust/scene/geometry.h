/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_GEOMETRY_H
#define WR_SCENE_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pixman.h>

/** A position in the space of the shape that it belongs to, e.g. surface coordinates. */
struct vertex {
	float x, y;
};

/** A growing list of triangles, three vertices each. */
struct vertex_list {
	struct vertex *data;      // owned
	uint32_t count, capacity; // vertices
	bool failed;              // memory ran out: some triangles are missing
};

/**
 * An affine map of the plane: (x, y) -> (a x + b y + c, d x + e y + f).
 */
struct affine {
	float a, b, c;
	float d, e, f;
};

/** Forget the vertices, keep the memory. */
void vertex_list_clear(struct vertex_list *list);

/** Free the memory. */
void vertex_list_fini(struct vertex_list *list);

/** The upper left 2x3 part of a column-major 4x4 matrix, which has to be affine in x and y. */
struct affine affine_from_matrix4(const float matrix[16]);

/** First @inner, then @outer. */
struct affine affine_multiply(const struct affine *outer, const struct affine *inner);

/** Move the result by (@x, @y). */
struct affine affine_translated(const struct affine *map, float x, float y);

/** The inverse map. Returns false, leaving *@inverse alone, when there is none. */
bool affine_invert(const struct affine *map, struct affine *inverse);

/** Scale the result: coordinates times (@x, @y). */
struct affine affine_scaled(const struct affine *map, float x, float y);

/** Whether rectangles stay axis-parallel. */
bool affine_keeps_axes(const struct affine *map);

/**
 * Append triangles that cover the rectangles of @shape where, mapped by @to_framebuffer, they are
 * inside the rectangles of
 * @clip (framebuffer pixels). The vertices are in the space of the shape.
 *
 * Their edges are edges of the shape or of the clip, up to rounding that is far below half a pixel:
 * which pixel centres are filled does not depend on how the clip is cut into rectangles.
 */
void geometry_emit(struct vertex_list *list, const pixman_region32_t *shape,
	const struct affine *to_framebuffer, const pixman_region32_t *clip);

#endif
