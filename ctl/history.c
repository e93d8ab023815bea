/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "weston-gpu-recovery-v1-client-protocol.h"

static void history_json(struct ctl *ctl)
{
	struct json json = {.depth = 0};

	ctl_json_begin(ctl, &json);
	json_begin_array(&json, "incidents");
	for (size_t i = 0; i < ctl->report.incident_count; i++) {
		ctl_json_incident(&json, NULL, &ctl->report.incident[i]);
	}
	json_end_array(&json);
	json_finish(&json);
}

static void history_text(const struct report *report)
{
	if (report->incident_count == 0) {
		puts("The GPU was never reset since this weston was started.");
	}
	for (size_t i = 0; i < report->incident_count; i++) {
		ctl_print_incident(&report->incident[i]);
		putchar('\n');
	}
}

enum ctl_exit ctl_history(struct ctl *ctl)
{
	uint64_t limit = ctl->limit ? ctl->limit : REPORT_INCIDENTS;
	enum ctl_exit result;

	weston_gpu_recovery_operator_v1_get_history(ctl->connection.operators,
		limit > REPORT_INCIDENTS ? REPORT_INCIDENTS : (uint32_t)limit);
	result = ctl_sync(ctl);
	if (result == CTL_OK && ctl->json) {
		history_json(ctl);
	} else if (result == CTL_OK) {
		history_text(&ctl->report);
	}
	return result;
}

static void stats_json(struct ctl *ctl)
{
	struct json json = {.depth = 0};

	ctl_json_begin(ctl, &json);
	json_begin_object(&json, "counters");
	for (size_t i = 0; i < ctl->report.counter_count; i++) {
		char key[sizeof(ctl->report.counter[i].name)];

		snprintf(key, sizeof(key), "%s", ctl->report.counter[i].name);
		for (char *c = key; *c; c++) {
			if (*c == '-') {
				*c = '_';
			}
		}
		json_uint(&json, key, ctl->report.counter[i].value);
	}
	json_end_object(&json);
	json_finish(&json);
}

enum ctl_exit ctl_stats(struct ctl *ctl)
{
	enum ctl_exit result;

	weston_gpu_recovery_operator_v1_get_counters(ctl->connection.operators);
	result = ctl_sync(ctl);
	if (result != CTL_OK) {
		return result;
	}
	if (ctl->json) {
		stats_json(ctl);
		return CTL_OK;
	}
	for (size_t i = 0; i < ctl->report.counter_count; i++) {
		printf("%-24s %16" PRIu64 "\n", ctl->report.counter[i].name,
			ctl->report.counter[i].value);
	}
	return CTL_OK;
}
