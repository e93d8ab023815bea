/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Runs weston as a child and starts it again when it asks for that: the last step of the ladder.
 */
#ifndef WESTON_ROBUST_LAUNCHER_SUPERVISE_H
#define WESTON_ROBUST_LAUNCHER_SUPERVISE_H

#include "options.h"

struct supervision {
	const char *path;       // of weston
	char *const *first;     // its arguments
	char *const *again;     // the same for a restart
	enum software software; // of a restart
	unsigned restarts;      // at most, in the window
	unsigned window_s;
	unsigned pause_s;
	int restart_status; // with which weston asks for it
};

/**
 * Runs until weston ends in another way than with the restart status, or too often. Signals that
 * end or prompt a process go on to weston.
 *
 * Returns the exit status for this process. Does not return when a signal has ended weston: the
 * same signal ends this process.
 */
int supervise(const struct supervision *supervision);

#endif
