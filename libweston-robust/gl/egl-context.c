/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Contexts that tell of resets: made, and got rid of. */
#include "gl/disposal.h"
#include "gl/egl.h"

/* Longest attribute list made here, with what the request brings. */
#define ATTRIBS_MAX 48

/* Room for what is added to a request's own attributes: two pairs and the end. */
#define ATTRIBS_ADDED 5

/* Two extensions name the strategy: one for OpenGL ES, the other (and EGL 1.5) for OpenGL. */
static EGLint reset_strategy_name(EGLenum api)
{
	return api == EGL_OPENGL_API ? EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_KHR
				     : EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT;
}

EGLContext egl_try_context(const struct egl *egl, const struct egl_context_request *request)
{
	EGLint attribs[ATTRIBS_MAX];
	unsigned n = 0;

	for (const EGLint *a = request->attribs; a && *a != EGL_NONE; a += 2) {
		if (n + 2 + ATTRIBS_ADDED > ATTRIBS_MAX) {
			return EGL_NO_CONTEXT;
		}
		attribs[n++] = a[0];
		attribs[n++] = a[1];
	}
	if (request->robust) {
		attribs[n++] = reset_strategy_name(request->api);
		attribs[n++] = EGL_LOSE_CONTEXT_ON_RESET_EXT;
	}
	if (request->robust && request->purge_notify && egl->video_memory_purge) {
		attribs[n++] = EGL_GENERATE_RESET_ON_VIDEO_MEMORY_PURGE_NV;
		attribs[n++] = EGL_TRUE;
	}
	attribs[n] = EGL_NONE;
	return egl->api->eglCreateContext(egl->display, request->config, request->share, attribs);
}

static EGLContext try_version(const struct egl *egl, int major, bool robust, bool high_priority)
{
	const EGLint attribs[] = {
		EGL_CONTEXT_CLIENT_VERSION,
		major,
		high_priority ? EGL_CONTEXT_PRIORITY_LEVEL_IMG : EGL_NONE,
		EGL_CONTEXT_PRIORITY_HIGH_IMG,
		EGL_NONE,
	};
	const struct egl_context_request request = {
		.api = EGL_OPENGL_ES_API,
		.config = egl->config,
		.share = EGL_NO_CONTEXT,
		.attribs = attribs,
		.robust = robust,
		.purge_notify = true,
	};

	return egl_try_context(egl, &request);
}

struct egl_context egl_create_context(const struct egl *egl)
{
	struct egl_context result = {.context = EGL_NO_CONTEXT};

	/* Reset notification is worth more than a high priority, and more than OpenGL ES 3. */
	for (int robust = egl->create_context_robustness; robust >= 0; robust--) {
		for (int major = 3; major >= 2; major--) {
			for (int priority = egl->context_priority; priority >= 0; priority--) {
				result.context = try_version(egl, major, robust, priority);
				if (result.context != EGL_NO_CONTEXT) {
					result.robust = robust;
					return result;
				}
			}
		}
	}
	return result;
}

void egl_dispose_context(
	struct egl *egl, EGLContext context, bool lost, const struct disposal *disposal)
{
	if (context == EGL_NO_CONTEXT) {
		return;
	}
	if (lost && disposal->abandon_context) {
		egl->doomed |= disposal->abandon_display;
		return;
	}
	egl->api->eglDestroyContext(egl->display, context);
}
