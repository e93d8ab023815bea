/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** What the compositor has told of itself, as plain data. */
#ifndef WESTON_ROBUST_CTL_REPORT_H
#define WESTON_ROBUST_CTL_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_INFOS 32
#define REPORT_COUNTERS 64
#define REPORT_INCIDENTS 64
#define REPORT_SETTINGS 64
#define REPORT_PROBLEMS 64

struct report_info {
	char key[48];
	char value[1024];
};

struct report_counter {
	char name[48];
	uint64_t value;
};

struct report_setting {
	char key[48];
	char value[512];
	uint32_t source; // of the protocol
};

struct report_problem {
	uint32_t line; // 0: the command line
	char key[64];
	char message[192];
};

struct report_incident {
	uint64_t id;
	uint32_t cause; // of the protocol, as are the two below
	uint32_t result;
	uint32_t rung;
	bool simulated;
	uint32_t attempts;
	uint64_t generation_from;
	uint64_t generation_to; // 0: none
	uint64_t detected_ns;   // CLOCK_MONOTONIC
	uint32_t over_us;       // durations from the detection; 0: not reached
	uint32_t rebuilt_us;
	uint32_t first_frame_us;
	uint32_t surfaces_restored;
	uint32_t surfaces_lost;
	uint64_t bytes_restored;
	char task[256]; // "": not known
};

/** What does not fit any more is left out: a compositor can not make this grow. */
struct report {
	bool have_state;
	uint32_t state; // of the protocol
	uint64_t generation;

	bool have_permissions; // there is an operator's object, and it answers
	uint32_t permissions;
	bool revoked;

	size_t info_count;
	struct report_info info[REPORT_INFOS];
	size_t counter_count;
	struct report_counter counter[REPORT_COUNTERS];
	size_t incident_count; // the newest is the last
	struct report_incident incident[REPORT_INCIDENTS];
	size_t setting_count;
	struct report_setting setting[REPORT_SETTINGS];
	size_t problem_count;
	struct report_problem problem[REPORT_PROBLEMS];
};

/** The value of an info, or @otherwise. */
const char *report_info(const struct report *report, const char *key, const char *otherwise);

/** Whether an info is "true". */
bool report_is(const struct report *report, const char *key);

/** The value of a counter; 0 when there is none of that name. */
uint64_t report_counter(const struct report *report, const char *name);

/** The value of a setting, or "". */
const char *report_setting(const struct report *report, const char *key);

/** The newest incident, or NULL. */
const struct report_incident *report_last_incident(const struct report *report);

/** Whether everything is as it should be: drawing on the GPU. */
bool report_well(const struct report *report);

/* Names of the protocol's numbers; "unknown" for others. */
const char *report_state_name(uint32_t state);
const char *report_cause_name(uint32_t cause);
const char *report_result_name(uint32_t result);
const char *report_step_name(uint32_t rung);
const char *report_source_name(uint32_t source);
const char *report_reason_name(uint32_t reason);

/** The number of a cause, or 0. */
uint32_t report_cause_number(const char *name);

#endif
