/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A quadrilateral cut by four half planes. */
#define POLYGON_MAX 8

struct polygon {
	unsigned count;
	struct vertex points[POLYGON_MAX];
};

/* Inside is where sign * (coordinate - limit) >= 0, of x or of y. */
struct half_plane {
	bool vertical; // the coordinate is x
	float limit, sign;
};

void vertex_list_clear(struct vertex_list *list)
{
	list->count = 0;
	list->failed = false;
}

void vertex_list_fini(struct vertex_list *list)
{
	free(list->data);
	memset(list, 0, sizeof(*list));
}

void *array_grow(void *data, uint32_t *capacity, uint32_t wanted, size_t bytes)
{
	uint32_t more = *capacity ? *capacity : 64;

	if (wanted > UINT32_MAX / 2) {
		return NULL;
	}
	while (more < wanted) {
		more *= 2;
	}
	data = realloc(data, more * bytes);
	*capacity = data ? more : *capacity;
	return data;
}

static bool grow(struct vertex_list *list, uint32_t wanted)
{
	struct vertex *data =
		array_grow(list->data, &list->capacity, wanted, QUAD_VERTICES * sizeof(*data));

	list->data = data ? data : list->data;
	list->failed |= !data;
	return data;
}

/* Where the next quads go: there is room for so many then. NULL: there is not. */
static inline struct vertex *reserve(struct vertex_list *list, uint32_t quads)
{
	uint32_t wanted = list->count + quads;

	if (wanted > list->capacity && !grow(list, wanted)) {
		return NULL;
	}
	return list->data + (size_t)QUAD_VERTICES * list->count;
}

/* What was written behind those that were there, up to @end. */
static inline void commit(struct vertex_list *list, const struct vertex *end)
{
	list->count = (uint32_t)((size_t)(end - list->data) / QUAD_VERTICES);
}

bool affine_invert(const struct affine *map, struct affine *inverse)
{
	/* In double: nearly singular maps are common, e.g. a window that is being minimised. */
	double a = map->a, b = map->b, c = map->c, d = map->d, e = map->e, f = map->f;
	double determinant = a * e - b * d;

	if (fabs(determinant) < 1e-12) {
		return false;
	}
	*inverse = (struct affine){
		.a = (float)(e / determinant),
		.b = (float)(-b / determinant),
		.c = (float)((b * f - c * e) / determinant),
		.d = (float)(-d / determinant),
		.e = (float)(a / determinant),
		.f = (float)((c * d - a * f) / determinant),
	};
	return true;
}

static struct vertex apply(const struct affine *map, float x, float y)
{
	return (struct vertex){
		map->a * x + map->b * y + map->c,
		map->d * x + map->e * y + map->f,
	};
}

static inline float lesser(float a, float b)
{
	return a < b ? a : b;
}

static inline float greater(float a, float b)
{
	return a > b ? a : b;
}

/* Returns its end. */
static inline struct vertex *put_quad(struct vertex *v, float x1, float y1, float x2, float y2)
{
	v[0] = (struct vertex){x1, y2};
	v[1] = (struct vertex){x1, y1};
	v[2] = (struct vertex){x2, y1};
	v[3] = (struct vertex){x2, y2};
	return v + QUAD_VERTICES;
}

/* Between two opposite corners of an axis-parallel clip, low before high. */
static void emit_clipped(struct vertex_list *list, struct boxes shape, struct vertex clip_low,
	struct vertex clip_high)
{
	struct vertex *v = reserve(list, (uint32_t)shape.count);

	for (long i = 0; v && i < shape.count; i++) {
		float x1 = greater(clip_low.x, (float)shape.data[i].x1);
		float y1 = greater(clip_low.y, (float)shape.data[i].y1);
		float x2 = lesser(clip_high.x, (float)shape.data[i].x2);
		float y2 = lesser(clip_high.y, (float)shape.data[i].y2);

		if (x1 < x2 && y1 < y2) {
			v = put_quad(v, x1, y1, x2, y2);
		}
	}
	if (v) {
		commit(list, v);
	}
}

static float distance(const struct half_plane *plane, struct vertex p)
{
	return plane->sign * ((plane->vertical ? p.x : p.y) - plane->limit);
}

static struct vertex crossing(const struct half_plane *plane, struct vertex p, struct vertex q)
{
	float dp = distance(plane, p), dq = distance(plane, q);
	float t = dp / (dp - dq);
	struct vertex result = {p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)};

	/* Exactly on the shape's edge, so that neighbouring rectangles meet without a gap. */
	if (plane->vertical) {
		result.x = plane->limit;
	} else {
		result.y = plane->limit;
	}
	return result;
}

/* Sutherland and Hodgman's algorithm, one half plane at a time. */
static void cut(struct polygon *polygon, const struct half_plane *plane)
{
	struct polygon result = {.count = 0};

	for (unsigned i = 0; i < polygon->count; i++) {
		struct vertex p = polygon->points[i];
		struct vertex q = polygon->points[(i + 1) % polygon->count];
		bool p_inside = distance(plane, p) >= 0.0f;
		bool q_inside = distance(plane, q) >= 0.0f;

		if (p_inside && result.count < POLYGON_MAX) {
			result.points[result.count++] = p;
		}
		if (p_inside != q_inside && result.count < POLYGON_MAX) {
			result.points[result.count++] = crossing(plane, p, q);
		}
	}
	*polygon = result;
}

/* A fan of quads around the first point, the last of which may have three corners. */
static void emit_polygon(struct vertex_list *list, const struct polygon *polygon)
{
	const struct vertex *points = polygon->points;

	for (unsigned i = 2; i < polygon->count; i += 2) {
		unsigned last = i + 1 < polygon->count ? i + 1 : i;
		struct vertex *v = reserve(list, 1);

		if (!v) {
			return;
		}
		v[0] = points[0];
		v[1] = points[i - 1];
		v[2] = points[i];
		v[3] = points[last];
		commit(list, v + QUAD_VERTICES);
	}
}

static void emit_clipped_quad(
	struct vertex_list *list, const pixman_box32_t *box, const struct polygon *clip)
{
	const struct half_plane planes[] = {
		{true, (float)box->x1, 1.0f},
		{true, (float)box->x2, -1.0f},
		{false, (float)box->y1, 1.0f},
		{false, (float)box->y2, -1.0f},
	};
	struct polygon polygon = *clip;

	for (unsigned i = 0; i < 4; i++) {
		cut(&polygon, &planes[i]);
	}
	emit_polygon(list, &polygon);
}

/* By far the most common: what is a pixel of the surface is one of the framebuffer. */
static inline void emit_moved_box(
	struct vertex_list *list, const pixman_box32_t *box, struct boxes clip, float x, float y)
{
	float left = (float)box->x1 + x, top = (float)box->y1 + y;
	float right = (float)box->x2 + x, bottom = (float)box->y2 + y;
	struct vertex *v = reserve(list, (uint32_t)clip.count);

	if (!v) {
		return;
	}
	for (long i = 0; i < clip.count; i++) {
		float x1 = greater((float)clip.data[i].x1, left);
		float y1 = greater((float)clip.data[i].y1, top);
		float x2 = lesser((float)clip.data[i].x2, right);
		float y2 = lesser((float)clip.data[i].y2, bottom);

		if (x1 < x2 && y1 < y2) {
			v = put_quad(v, x1 - x, y1 - y, x2 - x, y2 - y);
		}
	}
	commit(list, v);
}

/* Scaled, turned by right angles, or mirrored. */
static void emit_parallel(struct vertex_list *list, struct boxes shape, struct boxes clip,
	const struct affine *to_shape)
{
	for (long i = 0; i < clip.count; i++) {
		const pixman_box32_t *box = &clip.data[i];
		struct vertex p = apply(to_shape, (float)box->x1, (float)box->y1);
		struct vertex q = apply(to_shape, (float)box->x2, (float)box->y2);
		struct vertex low = {lesser(p.x, q.x), lesser(p.y, q.y)};
		struct vertex high = {greater(p.x, q.x), greater(p.y, q.y)};

		emit_clipped(list, shape, low, high);
	}
}

static void emit_turned(struct vertex_list *list, struct boxes shape, struct boxes clip,
	const struct affine *to_shape)
{
	for (long i = 0; i < clip.count; i++) {
		float x1 = (float)clip.data[i].x1, y1 = (float)clip.data[i].y1;
		float x2 = (float)clip.data[i].x2, y2 = (float)clip.data[i].y2;
		const struct polygon corners = {
			.count = 4,
			.points = {apply(to_shape, x1, y1), apply(to_shape, x2, y1),
				apply(to_shape, x2, y2), apply(to_shape, x1, y2)},
		};

		for (long j = 0; j < shape.count; j++) {
			emit_clipped_quad(list, &shape.data[j], &corners);
		}
	}
}

void geometry_emit(struct vertex_list *list, struct boxes shape,
	const struct affine *to_framebuffer, struct boxes clip)
{
	struct affine to_shape;

	if (affine_moves(to_framebuffer)) {
		for (long i = 0; i < shape.count; i++) {
			emit_moved_box(
				list, &shape.data[i], clip, to_framebuffer->c, to_framebuffer->f);
		}
	} else if (!affine_invert(to_framebuffer, &to_shape)) {
		return;
	} else if (affine_keeps_axes(to_framebuffer)) {
		emit_parallel(list, shape, clip, &to_shape);
	} else {
		emit_turned(list, shape, clip, &to_shape);
	}
}

bool box_list_grow(struct box_list *list, uint32_t wanted)
{
	pixman_box32_t *data = array_grow(list->data, &list->capacity, wanted, sizeof(*data));

	list->data = data ? data : list->data;
	list->failed |= !data;
	return data;
}

void geometry_emit_boxes(struct vertex_list *list, struct boxes shape, int32_t x, int32_t y)
{
	struct vertex *v = reserve(list, (uint32_t)shape.count);

	for (long i = 0; v && i < shape.count; i++) {
		const pixman_box32_t *box = &shape.data[i];

		v = put_quad(v, (float)(box->x1 + x), (float)(box->y1 + y), (float)(box->x2 + x),
			(float)(box->y2 + y));
	}
	if (v) {
		commit(list, v);
	}
}
