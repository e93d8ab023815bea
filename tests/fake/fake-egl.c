/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "fake-private.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

/* Handles are recognisable and point nowhere. */
#define CONTEXT_BASE 0xc0000001u
#define SURFACE_BASE 0x50000001u

#define ENTER() fake_enter_egl(__func__ + strlen("fake_"))

struct fake_context *fake_context_from_handle(EGLContext handle)
{
	uintptr_t index = (uintptr_t)handle - CONTEXT_BASE;

	if (index >= FAKE_CONTEXTS_MAX || !fake.contexts[index].live) {
		fake_misuse(&fake_report.bad_handles);
		fake_egl_fail(EGL_BAD_CONTEXT);
		return NULL;
	}
	return &fake.contexts[index];
}

EGLContext fake_context_handle(const struct fake_context *context)
{
	return (EGLContext)((uintptr_t)(context - fake.contexts) + CONTEXT_BASE);
}

EGLSurface fake_surface_handle(const struct fake_surface *surface)
{
	return (EGLSurface)((uintptr_t)(surface - fake.surfaces) + SURFACE_BASE);
}

static struct fake_surface *surface_from_handle(EGLSurface handle)
{
	uintptr_t index = (uintptr_t)handle - SURFACE_BASE;

	if (index >= FAKE_SURFACES_MAX || !fake.surfaces[index].live) {
		fake_misuse(&fake_report.bad_handles);
		fake_egl_fail(EGL_BAD_SURFACE);
		return NULL;
	}
	return &fake.surfaces[index];
}

static EGLint EGLAPIENTRY fake_eglGetError(void)
{
	EGLint error = fake.egl_error;

	ENTER();
	fake.egl_error = EGL_SUCCESS;
	return error;
}

static void check_disposal(const struct fake_context *context)
{
	test_assert_msg(!context->lost || !fake_script.crash_on_dispose,
		"the driver crashes when a lost context is destroyed; last calls:\n%s",
		fake_gl_log());
}

void fake_context_end(struct fake_context *context)
{
	check_disposal(context);
	fake_context_free_objects(context, !context->lost);
	if (fake.current == context) {
		fake.current = NULL;
		fake.draw = NULL;
	}
	context->live = false;
	fake_report.contexts--;
}

void fake_surface_end(struct fake_surface *surface)
{
	if (fake.draw == surface) {
		fake.draw = NULL;
	}
	surface->window->surfaces--;
	fake_image_free(&surface->back);
	surface->live = false;
	fake_report.surfaces--;
}

static EGLBoolean EGLAPIENTRY fake_eglChooseConfig(
	EGLDisplay display, const EGLint *attribs, EGLConfig *configs, EGLint size, EGLint *count)
{
	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	if (configs && size > 0) {
		configs[0] = (EGLConfig)(uintptr_t)1;
	}
	*count = 1;
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglGetConfigAttrib(
	EGLDisplay display, EGLConfig config, EGLint attribute, EGLint *value)
{
	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	*value = 8;
	return EGL_TRUE;
}

static bool wants_robustness(const EGLint *attribs)
{
	for (; attribs && *attribs != EGL_NONE; attribs += 2) {
		if (attribs[0] == EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT) {
			return attribs[1] == EGL_LOSE_CONTEXT_ON_RESET_EXT;
		}
	}
	return false;
}

static EGLContext EGLAPIENTRY fake_eglCreateContext(
	EGLDisplay display, EGLConfig config, EGLContext share, const EGLint *attribs)
{
	struct fake_context *context = NULL, *other = NULL;
	size_t i;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_NO_CONTEXT;
	}
	if (share != EGL_NO_CONTEXT && !(other = fake_context_from_handle(share))) {
		return EGL_NO_CONTEXT;
	}
	if (other && other->robust != wants_robustness(attribs)) {
		fake_egl_fail(EGL_BAD_MATCH);
		return EGL_NO_CONTEXT;
	}
	if (fake_script.no_context > 0) {
		fake_script.no_context--;
		fake_egl_fail(EGL_BAD_ALLOC);
		return EGL_NO_CONTEXT;
	}
	/* A slot is used once: a stale handle is noticed. */
	for (i = 0; i < FAKE_CONTEXTS_MAX && !context; i++) {
		if (!fake.contexts[i].live && !fake.contexts[i].used) {
			context = &fake.contexts[i];
		}
	}
	if (!context) {
		fake_egl_fail(EGL_BAD_ALLOC);
		return EGL_NO_CONTEXT;
	}
	*context = (struct fake_context){.live = true,
		.used = true,
		.display = fake_display_index(display),
		.group = other ? other->group : ++fake.groups,
		.robust = wants_robustness(attribs)};
	if (other && other->lost) {
		context->lost = true;
		context->status = other->status;
		context->status_left = other->status_left;
	}
	if (fake_script.born_lost && fake.reset_left > 0) {
		context->lost = true;
		context->status = fake.reset_status;
		context->status_left = fake.reset_left;
	}
	fake_report.contexts++;
	return fake_context_handle(context);
}

static EGLBoolean EGLAPIENTRY fake_eglDestroyContext(EGLDisplay display, EGLContext handle)
{
	struct fake_context *context;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	context = fake_context_from_handle(handle);
	if (!context) {
		return EGL_FALSE;
	}
	fake_context_end(context);
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglMakeCurrent(
	EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext handle)
{
	struct fake_context *context = NULL;
	struct fake_surface *surface = NULL;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	if (handle != EGL_NO_CONTEXT && !(context = fake_context_from_handle(handle))) {
		return EGL_FALSE;
	}
	if (draw != EGL_NO_SURFACE && !(surface = surface_from_handle(draw))) {
		return EGL_FALSE;
	}
	if (context && context->lost && fake_script.unaskable) {
		return fake_egl_fail(EGL_CONTEXT_LOST);
	}
	fake.current = context;
	fake.draw = surface;
	return EGL_TRUE;
}

/* A dead display no longer holds its windows. */
static bool window_taken(const struct fake_window *window)
{
	size_t i;

	for (i = 0; i < FAKE_SURFACES_MAX; i++) {
		const struct fake_surface *surface = &fake.surfaces[i];

		if (surface->live && surface->window == window &&
			!fake.displays[surface->display].dead) {
			return true;
		}
	}
	return false;
}

static EGLSurface create_surface(EGLDisplay display, struct fake_window *window)
{
	size_t i;

	if (!fake_display_ok(display)) {
		return EGL_NO_SURFACE;
	}
	if (!window || window_taken(window)) {
		fake_egl_fail(window ? EGL_BAD_ALLOC : EGL_BAD_NATIVE_WINDOW);
		return EGL_NO_SURFACE;
	}
	for (i = 0; i < FAKE_SURFACES_MAX; i++) {
		struct fake_surface *surface = &fake.surfaces[i];

		if (!surface->live) {
			*surface = (struct fake_surface){.live = true,
				.display = fake_display_index(display),
				.window = window};
			fake_image_alloc(&surface->back, window->width, window->height);
			window->surfaces++;
			fake_report.surfaces++;
			return (EGLSurface)((uintptr_t)i + SURFACE_BASE);
		}
	}
	fake_egl_fail(EGL_BAD_ALLOC);
	return EGL_NO_SURFACE;
}

static EGLSurface EGLAPIENTRY fake_eglCreateWindowSurface(
	EGLDisplay display, EGLConfig config, EGLNativeWindowType window, const EGLint *attribs)
{
	return ENTER() ? create_surface(display, (struct fake_window *)window) : EGL_NO_SURFACE;
}

static EGLSurface EGLAPIENTRY fake_eglCreatePlatformWindowSurfaceEXT(
	EGLDisplay display, EGLConfig config, void *window, const EGLint *attribs)
{
	return ENTER() ? create_surface(display, window) : EGL_NO_SURFACE;
}

static EGLBoolean EGLAPIENTRY fake_eglDestroySurface(EGLDisplay display, EGLSurface handle)
{
	struct fake_surface *surface;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	surface = surface_from_handle(handle);
	if (!surface) {
		return EGL_FALSE;
	}
	if (fake.draw == surface) {
		/* It would live on until it is no longer current, and its window would be gone. */
		fake_misuse(&fake_report.bad_handles);
	}
	fake_surface_end(surface);
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglQuerySurface(
	EGLDisplay display, EGLSurface handle, EGLint attribute, EGLint *value)
{
	struct fake_surface *surface;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	surface = surface_from_handle(handle);
	if (!surface) {
		return EGL_FALSE;
	}
	switch (attribute) {
	case EGL_BUFFER_AGE_EXT:
		if (fake.draw != surface) {
			return fake_egl_fail(EGL_BAD_SURFACE);
		}
		*value = surface->age;
		break;
	case EGL_WIDTH:
		*value = surface->back.width;
		break;
	case EGL_HEIGHT:
		*value = surface->back.height;
		break;
	default:
		return fake_egl_fail(EGL_BAD_ATTRIBUTE);
	}
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglSetDamageRegionKHR(
	EGLDisplay display, EGLSurface surface, EGLint *rects, EGLint count)
{
	return ENTER() && fake_display_ok(display) && surface_from_handle(surface);
}

static EGLBoolean swap(EGLDisplay display, EGLSurface handle)
{
	struct fake_surface *surface;
	size_t bytes;

	if (!fake_display_ok(display) || !(surface = surface_from_handle(handle))) {
		return EGL_FALSE;
	}
	if (fake.draw != surface) {
		return fake_egl_fail(EGL_BAD_SURFACE);
	}
	if (fake.current->lost) {
		return fake_egl_fail(EGL_CONTEXT_LOST);
	}
	if (fake_script.swap_fails) {
		return fake_egl_fail(EGL_BAD_ALLOC);
	}
	bytes = (size_t)surface->back.width * (size_t)surface->back.height * 4;
	free(surface->window->front);
	surface->window->front = malloc(bytes);
	memcpy(surface->window->front, surface->back.pixels, bytes);
	surface->window->presents++;
	surface->age = 1;
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglSwapBuffers(EGLDisplay display, EGLSurface surface)
{
	return ENTER() && swap(display, surface);
}

static EGLBoolean EGLAPIENTRY fake_eglSwapBuffersWithDamageEXT(
	EGLDisplay display, EGLSurface surface, const EGLint *rects, EGLint count)
{
	return ENTER() && swap(display, surface);
}

void fake_fill_egl(struct gl_api *api)
{
	api->eglChooseConfig = fake_eglChooseConfig;
	api->eglCreateContext = fake_eglCreateContext;
	api->eglCreatePlatformWindowSurfaceEXT = fake_eglCreatePlatformWindowSurfaceEXT;
	api->eglCreateWindowSurface = fake_eglCreateWindowSurface;
	api->eglDestroyContext = fake_eglDestroyContext;
	api->eglDestroySurface = fake_eglDestroySurface;
	api->eglGetConfigAttrib = fake_eglGetConfigAttrib;
	api->eglGetError = fake_eglGetError;
	api->eglMakeCurrent = fake_eglMakeCurrent;
	api->eglQuerySurface = fake_eglQuerySurface;
	api->eglSetDamageRegionKHR = fake_eglSetDamageRegionKHR;
	api->eglSwapBuffers = fake_eglSwapBuffers;
	api->eglSwapBuffersWithDamageEXT = fake_eglSwapBuffersWithDamageEXT;
}
