/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * A renderer and a GPU for the recovery machine: carries out its orders with a fake clock, answers
 * from a script, counts, and checks after each step what must hold always.
 */
#ifndef WESTON_ROBUST_TESTS_UNIT_RECOVERY_RIG_H
#define WESTON_ROBUST_TESTS_UNIT_RECOVERY_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "recovery.h"

#define MSEC ((int64_t)1000 * 1000)
#define SEC (1000 * MSEC)

#define RUNGS_ALL (RUNG_BIT(RUNG_CONTEXT) | RUNG_BIT(RUNG_DISPLAY) | RUNG_BIT(RUNG_SOFTWARE))

/** Zero-initialised, the GPU is well: queries answer NONE, rebuilds and probes succeed. */
struct rig {
	struct recovery r;
	int64_t now;
	int64_t timer;                 // when the one timer expires; 0 = off
	bool generation;               // there is something to draw with
	struct recovery_orders orders; // of the last step

	/* the script */
	enum reset_status status;      // what a query answers …
	int64_t status_until;          // … until then, afterwards NONE
	bool unavailable;              // queries can't be made
	unsigned fail_rebuilds;        // so many rebuilds fail
	unsigned lose_rebuilds;        // so many rebuilds end in a loss
	enum recovery_rung works_from; // rebuilds on lower rungs fail always
	bool no_hardware;              // probes fail
	bool draws;                    // presents a frame after each rebuild
	bool manual;                   // give no answers: the test feeds all events itself

	/* what was ordered */
	unsigned queries, rebuilds, drops, restores, damages, probes, feature_drops, give_ups;
	unsigned changes;
	unsigned rebuilds_on[RUNG_COUNT];
	int64_t last_rebuild; // when
};

/** Start the machine. `config` NULL: the defaults with all rungs. */
void rig_init(struct rig *rig, const struct recovery_config *config);

/** Feed one event and, unless manual, the answers to all orders that follow. */
void rig_feed(struct rig *rig, enum recovery_event event);
void rig_feed_status(struct rig *rig, enum recovery_event event, enum reset_status status);

/** Let time pass; the timer fires when due. */
void rig_advance(struct rig *rig, int64_t ns);

/** The GPU is reset: lost with `status`, over after `ns`. */
void rig_reset(struct rig *rig, enum reset_status status, int64_t ns);

/** Manual: bring the machine into a state, from RUNNING, in the shortest way. */
void rig_enter(struct rig *rig, enum recovery_state state);

#endif
