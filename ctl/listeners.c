/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "listeners.h"

#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "weston-gpu-recovery-v1-client-protocol.h"

static uint64_t join(uint32_t hi, uint32_t lo)
{
	return (uint64_t)hi << 32 | lo;
}

static void tell(struct connection *connection, enum connection_news news)
{
	if (connection->news) {
		connection->news(connection->data, connection, news);
	}
}

static void state(
	void *data, struct weston_gpu_recovery_v1 *object, uint32_t value, uint32_t hi, uint32_t lo)
{
	struct connection *connection = data;

	connection->report->have_state = true;
	connection->report->state = value;
	connection->report->generation = join(hi, lo);
	tell(connection, NEWS_STATE);
}

static void reset_began(
	void *data, struct weston_gpu_recovery_v1 *object, uint32_t cause, uint32_t hi, uint32_t lo)
{
	struct connection *connection = data;

	connection->began_cause = cause;
	connection->began_generation = join(hi, lo);
	tell(connection, NEWS_BEGAN);
}

static void recovered(void *data, struct weston_gpu_recovery_v1 *object, uint32_t hi, uint32_t lo,
	uint32_t over_us, uint32_t rebuilt_us, uint32_t first_frame_us, uint32_t surfaces_restored,
	uint32_t surfaces_lost)
{
	struct connection *connection = data;

	connection->recovered = (struct report_incident){
		.result = WESTON_GPU_RECOVERY_OPERATOR_V1_RESULT_RECOVERED,
		.cause = connection->began_cause,
		.generation_from = connection->began_generation,
		.generation_to = join(hi, lo),
		.over_us = over_us,
		.rebuilt_us = rebuilt_us,
		.first_frame_us = first_frame_us,
		.surfaces_restored = surfaces_restored,
		.surfaces_lost = surfaces_lost,
	};
	tell(connection, NEWS_RECOVERED);
}

static void unfinished(void *data, struct weston_gpu_recovery_v1 *object)
{
	tell(data, NEWS_UNFINISHED);
}

static const struct weston_gpu_recovery_v1_listener recovery_listener = {
	.state = state,
	.reset_began = reset_began,
	.recovered = recovered,
	.unfinished = unfinished,
};

void listen_to_recovery(struct connection *connection)
{
	weston_gpu_recovery_v1_add_listener(connection->recovery, &recovery_listener, connection);
}

static void permissions(void *data, struct weston_gpu_recovery_operator_v1 *object, uint32_t flags)
{
	struct connection *connection = data;

	connection->report->have_permissions = true;
	connection->report->permissions = flags;
}

static void revoked(void *data, struct weston_gpu_recovery_operator_v1 *object)
{
	struct connection *connection = data;

	connection->report->revoked = true;
	tell(connection, NEWS_REVOKED);
}

static void refused(void *data, struct weston_gpu_recovery_operator_v1 *object, uint32_t request,
	uint32_t reason)
{
	struct connection *connection = data;

	connection->refused_request = request;
	connection->refused_reason = reason;
	tell(connection, NEWS_REFUSED);
}

static void info(void *data, struct weston_gpu_recovery_operator_v1 *object, const char *key,
	const char *value)
{
	struct report *report = ((struct connection *)data)->report;
	struct report_info *entry;

	if (report->info_count < REPORT_INFOS) {
		entry = &report->info[report->info_count++];
		snprintf(entry->key, sizeof(entry->key), "%s", key);
		snprintf(entry->value, sizeof(entry->value), "%s", value);
	}
}

static void counter(void *data, struct weston_gpu_recovery_operator_v1 *object, const char *name,
	uint32_t hi, uint32_t lo)
{
	struct report *report = ((struct connection *)data)->report;
	struct report_counter *entry;

	if (report->counter_count < REPORT_COUNTERS) {
		entry = &report->counter[report->counter_count++];
		snprintf(entry->name, sizeof(entry->name), "%s", name);
		entry->value = join(hi, lo);
	}
}

static void config(void *data, struct weston_gpu_recovery_operator_v1 *object, const char *key,
	const char *value, uint32_t source)
{
	struct report *report = ((struct connection *)data)->report;
	struct report_setting *entry;

	if (report->setting_count < REPORT_SETTINGS) {
		entry = &report->setting[report->setting_count++];
		snprintf(entry->key, sizeof(entry->key), "%s", key);
		snprintf(entry->value, sizeof(entry->value), "%s", value);
		entry->source = source;
	}
}

static void problem(void *data, struct weston_gpu_recovery_operator_v1 *object, uint32_t line,
	const char *key, const char *message)
{
	struct report *report = ((struct connection *)data)->report;
	struct report_problem *entry;

	if (report->problem_count < REPORT_PROBLEMS) {
		entry = &report->problem[report->problem_count++];
		entry->line = line;
		snprintf(entry->key, sizeof(entry->key), "%s", key);
		snprintf(entry->message, sizeof(entry->message), "%s", message);
	}
}

static void incident(void *data, struct weston_gpu_recovery_operator_v1 *object, uint32_t id_hi,
	uint32_t id_lo, uint32_t cause, uint32_t result, uint32_t simulated, uint32_t rung,
	uint32_t attempts, uint32_t from_hi, uint32_t from_lo, uint32_t to_hi, uint32_t to_lo)
{
	struct report *report = ((struct connection *)data)->report;

	/* The oldest makes room: a watcher may see more of them than fit. */
	if (report->incident_count == REPORT_INCIDENTS) {
		memmove(&report->incident[0], &report->incident[1],
			(REPORT_INCIDENTS - 1) * sizeof(report->incident[0]));
		report->incident_count--;
	}
	report->incident[report->incident_count++] = (struct report_incident){
		.id = join(id_hi, id_lo),
		.cause = cause,
		.result = result,
		.rung = rung,
		.simulated = simulated != 0,
		.attempts = attempts,
		.generation_from = join(from_hi, from_lo),
		.generation_to = join(to_hi, to_lo),
	};
}

/* NULL only for a compositor that gets the order wrong. */
static struct report_incident *present(void *data)
{
	struct report *report = ((struct connection *)data)->report;

	return report->incident_count ? &report->incident[report->incident_count - 1] : NULL;
}

static void incident_times(void *data, struct weston_gpu_recovery_operator_v1 *object,
	uint32_t detected_hi, uint32_t detected_lo, uint32_t over_us, uint32_t rebuilt_us,
	uint32_t first_frame_us)
{
	struct report_incident *entry = present(data);

	if (entry) {
		entry->detected_ns = join(detected_hi, detected_lo);
		entry->over_us = over_us;
		entry->rebuilt_us = rebuilt_us;
		entry->first_frame_us = first_frame_us;
	}
}

static void incident_contents(void *data, struct weston_gpu_recovery_operator_v1 *object,
	uint32_t surfaces_restored, uint32_t surfaces_lost, uint32_t bytes_hi, uint32_t bytes_lo)
{
	struct report_incident *entry = present(data);

	if (entry) {
		entry->surfaces_restored = surfaces_restored;
		entry->surfaces_lost = surfaces_lost;
		entry->bytes_restored = join(bytes_hi, bytes_lo);
	}
}

static void incident_task(
	void *data, struct weston_gpu_recovery_operator_v1 *object, const char *name)
{
	struct report_incident *entry = present(data);

	if (entry) {
		snprintf(entry->task, sizeof(entry->task), "%s", name);
	}
}

static void incident_done(void *data, struct weston_gpu_recovery_operator_v1 *object)
{
	if (present(data)) {
		tell(data, NEWS_INCIDENT);
	}
}

static void simulated(void *data, struct weston_gpu_recovery_operator_v1 *object, uint32_t cause)
{
	tell(data, NEWS_SIMULATED);
}

static void reloaded(void *data, struct weston_gpu_recovery_operator_v1 *object, uint32_t changed,
	uint32_t problems)
{
	struct connection *connection = data;

	connection->changed = changed;
	tell(connection, NEWS_RELOADED);
}

static void traced(
	void *data, struct weston_gpu_recovery_operator_v1 *object, uint32_t hi, uint32_t lo)
{
	struct connection *connection = data;

	connection->traced_bytes = join(hi, lo);
	tell(connection, NEWS_TRACED);
}

static const struct weston_gpu_recovery_operator_v1_listener operator_listener = {
	.permissions = permissions,
	.revoked = revoked,
	.refused = refused,
	.info = info,
	.counter = counter,
	.config = config,
	.problem = problem,
	.incident = incident,
	.incident_times = incident_times,
	.incident_contents = incident_contents,
	.incident_task = incident_task,
	.incident_done = incident_done,
	.simulated = simulated,
	.reloaded = reloaded,
	.traced = traced,
};

void listen_to_operator(struct connection *connection)
{
	weston_gpu_recovery_operator_v1_add_listener(
		connection->operators, &operator_listener, connection);
}
