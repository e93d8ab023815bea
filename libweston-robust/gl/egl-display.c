/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Opening and closing EGL displays.
 *
 * EGL hands out one and the same EGLDisplay for the same platform, native display and attributes.
 * One that died with its device and must not even be terminated (see disposal.c) can only be
 * replaced by one that is asked for in another way.
 */
#include "gl/egl.h"

#include <stdlib.h>
#include <string.h>

#include "gl/disposal.h"
#include "gl/target.h"

#ifndef EGL_TRACK_REFERENCES_KHR
#define EGL_TRACK_REFERENCES_KHR 0x3352
#endif

#define DEVICES_MAX 16

/* Each abandoned display costs memory, so there must be an end. */
#define EXPLICIT_MAX 64

/* Displays belong to the process: so does the number of those that were asked for explicitly. */
static unsigned explicit_count;

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

static const char *client_extensions(const struct gl_api *api)
{
	return api->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
}

static EGLDisplay native_display(struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const struct egl_options *options = &egl->options;

	if (egl->platform_base) {
		return platform_advertised(client_extensions(api), options->platform)
			       ? api->eglGetPlatformDisplayEXT(
					 options->platform, options->native_display, NULL)
			       : EGL_NO_DISPLAY;
	}
	/* eglGetDisplay() guesses the platform, and would not guess this one. */
	return options->platform == EGL_PLATFORM_SURFACELESS_MESA
		       ? EGL_NO_DISPLAY
		       : api->eglGetDisplay((EGLNativeDisplayType)options->native_display);
}

static EGLDisplay tracked_display(struct egl *egl)
{
	static const EGLint attribs[] = {EGL_TRACK_REFERENCES_KHR, EGL_TRUE, EGL_NONE};
	const char *client = client_extensions(egl->api);

	if (!egl->platform_base || !gl_extension_in_list(client, "EGL_KHR_display_reference") ||
		!platform_advertised(client, egl->options.platform)) {
		return EGL_NO_DISPLAY;
	}
	return egl->api->eglGetPlatformDisplayEXT(
		egl->options.platform, egl->options.native_display, attribs);
}

static bool device_is_software(const struct gl_api *api, EGLDeviceEXT device)
{
	return gl_extension_in_list(
		api->eglQueryDeviceStringEXT(device, EGL_EXTENSIONS), "EGL_MESA_device_software");
}

/* For drawing on the GPU the device of the first display, whatever that was. */
static EGLDeviceEXT choose_device(struct egl *egl)
{
	EGLDeviceEXT devices[DEVICES_MAX];
	EGLint count = 0;

	if (!egl->software && egl->device != EGL_NO_DEVICE_EXT) {
		return egl->device;
	}
	if (!egl->api->eglQueryDevicesEXT(DEVICES_MAX, devices, &count)) {
		return EGL_NO_DEVICE_EXT;
	}
	for (EGLint i = 0; i < count; i++) {
		if (device_is_software(egl->api, devices[i]) == egl->software) {
			return devices[i];
		}
	}
	return EGL_NO_DEVICE_EXT;
}

static EGLDisplay device_display(struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const char *client = client_extensions(api);
	EGLDeviceEXT device;

	if (egl->options.surface_type != 0 || !egl->platform_base || !api->eglQueryDevicesEXT ||
		!api->eglQueryDeviceStringEXT ||
		!gl_extension_in_list(client, "EGL_EXT_platform_device") ||
		!gl_extension_in_list(client, "EGL_EXT_device_enumeration")) {
		return EGL_NO_DISPLAY;
	}
	device = choose_device(egl);
	return device == EGL_NO_DEVICE_EXT
		       ? EGL_NO_DISPLAY
		       : api->eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, device, NULL);
}

/*
 * A display is known by its attributes too, and naming its device twice makes it another one than
 * naming it once: so there is always one more. It takes windows like the native one.
 */
static EGLDisplay explicit_display(struct egl *egl)
{
	const char *client = client_extensions(egl->api);
	EGLAttrib attribs[2 * EXPLICIT_MAX + 1];
	EGLDeviceEXT device;
	unsigned n = 0;

	if (!egl->platform_base || !egl->api->eglGetPlatformDisplay ||
		!egl->api->eglQueryDevicesEXT || !egl->api->eglQueryDeviceStringEXT ||
		explicit_count >= EXPLICIT_MAX ||
		!gl_extension_in_list(client, "EGL_EXT_explicit_device") ||
		!platform_advertised(client, egl->options.platform)) {
		return EGL_NO_DISPLAY;
	}
	device = choose_device(egl);
	if (device == EGL_NO_DEVICE_EXT) {
		return EGL_NO_DISPLAY;
	}
	explicit_count++;
	while (n < 2 * explicit_count) {
		attribs[n++] = EGL_DEVICE_EXT;
		attribs[n++] = (EGLAttrib)device;
	}
	attribs[n] = EGL_NONE;
	return egl->api->eglGetPlatformDisplay(
		egl->options.platform, egl->options.native_display, attribs);
}

static EGLDisplay find_display(struct egl *egl)
{
	switch (egl->reach) {
	case EGL_REACH_NATIVE:
		return native_display(egl);
	case EGL_REACH_TRACKED:
		return tracked_display(egl);
	case EGL_REACH_DEVICE:
		return device_display(egl);
	case EGL_REACH_EXPLICIT:
		return explicit_display(egl);
	case EGL_REACH_COUNT:
		break;
	}
	return EGL_NO_DISPLAY;
}

static EGLDeviceEXT query_device(const struct egl *egl)
{
	const struct gl_api *api = egl->api;
	EGLAttrib device = 0;

	/* EGL_EXT_device_base is the older name for device_query and device_enumeration together.
	 */
	if (!gl_extension_in_list(client_extensions(api), "EGL_EXT_device_query") &&
		!gl_extension_in_list(client_extensions(api), "EGL_EXT_device_base")) {
		return EGL_NO_DEVICE_EXT;
	}
	if (!api->eglQueryDisplayAttribEXT || !api->eglQueryDeviceStringEXT ||
		!api->eglQueryDisplayAttribEXT(egl->display, EGL_DEVICE_EXT, &device)) {
		return EGL_NO_DEVICE_EXT;
	}
	return (EGLDeviceEXT)device;
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
	if (!error && !egl->surfaceless_context) {
		error = "EGL_KHR_surfaceless_context is missing";
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

	egl->display = find_display(egl);
	if (!display_usable(egl, egl->display)) {
		egl->display = EGL_NO_DISPLAY;
		return "EGL has no such display";
	}
	if (!initialize(egl)) {
		egl->display = EGL_NO_DISPLAY;
		return "eglInitialize failed";
	}
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
	wl_list_init(&egl->windows);
	egl->platform_base =
		gl_extension_in_list(client_extensions(api), "EGL_EXT_platform_base") &&
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

/* Whatever still refers to the old display is forgotten along with it. */
static void abandon_display(struct egl *egl)
{
	struct target *window;

	wl_list_for_each (window, &egl->windows, link) {
		window->surface = EGL_NO_SURFACE;
	}
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
		abandon_display(egl);
		return;
	}
	egl_make_current(egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	egl->api->eglTerminate(egl->display);
	egl->display = EGL_NO_DISPLAY;
}

static void close_display(struct egl *egl)
{
	struct target *window;

	wl_list_for_each (window, &egl->windows, link) {
		egl_destroy_surface(egl, window->surface);
		window->surface = EGL_NO_SURFACE;
	}
	egl_finish(egl);
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
			abandon_display(egl);
		} else {
			close_display(egl);
		}
	}
	egl->software = software;
	return connect_anywhere(egl);
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
