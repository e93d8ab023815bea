/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * A program with the client helper, on the fake driver and a manual clock: a group with a window's
 * context, one that a worker would have, and one made later; and another group.
 */
#ifndef WESTON_ROBUST_TESTS_CLIENT_RIG_H
#define WESTON_ROBUST_TESTS_CLIENT_RIG_H

#include "fake-gl.h"
#include "gpu-recovery-client.h"

#define MSEC ((int64_t)1000 * 1000)
#define SEC (1000 * MSEC)

struct rig {
	struct gpu_recovery *recovery;
	struct gpu_recovery_group *ring, *apart; // NULL: could not be made
	struct gpu_recovery_context *window, *worker, *late, *other;
	const char *error;

	bool hold;           // does not let go when told
	unsigned actions[8]; // how often each came
	unsigned wakes;
	char last_line[256]; // of the log
};

/** The fake, reset, and a clock at 1 s. */
void rig_init(struct rig *rig);

/** Open a display without windows, with the rig's callbacks put into the options. */
void rig_open(struct rig *rig, struct gpu_recovery_options options);

/** Make the groups and contexts, but `late`. Ends the test when that fails. */
void rig_make(struct rig *rig);

/** Close, and check that nothing is left and nothing was misused. */
void rig_close(struct rig *rig);

/** Let the clock go on by so much, and do what the library asks for whenever it is due. */
void rig_run(struct rig *rig, int64_t ns);

/** As the program's loop does: every action until there is none. */
void rig_dispatch(struct rig *rig);

/** Draw, or try to, in each context that there is. Returns whether all of them are alive. */
bool rig_draw(struct rig *rig);

/** Run until rig_draw() succeeds, for so long at most. */
bool rig_wait(struct rig *rig, int64_t ns);

/** Make one current without a surface. */
bool rig_enter(struct rig *rig, struct gpu_recovery_context *context);
void rig_leave(struct rig *rig);

int64_t rig_now(void);

/** The clock alone goes on. */
void rig_sleep(int64_t ns);

#endif
