/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/caps.h"

#include <string.h>

static void read_texture_caps(struct gl_caps *caps, const char *list)
{
	bool es3 = caps->version >= 30;
	bool float_linear = gl_extension_in_list(list, "GL_OES_texture_half_float_linear") || es3;

	caps->texture_bgra = gl_extension_in_list(list, "GL_EXT_texture_format_BGRA8888");
	caps->unpack_subimage = es3 || gl_extension_in_list(list, "GL_EXT_unpack_subimage");
	caps->texture_rg = es3 || gl_extension_in_list(list, "GL_EXT_texture_rg");
	caps->texture_10bit =
		es3 || gl_extension_in_list(list, "GL_EXT_texture_type_2_10_10_10_REV");
	/* RGBA16 as a sized format exists on ES 3 only. */
	caps->texture_16bit = es3 && gl_extension_in_list(list, "GL_EXT_texture_norm16");
	caps->texture_half_float =
		es3 && float_linear &&
		(caps->version >= 32 ||
			gl_extension_in_list(list, "GL_EXT_color_buffer_half_float") ||
			gl_extension_in_list(list, "GL_EXT_color_buffer_float"));
	caps->texture_3d = es3 || gl_extension_in_list(list, "GL_OES_texture_3D");
	caps->color_ops = es3 && caps->texture_half_float && caps->fragment_highp &&
			  gl_extension_in_list(list, "GL_OES_texture_3D") &&
			  gl_extension_in_list(list, "GL_OES_texture_float_linear");
}

static void read_image_caps(struct gl_caps *caps, const struct gl_api *api, const char *list)
{
	caps->egl_image =
		gl_extension_in_list(list, "GL_OES_EGL_image") && api->glEGLImageTargetTexture2DOES;
	caps->egl_image_targets = caps->egl_image && api->glEGLImageTargetRenderbufferStorageOES;
	caps->texture_external =
		gl_extension_in_list(list, "GL_OES_EGL_image_external") && caps->egl_image;
}

static void read_framebuffer_caps(struct gl_caps *caps, const struct gl_api *api, const char *list)
{
	bool es3 = caps->version >= 30;

	caps->read_bgra = gl_extension_in_list(list, "GL_EXT_read_format_bgra");
	caps->renderbuffer_rgba8 = es3 || gl_extension_in_list(list, "GL_OES_rgb8_rgba8");
	caps->renderbuffer_10bit = es3;
	caps->pack_reverse_rows = gl_extension_in_list(list, "GL_ANGLE_pack_reverse_row_order");
	caps->pixel_pack_buffer = es3 && api->glMapBufferRange && api->glUnmapBuffer &&
				  api->glFenceSync && api->glClientWaitSync && api->glDeleteSync;
}

/* Mesa's software drivers. GL on Vulkan has other names, and other costs. */
static bool is_software(const char *renderer)
{
	static const char *const names[] = {"llvmpipe", "softpipe"};

	for (size_t i = 0; renderer && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(renderer, names[i], strlen(names[i])) == 0) {
			return true;
		}
	}
	return false;
}

static bool has_timer_query(const struct gl_api *api, const char *list)
{
	return gl_extension_in_list(list, "GL_EXT_disjoint_timer_query") && api->glBeginQueryEXT &&
	       api->glDeleteQueriesEXT && api->glEndQueryEXT && api->glGenQueriesEXT &&
	       api->glGetInteger64vEXT && api->glGetQueryivEXT && api->glGetQueryObjectui64vEXT &&
	       api->glGetQueryObjectuivEXT && api->glQueryCounterEXT;
}

static bool has_program_binary(const struct gl_api *api, int version)
{
	GLint formats = 0;

	if (version < 30 || !api->glGetProgramBinary || !api->glProgramBinary) {
		return false;
	}
	api->glGetIntegerv(GL_NUM_PROGRAM_BINARY_FORMATS, &formats);
	return formats > 0;
}

const char *gl_caps_read(struct gl_caps *caps, const struct gl_api *api, bool robust)
{
	const char *list = (const char *)api->glGetString(GL_EXTENSIONS);
	GLint range[2] = {0, 0}, precision = 0;

	memset(caps, 0, sizeof(*caps));
	caps->vendor = (const char *)api->glGetString(GL_VENDOR);
	caps->renderer = (const char *)api->glGetString(GL_RENDERER);
	caps->version_text = (const char *)api->glGetString(GL_VERSION);
	caps->version = gl_parse_es_version(caps->version_text);
	if (robust) {
		caps->get_reset_status = gl_reset_query_select(api, caps->version, list);
	}
	if (caps->version < 20) {
		return "the context is not OpenGL ES 2.0 or later";
	}
	api->glGetIntegerv(GL_MAX_TEXTURE_SIZE, &caps->max_texture_size);
	api->glGetShaderPrecisionFormat(GL_FRAGMENT_SHADER, GL_HIGH_FLOAT, range, &precision);
	caps->fragment_highp = precision > 0;
	read_texture_caps(caps, list);
	read_image_caps(caps, api, list);
	read_framebuffer_caps(caps, api, list);
	caps->cheap_copies =
		caps->version >= 30 && api->glBlitFramebuffer && is_software(caps->renderer);
	caps->timer_query = has_timer_query(api, list);
	caps->program_binary = has_program_binary(api, caps->version);
	caps->color_ops &= api->glTexImage3D != NULL;

	if (!caps->texture_bgra) {
		return "GL_EXT_texture_format_BGRA8888 is missing";
	}
	if (!caps->unpack_subimage) {
		return "GL_EXT_unpack_subimage is missing";
	}
	return NULL;
}
