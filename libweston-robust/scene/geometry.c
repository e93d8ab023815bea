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

static struct vertex *reserve(struct vertex_list *list, uint32_t more)
{
	if (list->count + more > list->capacity) {
		uint32_t capacity = list->capacity ? 2 * list->capacity : 256;
		struct vertex *data = realloc(list->data, capacity * sizeof(*data));

		if (!data) {
			list->failed = true;
			return NULL;
		}
		list->data = data;
		list->capacity = capacity;
	}
	list->count += more;
	return list->data + list->count - more;
}

struct affine affine_from_matrix4(const float m[16])
{
	return (struct affine){.a = m[0], .b = m[4], .c = m[12], .d = m[1], .e = m[5], .f = m[13]};
}

struct affine affine_multiply(const struct affine *o, const struct affine *i)
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

struct affine affine_translated(const struct affine *map, float x, float y)
{
	struct affine result = *map;

	result.c += x;
	result.f += y;
	return result;
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

struct affine affine_scaled(const struct affine *map, float x, float y)
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

bool affine_keeps_axes(const struct affine *map)
{
	return (map->b == 0.0f && map->d == 0.0f) || (map->a == 0.0f && map->e == 0.0f);
}

static struct vertex apply(const struct affine *map, float x, float y)
{
	return (struct vertex){
		map->a * x + map->b * y + map->c,
		map->d * x + map->e * y + map->f,
	};
}

static void emit_rectangle(struct vertex_list *list, struct vertex low, struct vertex high)
{
	struct vertex *v;

	if (low.x >= high.x || low.y >= high.y) {
		return;
	}
	v = reserve(list, 6);
	if (!v) {
		return;
	}
	v[0] = low;
	v[1] = (struct vertex){high.x, low.y};
	v[2] = (struct vertex){low.x, high.y};
	v[3] = v[2];
	v[4] = v[1];
	v[5] = high;
}

/* Two opposite corners of an axis-parallel clip. */
static void emit_clipped_box(
	struct vertex_list *list, const pixman_box32_t *box, struct vertex p, struct vertex q)
{
	struct vertex low = {
		fmaxf(fminf(p.x, q.x), (float)box->x1), fmaxf(fminf(p.y, q.y), (float)box->y1)};
	struct vertex high = {
		fminf(fmaxf(p.x, q.x), (float)box->x2), fminf(fmaxf(p.y, q.y), (float)box->y2)};

	emit_rectangle(list, low, high);
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

static void emit_polygon(struct vertex_list *list, const struct polygon *polygon)
{
	struct vertex *v;

	if (polygon->count < 3) {
		return;
	}
	v = reserve(list, 3 * (polygon->count - 2));
	for (unsigned i = 2; v && i < polygon->count; i++) {
		*v++ = polygon->points[0];
		*v++ = polygon->points[i - 1];
		*v++ = polygon->points[i];
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

void geometry_emit(struct vertex_list *list, const pixman_region32_t *shape,
	const struct affine *to_framebuffer, const pixman_region32_t *clip)
{
	bool keeps_axes = affine_keeps_axes(to_framebuffer);
	int shape_count, clip_count;
	const pixman_box32_t *boxes =
		pixman_region32_rectangles((pixman_region32_t *)shape, &shape_count);
	const pixman_box32_t *clips =
		pixman_region32_rectangles((pixman_region32_t *)clip, &clip_count);
	struct affine to_shape;

	if (!affine_invert(to_framebuffer, &to_shape)) {
		return;
	}
	for (int i = 0; i < clip_count; i++) {
		float x1 = (float)clips[i].x1, y1 = (float)clips[i].y1;
		float x2 = (float)clips[i].x2, y2 = (float)clips[i].y2;
		const struct polygon corners = {
			.count = 4,
			.points = {apply(&to_shape, x1, y1), apply(&to_shape, x2, y1),
				apply(&to_shape, x2, y2), apply(&to_shape, x1, y2)},
		};

		for (int j = 0; j < shape_count; j++) {
			if (keeps_axes) {
				emit_clipped_box(
					list, &boxes[j], corners.points[0], corners.points[2]);
			} else {
				emit_clipped_quad(list, &boxes[j], &corners);
			}
		}
	}
}
