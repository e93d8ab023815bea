/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The colour manager's transforms, as the renderer's. */
#include "weston-14/glue.h"

#include <stdlib.h>

#include "gl/color-luts.h"
#include "weston-14/abi-color.h"

/* Larger tables than any colour manager asks for. */
#define CURVE_LENGTH_MAX 65536
#define CUBE_EDGE_MAX 129

/** One transform of the colour manager that was met. */
struct glue_color {
	struct wl_list link; // glue.colors
	struct weston_color_transform *source;
	struct wl_listener source_destroy;
	struct color_transform transform;
};

static bool take_curve_table(struct color_curve *curve, struct weston_color_transform *source,
	const struct weston_color_curve_lut_3x1d *table)
{
	unsigned int length = table->optimal_len;

	if (length < 2 || length > CURVE_LENGTH_MAX) {
		return false;
	}
	curve->lut = calloc(COLOR_CURVE_ROWS * (size_t)length, sizeof(float));
	if (!curve->lut) {
		return false;
	}
	table->fill_in(source, curve->lut, length);
	curve->lut_length = length;
	return true;
}

static bool take_curve(struct color_curve *curve, struct weston_color_transform *source,
	const struct weston_color_curve *from)
{
	switch (from->type) {
	case WESTON_COLOR_CURVE_TYPE_IDENTITY:
		return true;
	case WESTON_COLOR_CURVE_TYPE_LUT_3x1D:
		curve->kind = COLOR_CURVE_LUT;
		return take_curve_table(curve, source, &from->u.lut_3x1d);
	case WESTON_COLOR_CURVE_TYPE_LINPOW:
		curve->kind = COLOR_CURVE_LINPOW;
		break;
	case WESTON_COLOR_CURVE_TYPE_POWLIN:
		curve->kind = COLOR_CURVE_POWLIN;
		break;
	default:
		return false;
	}
	curve->clamped = from->u.parametric.clamped_input;
	for (int channel = 0; channel < 3; channel++) {
		for (int i = 0; i < 5; i++) {
			curve->params[i][channel] = from->u.parametric.params[channel][i];
		}
	}
	return true;
}

static bool take_cube(struct color_mapping *mapping, struct weston_color_transform *source,
	const struct weston_color_mapping_3dlut *table)
{
	size_t edge = table->optimal_len;

	if (edge < 2 || edge > CUBE_EDGE_MAX) {
		return false;
	}
	mapping->lut = calloc(3 * edge * edge * edge, sizeof(float));
	if (!mapping->lut) {
		return false;
	}
	table->fill_in(source, mapping->lut, table->optimal_len);
	mapping->lut_edge = table->optimal_len;
	return true;
}

static bool take_mapping(struct color_mapping *mapping, struct weston_color_transform *source)
{
	const struct weston_color_mapping *from = &source->mapping;

	switch (from->type) {
	case WESTON_COLOR_MAPPING_TYPE_IDENTITY:
		return true;
	case WESTON_COLOR_MAPPING_TYPE_3D_LUT:
		mapping->kind = COLOR_MAPPING_LUT;
		return take_cube(mapping, source, &from->u.lut3d);
	case WESTON_COLOR_MAPPING_TYPE_MATRIX:
		mapping->kind = COLOR_MAPPING_MATRIX;
		for (int i = 0; i < 9; i++) {
			mapping->matrix[i / 3][i % 3] = from->u.mat.matrix[i];
		}
		return true;
	}
	return false;
}

static void destroy(struct glue_color *color)
{
	color_luts_drop(&color->transform);
	color_transform_fini(&color->transform);
	wl_list_remove(&color->source_destroy.link);
	wl_list_remove(&color->link);
	free(color);
}

static void source_destroyed(struct wl_listener *listener, void *data)
{
	struct glue_color *color = wl_container_of(listener, color, source_destroy);

	destroy(color);
}

static struct glue_color *create(struct glue *glue, struct weston_color_transform *source)
{
	struct glue_color *color = calloc(1, sizeof(*color));

	if (!color) {
		return NULL;
	}
	color->source = source;
	color->source_destroy.notify = source_destroyed;
	wl_signal_add(&source->destroy_signal, &color->source_destroy);
	wl_list_insert(&glue->colors, &color->link);
	color->transform.serial = ++glue->last_color_serial;
	if (!take_curve(&color->transform.pre, source, &source->pre_curve) ||
		!take_mapping(&color->transform.mapping, source) ||
		!take_curve(&color->transform.post, source, &source->post_curve)) {
		destroy(color);
		return NULL;
	}
	return color;
}

static struct glue_color *find(struct glue *glue, const struct weston_color_transform *source)
{
	struct glue_color *color;

	wl_list_for_each (color, &glue->colors, link) {
		if (color->source == source) {
			return color;
		}
	}
	return NULL;
}

bool glue_color_get(struct glue *glue, struct weston_color_transform *source,
	struct color_transform **transform)
{
	struct glue_color *color;

	*transform = NULL;
	if (!source) {
		return true;
	}
	if (!glue->color_ops) {
		return false;
	}
	color = find(glue, source);
	if (!color) {
		color = create(glue, source);
	}
	if (!color) {
		return false;
	}
	if (!color_transform_is_identity(&color->transform)) {
		*transform = &color->transform;
	}
	return true;
}

void glue_color_fini(struct glue *glue)
{
	struct glue_color *color, *next;

	wl_list_for_each_safe (color, next, &glue->colors, link) {
		destroy(color);
	}
}
