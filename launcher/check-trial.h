/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WESTON_ROBUST_LAUNCHER_CHECK_TRIAL_H
#define WESTON_ROBUST_LAUNCHER_CHECK_TRIAL_H

struct check_platform;

/** Fills @result as far as it gets. May crash or hang with the driver: run it in its own process.
 */
void check_trial(struct check_platform *result);

#endif
