/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_NAMES_H
#define WR_COMPOSITOR_TRACE_NAMES_H

#include "libweston-robust/weston-robust-api.h"

/**
 * All words of a trace. Events carry their numbers; what the numbers mean stands at the beginning
 * of each file. A number never gets another meaning: the view of two files in one would be wrong.
 */

/** Names of events. */
enum trace_name {
	TRACE_NAME_NONE, // also: the end of a list
	TRACE_NAME_RESET,
	TRACE_NAME_DETECTED,
	TRACE_NAME_WAIT,
	TRACE_NAME_BACKOFF,
	TRACE_NAME_REBUILD_CONTEXT,
	TRACE_NAME_REBUILD_DISPLAY,
	TRACE_NAME_REBUILD_SOFTWARE,
	TRACE_NAME_FIRST_FRAME,
	TRACE_NAME_PROBE,
	TRACE_NAME_RESTORED,
	TRACE_NAME_SURFACE_LOST,
	TRACE_NAME_STATE,
	TRACE_NAME_COUNT,
	/* "repaint OUTPUT", the number of the output added; the last is for all that have none. */
	TRACE_NAME_REPAINT = 64,
};

/** Names of what is told about an event. */
enum trace_key {
	TRACE_KEY_NONE,
	TRACE_KEY_INCIDENT,
	TRACE_KEY_CAUSE,
	TRACE_KEY_SIMULATED,
	TRACE_KEY_GENERATION_FROM,
	TRACE_KEY_GENERATION_TO,
	TRACE_KEY_RUNG,
	TRACE_KEY_ATTEMPTS,
	TRACE_KEY_OK,
	TRACE_KEY_FINISHED,
	TRACE_KEY_SURFACES_RESTORED,
	TRACE_KEY_SURFACES_LOST,
	TRACE_KEY_BYTES_RESTORED,
	TRACE_KEY_GUILTY_TASK,
	TRACE_KEY_SURFACE,
	TRACE_KEY_REASON,
	TRACE_KEY_STATE,
	TRACE_KEY_OUTPUT,
	TRACE_KEY_COUNT,
};

/** The one category. */
#define TRACE_CATEGORY 1
#define TRACE_CATEGORY_NAME "gpu-recovery"

/** Counters of the renderer as a whole, in the order of their values in a repaint's end. */
enum trace_counter {
	TRACE_COUNTER_DRAW_CALLS,
	TRACE_COUNTER_UPLOADED_BYTES,
	TRACE_COUNTER_STATUS_QUERIES,
	TRACE_COUNTER_TEXTURES,
	TRACE_COUNTER_HELD_BYTES,
	TRACE_COUNTER_COPIED_BYTES,
	TRACE_COUNTER_RESTORED_SURFACES,
	TRACE_COUNTER_LOST_SURFACES,
	TRACE_COUNTER_COUNT,
};

/** Tracks, as numbers that are added to the trace's own base. */
enum trace_track {
	TRACE_TRACK_PROCESS,
	TRACE_TRACK_THREAD,
	TRACE_TRACK_RECOVERY,
	TRACE_TRACK_COUNTER = 16,  // enum trace_counter added
	TRACE_TRACK_GPU_TIME = 64, // the number of the output added
	TRACE_TRACK_END = 128,
};

/** So many outputs get a name of their own; the others share one. */
#define TRACE_OUTPUTS 15

/** All return static strings. Values out of range: "?". */
const char *trace_name_string(enum trace_name name);
const char *trace_key_string(enum trace_key key);
const char *trace_counter_string(enum trace_counter counter);
bool trace_counter_is_bytes(enum trace_counter counter);

const char *trace_cause_string(enum weston_robust_cause cause);
const char *trace_state_string(enum weston_robust_state state);
const char *trace_rung_string(enum weston_robust_rung rung);
const char *trace_loss_string(enum weston_robust_loss loss);

/** The name of a span. */
enum trace_name trace_span_name(enum weston_robust_phase phase, enum weston_robust_rung rung);

int64_t trace_counter_value(
	enum trace_counter counter, const struct weston_robust_counters *counters);

#endif
