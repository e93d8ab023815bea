/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef GPU_RECOVERY_EXAMPLE_WORKER_H
#define GPU_RECOVERY_EXAMPLE_WORKER_H

#include <pthread.h>

#include <EGL/egl.h>
#include <GLES2/gl2.h>

#include "gpu-recovery-client.h"

/** A thread that paints textures in a context of its own, which shares with the window's. */
struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct gpu_recovery *recovery;
	struct gpu_recovery_context *context;
	int news_fd; // eventfd, borrowed: written to when there is a new picture

	/* Under the lock */
	bool may_draw; // else it has no context current, or is about to release it
	bool entered;  // it has
	bool quit;
	unsigned wanted;  // number of the picture that is asked for
	unsigned painted; // number of the one in `texture`
	GLuint texture;   // complete, for other contexts to use; 0: none
};

/** Start the thread. Nobody else may make @context current from now on. */
bool worker_start(struct worker *worker, struct gpu_recovery *recovery,
	struct gpu_recovery_context *context, int news_fd);

/** Let it go on, with the context's present handle. Everything it had in GL is gone. */
void worker_resume(struct worker *worker);

/** Returns when the thread has released its context: soon, as it never waits for anybody. */
void worker_release(struct worker *worker);

/**
 * Ask for a picture. Returns the newest texture there is, or with @exact only that of this number;
 * 0 if there is none yet.
 */
GLuint worker_picture(struct worker *worker, unsigned number, bool exact);

/** Ends the thread, with its context released. */
void worker_stop(struct worker *worker);

#endif
