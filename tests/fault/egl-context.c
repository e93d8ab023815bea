/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Entry points of EGL that deal with displays, contexts and presenting. */
#include "fault.h"

#include <string.h>

#define MAX_ATTRIBUTES 64

EGLint fault_eglGetError(void)
{
	EGLint injected = fault_thread.egl_error;

	fault_start();
	fault_thread.egl_error = EGL_SUCCESS;
	/* Asked even if its answer is not used: it would come up, outdated, the next time. */
	EGLint real = fault_real_find(FN_eglGetError) ? REAL(eglGetError)() : EGL_NOT_INITIALIZED;
	return injected != EGL_SUCCESS ? injected : real;
}

__eglMustCastToProperFunctionPointerType fault_eglGetProcAddress(const char *procname)
{
	if (!fault_egl_enter(FN_eglGetProcAddress) || !procname || fault_hides_proc(procname)) {
		return NULL;
	}
	__eglMustCastToProperFunctionPointerType real = REAL(eglGetProcAddress)(procname);
	int fn = fault_fn_by_name(procname);
	if (!real || fn < 0) {
		return real;
	}
	if (!fault_real[fn]) {
		fault_real[fn] = real;
	}
	return fault_entries[fn].wrapper;
}

EGLBoolean fault_eglInitialize(EGLDisplay dpy, EGLint *major, EGLint *minor)
{
	if (!fault_egl_enter(FN_eglInitialize)) {
		return EGL_FALSE;
	}
	EGLBoolean ok = REAL(eglInitialize)(dpy, major, minor);
	if (ok) {
		fault_display_seen(dpy);
	}
	return ok;
}

EGLBoolean fault_eglTerminate(EGLDisplay dpy)
{
	if (!fault_egl_enter(FN_eglTerminate)) {
		return EGL_FALSE;
	}
	EGLBoolean ok = REAL(eglTerminate)(dpy);
	if (ok) {
		fault_display_terminated(dpy);
		fault_objects_terminated(dpy);
	}
	return ok;
}

EGLBoolean fault_eglReleaseThread(void)
{
	if (!fault_egl_enter(FN_eglReleaseThread)) {
		return EGL_FALSE;
	}
	EGLBoolean ok = REAL(eglReleaseThread)();
	fault_context_bound(EGL_NO_DISPLAY, EGL_NO_CONTEXT, EGL_NO_SURFACE, EGL_NO_SURFACE);
	return ok;
}

struct wishes {
	bool robust;         // lose the context on a reset
	bool any_robustness; // some attribute of EGL_EXT_create_context_robustness
	bool purge;
	EGLint list[2 * MAX_ATTRIBUTES + 1]; // without what only the injector offers
};

static bool read_wishes(const EGLint *attributes, struct wishes *wishes)
{
	int n = 0;

	memset(wishes, 0, sizeof *wishes);
	for (int i = 0; attributes && attributes[i] != EGL_NONE; i += 2) {
		EGLint value = attributes[i + 1];
		bool offered_by_us = false;

		switch (attributes[i]) {
		case EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY:
		case EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT:
			wishes->robust = value == EGL_LOSE_CONTEXT_ON_RESET;
			wishes->any_robustness = true;
			break;
		case EGL_CONTEXT_OPENGL_ROBUST_ACCESS:
		case EGL_CONTEXT_OPENGL_ROBUST_ACCESS_EXT:
			wishes->any_robustness = true;
			break;
		case EGL_GENERATE_RESET_ON_VIDEO_MEMORY_PURGE_NV:
			wishes->purge = value;
			offered_by_us = fault.schedule.offer_purge;
			break;
		}
		if (n / 2 == MAX_ATTRIBUTES) {
			return false;
		}
		if (!offered_by_us) {
			wishes->list[n++] = attributes[i];
			wishes->list[n++] = value;
		}
	}
	wishes->list[n] = EGL_NONE;
	return true;
}

EGLContext fault_eglCreateContext(
	EGLDisplay dpy, EGLConfig config, EGLContext share_context, const EGLint *attrib_list)
{
	struct wishes wishes;

	if (!fault_egl_enter(FN_eglCreateContext)) {
		return EGL_NO_CONTEXT;
	}
	if (fault_display_takes(dpy, FAULT_MODE_CREATE_FAILS)) {
		fault_log("eglCreateContext fails");
		fault_egl_fail(EGL_BAD_ALLOC);
		return EGL_NO_CONTEXT;
	}
	if (!read_wishes(attrib_list, &wishes) ||
		(wishes.any_robustness && fault.schedule.hide_robustness)) {
		fault_egl_fail(EGL_BAD_ATTRIBUTE);
		return EGL_NO_CONTEXT;
	}
	EGLContext context = REAL(eglCreateContext)(
		dpy, config, share_context, attrib_list ? wishes.list : NULL);
	if (context != EGL_NO_CONTEXT) {
		fault_context_created(dpy, context, share_context, wishes.robust, wishes.purge);
	}
	return context;
}

EGLBoolean fault_eglDestroyContext(EGLDisplay dpy, EGLContext ctx)
{
	if (!fault_egl_enter(FN_eglDestroyContext)) {
		return EGL_FALSE;
	}
	EGLBoolean ok = REAL(eglDestroyContext)(dpy, ctx);
	if (ok) {
		fault_context_destroyed(dpy, ctx);
	}
	return ok;
}

static bool refuses_make_current(EGLDisplay display, EGLContext handle)
{
	if (handle == EGL_NO_CONTEXT) {
		return false;
	}
	pthread_mutex_lock(&fault_lock);
	struct fault_context *context = fault_context_find(display, handle);
	bool refused = context && context->dead && context->make_current_fails;
	pthread_mutex_unlock(&fault_lock);
	return refused || fault_take_standing(FAULT_MODE_MAKE_CURRENT_ERROR);
}

/*
 * A lost context still becomes current, in the driver too: its status must stay within reach, and
 * the driver's idea of what is current must stay the program's.
 */
EGLBoolean fault_eglMakeCurrent(EGLDisplay dpy, EGLSurface draw, EGLSurface read, EGLContext ctx)
{
	if (!fault_egl_enter(FN_eglMakeCurrent)) {
		return EGL_FALSE;
	}
	if (refuses_make_current(dpy, ctx)) {
		return fault_egl_fail(EGL_CONTEXT_LOST);
	}
	EGLBoolean ok = REAL(eglMakeCurrent)(dpy, draw, read, ctx);
	if (ok) {
		fault_context_bound(dpy, ctx, draw, read);
		fault_spoil_back_buffer();
	}
	return ok;
}

/* Whether a swap of the current context may go on; sets the error when not. */
static bool swap_begins(enum fault_fn fn)
{
	if (!fault_egl_enter(fn)) {
		return false;
	}
	fault_frame_ends(fn);
	if (fault_current_dead() || fault_take_standing(FAULT_MODE_SWAP_ERROR)) {
		fault_egl_fail(EGL_CONTEXT_LOST);
		return false;
	}
	return true;
}

/* What a zombie has not drawn is not shown: the window keeps its last frame. */
static bool swap_vanishes(void)
{
	return fault_thread.context && fault_thread.context->zombie;
}

static EGLBoolean swap_ends(EGLDisplay display, EGLSurface surface, EGLBoolean ok)
{
	if (ok) {
		fault_frame_done();
		fault_surface_swapped(display, surface);
		fault_spoil_back_buffer();
	}
	return ok;
}

EGLBoolean fault_eglSwapBuffers(EGLDisplay dpy, EGLSurface surface)
{
	if (!swap_begins(FN_eglSwapBuffers)) {
		return EGL_FALSE;
	}
	return swap_vanishes() || swap_ends(dpy, surface, REAL(eglSwapBuffers)(dpy, surface));
}

EGLBoolean fault_eglSwapBuffersWithDamageEXT(
	EGLDisplay dpy, EGLSurface surface, const EGLint *rects, EGLint n_rects)
{
	if (!swap_begins(FN_eglSwapBuffersWithDamageEXT)) {
		return EGL_FALSE;
	}
	return swap_vanishes() ||
	       swap_ends(dpy, surface,
		       REAL(eglSwapBuffersWithDamageEXT)(dpy, surface, rects, n_rects));
}

EGLBoolean fault_eglSwapBuffersWithDamageKHR(
	EGLDisplay dpy, EGLSurface surface, const EGLint *rects, EGLint n_rects)
{
	if (!swap_begins(FN_eglSwapBuffersWithDamageKHR)) {
		return EGL_FALSE;
	}
	return swap_vanishes() ||
	       swap_ends(dpy, surface,
		       REAL(eglSwapBuffersWithDamageKHR)(dpy, surface, rects, n_rects));
}

EGLBoolean fault_eglPostSubBufferNV(
	EGLDisplay dpy, EGLSurface surface, EGLint x, EGLint y, EGLint width, EGLint height)
{
	if (!swap_begins(FN_eglPostSubBufferNV)) {
		return EGL_FALSE;
	}
	return swap_vanishes() ||
	       swap_ends(dpy, surface, REAL(eglPostSubBufferNV)(dpy, surface, x, y, width, height));
}

EGLBoolean fault_eglCopyBuffers(EGLDisplay dpy, EGLSurface surface, EGLNativePixmapType target)
{
	if (!swap_begins(FN_eglCopyBuffers)) {
		return EGL_FALSE;
	}
	return swap_vanishes() ||
	       swap_ends(dpy, surface, REAL(eglCopyBuffers)(dpy, surface, target));
}
