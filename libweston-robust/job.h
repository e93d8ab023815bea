/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_JOB_H
#define WR_JOB_H

#include "core/recovery.h"
#include "gl/generation.h"
#include "gl/program.h"

enum job_kind {
	JOB_REBUILD, // a new generation on a rung of the ladder
	JOB_PROBE,   // does the GPU draw again? Beside the display that is in use
	JOB_DISPOSE, // get rid of a lost generation
};

/**
 * Work for the driver that may take long while a GPU is being reset, or never end: made to run on a
 * thread of its own, so that the event loop goes on.
 *
 * It works on a copy of the renderer's struct egl and shares nothing else with it, so that a job
 * whose driver never returns can be left behind.
 */
struct job {
	enum job_kind kind;
	struct gl_api api;       // a copy as well: the job may outlive the renderer
	struct egl egl;          // REBUILD: the answer is to be taken over from here
	enum recovery_rung rung; // REBUILD
	uint64_t generation_id;
	/* Lost generations without contents; may be NULL. REBUILD gives @old back where its context
	 * could wait: a driver takes the longer to destroy it the more it held. */
	struct generation *old;
	struct generation *older;    // never given back
	struct program_set programs; // to be made ready before the answer
	int64_t begin_ns;            // for the caller

	/* The answer */
	struct recovery_input answer;
	struct generation *generation; // NULL on failure; its egl is the job's
	const char *error;             // static sentence, or NULL
};

/** Copies @egl, without its windows. Returns NULL when memory is short. */
struct job *job_create(enum job_kind kind, const struct egl *egl);

/** Do the work. On any thread; nothing of EGL is current there afterwards. */
void job_run(struct job *job);

/** The job ended, or its driver never returned: frees the job, and nothing that belongs to EGL. */
void job_destroy(struct job *job);

#endif
