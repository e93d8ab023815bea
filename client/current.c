/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The calling thread may have a context of the program current, or another client API bound. */
#include "client-private.h"

void client_enter_egl(struct gpu_recovery *r)
{
	const struct gl_api *api = &r->api;

	if (r->current.saved) {
		return;
	}
	r->current = (struct current){
		.saved = true,
		.api = api->eglQueryAPI(),
		.display = api->eglGetCurrentDisplay(),
		.draw = api->eglGetCurrentSurface(EGL_DRAW),
		.read = api->eglGetCurrentSurface(EGL_READ),
		.context = api->eglGetCurrentContext(),
	};
	egl_forget_current(&r->egl);
}

static bool is_current(const struct gl_api *api, const struct current *wanted)
{
	return api->eglGetCurrentContext() == wanted->context &&
	       api->eglGetCurrentSurface(EGL_DRAW) == wanted->draw &&
	       api->eglGetCurrentSurface(EGL_READ) == wanted->read;
}

/* What was current may be lost or gone by now: then nothing is. */
void client_leave_egl(struct gpu_recovery *r)
{
	const struct current before = r->current;
	const struct gl_api *api = &r->api;
	bool back = false;

	r->current.saved = false;
	if (!before.saved) {
		return;
	}
	api->eglBindAPI(before.api);
	if (is_current(api, &before)) {
		return;
	}
	if (before.context != EGL_NO_CONTEXT) {
		back = api->eglMakeCurrent(
			before.display, before.draw, before.read, before.context);
	}
	if (!back && r->egl.display != EGL_NO_DISPLAY) {
		api->eglMakeCurrent(r->egl.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
}

bool client_make_current(struct gpu_recovery *r, EGLenum api, EGLContext context)
{
	client_enter_egl(r);
	egl_forget_current(&r->egl);
	return r->api.eglBindAPI(api) && r->egl.display != EGL_NO_DISPLAY &&
	       egl_make_current(&r->egl, EGL_NO_SURFACE, context);
}
