/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "client-private.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_MAX_BYTES 256

void client_log(struct gpu_recovery *r, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;

	if (!r->options.log) {
		return;
	}
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	r->options.log(r->options.data, line);
}

const char *gpu_recovery_action_name(enum gpu_recovery_action action)
{
	static const char *const names[] = {
		[GPU_RECOVERY_NOTHING] = "nothing",
		[GPU_RECOVERY_DROP] = "drop",
		[GPU_RECOVERY_DROP_DISPLAY] = "drop-display",
		[GPU_RECOVERY_RESTORE] = "restore",
		[GPU_RECOVERY_GIVE_UP] = "give-up",
	};

	return (unsigned)action < sizeof(names) / sizeof(names[0]) ? names[action] : "invalid";
}

const char *gpu_recovery_status_name(enum gpu_recovery_status status)
{
	static const char *const names[] = {
		[GPU_RECOVERY_NO_RESET] = "none",
		[GPU_RECOVERY_GUILTY] = "guilty",
		[GPU_RECOVERY_INNOCENT] = "innocent",
		[GPU_RECOVERY_UNKNOWN] = "unknown",
	};

	return (unsigned)status < sizeof(names) / sizeof(names[0]) ? names[status] : "invalid";
}
