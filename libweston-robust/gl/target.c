/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/target.h"

#include <stdlib.h>
#include <string.h>

#include "gl/format.h"

void target_init_window(struct target *target, struct egl *egl, struct egl_native_window window,
	const struct egl_visuals *visuals, int32_t width, int32_t height)
{
	memset(target, 0, sizeof(*target));
	target->kind = TARGET_WINDOW;
	target->egl = egl;
	target->window = window;
	target->visuals = *visuals;
	target->width = width;
	target->height = height;
	target->surface = EGL_NO_SURFACE;
	wl_list_insert(&egl->windows, &target->link);
}

void target_init_image(
	struct target *target, struct egl *egl, uint32_t fourcc, int32_t width, int32_t height)
{
	memset(target, 0, sizeof(*target));
	target->kind = TARGET_IMAGE;
	target->egl = egl;
	target->fourcc = fourcc;
	target->width = width;
	target->height = height;
}

void framebuffer_destroy(struct framebuffer *framebuffer, bool lost)
{
	const struct gl_api *api = framebuffer->gen->api;

	if (!lost) {
		api->glDeleteFramebuffers(1, &framebuffer->name);
		api->glDeleteRenderbuffers(1, &framebuffer->renderbuffer);
	}
	framebuffer->target->framebuffer = NULL;
	wl_list_remove(&framebuffer->link);
	free(framebuffer);
}

void target_fini(struct target *target)
{
	if (target->kind == TARGET_WINDOW) {
		egl_destroy_surface(target->egl, target->surface);
		target->surface = EGL_NO_SURFACE;
		wl_list_remove(&target->link);
	} else if (target->framebuffer) {
		struct generation *gen = target->framebuffer->gen;
		bool current = generation_make_current(gen, gen->egl->current_surface);

		framebuffer_destroy(target->framebuffer, !current);
	}
}

static bool framebuffer_create(struct generation *gen, struct target *target)
{
	const struct gl_api *api = gen->api;
	GLenum format = format_renderbuffer(target->fourcc, &gen->caps);
	struct framebuffer *framebuffer;

	framebuffer = format ? calloc(1, sizeof(*framebuffer)) : NULL;
	if (!framebuffer) {
		return false;
	}
	framebuffer->gen = gen;
	framebuffer->target = target;
	target->framebuffer = framebuffer;
	wl_list_insert(&gen->framebuffers, &framebuffer->link);

	api->glGenRenderbuffers(1, &framebuffer->renderbuffer);
	api->glBindRenderbuffer(GL_RENDERBUFFER, framebuffer->renderbuffer);
	api->glRenderbufferStorage(GL_RENDERBUFFER, format, target->width, target->height);
	api->glGenFramebuffers(1, &framebuffer->name);
	api->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer->name);
	api->glFramebufferRenderbuffer(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, framebuffer->renderbuffer);
	if (api->glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE) {
		return true;
	}
	framebuffer_destroy(framebuffer, false);
	return false;
}

static enum target_result egl_failure(struct egl *egl)
{
	return egl->api->eglGetError() == EGL_CONTEXT_LOST ? TARGET_LOST : TARGET_FAILED;
}

enum target_result target_prepare(struct generation *gen, struct target *target)
{
	struct egl *egl = gen->egl;

	if (target->kind == TARGET_WINDOW) {
		if (target->surface == EGL_NO_SURFACE) {
			target->surface =
				egl_create_window_surface(egl, &target->window, &target->visuals);
		}
		return target->surface != EGL_NO_SURFACE ? TARGET_OK : egl_failure(egl);
	}
	if (target->framebuffer && target->framebuffer->gen == gen) {
		return TARGET_OK;
	}
	if (!generation_make_current(gen, EGL_NO_SURFACE)) {
		return egl_failure(egl);
	}
	return framebuffer_create(gen, target) ? TARGET_OK : TARGET_FAILED;
}

enum target_result target_bind(struct generation *gen, struct target *target)
{
	enum target_result result = target_prepare(gen, target);

	if (result != TARGET_OK) {
		return result;
	}
	if (!generation_make_current(
		    gen, target->kind == TARGET_WINDOW ? target->surface : EGL_NO_SURFACE)) {
		return egl_failure(gen->egl);
	}
	gen->api->glBindFramebuffer(
		GL_FRAMEBUFFER, target->kind == TARGET_WINDOW ? 0 : target->framebuffer->name);
	gen->api->glViewport(0, 0, target->width, target->height);
	return TARGET_OK;
}

int target_buffer_age(struct generation *gen, struct target *target)
{
	EGLint age = 0;

	/* Whatever an earlier generation left in the buffers is not to be trusted. */
	if (!gen->egl->buffer_age || target->painted_by != gen->id) {
		return 0;
	}
	if (!gen->api->eglQuerySurface(
		    gen->egl->display, target->surface, EGL_BUFFER_AGE_EXT, &age)) {
		return 0;
	}
	return age > 0 ? age : 0;
}

void target_set_damage(struct generation *gen, struct target *target, EGLint *rects, EGLint count)
{
	if (target->kind == TARGET_WINDOW && gen->egl->partial_update && count > 0) {
		gen->api->eglSetDamageRegionKHR(gen->egl->display, target->surface, rects, count);
	}
}

enum target_result target_present(
	struct generation *gen, struct target *target, EGLint *rects, EGLint count)
{
	struct egl *egl = gen->egl;
	EGLBoolean ok;

	if (target->kind == TARGET_IMAGE) {
		gen->api->glFlush();
		target->painted_by = gen->id;
		return TARGET_OK;
	}
	if (egl->swap_buffers_with_damage && count > 0) {
		ok = egl->swap_buffers_with_damage(egl->display, target->surface, rects, count);
	} else {
		ok = egl->api->eglSwapBuffers(egl->display, target->surface);
	}
	if (!ok) {
		/* Drawn on but not shown: Mesa hands the same buffer out again, with its old age.
		 */
		target->painted_by = 0;
		return egl_failure(egl);
	}
	target->painted_by = gen->id;
	return TARGET_OK;
}
