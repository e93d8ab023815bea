/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

bool fence_is_signalled(int fd, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int count;

	do {
		count = poll(&poll_fd, 1, timeout_ms);
	} while (count < 0 && errno == EINTR);
	return count == 1;
}

static bool valid(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Takes a sync_file, or makes a new fence (-1). */
static EGLSyncKHR create_sync(struct generation *gen, int fd)
{
	const EGLint attribs[] = {EGL_SYNC_NATIVE_FENCE_FD_ANDROID, fd, EGL_NONE};

	return gen->api->eglCreateSyncKHR(
		gen->egl->display, EGL_SYNC_NATIVE_FENCE_ANDROID, fd < 0 ? NULL : attribs);
}

static bool wait_on_gpu(struct generation *gen, int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	EGLSyncKHR sync = own >= 0 ? create_sync(gen, own) : EGL_NO_SYNC_KHR;
	bool waits;

	if (sync == EGL_NO_SYNC_KHR) {
		if (own >= 0) {
			close(own);
		}
		return false;
	}
	waits = gen->api->eglWaitSyncKHR(gen->egl->display, sync, 0) == EGL_TRUE;
	gen->api->eglDestroySyncKHR(gen->egl->display, sync);
	return waits;
}

enum fence_result fence_wait(struct generation *gen, int fd, int patience_ms)
{
	if (!valid(fd)) {
		return FENCE_FAILED;
	}
	/* Most are done by the time that a frame is drawn. */
	if (fence_is_signalled(fd, 0) ||
		(gen->egl->native_fences && gen->egl->fence_waits && wait_on_gpu(gen, fd))) {
		return FENCE_DONE;
	}
	return fence_is_signalled(fd, patience_ms) ? FENCE_DONE : FENCE_LATE;
}

int fence_create_fd(struct generation *gen)
{
	EGLSyncKHR sync;
	int fd;

	if (!gen->egl->native_fences) {
		return -1;
	}
	sync = create_sync(gen, -1);
	if (sync == EGL_NO_SYNC_KHR) {
		return -1;
	}
	/* It has a descriptor only once it is on its way to the GPU. */
	gen->api->glFlush();
	fd = gen->api->eglDupNativeFenceFDANDROID(gen->egl->display, sync);
	gen->api->eglDestroySyncKHR(gen->egl->display, sync);
	return fd == EGL_NO_NATIVE_FENCE_FD_ANDROID ? -1 : fd;
}
