/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "recovery.h"

#include <stddef.h>

static const char *name_of(const char *const *names, size_t count, unsigned value)
{
	return value < count && names[value] ? names[value] : "invalid";
}

const char *reset_status_name(enum reset_status status)
{
	static const char *const names[] = {
		[RESET_STATUS_NONE] = "none",
		[RESET_STATUS_GUILTY] = "guilty",
		[RESET_STATUS_INNOCENT] = "innocent",
		[RESET_STATUS_UNKNOWN] = "unknown",
		[RESET_STATUS_PURGED] = "purged",
	};

	return name_of(names, sizeof(names) / sizeof(names[0]), (unsigned)status);
}

const char *recovery_state_name(enum recovery_state state)
{
	static const char *const names[] = {
		[RECOVERY_RUNNING] = "running",
		[RECOVERY_WAITING] = "waiting",
		[RECOVERY_REBUILDING] = "rebuilding",
		[RECOVERY_BACKOFF] = "backoff",
		[RECOVERY_SOFTWARE] = "software",
		[RECOVERY_FAILED] = "failed",
		[RECOVERY_STOPPED] = "stopped",
	};

	return name_of(names, sizeof(names) / sizeof(names[0]), (unsigned)state);
}

const char *recovery_event_name(enum recovery_event event)
{
	static const char *const names[] = {
		[RECOVERY_EVENT_LOST] = "lost",
		[RECOVERY_EVENT_STATUS] = "status",
		[RECOVERY_EVENT_STATUS_UNAVAILABLE] = "status-unavailable",
		[RECOVERY_EVENT_REBUILT] = "rebuilt",
		[RECOVERY_EVENT_REBUILD_FAILED] = "rebuild-failed",
		[RECOVERY_EVENT_FRAME] = "frame",
		[RECOVERY_EVENT_TIMER] = "timer",
		[RECOVERY_EVENT_OUTPUTS_SLEEP] = "outputs-sleep",
		[RECOVERY_EVENT_OUTPUTS_WAKE] = "outputs-wake",
		[RECOVERY_EVENT_FORCED] = "forced",
		[RECOVERY_EVENT_PURGED] = "purged",
		[RECOVERY_EVENT_DOUBT] = "doubt",
		[RECOVERY_EVENT_PROBE_OK] = "probe-ok",
		[RECOVERY_EVENT_PROBE_FAILED] = "probe-failed",
		[RECOVERY_EVENT_STOP] = "stop",
	};

	return name_of(names, sizeof(names) / sizeof(names[0]), (unsigned)event);
}

const char *recovery_rung_name(enum recovery_rung rung)
{
	static const char *const names[] = {
		[RUNG_CONTEXT] = "context",
		[RUNG_DISPLAY] = "display",
		[RUNG_SOFTWARE] = "software",
	};

	return name_of(names, sizeof(names) / sizeof(names[0]), (unsigned)rung);
}
