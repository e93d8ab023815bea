/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The trace as the configuration wants it. */
#ifndef WESTON_ROBUST_COMPOSITOR_TRACE_CONTROL_H
#define WESTON_ROBUST_COMPOSITOR_TRACE_CONTROL_H

#include <stdbool.h>

#include <sys/types.h>
#include <wayland-server-core.h>

#include "config.h"

struct trace;

struct trace_control {
	struct wl_event_loop *loop;
	struct trace *trace; // NULL: off
	struct wl_event_source *source;
	struct config config; // that `trace` was made for
};

void trace_control_init(struct trace_control *control, struct wl_event_loop *loop);

/** Starts, changes or ends the recording. What was recorded is kept where the buffer's size is. */
void trace_control_configure(struct trace_control *control, const struct config *config);

/** Writes what is owed and ends the recording. */
void trace_control_finish(struct trace_control *control);

bool trace_control_records(const struct trace_control *control);

/** The size of a file that trace_control_write() can not overflow; 0: nothing is recorded. */
size_t trace_control_bytes_most(const struct trace_control *control);

/** See trace_write_fd(); -ENOENT when nothing is recorded. */
ssize_t trace_control_write(struct trace_control *control, int fd);

#endif
