/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * The ways to ask EGL for a display.
 *
 * EGL hands out one and the same EGLDisplay for the same platform, native display and attributes.
 * One that died with its device and must not even be terminated (see disposal.c) can only be
 * replaced by one that is asked for in another way.
 */
#include "gl/egl-reach.h"

#include <string.h>

#ifndef EGL_TRACK_REFERENCES_KHR
#define EGL_TRACK_REFERENCES_KHR 0x3352
#endif

#define DEVICES_MAX 16

/* Each abandoned display costs memory, so there must be an end. */
#define EXPLICIT_MAX 64

/* Displays belong to the process: so does the number of those that were asked for explicitly. */
static _Atomic unsigned explicit_count;

struct platform_name {
	EGLenum platform;
	const char *suffix;
};

static const struct platform_name platform_names[] = {
	{EGL_PLATFORM_GBM_KHR, "platform_gbm"},
	{EGL_PLATFORM_WAYLAND_KHR, "platform_wayland"},
	{EGL_PLATFORM_X11_KHR, "platform_x11"},
	{EGL_PLATFORM_SURFACELESS_MESA, "platform_surfaceless"},
	{EGL_PLATFORM_DEVICE_EXT, "platform_device"},
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

const char *egl_client_extensions(const struct gl_api *api)
{
	return api->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
}

static EGLDisplay native_display(struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const struct egl_options *options = &egl->options;

	if (egl->platform_base) {
		return platform_advertised(egl_client_extensions(api), options->platform)
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
	const char *client = egl_client_extensions(egl->api);

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
	const char *client = egl_client_extensions(api);
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
	const char *client = egl_client_extensions(egl->api);
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

EGLDisplay egl_find_display(struct egl *egl)
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
