/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compositor/text.h"
#include "ctl.h"
#include "weston-gpu-recovery-v1-client-protocol.h"

void ctl_json_begin(struct ctl *ctl, struct json *json)
{
	json_begin_object(json, NULL);
	json_uint(json, "schema", 1);
	json_string(json, "command", ctl->command);
}

enum ctl_exit ctl_fail(struct ctl *ctl, enum ctl_exit status, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "weston-robustctl: %s\n", text);
	if (ctl->json) {
		struct json json = {.one_line = strcmp(ctl->command, "watch") == 0};

		ctl_json_begin(ctl, &json);
		json_begin_object(&json, "error");
		json_uint(&json, "status", status);
		json_string(&json, "message", text);
		json_end_object(&json);
		json_finish(&json);
	}
	return status;
}

static enum ctl_exit explain(struct ctl *ctl, enum connection_result result)
{
	const char *name = ctl->display ? ctl->display : getenv("WAYLAND_DISPLAY");

	name = name ? name : "wayland-0";
	switch (result) {
	case CONNECTION_OK:
	case CONNECTION_STOPPED:
		return CTL_OK;
	case CONNECTION_NONE:
		return ctl_fail(ctl, CTL_NO_COMPOSITOR,
			"there is no compositor at %s (WAYLAND_DISPLAY and XDG_RUNTIME_DIR tell "
			"where to look)",
			name);
	case CONNECTION_SILENT:
		return ctl_fail(ctl, CTL_NO_COMPOSITOR,
			"the compositor at %s did not answer within %d ms", name, ctl->timeout_ms);
	case CONNECTION_BROKEN:
		return ctl_fail(
			ctl, CTL_NO_COMPOSITOR, "the compositor at %s closed the connection", name);
	}
	return CTL_NO_COMPOSITOR;
}

enum ctl_exit ctl_open(struct ctl *ctl, bool needs_operator)
{
	struct connection *connection = &ctl->connection;
	enum connection_result result =
		connection_open(connection, &ctl->report, ctl->display, ctl->timeout_ms);

	if (result != CONNECTION_OK) {
		return explain(ctl, result);
	}
	if (!connection->recovery) {
		return ctl_fail(ctl, CTL_NO_COMPOSITOR,
			"this compositor does not run the plugin gpu-recovery.so on "
			"weston-robust's renderer");
	}
	if (needs_operator && (!connection->operators || ctl->report.revoked)) {
		return ctl_fail(ctl, CTL_NOT_ALLOWED,
			"this compositor does not let us: operator=true in [gpu-recovery] of "
			"weston.ini allows it, to its own user and outside of sandboxes");
	}
	return CTL_OK;
}

enum ctl_exit ctl_sync(struct ctl *ctl)
{
	return explain(ctl, connection_sync(&ctl->connection, ctl->timeout_ms));
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void ctl_wall_time(uint64_t monotonic_ns, char *text, size_t size)
{
	uint64_t at = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC) + monotonic_ns;
	time_t seconds = (time_t)(at / 1000000000);
	struct tm parts;
	char date[64];
	char zone[16];

	localtime_r(&seconds, &parts);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
	strftime(zone, sizeof(zone), "%z", &parts);
	/* RFC 3339 has a colon in the zone, which strftime() leaves out. */
	snprintf(text, size, "%s.%03u%.3s:%s", date, (unsigned)(at / 1000000 % 1000), zone,
		zone + 3);
}

static void json_ms(struct json *json, const char *key, uint32_t us)
{
	if (us) {
		json_thousandths(json, key, us);
	} else {
		json_null(json, key);
	}
}

static void json_times(struct json *json, const struct report_incident *incident)
{
	char text[96];

	if (incident->detected_ns) {
		ctl_wall_time(incident->detected_ns, text, sizeof(text));
		json_string(json, "detected_at", text);
		json_uint(json, "detected_monotonic_ns", incident->detected_ns);
	}
	json_ms(json, "over_ms", incident->over_us);
	json_ms(json, "rebuilt_ms", incident->rebuilt_us);
	json_ms(json, "first_frame_ms", incident->first_frame_us);
}

void ctl_json_incident(struct json *json, const char *key, const struct report_incident *incident)
{
	json_begin_object(json, key);
	json_uint(json, "id", incident->id);
	json_string(json, "cause", report_cause_name(incident->cause));
	json_string(json, "result", report_result_name(incident->result));
	json_bool(json, "simulated", incident->simulated);
	json_string(json, "step", report_step_name(incident->rung));
	json_uint(json, "attempts", incident->attempts);
	json_uint(json, "generation_from", incident->generation_from);
	json_uint(json, "generation_to", incident->generation_to);
	json_times(json, incident);
	json_uint(json, "surfaces_restored", incident->surfaces_restored);
	json_uint(json, "surfaces_lost", incident->surfaces_lost);
	json_uint(json, "bytes_restored", incident->bytes_restored);
	if (incident->task[0]) {
		json_string(json, "guilty_task", incident->task);
	} else {
		json_null(json, "guilty_task");
	}
	json_end_object(json);
}

void ctl_json_problems(struct json *json, const struct report *report)
{
	json_begin_array(json, "problems");
	for (size_t i = 0; i < report->problem_count; i++) {
		json_begin_object(json, NULL);
		json_uint(json, "line", report->problem[i].line);
		json_string(json, "key", report->problem[i].key);
		json_string(json, "message", report->problem[i].message);
		json_end_object(json);
	}
	json_end_array(json);
}

static double ms(uint32_t us)
{
	return us / 1000.0;
}

void ctl_print_incident(const struct report_incident *incident)
{
	char when[96];
	char task[256];

	ctl_wall_time(incident->detected_ns, when, sizeof(when));
	printf("%s  reset %" PRIu64 ", cause %s: ", when, incident->id,
		report_cause_name(incident->cause));
	switch (incident->result) {
	case WESTON_GPU_RECOVERY_OPERATOR_V1_RESULT_RECOVERED:
		printf("whole again after %.1f ms", ms(incident->first_frame_us));
		break;
	case WESTON_GPU_RECOVERY_OPERATOR_V1_RESULT_OPEN:
		printf("not over yet");
		break;
	default:
		printf("no whole frame came of it");
		break;
	}
	printf(" (step %s, %" PRIu32 " tr%s; %" PRIu32 " surfaces restored, %" PRIu32 " lost)",
		report_step_name(incident->rung), incident->attempts,
		incident->attempts == 1 ? "y" : "ies", incident->surfaces_restored,
		incident->surfaces_lost);
	if (incident->task[0]) {
		text_clean(task, sizeof(task), incident->task);
		printf(", caused by \"%s\"", task);
	}
	if (incident->simulated) {
		printf(", simulated");
	}
}

void ctl_print_problems(const struct report *report, const char *indent)
{
	for (size_t i = 0; i < report->problem_count; i++) {
		const struct report_problem *problem = &report->problem[i];

		if (problem->line) {
			printf("%sline %" PRIu32 ": %s: %s\n", indent, problem->line, problem->key,
				problem->message);
		} else {
			printf("%scommand line: %s: %s\n", indent, problem->key, problem->message);
		}
	}
}
