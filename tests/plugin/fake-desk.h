/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The fake of weston-robust's API: see fake-desk.c. */
#ifndef WESTON_ROBUST_TESTS_PLUGIN_FAKE_DESK_H
#define WESTON_ROBUST_TESTS_PLUGIN_FAKE_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wayland-server-core.h>

#include "libweston-robust/weston-robust-api.h"

#define DESK_SURFACES 256
#define DESK_INCIDENTS 32

struct desk_surface {
	struct weston_surface *surface; // NULL: gone
	struct wl_listener destroyed;
};

struct desk {
	struct wl_display *display;
	struct weston_log_context *log;
	struct weston_compositor *compositor;
	struct desk_surface surface[DESK_SURFACES]; // the newest, by number modulo DESK_SURFACES
	size_t surface_count;

	struct weston_robust_config config;
	unsigned configured; // how often
	struct weston_robust_status status;
	char gl_renderer[4096];
	struct weston_robust_counters counters;
	struct weston_robust_incident incident[DESK_INCIDENTS]; // the newest first
	char task[DESK_INCIDENTS][256];
	size_t incident_count;
	uint64_t incidents_total;
	struct weston_robust_listener *listener;
	bool refuse_simulation;
	bool simulate_failure; // simulated resets end without a whole frame
	struct wl_event_source *commands;
	struct wl_event_source *simulation;
	enum weston_robust_cause simulated_cause;
};

/** There is one desk a process. */
void desk_register(struct desk *desk);

bool desk_set_state(struct desk *desk, enum weston_robust_state state);

/** "CAUSE [TASK]": begins an incident; false when one is open. */
bool desk_begin(struct desk *desk, char *arguments);

/** "1" or "0": ends the open incident with a whole frame or without. */
bool desk_end(struct desk *desk, char *arguments);

/** "KEY VALUE". */
bool desk_set_status(struct desk *desk, char *arguments);

void desk_lose_surface(
	struct desk *desk, struct weston_surface *surface, enum weston_robust_loss why);
void desk_exhaust(struct desk *desk);

/** Whether the plugin listens to each frame. */
bool desk_wants_frames(const struct desk *desk);

#endif
