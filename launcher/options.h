/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The launcher's own options; all others are weston's. */
#ifndef WESTON_ROBUST_LAUNCHER_OPTIONS_H
#define WESTON_ROBUST_LAUNCHER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/** More starts than these are not counted. */
#define RESTARTS_MAX 100

/** With what a weston is started again. */
enum software {
	SOFTWARE_NONE,   // like the first time
	SOFTWARE_PIXMAN, // weston's renderer that needs no GL
	SOFTWARE_GL,     // our renderer on a software GL driver
};

struct options {
	bool help;
	bool version;
	bool check;
	bool json;
	unsigned restarts; // 0: weston takes the place of this process
	unsigned restart_window_s;
	unsigned restart_pause_s;
	enum software restart_software;
	const char *module_dir; // borrowed from argv, or static
	char **weston_argv;     // ends with NULL, without argv[0]; pointers borrowed from argv
};

/**
 * Sort argv into the launcher's options and weston's. Whatever follows "--" is weston's.
 *
 * Returns false when an option can't be understood; @problem is a sentence then. On success
 * options_finish() is due.
 */
bool options_parse(
	struct options *options, int argc, char *argv[], char *problem, size_t problem_size);

void options_finish(struct options *options);

/** The usage text for --help. */
extern const char options_usage[];

#endif
