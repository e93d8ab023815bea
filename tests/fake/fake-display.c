/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* EGL displays and devices: one software device, one that is not. */
#include "fake-private.h"

#include <stdlib.h>
#include <string.h>

/* Handles are recognisable and point nowhere. */
#define DISPLAY_BASE 0xd0000001u
#define DEVICE_HARDWARE ((EGLDeviceEXT)(uintptr_t)0xde71ce01)
#define DEVICE_SOFTWARE ((EGLDeviceEXT)(uintptr_t)0xde71ce02)

#define ENTER() fake_enter_egl(__func__ + strlen("fake_"))

EGLBoolean fake_egl_fail(EGLint error)
{
	fake.egl_error = error;
	return EGL_FALSE;
}

static struct fake_display *display_from_handle(EGLDisplay handle)
{
	uintptr_t index = (uintptr_t)handle - DISPLAY_BASE;

	if (index >= FAKE_DISPLAYS_MAX || !fake.displays[index].used) {
		fake_misuse(&fake_report.bad_handles);
		fake_egl_fail(EGL_BAD_DISPLAY);
		return NULL;
	}
	return &fake.displays[index];
}

bool fake_display_ok(EGLDisplay handle)
{
	struct fake_display *display = display_from_handle(handle);

	if (display && !display->initialized) {
		fake_misuse(&fake_report.bad_handles);
		fake_egl_fail(EGL_NOT_INITIALIZED);
	}
	return display && display->initialized;
}

unsigned fake_display_index(EGLDisplay handle)
{
	return (unsigned)((uintptr_t)handle - DISPLAY_BASE);
}

EGLDisplay fake_display_handle(unsigned index)
{
	return (EGLDisplay)((uintptr_t)index + DISPLAY_BASE);
}

static EGLDisplay get_display(EGLenum platform, void *native, bool tracked)
{
	uintptr_t i;

	for (i = 0; i < FAKE_DISPLAYS_MAX; i++) {
		struct fake_display *display = &fake.displays[i];

		if (!display->used) {
			*display = (struct fake_display){
				.used = true,
				.platform = platform,
				.native = native,
				.tracked = tracked,
				.software = native == DEVICE_SOFTWARE,
			};
		}
		/* Tracked displays are new ones each time. */
		if (display->platform == platform && display->native == native &&
			!display->tracked && !tracked) {
			return (EGLDisplay)(DISPLAY_BASE + i);
		}
		if (tracked && display->tracked && !display->initialized && !display->dead) {
			return (EGLDisplay)(DISPLAY_BASE + i);
		}
	}
	return EGL_NO_DISPLAY;
}

static EGLDisplay EGLAPIENTRY fake_eglGetDisplay(EGLNativeDisplayType native)
{
	return ENTER() ? get_display(0, (void *)(uintptr_t)native, false) : EGL_NO_DISPLAY;
}

static EGLDisplay EGLAPIENTRY fake_eglGetPlatformDisplayEXT(
	EGLenum platform, void *native, const EGLint *attribs)
{
	return ENTER() ? get_display(platform, native, attribs != NULL) : EGL_NO_DISPLAY;
}

/* As Mesa does, which reads the variable here. */
static EGLBoolean EGLAPIENTRY fake_eglInitialize(EGLDisplay handle, EGLint *major, EGLint *minor)
{
	struct fake_display *display;

	if (!ENTER() || !(display = display_from_handle(handle))) {
		return EGL_FALSE;
	}
	if (!display->initialized) {
		display->initialized = true;
		display->software =
			display->native == DEVICE_SOFTWARE || getenv("LIBGL_ALWAYS_SOFTWARE");
		fake_report.displays++;
	}
	return EGL_TRUE;
}

/* Resources of a terminated display die with it. */
static EGLBoolean EGLAPIENTRY fake_eglTerminate(EGLDisplay handle)
{
	unsigned index = fake_display_index(handle);
	size_t i;

	if (!ENTER() || !fake_display_ok(handle)) {
		return EGL_FALSE;
	}
	for (i = 0; i < FAKE_CONTEXTS_MAX; i++) {
		if (fake.contexts[i].live && fake.contexts[i].display == index) {
			fake_context_end(&fake.contexts[i]);
		}
	}
	for (i = 0; i < FAKE_SURFACES_MAX; i++) {
		if (fake.surfaces[i].live && fake.surfaces[i].display == index) {
			fake_surface_end(&fake.surfaces[i]);
		}
	}
	fake_images_end(index);
	/* Opened again it has a new connection to the driver. */
	fake.displays[index].initialized = false;
	fake.displays[index].dead = false;
	fake_report.displays--;
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglQueryDevicesEXT(
	EGLint max, EGLDeviceEXT *devices, EGLint *count)
{
	if (!ENTER() || max < 2) {
		return EGL_FALSE;
	}
	devices[0] = DEVICE_SOFTWARE;
	devices[1] = DEVICE_HARDWARE;
	*count = 2;
	return EGL_TRUE;
}

static const char *EGLAPIENTRY fake_eglQueryDeviceStringEXT(EGLDeviceEXT device, EGLint name)
{
	if (!ENTER()) {
		return NULL;
	}
	return device == DEVICE_SOFTWARE ? "EGL_MESA_device_software" : "EGL_EXT_device_drm";
}

static EGLBoolean EGLAPIENTRY fake_eglQueryDisplayAttribEXT(
	EGLDisplay display, EGLint attribute, EGLAttrib *value)
{
	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_FALSE;
	}
	*value = (EGLAttrib)(fake.displays[fake_display_index(display)].software ? DEVICE_SOFTWARE
										 : DEVICE_HARDWARE);
	return EGL_TRUE;
}

static EGLBoolean EGLAPIENTRY fake_eglBindAPI(EGLenum api)
{
	if (!ENTER()) {
		return EGL_FALSE;
	}
	fake.api = api;
	return EGL_TRUE;
}

static const char *EGLAPIENTRY fake_eglQueryString(EGLDisplay display, EGLint name)
{
	if (!ENTER() || name != EGL_EXTENSIONS) {
		return NULL;
	}
	if (display == EGL_NO_DISPLAY) {
		return fake_script.egl_client_extensions;
	}
	return fake_display_ok(display) ? fake_script.egl_extensions : NULL;
}

void fake_fill_display(struct gl_api *api)
{
	api->eglBindAPI = fake_eglBindAPI;
	api->eglGetDisplay = fake_eglGetDisplay;
	api->eglGetPlatformDisplayEXT = fake_eglGetPlatformDisplayEXT;
	api->eglInitialize = fake_eglInitialize;
	api->eglQueryDevicesEXT = fake_eglQueryDevicesEXT;
	api->eglQueryDeviceStringEXT = fake_eglQueryDeviceStringEXT;
	api->eglQueryDisplayAttribEXT = fake_eglQueryDisplayAttribEXT;
	api->eglQueryString = fake_eglQueryString;
	api->eglTerminate = fake_eglTerminate;
}
