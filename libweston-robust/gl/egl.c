/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/egl.h"

#include <stdlib.h>
#include <string.h>

static bool config_matches(const struct egl *egl, EGLConfig config, const struct egl_visual *visual)
{
	static const EGLint names[] = {EGL_RED_SIZE, EGL_GREEN_SIZE, EGL_BLUE_SIZE, EGL_ALPHA_SIZE};
	const int bits[] = {visual->red, visual->green, visual->blue, visual->alpha};
	EGLint value = 0;

	if (egl->options.platform == EGL_PLATFORM_GBM_KHR) {
		return egl->api->eglGetConfigAttrib(
			       egl->display, config, EGL_NATIVE_VISUAL_ID, &value) &&
		       (uint32_t)value == visual->fourcc;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!egl->api->eglGetConfigAttrib(egl->display, config, names[i], &value) ||
			value != bits[i]) {
			return false;
		}
	}
	return true;
}

bool egl_choose_config(const struct egl *egl, const struct egl_visuals *visuals, EGLConfig *config)
{
	const EGLint attribs[] = {
		EGL_SURFACE_TYPE,
		egl->options.surface_type | (egl->surfaceless_context ? 0 : EGL_PBUFFER_BIT),
		EGL_RED_SIZE,
		1,
		EGL_GREEN_SIZE,
		1,
		EGL_BLUE_SIZE,
		1,
		EGL_RENDERABLE_TYPE,
		EGL_OPENGL_ES2_BIT,
		EGL_NONE,
	};
	EGLint count = 0;
	EGLConfig *configs;
	bool found = false;

	if (!egl->api->eglChooseConfig(egl->display, attribs, NULL, 0, &count) || count <= 0) {
		return false;
	}
	configs = calloc((size_t)count, sizeof(*configs));
	if (!configs || !egl->api->eglChooseConfig(egl->display, attribs, configs, count, &count)) {
		count = 0;
	}
	for (unsigned v = 0; v < visuals->count && !found; v++) {
		for (EGLint c = 0; c < count && !found; c++) {
			if (config_matches(egl, configs[c], &visuals->list[v])) {
				*config = configs[c];
				found = true;
			}
		}
	}
	free(configs);
	return found;
}

void egl_forget_current(struct egl *egl)
{
	egl->current_known = false;
	egl->current_context = EGL_NO_CONTEXT;
	egl->current_surface = EGL_NO_SURFACE;
}

/* One pixel, to be current with where there can't be none. */
static EGLSurface stand_in(struct egl *egl)
{
	static const EGLint attribs[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
	EGLConfig config = egl->config;

	if (egl->stand_in == EGL_NO_SURFACE &&
		(config != EGL_NO_CONFIG_KHR ||
			egl_choose_config(egl, &egl->options.visuals, &config))) {
		egl->stand_in = egl->api->eglCreatePbufferSurface(egl->display, config, attribs);
	}
	return egl->stand_in;
}

bool egl_make_current(struct egl *egl, EGLSurface surface, EGLContext context)
{
	if (surface == EGL_NO_SURFACE && context != EGL_NO_CONTEXT && !egl->surfaceless_context) {
		surface = stand_in(egl);
	}
	if (egl->current_known && egl->current_context == context &&
		egl->current_surface == surface) {
		return true;
	}
	if (!egl->api->eglMakeCurrent(egl->display, surface, surface, context)) {
		egl_forget_current(egl);
		return false;
	}
	egl->current_known = true;
	egl->current_context = context;
	egl->current_surface = surface;
	return true;
}

struct egl_native_window egl_native_window_from_handles(
	const struct egl *egl, EGLNativeWindowType legacy, void *platform)
{
	struct egl_native_window window = {.legacy = legacy, .platform = platform};

	if (egl->options.platform == EGL_PLATFORM_X11_KHR && platform) {
		window.xid = *(const unsigned long *)platform;
	}
	return window;
}

void egl_add_window(struct egl *egl, struct egl_window *window)
{
	window->surface = EGL_NO_SURFACE;
	window->next = egl->windows;
	egl->windows = window;
}

void egl_remove_window(struct egl *egl, struct egl_window *window)
{
	struct egl_window **link = &egl->windows;

	while (*link && *link != window) {
		link = &(*link)->next;
	}
	if (*link) {
		*link = window->next;
	}
}

EGLSurface egl_create_window_surface(
	const struct egl *egl, struct egl_native_window *window, const struct egl_visuals *visuals)
{
	EGLConfig config = egl->config;
	void *platform = window->platform;

	if (config == EGL_NO_CONFIG_KHR && !egl_choose_config(egl, visuals, &config)) {
		return EGL_NO_SURFACE;
	}
	if (!egl->platform_base) {
		return egl->api->eglCreateWindowSurface(egl->display, config, window->legacy, NULL);
	}
	if (egl->options.platform == EGL_PLATFORM_X11_KHR) {
		platform = &window->xid;
	}
	return egl->api->eglCreatePlatformWindowSurfaceEXT(egl->display, config, platform, NULL);
}

void egl_destroy_surface(struct egl *egl, EGLSurface surface)
{
	if (surface == EGL_NO_SURFACE) {
		return;
	}
	/* A surface that is current is only marked for deletion, and would outlive its native
	 * window. */
	if (egl->current_known && egl->current_surface == surface) {
		egl_make_current(egl, EGL_NO_SURFACE, egl->current_context);
	}
	if (!egl->current_known) {
		egl_make_current(egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
	egl->api->eglDestroySurface(egl->display, surface);
}
