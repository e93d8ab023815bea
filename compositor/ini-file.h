/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * Reading weston.ini line by line. weston_config_*() of libweston can be asked for keys that one
 * knows, but tells neither of others nor of line numbers.
 *
 * What weston refuses as malformed is refused here as well; blanks around a key are forgiven.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_INI_FILE_H
#define WESTON_ROBUST_COMPOSITOR_INI_FILE_H

#include <stdio.h>

/** Called for each "key=value" of the wanted section. @line counts from 1. All are borrowed. */
typedef void (*ini_entry_func)(void *data, unsigned line, const char *key, const char *value);

/**
 * Reads all of @file and hands out the entries of [@section], of which there may be several.
 *
 * Returns 0, or the number of the first malformed line: the whole file counts as broken then, but
 * the entries before it were handed out.
 */
unsigned ini_file_read(FILE *file, const char *section, ini_entry_func entry, void *data);

#endif
