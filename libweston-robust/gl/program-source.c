/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/program-source.h"

#include <stdio.h>

/* Indexed by enum program_source. */
static const char *const names[] = {"SOLID", "RGBA", "Y_U_V", "Y_UV", "Y_XUXV", "XYUV", "EXTERNAL"};

/* Indexed by enum channel_order: which components hold red, green, blue and alpha. */
static const char *const swizzles[] = {"rgba", "bgra", "gbar", "abgr"};

/* All YUV is taken for ITU-R BT.601 of limited range, as the stock renderer does. */
const char program_source_text[] =
	"varying vec2 texcoord;\n"
	"#ifdef EXTERNAL\n"
	"uniform samplerExternalOES image;\n"
	"#else\n"
	"uniform sampler2D image;\n"
	"#endif\n"
	"uniform sampler2D image1;\n"
	"uniform sampler2D image2;\n"
	"uniform vec4 color;\n"
	"vec4 from_yuv(float y, vec2 chroma)\n"
	"{\n"
	"	float luma = 1.16438356 * (y - 16.0 / 255.0);\n"
	"	float cb = chroma.x - 128.0 / 255.0;\n"
	"	float cr = chroma.y - 128.0 / 255.0;\n"
	"	return vec4(luma + 1.59602678 * cr,\n"
	"		luma - 0.39176229 * cb - 0.81296764 * cr,\n"
	"		luma + 2.01723214 * cb, 1.0);\n"
	"}\n"
	"vec4 source()\n"
	"{\n"
	"#if defined(SOLID)\n"
	"	return color;\n"
	"#elif defined(RGBA)\n"
	"	return texture2D(image, texcoord).SWIZZLE;\n"
	"#elif defined(Y_U_V)\n"
	"	return from_yuv(texture2D(image, texcoord).r,\n"
	"		vec2(texture2D(image1, texcoord).r, texture2D(image2, texcoord).r));\n"
	"#elif defined(Y_UV)\n"
	"	return from_yuv(texture2D(image, texcoord).r, texture2D(image1, texcoord).PAIR);\n"
	"#elif defined(Y_XUXV)\n"
	"	return from_yuv(texture2D(image, texcoord).r, texture2D(image1, texcoord).ga);\n"
	"#elif defined(XYUV)\n"
	"	vec3 texel = texture2D(image, texcoord).rgb;\n"
	"	return from_yuv(texel.b, texel.gr);\n"
	"#elif defined(EXTERNAL)\n"
	"	return texture2D(image, texcoord);\n"
	"#endif\n"
	"}\n";

/* Which components of a texture with two of them hold Cb and Cr; luminance alpha has the second one
 * in a. */
static const char *chroma_pair(const struct gl_caps *caps, enum channel_order order)
{
	if (order == CHANNEL_ORDER_BGRA) {
		return caps->texture_rg ? "gr" : "ar";
	}
	return caps->texture_rg ? "rg" : "ra";
}

void program_source_defines(
	char *defines, const struct gl_caps *caps, const struct program_key *key)
{
	snprintf(defines, PROGRAM_SOURCE_DEFINES_MAX,
		"%s#define %s\n#define SWIZZLE %s\n#define PAIR %s\n",
		key->source == PROGRAM_EXTERNAL ? "#extension GL_OES_EGL_image_external : require\n"
						: "",
		names[key->source], swizzles[key->order], chroma_pair(caps, key->order));
}

void program_source_set_units(struct generation *gen, struct program *program)
{
	const struct gl_api *api = gen->api;

	switch (program->key.source) {
	case PROGRAM_Y_U_V:
	case PROGRAM_Y_UV:
	case PROGRAM_Y_XUXV:
		break;
	default:
		return; /* unit 0 is every sampler's first one */
	}
	api->glUseProgram(program->name);
	gen->bound_program = program;
	api->glUniform1i(api->glGetUniformLocation(program->name, "image1"), 1);
	api->glUniform1i(api->glGetUniformLocation(program->name, "image2"), 2);
}
