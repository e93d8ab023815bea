/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_RENDERER_H
#define WR_RENDERER_H

#include "core/recovery.h"
#include "gl/draw.h"
#include "gl/egl.h"
#include "gl/generation.h"
#include "gl/target.h"
#include "job.h"
#include "record.h"

/**
 * The renderer's only way out to the world around it. All functions must be set. None of them may
 * call back into the renderer before it returns, apart from damage_all.
 */
struct renderer_host {
	/** CLOCK_MONOTONIC, nanoseconds. */
	int64_t (*now_ns)(struct renderer_host *host);
	/** Arm the one timer for the absolute time @when_ns, or disarm it (negative):
	 * renderer_timer() is due then. */
	void (*set_timer)(struct renderer_host *host, int64_t when_ns);
	/** Have renderer_dispatch() called from the event loop soon, outside of any draw. */
	void (*schedule_dispatch)(struct renderer_host *host);
	/**
	 * A new generation stands: every output is to be painted whole. Called from
	 * renderer_dispatch() or renderer_timer() only.
	 */
	void (*damage_all)(struct renderer_host *host);
	/**
	 * Have job_run(@job) called on another thread, and afterwards renderer_job_done(@job) from
	 * the event loop; must not call either before it returns. Returns false when there is no
	 * such thread to be had.
	 */
	bool (*start_job)(struct renderer_host *host, struct job *job);
	/**
	 * Wait until @job has run; renderer_job_done() will not be called for it. Returns false
	 * when it does not end within a second or two: the same as forsake_job() then.
	 */
	bool (*join_job)(struct renderer_host *host, struct job *job);
	/** Have job_destroy(@job) called when it has run, if ever, and nothing else. */
	void (*forsake_job)(struct renderer_host *host, struct job *job);
	/** One line for the log, without newline. */
	void (*log)(struct renderer_host *host, const char *line);
	/** One line for the recovery's log scope, without newline. */
	void (*trace)(struct renderer_host *host, const char *line);

	/** What earlier sessions had linked; NULL: not known. */
	const struct program_store *programs;
};

/** Joins the recovery core with GL: owns the display, the present generation and the record of what
 * happened to it. */
struct renderer {
	struct renderer_host *host; // borrowed
	struct news *news;          // borrowed; NULL: nobody wants to know
	struct gl_api api;
	struct egl egl;
	struct generation *generation; // NULL while there is none
	uint64_t last_generation_id;
	const struct disposal *disposal; // of the newest generation's driver
	struct job *rebuild;             // under way; NULL: none
	struct job *probe;               // likewise
	struct job *disposal_job;        // likewise
	struct generation *leftover;     // lost, on the present display, to be disposed of; or NULL
	bool leftover_due;               // its successor was seen
	struct program_set programs;     // of the last generation that drew

	struct recovery_config config; // as asked for; what this machine can do is in recovery
	struct recovery recovery;
	struct record record;
	struct generation_counters past; // sums over the generations before the present one
	uint64_t frames;                 // presented
	uint64_t frames_before;          // the present generation, of a rebuild, was there
	bool loss_pending;               // seen, and not dispatched yet
	enum reset_status loss_status;   // with loss_pending
	unsigned target_failures;        // in a row, without a loss
	bool doubt_pending;              // a frame had GL errors, and that was not dispatched yet
};

/**
 * Open EGL as @options say and create the first generation.
 *
 * Returns NULL on success, else a static sentence; nothing needs renderer_fini() then.
 *
 */
const char *renderer_init(
	struct renderer *renderer, struct renderer_host *host, const struct egl_options *options);

/** Destroy the generation and close the display. */
void renderer_fini(struct renderer *renderer);

/** The generation to draw with, or NULL while the GPU is away. */
static inline struct generation *renderer_generation(struct renderer *renderer)
{
	if (renderer->loss_pending || !recovery_can_draw(&renderer->recovery)) {
		return NULL;
	}
	return renderer->generation;
}

/**
 * Ask the reset status, in the context that is current, which must be the present generation's.
 * Returns false, with the loss reported, when it is lost.
 */
bool renderer_check(struct renderer *renderer);

/** A loss was seen by other means (an EGL or GL error). The recovery begins from the event loop. */
void renderer_report_loss(struct renderer *renderer, enum reset_status status);

/** A frame was drawn with GL errors: parts of it may be wrong for good. May lead to a rebuild. */
void renderer_report_doubt(struct renderer *renderer);

/**
 * What a failed target operation means: EGL_CONTEXT_LOST is reported as a loss, other failures
 * prompt a status query. Returns whether the frame may go on (TARGET_OK).
 */
bool renderer_accept(struct renderer *renderer, enum target_result result);

/**
 * Somebody who should know says that a GPU was reset, by the doing of @task ("" if unknown): asks
 * the status at once. From the event loop only.
 */
void renderer_hint(struct renderer *renderer, const char *task);

/** Behave as if the driver had told of a reset. Returns false while a recovery is under way. */
bool renderer_simulate(struct renderer *renderer, enum reset_status cause);

/** Tell @news from now on; NULL: nobody. */
void renderer_set_news(struct renderer *renderer, struct news *news);

/** Use @config, which is copied, as far as this machine allows. */
void renderer_configure(struct renderer *renderer, const struct recovery_config *config);

/** The rungs that this machine can take, RUNG_BIT()s. */
uint32_t renderer_rungs(const struct renderer *renderer);

/** Sums over all generations, the present one included. */
struct generation_counters renderer_counters(const struct renderer *renderer);

/** An output was presented. @all: now every output shows a frame of the present generation. */
void renderer_presented(struct renderer *renderer, bool all);

/** All outputs went to sleep, or one woke up. */
void renderer_set_asleep(struct renderer *renderer, bool asleep);

/** To be called when renderer_host.schedule_dispatch asked for it. */
void renderer_dispatch(struct renderer *renderer);

/** @job, which was given to renderer_host.start_job, has run. */
void renderer_job_done(struct renderer *renderer, struct job *job);

/** To be called when the timer of renderer_host.set_timer expires. */
void renderer_timer(struct renderer *renderer);

#endif
