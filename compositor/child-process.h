/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Starting a program beside the compositor. */
#ifndef WESTON_ROBUST_COMPOSITOR_CHILD_PROCESS_H
#define WESTON_ROBUST_COMPOSITOR_CHILD_PROCESS_H

#include <sys/types.h>

/**
 * Starts @argv[0], looked up in PATH, in a session of its own, with stdin from /dev/null, stdout
 * and stderr the compositor's, no other file of it, and its signals as at boot. @extra: NULL-
 * terminated "NAME=value"s that go before the compositor's environment.
 *
 * Returns its process id, or a negative errno.
 */
pid_t child_process_start(const char *const *argv, const char *const *extra);

#endif
