/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** What is installed: weston, libweston and our modules, and whether they fit together. */
#ifndef WESTON_ROBUST_LAUNCHER_INSTALL_H
#define WESTON_ROBUST_LAUNCHER_INSTALL_H

#include <limits.h>
#include <stdbool.h>

struct part {
	bool usable;
	char path[PATH_MAX]; // "": not found
	char version[32];    // "": not known
	char problem[512];   // why it can't be used; a sentence without a full stop
};

struct install {
	struct part weston;
	struct part libweston;
	struct part renderer;
	struct part plugin;
	void *libweston_handle; // of dlopen(); NULL: it could not be loaded
};

/** The release that the modules were built for, "major.minor.micro". */
extern const char install_built_for[];

/**
 * Look for everything. @module_dir: where our modules are. @module_map: entries that go before
 * those, may be NULL. Loads libweston and the modules into this process, for good.
 */
void install_examine(struct install *install, const char *module_dir, const char *module_map);

/** What weston can't be run without: the sentence of the first part that can't be used, or NULL. */
const char *install_obstacle(const struct install *install);

#endif
