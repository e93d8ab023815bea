/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/color-luts.h"

#include <stdlib.h>

#include "gl/state.h"

bool color_luts_needed(const struct color_transform *transform)
{
	return transform->pre.kind == COLOR_CURVE_LUT || transform->post.kind == COLOR_CURVE_LUT ||
	       transform->mapping.kind == COLOR_MAPPING_LUT;
}

static GLuint begin_table(const struct gl_api *api, GLenum unit, GLenum kind)
{
	GLuint name = 0;

	api->glGenTextures(1, &name);
	api->glActiveTexture(GL_TEXTURE0 + unit);
	api->glBindTexture(kind, name);
	api->glTexParameteri(kind, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
	api->glTexParameteri(kind, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
	api->glTexParameteri(kind, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	api->glTexParameteri(kind, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	return name;
}

static GLuint make_curve(struct generation *gen, GLenum unit, const struct color_curve *curve)
{
	const struct gl_api *api = gen->api;
	GLuint name;

	if (curve->kind != COLOR_CURVE_LUT) {
		return 0;
	}
	name = begin_table(api, unit, GL_TEXTURE_2D);
	api->glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, (GLsizei)curve->lut_length, COLOR_CURVE_ROWS,
		0, GL_RED, GL_FLOAT, curve->lut);
	gen->counters.uploaded_bytes += COLOR_CURVE_ROWS * sizeof(float) * curve->lut_length;
	return name;
}

static GLuint make_mapping(struct generation *gen, const struct color_mapping *mapping)
{
	const struct gl_api *api = gen->api;
	GLsizei edge = (GLsizei)mapping->lut_edge;
	GLuint name;

	if (mapping->kind != COLOR_MAPPING_LUT) {
		return 0;
	}
	name = begin_table(api, COLOR_UNIT_MAPPING, GL_TEXTURE_3D);
	api->glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_WRAP_R, GL_CLAMP_TO_EDGE);
	api->glTexImage3D(
		GL_TEXTURE_3D, 0, GL_RGB32F, edge, edge, edge, 0, GL_RGB, GL_FLOAT, mapping->lut);
	gen->counters.uploaded_bytes +=
		3 * sizeof(float) * mapping->lut_edge * mapping->lut_edge * mapping->lut_edge;
	return name;
}

struct color_luts *color_luts_get(struct generation *gen, struct color_transform *transform)
{
	struct color_luts *luts = transform->luts;

	if (luts || !gen->caps.color_ops || !color_luts_needed(transform)) {
		return luts;
	}
	luts = calloc(1, sizeof(*luts));
	if (!luts) {
		return NULL;
	}
	luts->gen = gen;
	luts->transform = transform;
	transform->luts = luts;
	wl_list_insert(&gen->color_luts, &luts->link);
	state_set_row_length(gen, 0);
	luts->pre = make_curve(gen, COLOR_UNIT_PRE, &transform->pre);
	luts->mapping = make_mapping(gen, &transform->mapping);
	luts->post = make_curve(gen, COLOR_UNIT_POST, &transform->post);
	gen->api->glActiveTexture(GL_TEXTURE0);
	/* What is bound to the units is this transform's now. */
	gen->bound_luts = luts;
	return luts;
}

void color_luts_drop(struct color_transform *transform)
{
	struct color_luts *luts = transform->luts;

	if (luts) {
		struct generation *gen = luts->gen;

		color_luts_destroy(luts, !generation_make_current(gen, gen->egl->current_surface));
	}
}

void color_luts_destroy(struct color_luts *luts, bool lost)
{
	const GLuint names[] = {luts->pre, luts->mapping, luts->post};

	if (!lost) {
		luts->gen->api->glDeleteTextures(3, names);
		state_forget_texture(luts->gen);
	}
	if (luts->gen->bound_luts == luts) {
		luts->gen->bound_luts = NULL;
	}
	luts->transform->luts = NULL;
	wl_list_remove(&luts->link);
	free(luts);
}
