/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/scratch.h"

#include "gl/state.h"

bool scratch_begin(struct scratch *scratch, struct generation *gen, int32_t width, int32_t height)
{
	const struct gl_api *api = gen->api;

	if (width > gen->caps.max_texture_size || height > gen->caps.max_texture_size ||
		!generation_make_current(gen, EGL_NO_SURFACE)) {
		return false;
	}
	*scratch = (struct scratch){.gen = gen, .width = width, .height = height};
	api->glGenTextures(1, &scratch->texture);
	state_bind_texture(gen, scratch->texture);
	api->glTexImage2D(
		GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	api->glGenFramebuffers(1, &scratch->framebuffer);
	api->glBindFramebuffer(GL_FRAMEBUFFER, scratch->framebuffer);
	api->glFramebufferTexture2D(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, scratch->texture, 0);
	if (api->glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
		scratch_end(scratch);
		return false;
	}
	api->glViewport(0, 0, width, height);
	return true;
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
	api->glDeleteFramebuffers(1, &scratch->framebuffer);
	api->glDeleteTextures(1, &scratch->texture);
	state_forget_texture(scratch->gen);
}
