/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The arguments that weston is started with. */
#ifndef WESTON_ROBUST_LAUNCHER_ARGUMENTS_H
#define WESTON_ROBUST_LAUNCHER_ARGUMENTS_H

#include <stdbool.h>

#include "options.h"

/** With which weston ends when it shall be started again: EX_TEMPFAIL. */
#define RESTART_STATUS 75

struct arguments_request {
	char *const *user; // weston's arguments as the user gave them, ends with NULL
	bool plugin;       // load it
	bool force_gl;     // nobody chose a renderer
	bool exit_at_last; // have weston end with RESTART_STATUS when nothing is left to try
	enum software software;
};

/**
 * A new argument vector; the caller frees it with arguments_free(). NULL: no memory.
 *
 * Weston lets the last of several --modules or --renderer win, so the user's modules are named
 * again together with ours. The modules of weston.ini are loaded by weston in any case.
 */
char **arguments_build(const struct arguments_request *request);

void arguments_free(char **argv);

/**
 * The value of the last option @name ("--modules") among @argv up to "--", given as "NAME=VALUE" or
 * as two arguments; NULL when there is none. @short_name ("-c") may be NULL. Borrowed from @argv.
 */
const char *arguments_value(char *const *argv, const char *name, const char *short_name);

/** Whether @flag stands among @argv up to "--". */
bool arguments_flag(char *const *argv, const char *flag);

/** Whether the command line chooses a renderer. */
bool arguments_choose_renderer(char *const *argv);

#endif
