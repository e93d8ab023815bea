/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "report.h"

#include <string.h>

#include "weston-gpu-recovery-v1-client-protocol.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const char *const states[] = {
	"running", "waiting", "rebuilding", "backoff", "software", "failed"};
static const char *const causes[] = {NULL, "guilty", "innocent", "unknown", "purged"};
static const char *const results[] = {"open", "recovered", "unfinished"};
static const char *const steps[] = {"context", "display", "software"};
static const char *const sources[] = {"default", "file", "command-line"};
static const char *const reasons[] = {
	"not-permitted", "revoked", "busy", "not-recording", "no-file", "broken-file", "too-small"};

const char *report_info(const struct report *report, const char *key, const char *otherwise)
{
	for (size_t i = 0; i < report->info_count; i++) {
		if (strcmp(report->info[i].key, key) == 0) {
			return report->info[i].value;
		}
	}
	return otherwise;
}

bool report_is(const struct report *report, const char *key)
{
	return strcmp(report_info(report, key, ""), "true") == 0;
}

uint64_t report_counter(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->counter_count; i++) {
		if (strcmp(report->counter[i].name, name) == 0) {
			return report->counter[i].value;
		}
	}
	return 0;
}

const char *report_setting(const struct report *report, const char *key)
{
	for (size_t i = 0; i < report->setting_count; i++) {
		if (strcmp(report->setting[i].key, key) == 0) {
			return report->setting[i].value;
		}
	}
	return "";
}

const struct report_incident *report_last_incident(const struct report *report)
{
	return report->incident_count ? &report->incident[report->incident_count - 1] : NULL;
}

bool report_well(const struct report *report)
{
	return report->have_state && report->state == WESTON_GPU_RECOVERY_V1_STATE_RUNNING;
}

static const char *name_of(const char *const *list, size_t count, uint32_t number)
{
	return number < count && list[number] ? list[number] : "unknown";
}

const char *report_state_name(uint32_t state)
{
	return name_of(states, COUNT(states), state);
}

const char *report_cause_name(uint32_t cause)
{
	return name_of(causes, COUNT(causes), cause);
}

const char *report_result_name(uint32_t result)
{
	return name_of(results, COUNT(results), result);
}

const char *report_step_name(uint32_t rung)
{
	return name_of(steps, COUNT(steps), rung);
}

const char *report_source_name(uint32_t source)
{
	return name_of(sources, COUNT(sources), source);
}

const char *report_reason_name(uint32_t reason)
{
	return name_of(reasons, COUNT(reasons), reason);
}

uint32_t report_cause_number(const char *name)
{
	for (uint32_t i = 1; i < COUNT(causes); i++) {
		if (strcmp(causes[i], name) == 0) {
			return i;
		}
	}
	return 0;
}
