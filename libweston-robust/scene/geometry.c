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

static bool grow(struct vertex_list *list)
{
	uint32_t capacity = list->capacity ? 2 * list->capacity : 64;
	struct vertex *data = realloc(list->data, capacity * QUAD_VERTICES * sizeof(*data));

	if (!data) {
		list->failed = true;
		return false;
	}
	list->data = data;
	list->capacity = capacity;
	return true;
}

/* One more quad, or NULL. */
static inline struct vertex *append(struct vertex_list *list)
{
	if (list->count == list->capacity && !grow(list)) {
		return NULL;
	}
	return list->data + (size_t)QUAD_VERTICES * list->count++;
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

/* Two opposite corners of an axis-parallel clip, low before high. */
static inline void emit_clipped_box(struct vertex_list *list, const pixman_box32_t *box,
	struct vertex clip_low, struct vertex clip_high)
{
	float x1 = greater(clip_low.x, (float)box->x1), y1 = greater(clip_low.y, (float)box->y1);
	float x2 = lesser(clip_high.x, (float)box->x2), y2 = lesser(clip_high.y, (float)box->y2);
	struct vertex *v;

	if (x1 >= x2 || y1 >= y2) {
		return;
	}
	v = append(list);
	if (!v) {
		return;
	}
	v[0] = (struct vertex){x1, y2};
	v[1] = (struct vertex){x1, y1};
	v[2] = (struct vertex){x2, y1};
	v[3] = (struct vertex){x2, y2};
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
		struct vertex *v = append(list);

		if (!v) {
			return;
		}
		v[0] = points[0];
		v[1] = points[i - 1];
		v[2] = points[i];
		v[3] = points[last];
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

/** What is to be covered, and where. */
struct cover {
	const pixman_box32_t *boxes; // of the shape
	int box_count;
	const pixman_box32_t *clips; // framebuffer pixels
	int clip_count;
};

/* By far the most common: what is a pixel of the surface is one of the framebuffer. */
static void emit_moved(struct vertex_list *list, const struct cover *cover, float x, float y)
{
	for (int i = 0; i < cover->clip_count; i++) {
		const pixman_box32_t *clip = &cover->clips[i];
		struct vertex low = {(float)clip->x1 - x, (float)clip->y1 - y};
		struct vertex high = {(float)clip->x2 - x, (float)clip->y2 - y};

		for (int j = 0; j < cover->box_count; j++) {
			emit_clipped_box(list, &cover->boxes[j], low, high);
		}
	}
}

/* Scaled, turned by right angles, or mirrored. */
static void emit_parallel(
	struct vertex_list *list, const struct cover *cover, const struct affine *to_shape)
{
	for (int i = 0; i < cover->clip_count; i++) {
		const pixman_box32_t *clip = &cover->clips[i];
		struct vertex p = apply(to_shape, (float)clip->x1, (float)clip->y1);
		struct vertex q = apply(to_shape, (float)clip->x2, (float)clip->y2);
		struct vertex low = {lesser(p.x, q.x), lesser(p.y, q.y)};
		struct vertex high = {greater(p.x, q.x), greater(p.y, q.y)};

		for (int j = 0; j < cover->box_count; j++) {
			emit_clipped_box(list, &cover->boxes[j], low, high);
		}
	}
}

static void emit_turned(
	struct vertex_list *list, const struct cover *cover, const struct affine *to_shape)
{
	for (int i = 0; i < cover->clip_count; i++) {
		float x1 = (float)cover->clips[i].x1, y1 = (float)cover->clips[i].y1;
		float x2 = (float)cover->clips[i].x2, y2 = (float)cover->clips[i].y2;
		const struct polygon corners = {
			.count = 4,
			.points = {apply(to_shape, x1, y1), apply(to_shape, x2, y1),
				apply(to_shape, x2, y2), apply(to_shape, x1, y2)},
		};

		for (int j = 0; j < cover->box_count; j++) {
			emit_clipped_quad(list, &cover->boxes[j], &corners);
		}
	}
}

void geometry_emit(struct vertex_list *list, const pixman_region32_t *shape,
	const struct affine *to_framebuffer, const pixman_region32_t *clip)
{
	struct affine to_shape;
	struct cover cover;

	cover.boxes = pixman_region32_rectangles((pixman_region32_t *)shape, &cover.box_count);
	cover.clips = pixman_region32_rectangles((pixman_region32_t *)clip, &cover.clip_count);
	if (affine_moves(to_framebuffer)) {
		emit_moved(list, &cover, to_framebuffer->c, to_framebuffer->f);
	} else if (!affine_invert(to_framebuffer, &to_shape)) {
		return;
	} else if (affine_keeps_axes(to_framebuffer)) {
		emit_parallel(list, &cover, &to_shape);
	} else {
		emit_turned(list, &cover, &to_shape);
	}
}
