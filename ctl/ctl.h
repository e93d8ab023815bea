/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** weston-robustctl: its commands, and what they share. */
#ifndef WESTON_ROBUST_CTL_CTL_H
#define WESTON_ROBUST_CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "connection.h"
#include "json.h"
#include "report.h"

/** Exit statuses; in the manual. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_NOT_WELL = 1,
	CTL_USAGE = 2,
	CTL_NO_COMPOSITOR = 3,
	CTL_NOT_ALLOWED = 4,
};

struct ctl {
	const char *command;
	const char *argument; // of the command; NULL: none
	const char *display;  // NULL: WAYLAND_DISPLAY
	bool json;
	bool no_wait;
	int timeout_ms;
	uint64_t limit; // history, watch: so many; 0: all
	struct connection connection;
	struct report report;
};

/** A command. Those that do not open the connection themselves find it open. */
struct ctl_command {
	const char *name;
	const char *argument; // for the usage; NULL: takes none
	const char *summary;  // one line
	const char *text;     // more of it
	bool needs_operator;
	bool opens;
	enum ctl_exit (*run)(struct ctl *ctl);
};

extern const struct ctl_command ctl_commands[]; // ends with a NULL name

enum ctl_exit ctl_status(struct ctl *ctl);
enum ctl_exit ctl_history(struct ctl *ctl);
enum ctl_exit ctl_stats(struct ctl *ctl);
enum ctl_exit ctl_watch(struct ctl *ctl);
enum ctl_exit ctl_simulate(struct ctl *ctl);
enum ctl_exit ctl_reload(struct ctl *ctl);
enum ctl_exit ctl_trace(struct ctl *ctl);
enum ctl_exit ctl_doctor(struct ctl *ctl);

/** Connects, and says what is wrong if that fails or the command may not be. */
enum ctl_exit ctl_open(struct ctl *ctl, bool needs_operator);

/** connection_sync(); says what is wrong. */
enum ctl_exit ctl_sync(struct ctl *ctl);

/** Tells of a failure, on stderr or as JSON, and returns @status. */
__attribute__((format(printf, 3, 4))) enum ctl_exit ctl_fail(
	struct ctl *ctl, enum ctl_exit status, const char *format, ...);

/** Begins the JSON object that each command prints. */
void ctl_json_begin(struct ctl *ctl, struct json *json);

/** One incident as JSON, @key as in json.h. */
void ctl_json_incident(struct json *json, const char *key, const struct report_incident *incident);

/** The problems of the configuration as JSON. */
void ctl_json_problems(struct json *json, const struct report *report);

/** One incident as a line of text, without the line break. */
void ctl_print_incident(const struct report_incident *incident);

/** The problems of the configuration as lines of text. */
void ctl_print_problems(const struct report *report, const char *indent);

/** A time of CLOCK_MONOTONIC as the clock on the wall had it, by the present difference. */
void ctl_wall_time(uint64_t monotonic_ns, char *text, size_t size);

#endif
