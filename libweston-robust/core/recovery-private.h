/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Shared by the recovery*.c files only. */
#ifndef WESTON_ROBUST_CORE_RECOVERY_PRIVATE_H
#define WESTON_ROBUST_CORE_RECOVERY_PRIVATE_H

#include "recovery.h"

/* recovery-ladder.c: rungs, counters, causes. Nothing here changes the state or gives orders, but
 * drop_optional_features. */

/** Is this rung available? */
bool ladder_has(const struct recovery *r, enum recovery_rung rung);

/** Bring `rung` back to an available one after a change of the configuration. */
void ladder_fit(struct recovery *r);

/** Go to the next available rung and start afresh there. \return false when there is none */
bool ladder_climb(struct recovery *r);

/** Count a failure on the present rung, climb when it has had its chances. */
void ladder_note_failure(struct recovery *r);

/** Is there nothing left to try? */
bool ladder_exhausted(const struct recovery *r);

/** Count a reset in the window. */
void ladder_count_reset(struct recovery *r, int64_t now);

/**
 * Too many resets in the window: climb, unless `failed`, the rung before this loss, has been left
 * already; on the last rung throttle.
 */
void ladder_calm_storm(struct recovery *r, enum recovery_rung failed, int64_t now);

/** Take a report of the cause; a precise one replaces a vague one. Counts guilt once per loss. */
void ladder_note_cause(struct recovery *r, enum reset_status status, struct recovery_orders *o);

/** Reset everything that an incident leaves behind, if the quiet period has passed. */
void ladder_forgive(struct recovery *r, int64_t now);

/** Count a good frame. */
void ladder_note_frame(struct recovery *r, const struct recovery_input *frame, int64_t now);

/* recovery-steps.c: what happens in a transition. Each gives the orders that belong to it. */

/** While drawing: arm the timer for the idle poll or the probe, whichever is first, or disarm it.
 */
void steps_schedule(struct recovery *r, struct recovery_orders *o);

/** While drawing: have the status queried now. */
void steps_query(struct recovery *r, int64_t now, struct recovery_orders *o);

/** While drawing: the timer expired. */
void steps_tick(struct recovery *r, int64_t now, struct recovery_orders *o);

/** Go to WAITING, or to FAILED when there is nothing left. */
void steps_lose(
	struct recovery *r, enum reset_status status, int64_t now, struct recovery_orders *o);

/** While drawing: contents are gone. */
void steps_purge(struct recovery_orders *o);

/** While drawing: what is on the screen may be wrong. Has the generation rebuilt by the timer. */
void steps_doubt(struct recovery *r, int64_t now, struct recovery_orders *o);

/** WAITING: the timer expired. */
void steps_wait_tick(struct recovery *r, int64_t now, struct recovery_orders *o);

/** WAITING: nobody can be asked, take the reset for over in a while. */
void steps_wait_grace(struct recovery *r, int64_t now, struct recovery_orders *o);

/** WAITING: the reset is over. Go to REBUILDING, or to BACKOFF when throttled. */
void steps_over(struct recovery *r, int64_t now, struct recovery_orders *o);

/** Go to REBUILDING, or to FAILED when no rung is available. */
void steps_rebuild(
	struct recovery *r, enum recovery_drop drop, int64_t now, struct recovery_orders *o);

/** REBUILDING: go to RUNNING or SOFTWARE. */
void steps_rebuilt(struct recovery *r, int64_t now, struct recovery_orders *o);

/** REBUILDING: go to BACKOFF, or to FAILED when there is nothing left. */
void steps_rebuild_failed(struct recovery *r, int64_t now, struct recovery_orders *o);

/** REBUILDING: the answer is overdue. Leave the rebuild behind where there is another rung. */
void steps_rebuild_late(struct recovery *r, int64_t now, struct recovery_orders *o);

/** While drawing: rebuild on the present rung without a loss, where any rung is available. */
void steps_force(struct recovery *r, int64_t now, struct recovery_orders *o);

/** SOFTWARE: the GPU works again. */
void steps_return_to_hardware(struct recovery *r, int64_t now, struct recovery_orders *o);

/** While drawing: a frame was presented; its context tells of resets. */
void steps_settle(struct recovery *r, struct recovery_orders *o);

/** Go to STOPPED. */
void steps_stop(struct recovery *r, struct recovery_orders *o);

#endif
