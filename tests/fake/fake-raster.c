/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Triangles: what the two shaders of the renderer compute, pixel by pixel. */
#include "fake-private.h"

#include <math.h>
#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))

/* Indices of uniform_names in fake-objects.c. */
enum {
	TO_CLIP,
	MOVES, // to clip space, to texture coordinates
	TO_TEXTURE,
	COLOR,
	ALPHA,
	TINT,
	IMAGE
};

struct point {
	double x, y; // framebuffer pixels
	double u, v; // in the space of the vertices
};

uint8_t fake_to_byte(double value)
{
	double clamped = value < 0.0 ? 0.0 : value > 1.0 ? 1.0 : value;

	return (uint8_t)lrint(clamped * 255.0);
}

static int clamp_index(double value, int count)
{
	int index = (int)floor(value * count);

	return index < 0 ? 0 : index >= count ? count - 1 : index;
}

/* Nearest sampling of the texture behind the sampler image, image1 or image2. \return NULL: none */
static const uint8_t *sample(const struct fake_object *program, int sampler, double s, double t)
{
	const struct fake_object *texture =
		fake_texture_at((unsigned)program->uniforms[IMAGE + sampler][0]);

	if (!texture || !texture->image.pixels) {
		return NULL;
	}
	return &texture->image
			.pixels[4 * (clamp_index(t, texture->image.height) * texture->image.width +
					    clamp_index(s, texture->image.width))];
}

void fake_convert_yuv(double result[4], uint8_t y, uint8_t u, uint8_t v)
{
	double luma = (y - 16) / 219.0, cb = (u - 128) / 255.0, cr = (v - 128) / 255.0;

	result[0] = luma + 1.59602678 * cr;
	result[1] = luma - 0.39176229 * cb - 0.81296764 * cr;
	result[2] = luma + 2.01723214 * cb;
	result[3] = 1.0;
}

/* What source() of the renderer's shader computes. \return false: no texture */
static bool fetch(const struct fake_object *program, double s, double t, double result[4])
{
	static const int samplers[] = {0, 1, 3, 2, 2, 1, 1}; /* by enum fake_source */
	const uint8_t *texel[3];
	int i;

	for (i = 0; i < samplers[program->shader.source]; i++) {
		texel[i] = sample(program, i, s, t);
		if (!texel[i]) {
			return false;
		}
	}
	switch (program->shader.source) {
	case FAKE_SOURCE_SOLID:
		for (i = 0; i < 4; i++) {
			result[i] = program->uniforms[COLOR][i];
		}
		break;
	case FAKE_SOURCE_RGBA:
	case FAKE_SOURCE_EXTERNAL:
		for (i = 0; i < 4; i++) {
			result[i] = texel[0][program->shader.swizzle[i]] / 255.0;
		}
		break;
	case FAKE_SOURCE_Y_U_V:
		fake_convert_yuv(result, texel[0][0], texel[1][0], texel[2][0]);
		break;
	case FAKE_SOURCE_Y_UV:
		fake_convert_yuv(result, texel[0][0], texel[1][0], texel[1][1]);
		break;
	case FAKE_SOURCE_Y_XUXV:
		fake_convert_yuv(result, texel[0][0], texel[1][1], texel[1][3]);
		break;
	case FAKE_SOURCE_XYUV:
		fake_convert_yuv(result, texel[0][2], texel[0][1], texel[0][0]);
		break;
	}
	return true;
}

/* What fragment_source of the renderer computes, with nearest sampling. \return false: no texture
 */
static bool shade(const struct fake_object *program, double u, double v, double result[4])
{
	const float(*uniform)[4] = program->uniforms;
	double s = uniform[TO_TEXTURE][0] * u + uniform[TO_TEXTURE][1] * v + uniform[MOVES][2];
	double t = uniform[TO_TEXTURE][2] * u + uniform[TO_TEXTURE][3] * v + uniform[MOVES][3];
	int i;

	if (!fetch(program, s, t, result)) {
		return false;
	}
	if (program->shader.opaque) {
		result[3] = 1.0;
	}
	for (i = 0; i < 4; i++) {
		result[i] *= program->shader.faded ? uniform[ALPHA][0] : 1.0;
		if (program->shader.tint) {
			result[i] = result[i] * (1.0 - uniform[TINT][3]) + uniform[TINT][i];
		}
	}
	return true;
}

static void write_pixel(uint8_t *pixel, const double color[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		double under = fake.current->blend ? pixel[i] / 255.0 * (1.0 - color[3]) : 0.0;

		pixel[i] = fake_to_byte(color[i] + under);
	}
}

static double edge(const struct point *a, const struct point *b, double x, double y)
{
	return (b->x - a->x) * (y - a->y) - (b->y - a->y) * (x - a->x);
}

/* A pixel centre on an edge belongs to the one triangle for which the edge is a left or a lower
 * one. */
static bool inside_edge(const struct point *a, const struct point *b, double value)
{
	if (value != 0.0) {
		return value > 0.0;
	}
	return b->y < a->y || (b->y == a->y && b->x > a->x);
}

static void fill_pixel(const struct point p[3], double area, struct fake_image *image,
	const struct fake_object *program, int x, int y)
{
	double px = x + 0.5, py = y + 0.5, color[4];
	double w0 = edge(&p[1], &p[2], px, py);
	double w1 = edge(&p[2], &p[0], px, py);
	double w2 = edge(&p[0], &p[1], px, py);

	if (!inside_edge(&p[1], &p[2], w0) || !inside_edge(&p[2], &p[0], w1) ||
		!inside_edge(&p[0], &p[1], w2)) {
		return;
	}
	if (shade(program, (w0 * p[0].u + w1 * p[1].u + w2 * p[2].u) / area,
		    (w0 * p[0].v + w1 * p[1].v + w2 * p[2].v) / area, color)) {
		write_pixel(&image->pixels[4 * (y * image->width + x)], color);
	}
}

static int bound(double value, int limit)
{
	return value < 0.0 ? 0 : value > limit ? limit : (int)value;
}

static void fill_triangle(
	struct point p[3], struct fake_image *image, const struct fake_object *program)
{
	double area = edge(&p[0], &p[1], p[2].x, p[2].y);
	int x, y, left, right, bottom, top;

	if (area == 0.0) {
		return;
	}
	if (area < 0.0) {
		struct point swap = p[1];

		p[1] = p[2];
		p[2] = swap;
		area = -area;
	}
	left = bound(floor(fmin(p[0].x, fmin(p[1].x, p[2].x))), image->width);
	right = bound(ceil(fmax(p[0].x, fmax(p[1].x, p[2].x))), image->width);
	bottom = bound(floor(fmin(p[0].y, fmin(p[1].y, p[2].y))), image->height);
	top = bound(ceil(fmax(p[0].y, fmax(p[1].y, p[2].y))), image->height);
	for (y = bottom; y < top; y++) {
		for (x = left; x < right; x++) {
			fill_pixel(p, area, image, program, x, y);
		}
	}
}

static struct point transform(const struct fake_object *program, const float *vertex)
{
	const float(*uniform)[4] = program->uniforms;
	const GLint *viewport = fake.current->viewport;
	double u = vertex[0], v = vertex[1];
	double x = uniform[TO_CLIP][0] * u + uniform[TO_CLIP][1] * v + uniform[MOVES][0];
	double y = uniform[TO_CLIP][2] * u + uniform[TO_CLIP][3] * v + uniform[MOVES][1];

	return (struct point){
		.x = viewport[0] + (x + 1.0) / 2.0 * viewport[2],
		.y = viewport[1] + (y + 1.0) / 2.0 * viewport[3],
		.u = u,
		.v = v,
	};
}

static bool samples_what_it_cannot(const struct fake_object *program)
{
	const struct fake_object *texture = fake_texture_at((unsigned)program->uniforms[IMAGE][0]);

	return program->shader.source != FAKE_SOURCE_SOLID && texture && texture->unsampleable;
}

/* \return the vertex numbered @index of a draw, or NULL: outside of its buffer */
static const float *vertex_at(const struct fake_object *indices, GLint index)
{
	const struct fake_object *vertices = fake_object_bound(FAKE_BUFFER);
	size_t vertex = (size_t)index;

	if (indices) {
		if ((vertex + 1) * sizeof(GLushort) > indices->bytes) {
			return NULL;
		}
		vertex = ((const GLushort *)(const void *)indices->data)[vertex];
	}
	vertex += fake.current->first_vertex;
	return (vertex + 1) * 2 * sizeof(float) <= vertices->bytes ? &vertices->data[2 * vertex]
								   : NULL;
}

/* @indices: NULL for glDrawArrays */
static void draw(const struct fake_object *indices, GLenum mode, GLint first, GLsizei count)
{
	struct fake_object *program = fake_object_bound(FAKE_PROGRAM);
	struct fake_image *image = fake_draw_image();
	GLint i, k;

	if (!program || !program->built || !fake_object_bound(FAKE_BUFFER) ||
		!fake.current->vertices_enabled || !vertex_at(indices, first + count - 1)) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	if (!image) {
		fake_set_error(GL_INVALID_FRAMEBUFFER_OPERATION);
		return;
	}
	if (samples_what_it_cannot(program)) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	fake_report.draws++;
	fake_script.gpu_time += fake_script.draw_ns;
	for (i = first; mode == GL_TRIANGLES && !fake_zombie() && i + 2 < first + count; i += 3) {
		struct point p[3];

		for (k = 0; k < 3; k++) {
			const float *vertex = vertex_at(indices, i + k);

			if (!vertex) {
				fake_set_error(GL_INVALID_OPERATION);
				return;
			}
			p[k] = transform(program, vertex);
		}
		fill_triangle(p, image, program);
	}
}

static void GL_APIENTRY fake_glDrawArrays(GLenum mode, GLint first, GLsizei count)
{
	if (ENTER()) {
		draw(NULL, mode, first, count);
	}
}

static void GL_APIENTRY fake_glDrawElements(
	GLenum mode, GLsizei count, GLenum type, const void *offset)
{
	const struct fake_object *indices;

	if (!ENTER()) {
		return;
	}
	indices = fake_object_of_target(GL_ELEMENT_ARRAY_BUFFER);
	if (!indices || type != GL_UNSIGNED_SHORT) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	draw(indices, mode, (GLint)((uintptr_t)offset / sizeof(GLushort)), count);
}

static void GL_APIENTRY fake_glViewport(GLint x, GLint y, GLsizei width, GLsizei height)
{
	if (ENTER()) {
		const GLint viewport[4] = {x, y, width, height};

		memcpy(fake.current->viewport, viewport, sizeof(viewport));
	}
}

static bool *capability(GLenum cap)
{
	static bool ignored;

	switch (cap) {
	case GL_BLEND:
		return &fake.current->blend;
	case GL_SCISSOR_TEST:
		return &fake.current->scissor;
	default:
		return &ignored;
	}
}

static void GL_APIENTRY fake_glEnable(GLenum cap)
{
	if (ENTER()) {
		*capability(cap) = true;
	}
}

static void GL_APIENTRY fake_glDisable(GLenum cap)
{
	if (ENTER()) {
		*capability(cap) = false;
	}
}

void fake_fill_raster(struct gl_api *api)
{
	api->glDisable = fake_glDisable;
	api->glDrawArrays = fake_glDrawArrays;
	api->glDrawElements = fake_glDrawElements;
	api->glEnable = fake_glEnable;
	api->glViewport = fake_glViewport;
}
