/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The Wayland connection, and the objects on it. */
#ifndef WESTON_ROBUST_CTL_CONNECTION_H
#define WESTON_ROBUST_CTL_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

struct wl_display;
struct wl_registry;
struct weston_gpu_recovery_v1;
struct weston_gpu_recovery_operator_v1;

/** What comes without being an answer that report holds. */
enum connection_news {
	NEWS_STATE,     // report->state
	NEWS_BEGAN,     // connection->began_*
	NEWS_RECOVERED, // connection->recovered
	NEWS_UNFINISHED,
	NEWS_INCIDENT, // report_last_incident(); history's too
	NEWS_SIMULATED,
	NEWS_RELOADED, // connection->changed
	NEWS_REFUSED,  // connection->refused_*
	NEWS_TRACED,   // connection->traced_bytes
	NEWS_REVOKED,
};

struct connection {
	struct wl_display *display;
	struct wl_registry *registry;
	struct weston_gpu_recovery_v1 *recovery;           // NULL: the plugin is not there
	struct weston_gpu_recovery_operator_v1 *operators; // NULL: not offered to us
	struct report *report;

	uint32_t began_cause;
	uint64_t began_generation;
	struct report_incident recovered; // the public part
	uint32_t changed;
	uint32_t refused_request;
	uint32_t refused_reason;
	uint64_t traced_bytes;

	/* Called while events are dispatched; may be NULL. */
	void (*news)(void *data, struct connection *connection, enum connection_news news);
	void *data;
};

enum connection_result {
	CONNECTION_OK,
	CONNECTION_NONE,    // nobody listens
	CONNECTION_SILENT,  // no answer in time
	CONNECTION_BROKEN,  // closed by the compositor
	CONNECTION_STOPPED, // by a signal, or a news callback that called connection_stop()
};

/**
 * Connects to @name, or to WAYLAND_DISPLAY when it is NULL, and binds what is offered. The report
 * has the state, and the permissions of an operator, when it returns CONNECTION_OK.
 */
enum connection_result connection_open(
	struct connection *connection, struct report *report, const char *name, int timeout_ms);

void connection_close(struct connection *connection);

/** Waits until all requests so far are answered. */
enum connection_result connection_sync(struct connection *connection, int timeout_ms);

/** Dispatches events until connection_stop(); @timeout_ms -1: for ever. */
enum connection_result connection_run(struct connection *connection, int timeout_ms);

/** Ends connection_run(). May be called by a signal handler. */
void connection_stop(void);

#endif
