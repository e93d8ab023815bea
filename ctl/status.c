/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "weston-gpu-recovery-v1-client-protocol.h"

/* Keys of get_status that have a place and a type of their own in the JSON. */
static const char *const flags[] = {"reset-notification", "canary", "reduced", NULL};
static const char *const numbers[] = {"pid", "config-problems", "trace-bytes-max", NULL};
static const char *const placed[] = {"state", "generation", "steps-possible", NULL};

static bool in_list(const char *const *list, const char *key)
{
	for (; *list; list++) {
		if (strcmp(*list, key) == 0) {
			return true;
		}
	}
	return false;
}

/* JSON's names have underscores, as those of the other objects. */
static void json_key(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
	for (char *c = to; *c; c++) {
		if (*c == '-') {
			*c = '_';
		}
	}
}

static void json_list(struct json *json, const char *key, const char *text)
{
	char copy[256];
	char *rest = copy;
	char *element;

	snprintf(copy, sizeof(copy), "%s", text);
	json_begin_array(json, key);
	while ((element = strsep(&rest, ",")) != NULL) {
		if (element[0]) {
			json_string(json, NULL, element);
		}
	}
	json_end_array(json);
}

static void json_infos(struct json *json, const struct report *report)
{
	json_list(json, "steps_possible", report_info(report, "steps-possible", ""));
	for (size_t i = 0; i < report->info_count; i++) {
		const struct report_info *info = &report->info[i];
		char key[sizeof(info->key)];

		json_key(key, sizeof(key), info->key);
		if (in_list(flags, info->key)) {
			json_bool(json, key, strcmp(info->value, "true") == 0);
		} else if (in_list(numbers, info->key)) {
			json_uint(json, key, strtoull(info->value, NULL, 10));
		} else if (!in_list(placed, info->key)) {
			json_string(json, key, info->value);
		}
	}
}

static void json_settings(struct json *json, const struct report *report)
{
	json_begin_object(json, "settings");
	for (size_t i = 0; i < report->setting_count; i++) {
		const struct report_setting *setting = &report->setting[i];

		json_begin_object(json, setting->key);
		json_string(json, "value", setting->value);
		json_string(json, "source", report_source_name(setting->source));
		json_end_object(json);
	}
	json_end_object(json);
}

static void json_permissions(struct json *json, const struct report *report)
{
	json_begin_array(json, "permissions");
	if (report->permissions & WESTON_GPU_RECOVERY_OPERATOR_V1_PERMISSION_SIMULATE) {
		json_string(json, NULL, "simulate");
	}
	if (report->permissions & WESTON_GPU_RECOVERY_OPERATOR_V1_PERMISSION_TRACE) {
		json_string(json, NULL, "trace");
	}
	json_end_array(json);
}

static void show_json(struct ctl *ctl)
{
	const struct report *report = &ctl->report;
	const struct report_incident *last = report_last_incident(report);
	struct json json = {.depth = 0};

	ctl_json_begin(ctl, &json);
	json_bool(&json, "well", report_well(report));
	json_string(&json, "state", report_state_name(report->state));
	json_uint(&json, "generation", report->generation);
	json_bool(&json, "operator", report->have_permissions);
	if (report->have_permissions) {
		json_permissions(&json, report);
		json_infos(&json, report);
		json_begin_object(&json, "counters");
		for (size_t i = 0; i < report->counter_count; i++) {
			char key[sizeof(report->counter[i].name)];

			json_key(key, sizeof(key), report->counter[i].name);
			json_uint(&json, key, report->counter[i].value);
		}
		json_end_object(&json);
		if (last) {
			ctl_json_incident(&json, "last_incident", last);
		} else {
			json_null(&json, "last_incident");
		}
		json_settings(&json, report);
		ctl_json_problems(&json, report);
	}
	json_finish(&json);
}

static const char *state_sentence(uint32_t state)
{
	switch (state) {
	case WESTON_GPU_RECOVERY_V1_STATE_RUNNING:
		return "The desktop is well: it is drawn by the GPU.";
	case WESTON_GPU_RECOVERY_V1_STATE_WAITING:
		return "The GPU was reset, and the reset is not over yet.";
	case WESTON_GPU_RECOVERY_V1_STATE_REBUILDING:
		return "The GPU was reset, and the desktop is being rebuilt.";
	case WESTON_GPU_RECOVERY_V1_STATE_BACKOFF:
		return "The GPU was reset; the last try to rebuild the desktop failed, the next "
		       "one comes soon.";
	case WESTON_GPU_RECOVERY_V1_STATE_SOFTWARE:
		return "The desktop lives, but without the GPU: it is drawn in software.";
	case WESTON_GPU_RECOVERY_V1_STATE_FAILED:
		return "The desktop is lost: nothing is left to try in this weston.";
	default:
		return "The compositor is in a state that this program does not know.";
	}
}

static void show_detection(const struct report *report)
{
	if (report_is(report, "reset-notification")) {
		puts("  resets are seen  by the driver's notification");
	} else if (report_is(report, "canary")) {
		puts("  resets are seen  by drawing and reading back a pixel (no notification)");
	} else {
		puts("  resets are seen  only by errors (no notification, and canary=false)");
	}
}

static void show_settings(const struct report *report)
{
	const char *file = report_info(report, "config-file", "");

	printf("  settings         %s\n", file[0] ? file : "defaults, there is no weston.ini");
	for (size_t i = 0; i < report->setting_count; i++) {
		const struct report_setting *setting = &report->setting[i];

		if (setting->source != WESTON_GPU_RECOVERY_OPERATOR_V1_SOURCE_DEFAULT) {
			printf("                   %s=%s%s\n", setting->key, setting->value,
				setting->source == WESTON_GPU_RECOVERY_OPERATOR_V1_SOURCE_FILE
					? ""
					: " (command line)");
		}
	}
	ctl_print_problems(report, "                   ! ");
}

static void show_operator(const struct report *report)
{
	const struct report_incident *last = report_last_incident(report);

	printf("  renderer         weston-robust %s, plugin %s, process %s\n",
		report_info(report, "renderer-version", "?"),
		report_info(report, "plugin-version", "?"), report_info(report, "pid", "?"));
	printf("  driver           %s, %s\n", report_info(report, "gl-renderer", "?"),
		report_info(report, "gl-version", "?"));
	show_detection(report);
	printf("  steps            %s is in use; possible here: %s\n",
		report_info(report, "step", "?"), report_info(report, "steps-possible", "?"));
	if (report_is(report, "reduced")) {
		puts("  reduced          optional features were dropped after guilty resets");
	}
	printf("  resets           %" PRIu64 ", of which %" PRIu64 " ended with a whole desktop\n",
		report_counter(report, "resets"), report_counter(report, "recoveries"));
	if (last) {
		printf("  the last one     ");
		ctl_print_incident(last);
		putchar('\n');
	}
	show_settings(report);
}

static void show_text(const struct report *report)
{
	puts(state_sentence(report->state));
	printf("  state            %s, generation %" PRIu64 "\n", report_state_name(report->state),
		report->generation);
	if (report->have_permissions) {
		show_operator(report);
	} else {
		puts("  (operator=true in [gpu-recovery] of weston.ini would tell more)");
	}
}

enum ctl_exit ctl_status(struct ctl *ctl)
{
	struct weston_gpu_recovery_operator_v1 *operators = ctl->connection.operators;
	enum ctl_exit result;

	if (operators) {
		weston_gpu_recovery_operator_v1_get_status(operators);
		weston_gpu_recovery_operator_v1_get_counters(operators);
		weston_gpu_recovery_operator_v1_get_history(operators, 1);
		weston_gpu_recovery_operator_v1_get_config(operators);
	}
	result = ctl_sync(ctl);
	if (result != CTL_OK) {
		return result;
	}
	if (ctl->json) {
		show_json(ctl);
	} else {
		show_text(&ctl->report);
	}
	return report_well(&ctl->report) ? CTL_OK : CTL_NOT_WELL;
}
