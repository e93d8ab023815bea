/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_FENCE_H
#define WR_GL_FENCE_H

#include "gl/generation.h"

enum fence_result {
	FENCE_DONE,   // signalled, or the GPU waits for it
	FENCE_LATE,   // not signalled in time
	FENCE_FAILED, // no fence that could be waited for
};

/** Whether the sync_file @fd is signalled before @timeout_ms have passed; one that failed is. */
bool fence_is_signalled(int fd, int timeout_ms);

/**
 * Have what is drawn from now on wait for the sync_file @fd, which stays the caller's: on the GPU
 * where that can, else here, for @patience_ms at most. The generation's context must be current.
 */
enum fence_result fence_wait(struct generation *gen, int fd, int patience_ms);

/**
 * A new sync_file that is signalled when all that was drawn is done, or -1 where there is none to
 * be had (EGL_ANDROID_native_fence_sync). The generation's context must be current. Flushes.
 */
int fence_create_fd(struct generation *gen);

#endif
