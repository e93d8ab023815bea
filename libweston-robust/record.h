/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_RECORD_H
#define WR_RECORD_H

#include "core/history.h"
#include "gl/generation.h"
#include "news.h"

struct renderer_host;

/** Keeps the history of incidents, and logs and reports each. */
struct record {
	struct renderer_host *host; // borrowed
	struct news *news;          // borrowed; may be NULL
	struct history history;
	char guilty_task[64];              // as the kernel named it last; "": not at all
	int64_t guilty_task_ns;            // when it did
	bool awaiting_first_frame;         // of the present generation, after a reset
	struct generation_counters before; // the generation's, when it was ready
	struct span phase;                 // under way
	uint64_t recoveries;               // incidents that ended with a whole frame
	bool simulating;                   // the next incident is nobody's fault
};

void record_init(struct record *record, struct renderer_host *host);

/** Another phase begins, the one before ends; @ok: well. PHASE_NONE: nothing to be waited for. */
void record_phase(struct record *record, enum phase phase, enum recovery_rung rung, bool ok);

/** A loss was seen while generation @generation_id was drawing: a new incident begins. */
void record_loss(struct record *record, enum reset_status status, uint64_t generation_id);

/** The kernel named the guilty task ("": did not): of the incident that is open, or of one soon to
 * come. */
void record_guilty_task(struct record *record, const char *task);

/** The reset is over, or is waited for no longer: a rebuild begins. */
void record_wait_over(struct record *record);

/** One rebuild was tried on @rung. */
void record_attempt(struct record *record, enum recovery_rung rung);

/** @gen stands, as a new generation or with its contents dropped. */
void record_rebuilt(struct record *record, const struct generation *gen);

/** Every output shows a frame of @gen. Ends the incident, of which @cause is what is known by now.
 */
void record_whole_frame(
	struct record *record, const struct generation *gen, enum reset_status cause);

/** Ends the incident where no whole frame came within a second: some output has nobody to draw for.
 */
void record_expire(struct record *record, enum reset_status cause);

/** End the incident that is open, however far it came. */
void record_finish(struct record *record, enum reset_status cause);

#endif
