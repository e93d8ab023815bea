/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * Values of weston.ini as text: from it, and back. The parsers return false, and leave the
 * destination alone, when the text is no such value. They know nothing of ranges but their type's.
 * Decimal points are points, whatever the locale.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_VALUES_H
#define WESTON_ROBUST_COMPOSITOR_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

/** "true" or "false". */
bool value_parse_bool(const char *text, bool *value);

/** Decimal digits, nothing else. */
bool value_parse_uint(const char *text, uint64_t *value);

/** "1.5s": a number and one of us, ms, s, min, h, to nanoseconds; a bare "0" is one as well. */
bool value_parse_duration(const char *text, int64_t *ns);

/** "64MiB": a number and one of KiB, MiB, GiB, or bytes without a unit. */
bool value_parse_bytes(const char *text, uint64_t *bytes);

/** Index of @text in the NULL-terminated @names, or -1. */
int value_parse_name(const char *text, const char *const *names);

/** "context,display": a bit for each of @names that is in the list, 1 << index. At least one. */
bool value_parse_set(const char *text, const char *const *names, uint32_t *bits);

#define VALUE_UIDS_MAX 16

struct value_uids {
	uid_t uid[VALUE_UIDS_MAX];
	size_t count;
};

/** "1000,1001", or nothing. False too when there are more than VALUE_UIDS_MAX. */
bool value_parse_uids(const char *text, struct value_uids *uids);

/* The text that the parsers would read back as the same value, cut to @size. */
void value_format_duration(int64_t ns, char *text, size_t size);
void value_format_bytes(uint64_t bytes, char *text, size_t size);
void value_format_set(uint32_t bits, const char *const *names, char *text, size_t size);
void value_format_uids(const struct value_uids *uids, char *text, size_t size);

#endif
