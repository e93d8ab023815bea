/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_TIMING_H
#define WR_GL_TIMING_H

#include <stdbool.h>
#include <stdint.h>

struct generation;

/**
 * How long the GPU is busy with what lies between two points of a generation's commands:
 * GL_EXT_disjoint_timer_query.
 *
 * Costs nothing until it is used first. Nothing here waits for the GPU: results are there when they
 * are there, and while TIMING_MOST of them are still due no more are begun. The generation's
 * context must be current for all calls.
 */

#define TIMING_MOST 8

struct timing_result {
	const void *owner;   // as given to timing_begin(); may be gone by now
	int64_t duration_ns; // from begin to end, on the GPU
	/* CLOCK_MONOTONIC; 0 where the GPU tells durations only, or its clock was not asked for. */
	int64_t begin_ns, end_ns;
};

/**
 * Whatever is drawn from here on is @owner's, until timing_end().
 *
 * @now_ns: CLOCK_MONOTONIC, read just now, to relate the GPU's clock to; 0: durations will do.
 */
void timing_begin(struct generation *gen, const void *owner, int64_t now_ns);

/** Without a timing_begin() before it: nothing. */
void timing_end(struct generation *gen);

/**
 * The oldest result that is there and was not collected yet. What was measured while the GPU's
 * clock was disturbed (it changed its frequency, or was reset) is thrown away.
 */
bool timing_collect(struct generation *gen, struct timing_result *result);

/** Results of @owner are not wanted any more. Needs no current context. */
void timing_forget(struct generation *gen, const void *owner);

/** For the generation's end. @lost: the query objects died with the context. */
void timing_destroy(struct generation *gen, bool lost);

#endif
