/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/program-color.h"

#include "gl/color-luts.h"

/*
 * A curve has up to five parameters for each of red, green and blue: p[0] is g, p[1] is a, and so
 * on; p[0].a says whether the input is clamped. Tables have their scale and offset in p[0].xy: the
 * first entry's centre stands for 0.0, the last one's for 1.0.
 */
const char program_color_source[] =
	"#define LUT 1\n"
	"#define LINPOW 2\n"
	"#define POWLIN 3\n"
	"#define MATRIX 2\n"
	"uniform vec4 pre[5];\n"
	"uniform vec4 mapping[3];\n"
	"uniform vec4 post[5];\n"
	"uniform sampler2D pre_table;\n"
	"uniform sampler2D post_table;\n"
	"#if MAPPING == LUT\n"
	"uniform mediump sampler3D mapping_table;\n"
	"#endif\n"
	"float linpow(float x, float g, float a, float b, float c, float d)\n"
	"{\n"
	"	return x >= d ? pow(a * x + b, g) : c * x;\n"
	"}\n"
	"float powlin(float x, float g, float a, float b, float c, float d)\n"
	"{\n"
	"	return x >= d ? a * pow(x, g) + b : c * x;\n"
	"}\n"
	"#define EACH(f, x, p) vec3("
	"f(x.r, p[0].r, p[1].r, p[2].r, p[3].r, p[4].r), "
	"f(x.g, p[0].g, p[1].g, p[2].g, p[3].g, p[4].g), "
	"f(x.b, p[0].b, p[1].b, p[2].b, p[3].b, p[4].b))\n"
	"#define PARAMETRIC(f, x, p) "
	"vec3 sgn = 1.0 - 2.0 * vec3(lessThan(x, vec3(0.0))); "
	"vec3 t = p[0].a > 0.5 ? clamp(x, 0.0, 1.0) : abs(x); "
	"vec3 y = EACH(f, t, p); "
	"return p[0].a > 0.5 ? y : sgn * y;\n"
	"vec3 table(sampler2D lut, vec3 x, vec4 p)\n"
	"{\n"
	"	vec3 at = x * p.x + p.y;\n"
	"	return vec3(texture2D(lut, vec2(at.r, 0.125)).r, \n"
	"		texture2D(lut, vec2(at.g, 0.375)).r, \n"
	"		texture2D(lut, vec2(at.b, 0.625)).r);\n"
	"}\n"
	"vec3 apply_pre(vec3 x)\n"
	"{\n"
	"#if PRE == LUT\n"
	"	return table(pre_table, x, pre[0]);\n"
	"#elif PRE == LINPOW\n"
	"	PARAMETRIC(linpow, x, pre)\n"
	"#elif PRE == POWLIN\n"
	"	PARAMETRIC(powlin, x, pre)\n"
	"#else\n"
	"	return x;\n"
	"#endif\n"
	"}\n"
	"vec3 apply_mapping(vec3 x)\n"
	"{\n"
	"#if MAPPING == LUT\n"
	"	return texture3D(mapping_table, x * mapping[0].x + mapping[0].y).rgb;\n"
	"#elif MAPPING == MATRIX\n"
	"	return mapping[0].rgb * x.r + mapping[1].rgb * x.g + mapping[2].rgb * x.b;\n"
	"#else\n"
	"	return x;\n"
	"#endif\n"
	"}\n"
	"vec3 apply_post(vec3 x)\n"
	"{\n"
	"#if POST == LUT\n"
	"	return table(post_table, x, post[0]);\n"
	"#elif POST == LINPOW\n"
	"	PARAMETRIC(linpow, x, post)\n"
	"#elif POST == POWLIN\n"
	"	PARAMETRIC(powlin, x, post)\n"
	"#else\n"
	"	return x;\n"
	"#endif\n"
	"}\n"
	"vec3 color_transform(vec3 straight)\n"
	"{\n"
	"	return apply_post(apply_mapping(apply_pre(straight)));\n"
	"}\n";

void program_find_color_uniforms(struct generation *gen, struct program *program)
{
	const struct gl_api *api = gen->api;

	program->pre = api->glGetUniformLocation(program->name, "pre");
	program->mapping = api->glGetUniformLocation(program->name, "mapping");
	program->post = api->glGetUniformLocation(program->name, "post");
	program->pre_table = api->glGetUniformLocation(program->name, "pre_table");
	program->mapping_table = api->glGetUniformLocation(program->name, "mapping_table");
	program->post_table = api->glGetUniformLocation(program->name, "post_table");
}

void program_key_set_color(struct program_key *key, const struct color_transform *color)
{
	key->pre = (uint32_t)color->pre.kind & 0xf;
	key->mapping = (uint32_t)color->mapping.kind & 0xf;
	key->post = (uint32_t)color->post.kind & 0xf;
}

static void place_table(GLfloat *params, unsigned length)
{
	params[0] = (float)(length - 1) / (float)length;
	params[1] = 0.5f / (float)length;
}

static void set_curve(const struct gl_api *api, GLint location, const struct color_curve *curve)
{
	GLfloat values[5][4] = {{0.0f}};

	if (curve->kind == COLOR_CURVE_LUT) {
		place_table(values[0], curve->lut_length);
	} else {
		for (int i = 0; i < 5; i++) {
			for (int channel = 0; channel < 3; channel++) {
				values[i][channel] = curve->params[i][channel];
			}
		}
		values[0][3] = curve->clamped ? 1.0f : 0.0f;
	}
	if (curve->kind != COLOR_CURVE_IDENTITY) {
		api->glUniform4fv(location, 5, values[0]);
	}
}

static void set_mapping(
	const struct gl_api *api, GLint location, const struct color_mapping *mapping)
{
	GLfloat values[3][4] = {{0.0f}};

	if (mapping->kind == COLOR_MAPPING_LUT) {
		place_table(values[0], mapping->lut_edge);
	} else {
		for (int column = 0; column < 3; column++) {
			for (int row = 0; row < 3; row++) {
				values[column][row] = mapping->matrix[column][row];
			}
		}
	}
	if (mapping->kind != COLOR_MAPPING_IDENTITY) {
		api->glUniform4fv(location, 3, values[0]);
	}
}

void program_set_color(
	struct generation *gen, struct program *program, const struct color_transform *color)
{
	const struct gl_api *api = gen->api;

	if (program->color_serial == color->serial) {
		return;
	}
	set_curve(api, program->pre, &color->pre);
	set_mapping(api, program->mapping, &color->mapping);
	set_curve(api, program->post, &color->post);
	api->glUniform1i(program->pre_table, COLOR_UNIT_PRE);
	api->glUniform1i(program->mapping_table, COLOR_UNIT_MAPPING);
	api->glUniform1i(program->post_table, COLOR_UNIT_POST);
	program->color_serial = color->serial;
}
