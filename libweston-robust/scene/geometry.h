/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_GEOMETRY_H
#define WR_SCENE_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pixman.h>

/** A position in the space of the shape that it belongs to, e.g. surface coordinates. */
struct vertex {
	float x, y;
};

/** Corners of each quad of a vertex_list, in turn: the triangles are 0 1 2 and 0 2 3. */
#define QUAD_VERTICES 4

/** A growing list of quads. What has three corners only repeats the last one. */
struct vertex_list {
	struct vertex *data;      // owned; QUAD_VERTICES for each quad
	uint32_t count, capacity; // quads
	bool failed;              // memory ran out: some quads are missing
};

/** A growing list of rectangles. */
struct box_list {
	pixman_box32_t *data;     // owned
	uint32_t count, capacity; // rectangles
	bool failed;              // memory ran out: some are missing
};

/** Make *@end what @box and @clip have in common. Returns what comes after that, if it is
 * anything. */
static inline pixman_box32_t *box_put_common(
	pixman_box32_t *end, const pixman_box32_t *box, const pixman_box32_t *clip)
{
	int32_t x1 = clip->x1 > box->x1 ? clip->x1 : box->x1;
	int32_t y1 = clip->y1 > box->y1 ? clip->y1 : box->y1;
	int32_t x2 = clip->x2 < box->x2 ? clip->x2 : box->x2;
	int32_t y2 = clip->y2 < box->y2 ? clip->y2 : box->y2;

	*end = (pixman_box32_t){x1, y1, x2, y2};
	return x1 < x2 && y1 < y2 ? end + 1 : end;
}

/**
 * An affine map of the plane: (x, y) -> (a x + b y + c, d x + e y + f).
 */
struct affine {
	float a, b, d, e; // in one piece: what is not a move
	float c, f;
};

/**
 * realloc() @data, of which there is room for *@capacity elements of so many bytes, to room for at
 * least @wanted; NULL when memory is short: @data and *@capacity stay as they are then.
 */
void *array_grow(void *data, uint32_t *capacity, uint32_t wanted, size_t bytes);

/** Forget the vertices, keep the memory. */
void vertex_list_clear(struct vertex_list *list);

/** Free the memory. */
void vertex_list_fini(struct vertex_list *list);

/** The upper left 2x3 part of a column-major 4x4 matrix, which has to be affine in x and y. */
static inline struct affine affine_from_matrix4(const float m[16])
{
	return (struct affine){.a = m[0], .b = m[4], .c = m[12], .d = m[1], .e = m[5], .f = m[13]};
}

/** First @i, then @o. */
static inline struct affine affine_multiply(const struct affine *o, const struct affine *i)
{
	return (struct affine){
		.a = o->a * i->a + o->b * i->d,
		.b = o->a * i->b + o->b * i->e,
		.c = o->a * i->c + o->b * i->f + o->c,
		.d = o->d * i->a + o->e * i->d,
		.e = o->d * i->b + o->e * i->e,
		.f = o->d * i->c + o->e * i->f + o->f,
	};
}

/** Move the result by (@x, @y). */
static inline struct affine affine_translated(const struct affine *map, float x, float y)
{
	struct affine result = *map;

	result.c += x;
	result.f += y;
	return result;
}

/** The inverse map. Returns false, leaving *@inverse alone, when there is none. */
bool affine_invert(const struct affine *map, struct affine *inverse);

/** Scale the result: coordinates times (@x, @y). */
static inline struct affine affine_scaled(const struct affine *map, float x, float y)
{
	return (struct affine){
		.a = map->a * x,
		.b = map->b * x,
		.c = map->c * x,
		.d = map->d * y,
		.e = map->e * y,
		.f = map->f * y,
	};
}

/** Whether rectangles stay axis-parallel. */
static inline bool affine_keeps_axes(const struct affine *map)
{
	return (map->b == 0.0f && map->d == 0.0f) || (map->a == 0.0f && map->e == 0.0f);
}

/** Whether the map only moves. */
static inline bool affine_moves(const struct affine *map)
{
	static const float same[4] = {1.0f, 0.0f, 0.0f, 1.0f};

	/* Bit by bit: a negative zero only makes it take the longer way. */
	return memcmp(&map->a, same, sizeof(same)) == 0;
}

static inline bool affine_is_identity(const struct affine *map)
{
	return affine_moves(map) && map->c == 0.0f && map->f == 0.0f;
}

/** Whether the region has no rectangle. */
static inline bool region_empty(const pixman_region32_t *region)
{
	return region->data && region->data->numRects == 0;
}

/** Some rectangles, borrowed. */
struct boxes {
	const pixman_box32_t *data;
	long count;
};

/** The rectangles of @region, until that changes: pixman_region32_rectangles() without the call. */
static inline struct boxes region_boxes(const pixman_region32_t *region)
{
	if (!region->data) {
		return (struct boxes){&region->extents, 1};
	}
	return (struct boxes){(const pixman_box32_t *)(region->data + 1), region->data->numRects};
}

/**
 * Whether the bounding boxes of two regions have pixels in common: if not, nor have the regions.
 */
static inline bool region_extents_meet(const pixman_region32_t *a, const pixman_region32_t *b)
{
	return a->extents.x1 < b->extents.x2 && b->extents.x1 < a->extents.x2 &&
	       a->extents.y1 < b->extents.y2 && b->extents.y1 < a->extents.y2;
}

/**
 * Append quads that cover the rectangles of @shape where, mapped by @to_framebuffer, they are
 * inside the rectangles of @clip (framebuffer pixels). The vertices are in the space of the shape.
 *
 * Their edges are edges of the shape or of the clip, up to rounding that is far below half a pixel:
 * which pixel centres are filled does not depend on how the clip is cut into rectangles.
 */
void geometry_emit(struct vertex_list *list, struct boxes shape,
	const struct affine *to_framebuffer, struct boxes clip);

/** Make room for so many rectangles in all. Returns false when memory is short: @list has failed.
 */
bool box_list_grow(struct box_list *list, uint32_t wanted);

/** Append what of the rectangles of @shape, moved by (@x, @y), is inside those of @clip. */
static inline void geometry_clip(
	struct box_list *list, struct boxes shape, int32_t x, int32_t y, struct boxes clip)
{
	for (long i = 0; i < shape.count; i++) {
		const pixman_box32_t *box = &shape.data[i];
		const pixman_box32_t moved = {box->x1 + x, box->y1 + y, box->x2 + x, box->y2 + y};
		uint32_t wanted = list->count + (uint32_t)clip.count;
		pixman_box32_t *end;

		if (wanted > list->capacity && !box_list_grow(list, wanted)) {
			return;
		}
		end = list->data + list->count;
		for (long k = 0; k < clip.count; k++) {
			end = box_put_common(end, &moved, &clip.data[k]);
		}
		list->count = (uint32_t)(end - list->data);
	}
}

/** Append quads that cover the rectangles of @shape moved by (@x, @y). */
void geometry_emit_boxes(struct vertex_list *list, struct boxes shape, int32_t x, int32_t y);

#endif
