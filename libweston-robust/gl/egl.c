/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/egl.h"

#include <stdlib.h>
#include <string.h>

#ifndef EGL_NO_CONFIG_KHR
#define EGL_NO_CONFIG_KHR ((EGLConfig)0)
#endif

/* Longest attribute list made here: three pairs and the end. */
#define CONTEXT_ATTRIBS_MAX 7

struct platform_name {
	EGLenum platform;
	const char *suffix;
};

static const struct platform_name platform_names[] = {
	{EGL_PLATFORM_GBM_KHR, "platform_gbm"},
	{EGL_PLATFORM_WAYLAND_KHR, "platform_wayland"},
	{EGL_PLATFORM_X11_KHR, "platform_x11"},
	{EGL_PLATFORM_SURFACELESS_MESA, "platform_surfaceless"},
};

static bool platform_advertised(const char *client_extensions, EGLenum platform)
{
	static const char *const vendors[] = {"EGL_KHR_", "EGL_EXT_", "EGL_MESA_"};
	const char *suffix = NULL;

	for (size_t i = 0; i < sizeof(platform_names) / sizeof(platform_names[0]); i++) {
		if (platform_names[i].platform == platform) {
			suffix = platform_names[i].suffix;
		}
	}
	for (size_t i = 0; suffix && i < sizeof(vendors) / sizeof(vendors[0]); i++) {
		char name[64];

		strcpy(name, vendors[i]);
		strcat(name, suffix);
		if (gl_extension_in_list(client_extensions, name)) {
			return true;
		}
	}
	return false;
}

static const char *open_display(struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const struct egl_options *options = &egl->options;
	const char *client = api->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);

	egl->platform_base = gl_extension_in_list(client, "EGL_EXT_platform_base") &&
			     api->eglGetPlatformDisplayEXT &&
			     api->eglCreatePlatformWindowSurfaceEXT;

	if (egl->platform_base) {
		if (!platform_advertised(client, options->platform)) {
			return "EGL does not support this platform";
		}
		egl->display = api->eglGetPlatformDisplayEXT(
			options->platform, options->native_display, NULL);
	} else if (options->platform == EGL_PLATFORM_SURFACELESS_MESA) {
		return "the surfaceless platform needs EGL_EXT_platform_base";
	} else {
		egl->display = api->eglGetDisplay((EGLNativeDisplayType)options->native_display);
	}
	return egl->display == EGL_NO_DISPLAY ? "EGL has no such display" : NULL;
}

/* The device's DRM node tells a real GPU from Mesa's software fall-backs, whose wl_drm binding
 * crashes. */
static bool has_drm_device(const struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const char *client = api->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
	EGLAttrib device = 0;

	if (!gl_extension_in_list(client, "EGL_EXT_device_query") ||
		!api->eglQueryDisplayAttribEXT || !api->eglQueryDeviceStringEXT) {
		return false;
	}
	if (!api->eglQueryDisplayAttribEXT(egl->display, EGL_DEVICE_EXT, &device) || !device) {
		return false;
	}
	return gl_extension_in_list(
		api->eglQueryDeviceStringEXT((EGLDeviceEXT)device, EGL_EXTENSIONS),
		"EGL_EXT_device_drm");
}

static void read_extensions(struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const char *list = api->eglQueryString(egl->display, EGL_EXTENSIONS);

	egl->buffer_age = gl_extension_in_list(list, "EGL_EXT_buffer_age");
	egl->context_priority = gl_extension_in_list(list, "EGL_IMG_context_priority");
	egl->create_context_robustness =
		gl_extension_in_list(list, "EGL_EXT_create_context_robustness");
	egl->dmabuf_import = gl_extension_in_list(list, "EGL_EXT_image_dma_buf_import");
	egl->dmabuf_import_modifiers =
		gl_extension_in_list(list, "EGL_EXT_image_dma_buf_import_modifiers");
	egl->native_fence_sync = gl_extension_in_list(list, "EGL_KHR_fence_sync") &&
				 gl_extension_in_list(list, "EGL_ANDROID_native_fence_sync");
	egl->partial_update =
		gl_extension_in_list(list, "EGL_KHR_partial_update") && api->eglSetDamageRegionKHR;
	/* EGL_KHR_partial_update brings the buffer age query along. */
	egl->buffer_age |= egl->partial_update;
	egl->surfaceless_context = gl_extension_in_list(list, "EGL_KHR_surfaceless_context");
	egl->wayland_binding =
		gl_extension_in_list(list, "EGL_WL_bind_wayland_display") && has_drm_device(egl);

	if (gl_extension_in_list(list, "EGL_EXT_swap_buffers_with_damage")) {
		egl->swap_buffers_with_damage = api->eglSwapBuffersWithDamageEXT;
	} else if (gl_extension_in_list(list, "EGL_KHR_swap_buffers_with_damage")) {
		egl->swap_buffers_with_damage = api->eglSwapBuffersWithDamageKHR;
	}
}

static const char *select_base_config(struct egl *egl)
{
	const char *list = egl->api->eglQueryString(egl->display, EGL_EXTENSIONS);

	egl->config = EGL_NO_CONFIG_KHR;
	if (gl_extension_in_list(list, "EGL_KHR_no_config_context") ||
		gl_extension_in_list(list, "EGL_MESA_configless_context")) {
		return NULL;
	}
	return egl_choose_config(egl, &egl->options.visuals, &egl->config)
		       ? NULL
		       : "EGL has no config for the display's formats";
}

const char *egl_init(struct egl *egl, const struct gl_api *api, const struct egl_options *options)
{
	const char *error;

	memset(egl, 0, sizeof(*egl));
	egl->api = api;
	egl->options = *options;

	error = open_display(egl);
	if (error) {
		return error;
	}
	if (!api->eglInitialize(egl->display, NULL, NULL)) {
		return "eglInitialize failed";
	}
	read_extensions(egl);
	error = select_base_config(egl);
	if (!error && !egl->surfaceless_context) {
		error = "EGL_KHR_surfaceless_context is missing";
	}
	if (!error && !api->eglBindAPI(EGL_OPENGL_ES_API)) {
		error = "EGL cannot bind OpenGL ES";
	}
	if (error) {
		api->eglTerminate(egl->display);
	}
	return error;
}

void egl_finish(struct egl *egl)
{
	egl_make_current(egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	egl->api->eglTerminate(egl->display);
	egl->display = EGL_NO_DISPLAY;
}

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
		egl->options.surface_type,
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

static EGLContext try_context(const struct egl *egl, int major, bool robust, bool high_priority)
{
	EGLint attribs[CONTEXT_ATTRIBS_MAX];
	unsigned n = 0;

	attribs[n++] = EGL_CONTEXT_CLIENT_VERSION;
	attribs[n++] = major;
	if (robust) {
		attribs[n++] = EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT;
		attribs[n++] = EGL_LOSE_CONTEXT_ON_RESET_EXT;
	}
	if (high_priority) {
		attribs[n++] = EGL_CONTEXT_PRIORITY_LEVEL_IMG;
		attribs[n++] = EGL_CONTEXT_PRIORITY_HIGH_IMG;
	}
	attribs[n] = EGL_NONE;
	return egl->api->eglCreateContext(egl->display, egl->config, EGL_NO_CONTEXT, attribs);
}

struct egl_context egl_create_context(const struct egl *egl)
{
	struct egl_context result = {.context = EGL_NO_CONTEXT};

	/* Reset notification is worth more than priority, and ES 3 more than notification is not:
	 * both versions robust first. */
	for (int robust = egl->create_context_robustness; robust >= 0; robust--) {
		for (int major = 3; major >= 2; major--) {
			for (int priority = egl->context_priority; priority >= 0; priority--) {
				result.context = try_context(egl, major, robust, priority);
				if (result.context != EGL_NO_CONTEXT) {
					result.major_version = major;
					result.robust = robust;
					return result;
				}
			}
		}
	}
	return result;
}

bool egl_make_current(struct egl *egl, EGLSurface surface, EGLContext context)
{
	if (egl->current_context == context && egl->current_surface == surface) {
		return true;
	}
	if (!egl->api->eglMakeCurrent(egl->display, surface, surface, context)) {
		/* What is current now is not known: never take the short cut above after a failure.
		 */
		egl->current_context = EGL_NO_CONTEXT;
		egl->current_surface = EGL_NO_SURFACE;
		return false;
	}
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
	if (egl->current_surface == surface &&
		!egl_make_current(egl, EGL_NO_SURFACE, egl->current_context)) {
		egl_make_current(egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
		egl->api->eglMakeCurrent(
			egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
	egl->api->eglDestroySurface(egl->display, surface);
}

const char *egl_error_name(EGLint error)
{
	static const char *const names[] = {"EGL_SUCCESS", "EGL_NOT_INITIALIZED", "EGL_BAD_ACCESS",
		"EGL_BAD_ALLOC", "EGL_BAD_ATTRIBUTE", "EGL_BAD_CONFIG", "EGL_BAD_CONTEXT",
		"EGL_BAD_CURRENT_SURFACE", "EGL_BAD_DISPLAY", "EGL_BAD_MATCH",
		"EGL_BAD_NATIVE_PIXMAP", "EGL_BAD_NATIVE_WINDOW", "EGL_BAD_PARAMETER",
		"EGL_BAD_SURFACE", "EGL_CONTEXT_LOST"};
	EGLint index = error - EGL_SUCCESS;

	if (index < 0 || index >= (EGLint)(sizeof(names) / sizeof(names[0]))) {
		return "unknown EGL error";
	}
	return names[index];
}
