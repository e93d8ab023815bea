/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Opening and closing EGL displays. */
#include "gl/egl.h"

#include <stdlib.h>
#include <string.h>

#include "gl/disposal.h"
#include "gl/egl-reach.h"

static EGLDeviceEXT query_device(const struct egl *egl)
{
	const struct gl_api *api = egl->api;
	EGLAttrib device = 0;

	/* EGL_EXT_device_base is the older name for device_query and device_enumeration together.
	 */
	if (!gl_extension_in_list(egl_client_extensions(api), "EGL_EXT_device_query") &&
		!gl_extension_in_list(egl_client_extensions(api), "EGL_EXT_device_base")) {
		return EGL_NO_DEVICE_EXT;
	}
	if (!api->eglQueryDisplayAttribEXT || !api->eglQueryDeviceStringEXT ||
		!api->eglQueryDisplayAttribEXT(egl->display, EGL_DEVICE_EXT, &device)) {
		return EGL_NO_DEVICE_EXT;
	}
	return (EGLDeviceEXT)device;
}

static void read_image_extensions(struct egl *egl, const char *list)
{
	const struct gl_api *api = egl->api;

	egl->dma_buf_import = gl_extension_in_list(list, "EGL_EXT_image_dma_buf_import") &&
			      gl_extension_in_list(list, "EGL_KHR_image_base") &&
			      api->eglCreateImageKHR && api->eglDestroyImageKHR;
	egl->dma_buf_modifiers =
		egl->dma_buf_import &&
		gl_extension_in_list(list, "EGL_EXT_image_dma_buf_import_modifiers") &&
		api->eglQueryDmaBufFormatsEXT && api->eglQueryDmaBufModifiersEXT;
	egl->bind_wayland_display = gl_extension_in_list(list, "EGL_WL_bind_wayland_display") &&
				    api->eglCreateImageKHR && api->eglDestroyImageKHR &&
				    api->eglBindWaylandDisplayWL &&
				    api->eglUnbindWaylandDisplayWL && api->eglQueryWaylandBufferWL;
}

static void read_fence_extensions(struct egl *egl, const char *list)
{
	const struct gl_api *api = egl->api;

	egl->native_fences = gl_extension_in_list(list, "EGL_ANDROID_native_fence_sync") &&
			     api->eglCreateSyncKHR && api->eglDestroySyncKHR &&
			     api->eglDupNativeFenceFDANDROID;
	egl->fence_waits = gl_extension_in_list(list, "EGL_KHR_wait_sync") && api->eglWaitSyncKHR;
}

static void read_extensions(struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const char *list = api->eglQueryString(egl->display, EGL_EXTENSIONS);

	egl->buffer_age = gl_extension_in_list(list, "EGL_EXT_buffer_age");
	egl->context_priority = gl_extension_in_list(list, "EGL_IMG_context_priority");
	egl->create_context_robustness =
		gl_extension_in_list(list, "EGL_EXT_create_context_robustness");
	egl->partial_update =
		gl_extension_in_list(list, "EGL_KHR_partial_update") && api->eglSetDamageRegionKHR;
	/* EGL_KHR_partial_update brings the buffer age query along. */
	egl->buffer_age |= egl->partial_update;
	egl->video_memory_purge =
		gl_extension_in_list(list, "EGL_NV_robustness_video_memory_purge");
	egl->surfaceless_context = gl_extension_in_list(list, "EGL_KHR_surfaceless_context");
	egl->no_config_context = gl_extension_in_list(list, "EGL_KHR_no_config_context") ||
				 gl_extension_in_list(list, "EGL_MESA_configless_context");

	read_image_extensions(egl, list);
	read_fence_extensions(egl, list);
	egl->swap_buffers_with_damage = NULL;
	if (gl_extension_in_list(list, "EGL_EXT_swap_buffers_with_damage")) {
		egl->swap_buffers_with_damage = api->eglSwapBuffersWithDamageEXT;
	} else if (gl_extension_in_list(list, "EGL_KHR_swap_buffers_with_damage")) {
		egl->swap_buffers_with_damage = api->eglSwapBuffersWithDamageKHR;
	}
}

static void apply_reduction(struct egl *egl)
{
	if (egl->reduced) {
		egl->buffer_age = false;
		egl->partial_update = false;
		egl->swap_buffers_with_damage = NULL;
	}
}

void egl_reduce(struct egl *egl)
{
	egl->reduced = true;
	apply_reduction(egl);
}

static const char *select_base_config(struct egl *egl)
{
	egl->config = EGL_NO_CONFIG_KHR;
	if (egl->no_config_context || egl->options.visuals.count == 0) {
		return NULL;
	}
	return egl_choose_config(egl, &egl->options.visuals, &egl->config)
		       ? NULL
		       : "EGL has no config for the display's formats";
}

/* What Mesa reads while a display is initialised, and what it must say for a software driver: the
 * user's choice of a driver would otherwise stand. */
static const struct {
	const char *name;
	const char *value; // NULL: not set
} software_environment[] = {
	{"LIBGL_ALWAYS_SOFTWARE", "1"},
	{"MESA_LOADER_DRIVER_OVERRIDE", NULL},
	{"GALLIUM_DRIVER", "llvmpipe"},
};

#define SOFTWARE_VARIABLES (sizeof(software_environment) / sizeof(software_environment[0]))

static void set_variable(const char *name, const char *value)
{
	if (value) {
		setenv(name, value, 1);
	} else {
		unsetenv(name);
	}
}

/* Children of this process must not inherit the software environment. */
static EGLBoolean initialize(struct egl *egl)
{
	char *before[SOFTWARE_VARIABLES];
	EGLBoolean ok;

	if (!egl->software) {
		return egl->api->eglInitialize(egl->display, NULL, NULL);
	}
	for (size_t i = 0; i < SOFTWARE_VARIABLES; i++) {
		const char *value = getenv(software_environment[i].name);

		before[i] = value ? strdup(value) : NULL;
		set_variable(software_environment[i].name, software_environment[i].value);
	}
	ok = egl->api->eglInitialize(egl->display, NULL, NULL);
	for (size_t i = 0; i < SOFTWARE_VARIABLES; i++) {
		set_variable(software_environment[i].name, before[i]);
		free(before[i]);
	}
	return ok;
}

static const char *check_display(struct egl *egl)
{
	const char *error;

	read_extensions(egl);
	apply_reduction(egl);
	error = select_base_config(egl);
	if (!error && !egl->surfaceless_context && !egl->api->eglCreatePbufferSurface) {
		error = "EGL has neither EGL_KHR_surfaceless_context nor pbuffers";
	}
	if (!error && !egl->api->eglBindAPI(EGL_OPENGL_ES_API)) {
		error = "EGL cannot bind OpenGL ES";
	}
	return error;
}

static bool display_usable(const struct egl *egl, EGLDisplay display)
{
	for (unsigned i = 0; i < egl->abandoned_count; i++) {
		if (egl->abandoned[i] == display) {
			return false;
		}
	}
	return display != EGL_NO_DISPLAY;
}

/* Opens the display at egl->reach. */
static const char *connect_display(struct egl *egl)
{
	const char *error;

	egl->display = egl_find_display(egl);
	if (!display_usable(egl, egl->display)) {
		egl->display = EGL_NO_DISPLAY;
		return "EGL has no such display";
	}
	if (!initialize(egl)) {
		egl->display = EGL_NO_DISPLAY;
		return "eglInitialize failed";
	}
	egl->opened++;
	error = check_display(egl);
	if (error) {
		egl->api->eglTerminate(egl->display);
		egl->display = EGL_NO_DISPLAY;
	}
	return error;
}

static void prepare(struct egl *egl, const struct gl_api *api, const struct egl_options *options)
{
	memset(egl, 0, sizeof(*egl));
	egl->api = api;
	egl->options = *options;
	egl->device = EGL_NO_DEVICE_EXT;
	egl->disposal = disposal_for(NULL);
	egl->platform_base =
		gl_extension_in_list(egl_client_extensions(api), "EGL_EXT_platform_base") &&
		api->eglGetPlatformDisplayEXT && api->eglCreatePlatformWindowSurfaceEXT;
}

const char *egl_init(struct egl *egl, const struct gl_api *api, const struct egl_options *options)
{
	const char *error;

	prepare(egl, api, options);
	error = connect_display(egl);
	if (!error) {
		egl->device = query_device(egl);
	}
	return error;
}

const char *egl_adopt(struct egl *egl, const struct gl_api *api, EGLDisplay display)
{
	const struct egl_options options = {.platform = EGL_NONE};
	const char *error;

	prepare(egl, api, &options);
	egl->display = display;
	egl->borrowed = true;
	error = check_display(egl);
	if (!error) {
		egl->device = query_device(egl);
	}
	return error;
}

static void destroy_stand_in(struct egl *egl)
{
	if (egl->stand_in == EGL_NO_SURFACE) {
		return;
	}
	if (!egl->current_known || egl->current_surface == egl->stand_in) {
		egl_make_current(egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
	egl->api->eglDestroySurface(egl->display, egl->stand_in);
	egl->stand_in = EGL_NO_SURFACE;
}

void egl_close_windows(struct egl *egl, bool abandon)
{
	for (struct egl_window *window = egl->windows; window; window = window->next) {
		if (!abandon && !egl->doomed) {
			egl_destroy_surface(egl, window->surface);
		}
		window->surface = EGL_NO_SURFACE;
	}
	if (!abandon && !egl->doomed) {
		destroy_stand_in(egl);
	}
	egl->stand_in = EGL_NO_SURFACE;
}

void egl_abandon(struct egl *egl)
{
	egl_close_windows(egl, true);
	if (egl->abandoned_count < EGL_ABANDONED_MAX) {
		egl->abandoned[egl->abandoned_count++] = egl->display;
	}
	egl->display = EGL_NO_DISPLAY;
	egl->doomed = false;
	egl_forget_current(egl);
}

void egl_finish(struct egl *egl)
{
	if (egl->display == EGL_NO_DISPLAY) {
		return;
	}
	if (egl->doomed) {
		egl_abandon(egl);
		return;
	}
	egl_make_current(egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	destroy_stand_in(egl);
	if (!egl->borrowed) {
		egl->api->eglTerminate(egl->display);
	}
	egl->display = EGL_NO_DISPLAY;
}

/* Tries each reach in turn. Without the GPU the device comes first: it names software, where the
 * platform only guesses. */
static const char *connect_anywhere(struct egl *egl)
{
	static const enum egl_reach orders[2][EGL_REACH_COUNT] = {
		{EGL_REACH_NATIVE, EGL_REACH_TRACKED, EGL_REACH_DEVICE, EGL_REACH_EXPLICIT},
		{EGL_REACH_DEVICE, EGL_REACH_NATIVE, EGL_REACH_TRACKED, EGL_REACH_EXPLICIT},
	};
	const char *error = NULL;

	for (int i = 0; i < EGL_REACH_COUNT; i++) {
		egl->reach = orders[egl->software][i];
		error = connect_display(egl);
		if (!error) {
			return NULL;
		}
	}
	return error;
}

const char *egl_reopen(struct egl *egl, bool software, bool abandon)
{
	if (egl->display != EGL_NO_DISPLAY) {
		if (abandon || egl->doomed) {
			egl_abandon(egl);
		} else {
			egl_close_windows(egl, false);
			egl_finish(egl);
		}
	}
	egl->software = software;
	return connect_anywhere(egl);
}

void egl_take_over(struct egl *egl, const struct egl *from)
{
	const struct egl before = *egl;

	*egl = *from;
	egl->api = before.api;
	egl->windows = before.windows;
	egl->no_canary = before.no_canary;
	egl->reduced |= before.reduced;
	apply_reduction(egl);
	egl_forget_current(egl);
}

const char *egl_open_beside(const struct egl *egl, struct egl *other)
{
	struct egl_options options = {
		.platform = EGL_PLATFORM_SURFACELESS_MESA,
		.visuals = egl->options.visuals,
	};

	prepare(other, egl->api, &options);
	if (egl->abandoned_count == EGL_ABANDONED_MAX) {
		return "too many displays were abandoned";
	}
	other->device = egl->device;
	other->abandoned_count = egl->abandoned_count;
	memcpy(other->abandoned, egl->abandoned, sizeof(other->abandoned));
	other->abandoned[other->abandoned_count++] = egl->display;
	return connect_anywhere(other);
}
