/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Entry points of EGL that deal with surfaces, images and sync objects. */
#include "fault.h"

#include <stdlib.h>

/* Sync objects created in a lost context: complete from the start, and without a fence. */
struct dead_sync {
	struct dead_sync *next;
	EGLDisplay display;
	EGLSync handle;
};

static struct dead_sync *dead_syncs;
/* Per display, so that eglTerminate(), which ends all of them, leaves the counts right. */
static struct {
	EGLDisplay display;
	uint64_t alive[FAULT_OBJECT_COUNT];
} display_objects[FAULT_MAX_DISPLAYS];

void fault_object_count(EGLDisplay display, enum fault_object_type type, int change)
{
	pthread_mutex_lock(&fault_lock);
	for (int i = 0; i < FAULT_MAX_DISPLAYS; i++) {
		if (display_objects[i].display == EGL_NO_DISPLAY) {
			display_objects[i].display = display;
		}
		if (display_objects[i].display == display) {
			display_objects[i].alive[type] += change;
			break;
		}
	}
	fault.slot->objects_alive[type] += change;
	fault.slot->objects_created[type] += change > 0;
	pthread_mutex_unlock(&fault_lock);
}

void fault_objects_terminated(EGLDisplay display)
{
	pthread_mutex_lock(&fault_lock);
	for (int i = 0; i < FAULT_MAX_DISPLAYS; i++) {
		if (display_objects[i].display != display) {
			continue;
		}
		for (int type = 0; type < FAULT_OBJECT_COUNT; type++) {
			fault.slot->objects_alive[type] -= display_objects[i].alive[type];
			display_objects[i].alive[type] = 0;
		}
	}
	pthread_mutex_unlock(&fault_lock);
}

static EGLSurface surface_created(EGLDisplay display, EGLSurface surface)
{
	if (surface != EGL_NO_SURFACE) {
		fault_object_count(display, FAULT_OBJECT_SURFACE, 1);
		fault_surface_created(display, surface);
	}
	return surface;
}

EGLSurface fault_eglCreateWindowSurface(
	EGLDisplay dpy, EGLConfig config, EGLNativeWindowType win, const EGLint *attrib_list)
{
	if (!fault_egl_enter(FN_eglCreateWindowSurface)) {
		return EGL_NO_SURFACE;
	}
	return surface_created(dpy, REAL(eglCreateWindowSurface)(dpy, config, win, attrib_list));
}

EGLSurface fault_eglCreatePlatformWindowSurface(
	EGLDisplay dpy, EGLConfig config, void *native_window, const EGLAttrib *attrib_list)
{
	if (!fault_egl_enter(FN_eglCreatePlatformWindowSurface)) {
		return EGL_NO_SURFACE;
	}
	return surface_created(
		dpy, REAL(eglCreatePlatformWindowSurface)(dpy, config, native_window, attrib_list));
}

EGLSurface fault_eglCreatePlatformWindowSurfaceEXT(
	EGLDisplay dpy, EGLConfig config, void *native_window, const EGLint *attrib_list)
{
	if (!fault_egl_enter(FN_eglCreatePlatformWindowSurfaceEXT)) {
		return EGL_NO_SURFACE;
	}
	return surface_created(dpy,
		REAL(eglCreatePlatformWindowSurfaceEXT)(dpy, config, native_window, attrib_list));
}

EGLSurface fault_eglCreatePbufferSurface(
	EGLDisplay dpy, EGLConfig config, const EGLint *attrib_list)
{
	if (!fault_egl_enter(FN_eglCreatePbufferSurface)) {
		return EGL_NO_SURFACE;
	}
	return surface_created(dpy, REAL(eglCreatePbufferSurface)(dpy, config, attrib_list));
}

EGLBoolean fault_eglDestroySurface(EGLDisplay dpy, EGLSurface surface)
{
	if (!fault_egl_enter(FN_eglDestroySurface)) {
		return EGL_FALSE;
	}
	EGLBoolean ok = REAL(eglDestroySurface)(dpy, surface);
	if (ok) {
		fault_object_count(dpy, FAULT_OBJECT_SURFACE, -1);
		fault_surface_destroyed(dpy, surface);
	}
	return ok;
}

/* Textures of a lost context are gone, so nothing can be made of them. */
static bool context_lost(EGLDisplay display, EGLContext handle)
{
	if (handle == EGL_NO_CONTEXT) {
		return false;
	}
	pthread_mutex_lock(&fault_lock);
	struct fault_context *context = fault_context_find(display, handle);
	bool lost = context && context->dead;
	pthread_mutex_unlock(&fault_lock);
	return lost;
}

static bool image_begins(enum fault_fn fn, EGLDisplay display, EGLContext context)
{
	if (!fault_egl_enter(fn)) {
		return false;
	}
	if (context_lost(display, context)) {
		return fault_egl_fail(EGL_CONTEXT_LOST);
	}
	if (fault_take_standing(FAULT_MODE_IMAGE_FAILS)) {
		return fault_egl_fail(EGL_BAD_ALLOC);
	}
	return true;
}

static EGLImage image_created(EGLDisplay display, EGLImage image)
{
	if (image != EGL_NO_IMAGE) {
		fault_object_count(display, FAULT_OBJECT_IMAGE, 1);
		fault_image_created(display, image);
	}
	return image;
}

EGLImage fault_eglCreateImage(EGLDisplay dpy, EGLContext ctx, EGLenum target,
	EGLClientBuffer buffer, const EGLAttrib *attrib_list)
{
	if (!image_begins(FN_eglCreateImage, dpy, ctx)) {
		return EGL_NO_IMAGE;
	}
	return image_created(dpy, REAL(eglCreateImage)(dpy, ctx, target, buffer, attrib_list));
}

EGLImageKHR fault_eglCreateImageKHR(EGLDisplay dpy, EGLContext ctx, EGLenum target,
	EGLClientBuffer buffer, const EGLint *attrib_list)
{
	if (!image_begins(FN_eglCreateImageKHR, dpy, ctx)) {
		return EGL_NO_IMAGE_KHR;
	}
	return image_created(dpy, REAL(eglCreateImageKHR)(dpy, ctx, target, buffer, attrib_list));
}

EGLBoolean fault_eglDestroyImage(EGLDisplay dpy, EGLImage image)
{
	EGLBoolean ok =
		fault_egl_enter(FN_eglDestroyImage) ? REAL(eglDestroyImage)(dpy, image) : EGL_FALSE;

	if (ok) {
		fault_object_count(dpy, FAULT_OBJECT_IMAGE, -1);
		fault_image_destroyed(dpy, image);
	}
	return ok;
}

EGLBoolean fault_eglDestroyImageKHR(EGLDisplay dpy, EGLImageKHR image)
{
	EGLBoolean ok = fault_egl_enter(FN_eglDestroyImageKHR)
				? REAL(eglDestroyImageKHR)(dpy, image)
				: EGL_FALSE;

	if (ok) {
		fault_object_count(dpy, FAULT_OBJECT_IMAGE, -1);
		fault_image_destroyed(dpy, image);
	}
	return ok;
}

EGLBoolean fault_eglBindTexImage(EGLDisplay dpy, EGLSurface surface, EGLint buffer)
{
	if (!fault_egl_enter(FN_eglBindTexImage)) {
		return EGL_FALSE;
	}
	return fault_current_dead() ? fault_egl_fail(EGL_CONTEXT_LOST)
				    : REAL(eglBindTexImage)(dpy, surface, buffer);
}

static bool is_dead_sync(EGLDisplay display, EGLSync sync)
{
	bool found = false;

	pthread_mutex_lock(&fault_lock);
	for (struct dead_sync *s = dead_syncs; s && !found; s = s->next) {
		found = s->handle == sync && s->display == display;
	}
	pthread_mutex_unlock(&fault_lock);
	return found;
}

static EGLSync sync_created(EGLDisplay display, EGLSync sync)
{
	struct dead_sync *dead;

	if (sync == EGL_NO_SYNC) {
		return sync;
	}
	fault_object_count(display, FAULT_OBJECT_SYNC, 1);
	if (fault_current_dead() && (dead = malloc(sizeof *dead))) {
		pthread_mutex_lock(&fault_lock);
		*dead = (struct dead_sync){dead_syncs, display, sync};
		dead_syncs = dead;
		pthread_mutex_unlock(&fault_lock);
	}
	return sync;
}

static void sync_destroyed(EGLDisplay display, EGLSync sync)
{
	struct dead_sync **link = &dead_syncs;

	fault_object_count(display, FAULT_OBJECT_SYNC, -1);
	pthread_mutex_lock(&fault_lock);
	while (*link && ((*link)->handle != sync || (*link)->display != display)) {
		link = &(*link)->next;
	}
	if (*link) {
		struct dead_sync *gone = *link;
		*link = gone->next;
		free(gone);
	}
	pthread_mutex_unlock(&fault_lock);
}

/* Where nothing is swapped, a fence is how a renderer ends its frame. */
static bool sync_begins(enum fault_fn fn)
{
	if (!fault_egl_enter(fn)) {
		return false;
	}
	fault_flush_begins(fn);
	return true;
}

EGLSync fault_eglCreateSync(EGLDisplay dpy, EGLenum type, const EGLAttrib *attrib_list)
{
	if (!sync_begins(FN_eglCreateSync)) {
		return EGL_NO_SYNC;
	}
	EGLSync sync = REAL(eglCreateSync)(dpy, type, attrib_list);
	fault_flush_done();
	return sync_created(dpy, sync);
}

EGLSyncKHR fault_eglCreateSyncKHR(EGLDisplay dpy, EGLenum type, const EGLint *attrib_list)
{
	if (!sync_begins(FN_eglCreateSyncKHR)) {
		return EGL_NO_SYNC_KHR;
	}
	EGLSync sync = REAL(eglCreateSyncKHR)(dpy, type, attrib_list);
	fault_flush_done();
	return sync_created(dpy, sync);
}

EGLBoolean fault_eglDestroySync(EGLDisplay dpy, EGLSync sync)
{
	EGLBoolean ok =
		fault_egl_enter(FN_eglDestroySync) ? REAL(eglDestroySync)(dpy, sync) : EGL_FALSE;

	if (ok) {
		sync_destroyed(dpy, sync);
	}
	return ok;
}

EGLBoolean fault_eglDestroySyncKHR(EGLDisplay dpy, EGLSyncKHR sync)
{
	EGLBoolean ok = fault_egl_enter(FN_eglDestroySyncKHR) ? REAL(eglDestroySyncKHR)(dpy, sync)
							      : EGL_FALSE;

	if (ok) {
		sync_destroyed(dpy, sync);
	}
	return ok;
}

EGLint fault_eglDupNativeFenceFDANDROID(EGLDisplay dpy, EGLSyncKHR sync)
{
	if (!fault_egl_enter(FN_eglDupNativeFenceFDANDROID)) {
		return EGL_NO_NATIVE_FENCE_FD_ANDROID;
	}
	if (is_dead_sync(dpy, sync)) {
		/* What drivers answer for a fence that never was submitted. */
		fault_egl_fail(EGL_BAD_PARAMETER);
		return EGL_NO_NATIVE_FENCE_FD_ANDROID;
	}
	return REAL(eglDupNativeFenceFDANDROID)(dpy, sync);
}

EGLint fault_eglClientWaitSync(EGLDisplay dpy, EGLSync sync, EGLint flags, EGLTime timeout)
{
	if (!fault_egl_enter(FN_eglClientWaitSync)) {
		return EGL_FALSE;
	}
	return is_dead_sync(dpy, sync) ? EGL_CONDITION_SATISFIED
				       : REAL(eglClientWaitSync)(dpy, sync, flags, timeout);
}

EGLint fault_eglClientWaitSyncKHR(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags, EGLTimeKHR timeout)
{
	if (!fault_egl_enter(FN_eglClientWaitSyncKHR)) {
		return EGL_FALSE;
	}
	return is_dead_sync(dpy, sync) ? EGL_CONDITION_SATISFIED_KHR
				       : REAL(eglClientWaitSyncKHR)(dpy, sync, flags, timeout);
}

/* A wait is a command of the current context: without effect once that is lost. */
EGLBoolean fault_eglWaitSync(EGLDisplay dpy, EGLSync sync, EGLint flags)
{
	if (!fault_egl_enter(FN_eglWaitSync)) {
		return EGL_FALSE;
	}
	return fault_current_dead() ? EGL_TRUE : REAL(eglWaitSync)(dpy, sync, flags);
}

EGLint fault_eglWaitSyncKHR(EGLDisplay dpy, EGLSyncKHR sync, EGLint flags)
{
	if (!fault_egl_enter(FN_eglWaitSyncKHR)) {
		return EGL_FALSE;
	}
	return fault_current_dead() ? EGL_TRUE : REAL(eglWaitSyncKHR)(dpy, sync, flags);
}
