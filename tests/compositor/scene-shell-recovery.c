/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <stddef.h>
#include <string.h>

#include "scene-shell.h"

/* Needs libweston.h before it. */
#include "weston-robust-api.h"

#define NS_PER_MS 1000000

/* Exactly one of the offsets is that of a member. */
static const struct {
	const char *name;
	size_t time;   // int64_t, ns
	size_t number; // uint32_t
} values[] = {
	{"idle_poll_ms", offsetof(struct weston_robust_config, idle_poll_ns), 0},
	{"wait_limit_ms", offsetof(struct weston_robust_config, wait_limit_ns), 0},
	{"reset_window_ms", offsetof(struct weston_robust_config, reset_window_ns), 0},
	{"quiet_ms", offsetof(struct weston_robust_config, quiet_ns), 0},
	{"probe_first_ms", offsetof(struct weston_robust_config, probe_first_ns), 0},
	{"max_resets", 0, offsetof(struct weston_robust_config, max_resets)},
	{"max_guilty", 0, offsetof(struct weston_robust_config, max_guilty)},
};

bool scene_recovery_configure(struct scene_shell *shell, const char *name, uint32_t value)
{
	const struct weston_robust_api *api = weston_robust_get_api(shell->compositor);
	struct weston_robust_config config;

	if (!api) {
		return false;
	}
	api->get_config(shell->compositor, &config);
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		int64_t ns = (int64_t)value * NS_PER_MS;

		if (strcmp(values[i].name, name) != 0) {
			continue;
		}
		if (values[i].number) {
			memcpy((char *)&config + values[i].number, &value, sizeof value);
		} else {
			memcpy((char *)&config + values[i].time, &ns, sizeof ns);
		}
		api->configure(shell->compositor, &config);
		return true;
	}
	return false;
}

uint32_t scene_recovery_query(struct scene_shell *shell)
{
	const struct weston_robust_api *api = weston_robust_get_api(shell->compositor);
	struct weston_robust_status status;

	if (!api) {
		return 0;
	}
	api->get_status(shell->compositor, &status);
	return 1 + 16 * (uint32_t)status.rung + 256 * (uint32_t)status.state;
}
