/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/scratch.h"

#include <drm_fourcc.h>

#include "gl/format.h"
#include "gl/state.h"

static void attach_texture(struct scratch *scratch, GLenum format)
{
	const struct gl_api *api = scratch->gen->api;

	api->glGenTextures(1, &scratch->texture);
	state_bind_texture(scratch->gen, scratch->texture);
	api->glTexImage2D(GL_TEXTURE_2D, 0, (GLint)format, scratch->width, scratch->height, 0,
		format, GL_UNSIGNED_BYTE, NULL);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	api->glFramebufferTexture2D(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, scratch->texture, 0);
}

static void attach_renderbuffer(struct scratch *scratch, GLenum format)
{
	const struct gl_api *api = scratch->gen->api;

	api->glGenRenderbuffers(1, &scratch->renderbuffer);
	api->glBindRenderbuffer(GL_RENDERBUFFER, scratch->renderbuffer);
	api->glRenderbufferStorage(GL_RENDERBUFFER, format, scratch->width, scratch->height);
	api->glFramebufferRenderbuffer(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, scratch->renderbuffer);
}

/* Of a @renderbuffer of that format; where that is 0, of a @texture. */
static bool begin(struct scratch *scratch, struct generation *gen, GLenum renderbuffer,
	GLenum texture, int32_t width, int32_t height)
{
	const struct gl_api *api = gen->api;

	if (width > gen->caps.max_texture_size || height > gen->caps.max_texture_size ||
		!generation_make_current(gen, EGL_NO_SURFACE)) {
		return false;
	}
	*scratch = (struct scratch){.gen = gen, .width = width, .height = height};
	api->glGenFramebuffers(1, &scratch->framebuffer);
	api->glBindFramebuffer(GL_FRAMEBUFFER, scratch->framebuffer);
	gen->bound_framebuffer = scratch->framebuffer;
	if (renderbuffer) {
		attach_renderbuffer(scratch, renderbuffer);
	} else {
		attach_texture(scratch, texture);
	}
	if (api->glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
		scratch_end(scratch);
		return false;
	}
	api->glViewport(0, 0, width, height);
	return true;
}

bool scratch_begin(struct scratch *scratch, struct generation *gen, int32_t width, int32_t height)
{
	return begin(scratch, gen, 0, GL_RGBA, width, height);
}

bool scratch_begin_output(
	struct scratch *scratch, struct generation *gen, int32_t width, int32_t height)
{
	if (gen->caps.cheap_copies) {
		return begin(scratch, gen, 0, GL_BGRA_EXT, width, height);
	}
	return begin(scratch, gen, format_renderbuffer(DRM_FORMAT_XRGB8888, &gen->caps), GL_RGBA,
		width, height);
}

void scratch_read(
	struct scratch *scratch, int32_t x, int32_t y, int32_t width, int32_t height, void *pixels)
{
	scratch->gen->api->glReadPixels(x, y, width, height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
}

void scratch_end(struct scratch *scratch)
{
	const struct gl_api *api = scratch->gen->api;

	api->glBindFramebuffer(GL_FRAMEBUFFER, 0);
	scratch->gen->bound_framebuffer = 0;
	api->glDeleteFramebuffers(1, &scratch->framebuffer);
	api->glDeleteRenderbuffers(1, &scratch->renderbuffer);
	api->glDeleteTextures(1, &scratch->texture);
	state_forget_texture(scratch->gen);
}
