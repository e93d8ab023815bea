/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The plugin as a whole: for module.c, settings.c, and what answers the operator. */
#ifndef WESTON_ROBUST_COMPOSITOR_PLUGIN_H
#define WESTON_ROBUST_COMPOSITOR_PLUGIN_H

#include <stdbool.h>

#include <wayland-server-core.h>

#include "libweston-robust/weston-robust-api.h"
#include "config.h"
#include "hangup.h"
#include "messenger.h"
#include "operator-protocol.h"
#include "recovery-protocol.h"
#include "trace-control.h"

struct plugin {
	struct weston_compositor *compositor;
	const struct weston_robust_api *api;

	struct weston_robust_config renderer_defaults;
	struct config overrides; // of the command line, over the defaults
	struct config config;    // in use
	char *config_path;       // of weston.ini; NULL: none

	struct recovery_protocol recovery;
	struct operator_protocol operators;
	struct messenger messenger;
	struct trace_control trace;
	struct hangup hangup;
	struct weston_robust_listener listener;
	struct wl_listener destroyed; // of the compositor
};

enum reload_result {
	RELOAD_DONE,
	RELOAD_NO_FILE, // none is known, or it can't be opened: errno was logged
	RELOAD_BROKEN,  // malformed
};

/* settings.c */

/** Finds weston.ini, and takes the plugin's options out of weston's command line. */
void settings_init(struct plugin *plugin, int *argc, char *argv[]);

/** Frees what settings_init() and settings_load() keep. */
void settings_finish(struct plugin *plugin);

/**
 * Reads weston.ini into plugin->config, logs each problem, and leaves the config as it is on
 * failure, which is logged as well. Nothing is applied.
 */
enum reload_result settings_load(struct plugin *plugin);

/* module.c */

/**
 * settings_load(), then all of it into use. @changed: the number of keys that have changed. The
 * operator's objects are told if their rights have.
 */
enum reload_result plugin_reload(struct plugin *plugin, uint32_t *changed);

#endif
