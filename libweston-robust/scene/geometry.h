/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_GEOMETRY_H
#define WR_SCENE_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pixman.h>

/** A position in framebuffer pixels, top-left origin. */
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

/** Shift what goes in: the result maps (x + @x, y + @y) to where @map maps (x, y). */
struct affine affine_before_translation(const struct affine *map, float x, float y);

/** Scale the result: coordinates times (@x, @y). */
struct affine affine_scaled(const struct affine *map, float x, float y);

/** Whether rectangles stay axis-parallel. */
bool affine_keeps_axes(const struct affine *map);

/**
 * Append triangles that cover the rectangles of @shape, mapped by @to_framebuffer, inside the
 * rectangles of @clip.
 *
 * @shape: in its own space, e.g. surface coordinates. @clip: framebuffer pixels. Edges of the
 * result are either edges of the mapped shape or of the clip, so what is filled depends on how the
 * clip is cut into rectangles in nothing but its area.
 */
void geometry_emit(struct vertex_list *list, const pixman_region32_t *shape,
	const struct affine *to_framebuffer, const pixman_region32_t *clip);

#endif
