/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-names.h"

#define STRING_AT(table, index)                                                                    \
	((size_t)(index) < sizeof(table) / sizeof((table)[0]) && (table)[index] ? (table)[index]   \
										: "?")

const char *trace_name_string(enum trace_name name)
{
	static const char *const table[TRACE_NAME_COUNT] = {
		[TRACE_NAME_RESET] = "GPU reset",
		[TRACE_NAME_DETECTED] = "detected",
		[TRACE_NAME_WAIT] = "wait",
		[TRACE_NAME_BACKOFF] = "backoff",
		[TRACE_NAME_REBUILD_CONTEXT] = "rebuild context",
		[TRACE_NAME_REBUILD_DISPLAY] = "rebuild display",
		[TRACE_NAME_REBUILD_SOFTWARE] = "rebuild software",
		[TRACE_NAME_FIRST_FRAME] = "first frame",
		[TRACE_NAME_PROBE] = "probe hardware",
		[TRACE_NAME_RESTORED] = "restored surfaces",
		[TRACE_NAME_SURFACE_LOST] = "surface lost",
		[TRACE_NAME_STATE] = "state",
	};

	return STRING_AT(table, name);
}

const char *trace_key_string(enum trace_key key)
{
	static const char *const table[TRACE_KEY_COUNT] = {
		[TRACE_KEY_INCIDENT] = "incident",
		[TRACE_KEY_CAUSE] = "cause",
		[TRACE_KEY_SIMULATED] = "simulated",
		[TRACE_KEY_GENERATION_FROM] = "generation_from",
		[TRACE_KEY_GENERATION_TO] = "generation_to",
		[TRACE_KEY_RUNG] = "rung",
		[TRACE_KEY_ATTEMPTS] = "attempts",
		[TRACE_KEY_OK] = "ok",
		[TRACE_KEY_FINISHED] = "finished",
		[TRACE_KEY_SURFACES_RESTORED] = "surfaces_restored",
		[TRACE_KEY_SURFACES_LOST] = "surfaces_lost",
		[TRACE_KEY_BYTES_RESTORED] = "bytes_restored",
		[TRACE_KEY_GUILTY_TASK] = "guilty_task",
		[TRACE_KEY_SURFACE] = "surface",
		[TRACE_KEY_REASON] = "reason",
		[TRACE_KEY_STATE] = "state",
		[TRACE_KEY_OUTPUT] = "output",
	};

	return STRING_AT(table, key);
}

const char *trace_counter_string(enum trace_counter counter)
{
	static const char *const table[TRACE_COUNTER_COUNT] = {
		[TRACE_COUNTER_DRAW_CALLS] = "draw calls",
		[TRACE_COUNTER_UPLOADED_BYTES] = "uploaded bytes",
		[TRACE_COUNTER_STATUS_QUERIES] = "reset status queries",
		[TRACE_COUNTER_TEXTURES] = "textures",
		[TRACE_COUNTER_HELD_BYTES] = "retained bytes, held",
		[TRACE_COUNTER_COPIED_BYTES] = "retained bytes, copied",
		[TRACE_COUNTER_RESTORED_SURFACES] = "restored surfaces",
		[TRACE_COUNTER_LOST_SURFACES] = "lost surfaces",
	};

	return STRING_AT(table, counter);
}

bool trace_counter_is_bytes(enum trace_counter counter)
{
	return counter == TRACE_COUNTER_UPLOADED_BYTES || counter == TRACE_COUNTER_HELD_BYTES ||
	       counter == TRACE_COUNTER_COPIED_BYTES;
}

const char *trace_cause_string(enum weston_robust_cause cause)
{
	static const char *const table[] = {
		[WESTON_ROBUST_CAUSE_NONE] = "none",
		[WESTON_ROBUST_CAUSE_GUILTY] = "guilty",
		[WESTON_ROBUST_CAUSE_INNOCENT] = "innocent",
		[WESTON_ROBUST_CAUSE_UNKNOWN] = "unknown",
		[WESTON_ROBUST_CAUSE_PURGED] = "purged",
	};

	return STRING_AT(table, cause);
}

const char *trace_state_string(enum weston_robust_state state)
{
	static const char *const table[] = {
		[WESTON_ROBUST_STATE_RUNNING] = "running",
		[WESTON_ROBUST_STATE_WAITING] = "waiting",
		[WESTON_ROBUST_STATE_REBUILDING] = "rebuilding",
		[WESTON_ROBUST_STATE_BACKOFF] = "backoff",
		[WESTON_ROBUST_STATE_SOFTWARE] = "software",
		[WESTON_ROBUST_STATE_FAILED] = "failed",
	};

	return STRING_AT(table, state);
}

const char *trace_rung_string(enum weston_robust_rung rung)
{
	static const char *const table[] = {
		[WESTON_ROBUST_RUNG_CONTEXT] = "context",
		[WESTON_ROBUST_RUNG_DISPLAY] = "display",
		[WESTON_ROBUST_RUNG_SOFTWARE] = "software",
	};

	return STRING_AT(table, rung);
}

const char *trace_loss_string(enum weston_robust_loss loss)
{
	static const char *const table[] = {
		[WESTON_ROBUST_LOSS_NOT_KEPT] = "not kept",
		[WESTON_ROBUST_LOSS_EVICTED] = "evicted",
		[WESTON_ROBUST_LOSS_UNREADABLE] = "unreadable",
		[WESTON_ROBUST_LOSS_UPLOAD] = "upload",
		[WESTON_ROBUST_LOSS_REPAINTED] = "repainted",
	};

	return STRING_AT(table, loss);
}

static enum trace_name rebuild_name(enum weston_robust_rung rung)
{
	switch (rung) {
	case WESTON_ROBUST_RUNG_CONTEXT:
		return TRACE_NAME_REBUILD_CONTEXT;
	case WESTON_ROBUST_RUNG_DISPLAY:
		return TRACE_NAME_REBUILD_DISPLAY;
	case WESTON_ROBUST_RUNG_SOFTWARE:
		return TRACE_NAME_REBUILD_SOFTWARE;
	}
	return TRACE_NAME_NONE;
}

enum trace_name trace_span_name(enum weston_robust_phase phase, enum weston_robust_rung rung)
{
	switch (phase) {
	case WESTON_ROBUST_PHASE_WAIT:
		return TRACE_NAME_WAIT;
	case WESTON_ROBUST_PHASE_BACKOFF:
		return TRACE_NAME_BACKOFF;
	case WESTON_ROBUST_PHASE_REBUILD:
		return rebuild_name(rung);
	case WESTON_ROBUST_PHASE_FIRST_FRAME:
		return TRACE_NAME_FIRST_FRAME;
	case WESTON_ROBUST_PHASE_PROBE:
		return TRACE_NAME_PROBE;
	}
	return TRACE_NAME_NONE;
}

int64_t trace_counter_value(
	enum trace_counter counter, const struct weston_robust_counters *counters)
{
	switch (counter) {
	case TRACE_COUNTER_DRAW_CALLS:
		return (int64_t)counters->draw_calls;
	case TRACE_COUNTER_UPLOADED_BYTES:
		return (int64_t)counters->uploaded_bytes;
	case TRACE_COUNTER_STATUS_QUERIES:
		return (int64_t)counters->status_queries;
	case TRACE_COUNTER_TEXTURES:
		return (int64_t)counters->textures;
	case TRACE_COUNTER_HELD_BYTES:
		return (int64_t)counters->retained_held_bytes;
	case TRACE_COUNTER_COPIED_BYTES:
		return (int64_t)counters->retained_copied_bytes;
	case TRACE_COUNTER_RESTORED_SURFACES:
		return (int64_t)counters->restored_surfaces;
	case TRACE_COUNTER_LOST_SURFACES:
		return (int64_t)counters->lost_surfaces;
	case TRACE_COUNTER_COUNT:
		break;
	}
	return 0;
}
