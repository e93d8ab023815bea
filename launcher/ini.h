/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** What weston.ini says that the launcher has to know. */
#ifndef WESTON_ROBUST_LAUNCHER_INI_H
#define WESTON_ROBUST_LAUNCHER_INI_H

#include <stdbool.h>

/**
 * Whether the weston.ini that weston would read chooses a renderer. @libweston: of dlopen().
 * @weston_argv: its arguments, ends with NULL.
 */
bool ini_chooses_renderer(void *libweston, char *const *weston_argv);

#endif
