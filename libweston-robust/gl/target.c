/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/target.h"

#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "gl/format.h"
#include "gl/image.h"
#include "gl/state.h"

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
	egl_add_window(egl, &target->egl_window);
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

void target_init_dmabuf(struct target *target, struct egl *egl, struct image_source *source)
{
	target_init_image(target, egl, source->fourcc, source->width, source->height);
	target->source = source;
}

void target_init_layer(struct target *target, struct egl *egl, int32_t width, int32_t height)
{
	memset(target, 0, sizeof(*target));
	target->kind = TARGET_LAYER;
	target->egl = egl;
	target->width = width;
	target->height = height;
}

void framebuffer_destroy(struct framebuffer *framebuffer, bool lost)
{
	const struct gl_api *api = framebuffer->gen->api;

	if (!lost) {
		api->glDeleteFramebuffers(1, &framebuffer->name);
		api->glDeleteRenderbuffers(1, &framebuffer->renderbuffer);
		api->glDeleteTextures(1, &framebuffer->texture);
		state_forget_texture(framebuffer->gen);
	}
	framebuffer->target->framebuffer = NULL;
	wl_list_remove(&framebuffer->link);
	free(framebuffer);
}

void target_fini(struct target *target)
{
	if (target->kind == TARGET_WINDOW) {
		egl_destroy_surface(target->egl, target->egl_window.surface);
		egl_remove_window(target->egl, &target->egl_window);
	} else if (target->framebuffer) {
		struct generation *gen = target->framebuffer->gen;
		bool current = generation_make_current(gen, gen->egl->current_surface);

		framebuffer_destroy(target->framebuffer, !current);
	}
}

/* Returns false when the format can't be drawn to. */
static bool attach_renderbuffer(struct framebuffer *framebuffer, const struct target *target)
{
	const struct gl_api *api = framebuffer->gen->api;
	GLenum format = format_renderbuffer(target->fourcc, &framebuffer->gen->caps);

	if (!format) {
		return false;
	}
	api->glGenRenderbuffers(1, &framebuffer->renderbuffer);
	api->glBindRenderbuffer(GL_RENDERBUFFER, framebuffer->renderbuffer);
	api->glRenderbufferStorage(GL_RENDERBUFFER, format, target->width, target->height);
	api->glFramebufferRenderbuffer(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, framebuffer->renderbuffer);
	return true;
}

/* The memory is the driver's own affair: it may have a layout that only the image knows. */
static bool attach_dmabuf(struct framebuffer *framebuffer, const struct target *target)
{
	const struct gl_api *api = framebuffer->gen->api;
	struct image *image;

	if (!framebuffer->gen->caps.egl_image_targets) {
		return false;
	}
	image = image_get_target(framebuffer->gen, target->source);
	if (!image) {
		return false;
	}
	api->glGenRenderbuffers(1, &framebuffer->renderbuffer);
	api->glBindRenderbuffer(GL_RENDERBUFFER, framebuffer->renderbuffer);
	api->glEGLImageTargetRenderbufferStorageOES(GL_RENDERBUFFER, image->handles[0]);
	api->glFramebufferRenderbuffer(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, framebuffer->renderbuffer);
	return true;
}

static void attach_texture(struct framebuffer *framebuffer, const struct target *target,
	GLint internal, GLenum format, GLenum type)
{
	const struct gl_api *api = framebuffer->gen->api;

	api->glGenTextures(1, &framebuffer->texture);
	state_bind_texture(framebuffer->gen, framebuffer->texture);
	api->glTexImage2D(
		GL_TEXTURE_2D, 0, internal, target->width, target->height, 0, format, type, NULL);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	api->glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	api->glFramebufferTexture2D(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, framebuffer->texture, 0);
}

static bool attach_half_floats(struct framebuffer *framebuffer, const struct target *target)
{
	if (!framebuffer->gen->caps.texture_half_float) {
		return false;
	}
	attach_texture(framebuffer, target, GL_RGBA16F, GL_RGBA, GL_HALF_FLOAT);
	return true;
}

static bool wants_copies(const struct framebuffer *framebuffer, const struct target *target)
{
	return target->kind == TARGET_IMAGE && !target->source &&
	       target->fourcc == DRM_FORMAT_XRGB8888 && framebuffer->gen->caps.cheap_copies;
}

static bool is_complete(const struct gl_api *api)
{
	return api->glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

/* Of the same format as what is copied there: no renderbuffer can be. Returns false when it can't
 * be drawn to, as no specification promises. */
static bool attach_bytes(struct framebuffer *framebuffer, const struct target *target)
{
	attach_texture(framebuffer, target, GL_BGRA_EXT, GL_BGRA_EXT, GL_UNSIGNED_BYTE);
	return is_complete(framebuffer->gen->api);
}

static bool attach(struct framebuffer *framebuffer, struct target *target)
{
	target->takes_copies =
		wants_copies(framebuffer, target) && attach_bytes(framebuffer, target);
	if (target->takes_copies) {
		return true;
	}
	if (target->kind == TARGET_LAYER) {
		return attach_half_floats(framebuffer, target);
	}
	return target->source ? attach_dmabuf(framebuffer, target)
			      : attach_renderbuffer(framebuffer, target);
}

static bool framebuffer_create(struct generation *gen, struct target *target)
{
	const struct gl_api *api = gen->api;
	struct framebuffer *framebuffer = calloc(1, sizeof(*framebuffer));
	bool attached;

	if (!framebuffer) {
		return false;
	}
	framebuffer->gen = gen;
	framebuffer->target = target;
	target->framebuffer = framebuffer;
	wl_list_insert(&gen->framebuffers, &framebuffer->link);

	api->glGenFramebuffers(1, &framebuffer->name);
	api->glBindFramebuffer(GL_FRAMEBUFFER, framebuffer->name);
	attached = attach(framebuffer, target);
	if (attached && (target->takes_copies || is_complete(api))) {
		return true;
	}
	framebuffer_destroy(framebuffer, false);
	return false;
}

static enum target_result egl_failure(struct egl *egl)
{
	return egl->api->eglGetError() == EGL_CONTEXT_LOST ? TARGET_LOST : TARGET_FAILED;
}

/* What is to be current while the target is drawn to. A layer is drawn to in the midst of another
 * target's frame. */
static EGLSurface surface_beside(const struct target *target)
{
	switch (target->kind) {
	case TARGET_WINDOW:
		return target->egl_window.surface;
	case TARGET_IMAGE:
		return EGL_NO_SURFACE;
	case TARGET_LAYER:
		return target->egl->current_surface;
	}
	return EGL_NO_SURFACE;
}

enum target_result target_prepare_window(struct target *target)
{
	struct egl *egl = target->egl;

	if (target->egl_window.surface == EGL_NO_SURFACE) {
		target->egl_window.surface =
			egl_create_window_surface(egl, &target->window, &target->visuals);
	}
	return target->egl_window.surface != EGL_NO_SURFACE ? TARGET_OK : egl_failure(egl);
}

enum target_result target_prepare(struct generation *gen, struct target *target)
{
	struct egl *egl = gen->egl;

	if (target->kind == TARGET_WINDOW) {
		return target_prepare_window(target);
	}
	if (target->framebuffer && target->framebuffer->gen == gen) {
		return TARGET_OK;
	}
	if (!generation_make_current(gen, surface_beside(target))) {
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
	if (!generation_make_current(gen, surface_beside(target))) {
		return egl_failure(gen->egl);
	}
	gen->bound_framebuffer = target->kind == TARGET_WINDOW ? 0 : target->framebuffer->name;
	gen->api->glBindFramebuffer(GL_FRAMEBUFFER, gen->bound_framebuffer);
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
		    gen->egl->display, target->egl_window.surface, EGL_BUFFER_AGE_EXT, &age)) {
		return 0;
	}
	return age > 0 ? age : 0;
}

void target_set_damage(struct generation *gen, struct target *target, EGLint *rects, EGLint count)
{
	if (target->kind == TARGET_WINDOW && gen->egl->partial_update && count > 0) {
		gen->api->eglSetDamageRegionKHR(
			gen->egl->display, target->egl_window.surface, rects, count);
	}
}

/* Others read a dmabuf as soon as they have it: without a fence to wait for it has to be done. */
static void flush(struct generation *gen, const struct target *target)
{
	if (target->source && !gen->egl->native_fences) {
		gen->api->glFinish();
	} else {
		gen->api->glFlush();
	}
}

enum target_result target_present(
	struct generation *gen, struct target *target, EGLint *rects, EGLint count)
{
	struct egl *egl = gen->egl;
	EGLBoolean ok;

	if (target->kind != TARGET_WINDOW) {
		flush(gen, target);
		target->painted_by = gen->id;
		return TARGET_OK;
	}
	if (egl->swap_buffers_with_damage && count > 0) {
		ok = egl->swap_buffers_with_damage(
			egl->display, target->egl_window.surface, rects, count);
	} else {
		ok = egl->api->eglSwapBuffers(egl->display, target->egl_window.surface);
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
