/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Writes JSON, indented, to standard output. */
#ifndef WESTON_ROBUST_LAUNCHER_JSON_H
#define WESTON_ROBUST_LAUNCHER_JSON_H

#include <stdbool.h>

struct json {
	int depth;
	bool started; // the present object or array has a member
};

/** @key is NULL in an array, and for the outermost value. */
void json_open(struct json *json, const char *key, char bracket);

void json_close(struct json *json, char bracket);

/** NULL and "" are written as null. What is not UTF-8 is written as U+FFFD. */
void json_string(struct json *json, const char *key, const char *value);

void json_bool(struct json *json, const char *key, bool value);

void json_number(struct json *json, const char *key, long long value);

#endif
