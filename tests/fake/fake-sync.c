/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Native fences. What stands for a sync_file is any descriptor that can be polled. */
#include "fake-private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ENTER() fake_enter_egl(__func__ + strlen("fake_"))

#define SYNC_BASE 0x57000001u

static struct fake_sync *sync_from_handle(EGLSyncKHR handle)
{
	uintptr_t index = (uintptr_t)handle - SYNC_BASE;

	if (index >= FAKE_SYNCS_MAX || !fake.syncs[index].live) {
		fake_misuse(&fake_report.bad_handles);
		fake_egl_fail(EGL_BAD_PARAMETER);
		return NULL;
	}
	return &fake.syncs[index];
}

static EGLint wanted_fd(const EGLint *attribs)
{
	return attribs && attribs[0] == EGL_SYNC_NATIVE_FENCE_FD_ANDROID ? attribs[1] : -1;
}

static EGLSyncKHR EGLAPIENTRY fake_eglCreateSyncKHR(
	EGLDisplay display, EGLenum type, const EGLint *attribs)
{
	struct fake_sync *sync = NULL;

	if (!ENTER() || !fake_display_ok(display)) {
		return EGL_NO_SYNC_KHR;
	}
	for (size_t i = 0; i < FAKE_SYNCS_MAX && !sync; i++) {
		if (!fake.syncs[i].live) {
			sync = &fake.syncs[i];
		}
	}
	if (!sync || type != EGL_SYNC_NATIVE_FENCE_ANDROID || !fake.current ||
		fake_script.no_syncs) {
		fake_egl_fail(EGL_BAD_MATCH);
		return EGL_NO_SYNC_KHR;
	}
	*sync = (struct fake_sync){.live = true, .fd = wanted_fd(attribs)};
	sync->made_here = sync->fd < 0;
	sync->lost = fake.current->lost;
	fake_report.syncs++;
	return (EGLSyncKHR)((uintptr_t)(sync - fake.syncs) + SYNC_BASE);
}

static EGLBoolean EGLAPIENTRY fake_eglDestroySyncKHR(EGLDisplay display, EGLSyncKHR handle)
{
	struct fake_sync *sync;

	if (!ENTER() || !fake_display_ok(display) || !(sync = sync_from_handle(handle))) {
		return EGL_FALSE;
	}
	if (sync->fd >= 0) {
		close(sync->fd);
	}
	sync->live = false;
	fake_report.syncs--;
	return EGL_TRUE;
}

static EGLint EGLAPIENTRY fake_eglWaitSyncKHR(EGLDisplay display, EGLSyncKHR handle, EGLint flags)
{
	if (!ENTER() || !fake_display_ok(display) || !sync_from_handle(handle)) {
		return EGL_FALSE;
	}
	fake_report.gpu_waits++;
	return EGL_TRUE;
}

/* In a lost context there is none, as drivers have it. */
static EGLint EGLAPIENTRY fake_eglDupNativeFenceFDANDROID(EGLDisplay display, EGLSyncKHR handle)
{
	struct fake_sync *sync;

	if (!ENTER() || !fake_display_ok(display) || !(sync = sync_from_handle(handle))) {
		return EGL_NO_NATIVE_FENCE_FD_ANDROID;
	}
	if (!sync->made_here || sync->lost) {
		fake_egl_fail(EGL_BAD_PARAMETER);
		return EGL_NO_NATIVE_FENCE_FD_ANDROID;
	}
	return eventfd(1, EFD_CLOEXEC);
}

void fake_fill_sync(struct gl_api *api)
{
	api->eglCreateSyncKHR = fake_eglCreateSyncKHR;
	api->eglDestroySyncKHR = fake_eglDestroySyncKHR;
	api->eglDupNativeFenceFDANDROID = fake_eglDupNativeFenceFDANDROID;
	api->eglWaitSyncKHR = fake_eglWaitSyncKHR;
}
