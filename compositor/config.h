/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * The section [gpu-recovery] of weston.ini. Calls neither libweston nor the renderer.
 *
 * A struct config can be copied like a number: it owns nothing. The same keys can come from
 * weston's command line (--gpu-recovery-KEY=VALUE), which wins over the file.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_CONFIG_H
#define WESTON_ROBUST_COMPOSITOR_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "libweston-robust/weston-robust-api.h"
#include "values.h"

#define CONFIG_SECTION "gpu-recovery"

/** Longest value as text, with its terminator. */
#define CONFIG_VALUE_BYTES 512

/** So many keys at least fit into a struct config. */
#define CONFIG_KEYS_MAX 48

/** More lines that can't be used than these are counted only. */
#define CONFIG_PROBLEMS_MAX 32

/** give-up-after where only last-resort=exit is set: with the default pauses some ten seconds. */
#define CONFIG_GIVE_UP_BEFORE_EXIT 10

enum config_source {
	CONFIG_DEFAULT,
	CONFIG_FILE,
	CONFIG_COMMAND_LINE,
};

enum config_trace {
	CONFIG_TRACE_OFF,
	CONFIG_TRACE_ON_DEMAND,   // kept in memory only
	CONFIG_TRACE_ON_RECOVERY, // and a file in trace_directory after each
	CONFIG_TRACE_CONTINUOUS,  // and all of it to trace_file
};

enum config_last_resort {
	CONFIG_STAY, // keep the last frame up
	CONFIG_EXIT, // end weston with exit_status
};

struct config_problem {
	unsigned line; // of the file; 0: the command line
	char key[64];
	char message[192]; // one line, without key and line number
};

struct config {
	struct weston_robust_config renderer; // enabled is not in it; see config_for_renderer()
	bool enabled;
	enum config_last_resort last_resort;
	uint32_t exit_status;
	bool operator_allowed;
	bool operator_simulate;
	struct value_uids operator_uids;
	bool notify;
	char hook[CONFIG_VALUE_BYTES]; // for sh -c; "": none
	enum config_trace trace;
	uint64_t trace_buffer_bytes;
	char trace_directory[CONFIG_VALUE_BYTES]; // "": see plugin_trace_directory()
	uint32_t trace_keep;
	char trace_file[CONFIG_VALUE_BYTES];
	uint64_t trace_limit_bytes;

	enum config_source source[CONFIG_KEYS_MAX]; // by the index of the key
	struct config_problem problem[CONFIG_PROBLEMS_MAX];
	size_t problem_count;  // that are in problem[]
	size_t problems_total; // with those that did not fit
};

enum config_result {
	CONFIG_READ,
	CONFIG_BROKEN, // malformed; the line is in the last problem
};

/** All keys at their defaults; @renderer: those of the renderer. */
void config_init(struct config *config, const struct weston_robust_config *renderer);

/** Adds what @file says. The config may be used only if CONFIG_READ is returned. */
enum config_result config_read(struct config *config, FILE *file);

/**
 * Sets one key. A key that is unknown, a value that is none, and a second value from the same
 * source become problems, and change nothing. @line: for the problem.
 */
void config_set(struct config *config, const char *key_name, const char *value,
	enum config_source source, unsigned line);

/** What the renderer shall use. */
struct weston_robust_config config_for_renderer(const struct config *config);

size_t config_key_count(void);

/** The name of the key; @index below config_key_count(). Keys are in the order of the manual. */
const char *config_key_name(size_t index);

/** The value in use as weston.ini would have it, into @text of CONFIG_VALUE_BYTES. */
void config_key_value(const struct config *config, size_t index, char *text);

/** Number of keys whose values differ. */
size_t config_count_changes(const struct config *before, const struct config *after);

#endif
