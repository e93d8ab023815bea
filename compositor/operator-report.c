/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "operator-protocol.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "plugin.h"
#include "text.h"
#include "weston-gpu-recovery-v1-server-protocol.h"

/* Far from the 4096 bytes that an event may have. */
#define INFO_BYTES 1024

static const char *const state_names[] = {
	"running", "waiting", "rebuilding", "backoff", "software", "failed"};
static const char *const rung_names[] = {"context", "display", "software", NULL};

static void send_text(struct wl_resource *object, const char *key, const char *value)
{
	char clean[INFO_BYTES];

	text_clean(clean, sizeof(clean), value);
	weston_gpu_recovery_operator_v1_send_info(object, key, clean);
}

static void send_bool(struct wl_resource *object, const char *key, bool value)
{
	weston_gpu_recovery_operator_v1_send_info(object, key, value ? "true" : "false");
}

static void send_number(struct wl_resource *object, const char *key, uint64_t value)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, value);
	weston_gpu_recovery_operator_v1_send_info(object, key, number);
}

static void send_drivers(struct wl_resource *object, const struct weston_robust_status *status)
{
	send_text(object, "gl-vendor", status->gl_vendor);
	send_text(object, "gl-renderer", status->gl_renderer);
	send_text(object, "gl-version", status->gl_version);
	send_text(object, "egl-vendor", status->egl_vendor);
	send_text(object, "egl-version", status->egl_version);
}

void operator_send_status(struct plugin *plugin, struct wl_resource *object)
{
	struct weston_robust_status status;
	char rungs[CONFIG_VALUE_BYTES];

	plugin->api->get_status(plugin->compositor, &status);
	value_format_set(status.rungs, rung_names, rungs, sizeof(rungs));

	send_text(object, "renderer-version", plugin->api->get_version());
	send_text(object, "plugin-version", WESTON_ROBUST_VERSION);
	send_text(object, "state", state_names[status.state]);
	send_number(object, "generation", status.generation);
	send_text(object, "step", rung_names[status.rung]);
	send_text(object, "steps-possible", rungs);
	send_bool(object, "reset-notification", status.notification);
	send_bool(object, "canary", status.canary);
	send_bool(object, "reduced", status.reduced);
	send_drivers(object, &status);
	send_number(object, "pid", (uint64_t)getpid());
	send_text(object, "config-file", plugin->config_path ? plugin->config_path : "");
	send_number(object, "config-problems", plugin->config.problems_total);
	send_number(object, "trace-bytes-max", trace_control_bytes_most(&plugin->trace));
}

static void send_counter(struct wl_resource *object, const char *name, uint64_t value)
{
	weston_gpu_recovery_operator_v1_send_counter(object, name, wire_hi(value), wire_lo(value));
}

void operator_send_counters(struct plugin *plugin, struct wl_resource *object)
{
	struct weston_robust_counters counters;

	plugin->api->get_counters(plugin->compositor, &counters);
	send_counter(object, "frames", counters.frames);
	send_counter(object, "draw-calls", counters.draw_calls);
	send_counter(object, "uploaded-bytes", counters.uploaded_bytes);
	send_counter(object, "status-queries", counters.status_queries);
	send_counter(object, "canaries", counters.canaries);
	send_counter(object, "resets", counters.resets);
	send_counter(object, "recoveries", counters.recoveries);
	send_counter(object, "restored-surfaces", counters.restored_surfaces);
	send_counter(object, "restored-bytes", counters.restored_bytes);
	send_counter(object, "lost-surfaces", counters.lost_surfaces);
	send_counter(object, "textures", counters.textures);
	send_counter(object, "retained-held-bytes", counters.retained_held_bytes);
	send_counter(object, "retained-copied-bytes", counters.retained_copied_bytes);
}

static uint32_t result_of(const struct weston_robust_incident *incident)
{
	if (!incident->finished) {
		return WESTON_GPU_RECOVERY_OPERATOR_V1_RESULT_OPEN;
	}
	return incident->first_frame_ns ? WESTON_GPU_RECOVERY_OPERATOR_V1_RESULT_RECOVERED
					: WESTON_GPU_RECOVERY_OPERATOR_V1_RESULT_UNFINISHED;
}

void operator_send_incident(
	struct wl_resource *object, const struct weston_robust_incident *incident)
{
	int64_t begin = incident->detected_ns;
	char task[256];

	weston_gpu_recovery_operator_v1_send_incident(object, wire_hi(incident->id),
		wire_lo(incident->id), incident->cause, result_of(incident), incident->simulated,
		incident->rung, incident->attempts, wire_hi(incident->generation_from),
		wire_lo(incident->generation_from), wire_hi(incident->generation_to),
		wire_lo(incident->generation_to));
	weston_gpu_recovery_operator_v1_send_incident_times(object, wire_hi((uint64_t)begin),
		wire_lo((uint64_t)begin), wire_duration(begin, incident->over_ns),
		wire_duration(begin, incident->rebuilt_ns),
		wire_duration(begin, incident->first_frame_ns));
	weston_gpu_recovery_operator_v1_send_incident_contents(object, incident->surfaces_restored,
		incident->surfaces_lost, wire_hi(incident->bytes_restored),
		wire_lo(incident->bytes_restored));
	if (incident->guilty_task[0]) {
		text_clean(task, sizeof(task), incident->guilty_task);
		weston_gpu_recovery_operator_v1_send_incident_task(object, task);
	}
	weston_gpu_recovery_operator_v1_send_incident_done(object);
}

void operator_send_history(struct plugin *plugin, struct wl_resource *object, uint32_t limit)
{
	struct weston_robust_incident incident;
	size_t age = 0;

	while (age < limit && plugin->api->get_incident(plugin->compositor, age, &incident)) {
		age++;
	}
	while (age > 0) {
		age--;
		if (plugin->api->get_incident(plugin->compositor, age, &incident)) {
			operator_send_incident(object, &incident);
		}
	}
}

void operator_send_config(struct plugin *plugin, struct wl_resource *object)
{
	char value[CONFIG_VALUE_BYTES];
	char clean[CONFIG_VALUE_BYTES];

	for (size_t i = 0; i < config_key_count(); i++) {
		config_key_value(&plugin->config, i, value);
		text_clean(clean, sizeof(clean), value);
		weston_gpu_recovery_operator_v1_send_config(
			object, config_key_name(i), clean, plugin->config.source[i]);
	}
}

void operator_send_problems(struct plugin *plugin, struct wl_resource *object)
{
	const struct config *config = &plugin->config;

	for (size_t i = 0; i < config->problem_count; i++) {
		char key[sizeof(config->problem[i].key)];
		char message[sizeof(config->problem[i].message)];

		text_clean(key, sizeof(key), config->problem[i].key);
		text_clean(message, sizeof(message), config->problem[i].message);
		weston_gpu_recovery_operator_v1_send_problem(
			object, config->problem[i].line, key, message);
	}
}
