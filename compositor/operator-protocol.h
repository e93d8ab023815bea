/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * The global weston_gpu_recovery_operator_v1: there only while the configuration allows it, and
 * seen only by clients that access_allowed() lets in.
 *
 * libwayland has one filter of globals per display, without a way to ask for or to keep another's;
 * libweston 14 and weston's frontend set none. Should another module set its own later, clients
 * that may not would see the global, and be turned away when they bind it.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_OPERATOR_PROTOCOL_H
#define WESTON_ROBUST_COMPOSITOR_OPERATOR_PROTOCOL_H

#include <stdint.h>

#include <wayland-server-core.h>

struct plugin;
struct weston_robust_incident;

struct operator_protocol {
	struct plugin *plugin;
	struct wl_global *global;  // NULL: not offered
	struct wl_global *removed; // clients may still be about to bind it
	struct wl_event_source *removed_timer;
	struct wl_list objects;
	uint32_t permissions; // that the objects were told of
	/* Answers cost time, and some a write or a line in the log. All clients share what may be
	 * spent on them: a bucket that fills steadily. */
	uint32_t budget;
	int64_t budget_at_ns;
};

void operator_protocol_init(struct operator_protocol *protocol, struct plugin *plugin);
void operator_protocol_finish(struct operator_protocol *protocol);

/** Offers or withdraws the global and tells the objects, as plugin->config has it now. */
void operator_protocol_configure(struct operator_protocol *protocol);

/** To be called when an incident has ended. */
void operator_protocol_ended(
	struct operator_protocol *protocol, const struct weston_robust_incident *incident);

/* operator-report.c: the answers that are long. */
void operator_send_status(struct plugin *plugin, struct wl_resource *object);
void operator_send_counters(struct plugin *plugin, struct wl_resource *object);
void operator_send_history(struct plugin *plugin, struct wl_resource *object, uint32_t limit);
void operator_send_config(struct plugin *plugin, struct wl_resource *object);
void operator_send_problems(struct plugin *plugin, struct wl_resource *object);
void operator_send_incident(
	struct wl_resource *object, const struct weston_robust_incident *incident);

#endif
