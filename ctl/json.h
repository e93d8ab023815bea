/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * Writing JSON to stdout. A key of NULL is for the elements of an array and the outermost object.
 * Text that is not UTF-8 is made so.
 */
#ifndef WESTON_ROBUST_CTL_JSON_H
#define WESTON_ROBUST_CTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

/** Zeroed at the beginning. */
struct json {
	int depth;
	bool not_first;
	bool one_line; // no line breaks and indents: set by the caller
};

void json_begin_object(struct json *json, const char *key);
void json_end_object(struct json *json);
void json_begin_array(struct json *json, const char *key);
void json_end_array(struct json *json);
void json_string(struct json *json, const char *key, const char *value);
void json_uint(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/** @thousandths of the unit, as a number with three places: 1500 becomes 1.500. */
void json_thousandths(struct json *json, const char *key, uint64_t thousandths);

/** Ends the outermost object and the line. */
void json_finish(struct json *json);

#endif
