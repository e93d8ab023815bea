/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Preloaded into weston: EGL's device names a DRM render node, the file that WR_RENDER_NODE names.
 * Software drivers have none, and without one no feedback is sent.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>

#define EXPORT __attribute__((visibility("default")))

typedef void (*proc)(void);

static proc driver_proc(const char *name)
{
	void *egl = dlopen("libEGL.so.1", RTLD_LAZY | RTLD_LOCAL);
	proc (*get)(const char *);
	void *symbol = egl ? dlsym(egl, "eglGetProcAddress") : NULL;

	memcpy(&get, &symbol, sizeof(get));
	return get ? get(name) : NULL;
}

static const char *EGLAPIENTRY query_device_string(EGLDeviceEXT device, EGLint name)
{
	switch (name) {
	case EGL_EXTENSIONS:
		return "EGL_EXT_device_drm EGL_EXT_device_drm_render_node";
	case EGL_DRM_RENDER_NODE_FILE_EXT:
	case EGL_DRM_DEVICE_FILE_EXT:
		return getenv("WR_RENDER_NODE");
	default:
		return NULL;
	}
}

EXPORT proc eglGetProcAddress(const char *name)
{
	return strcmp(name, "eglQueryDeviceStringEXT") == 0 ? (proc)query_device_string
							    : driver_proc(name);
}
