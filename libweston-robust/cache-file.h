/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A file in the user's cache: weston-robust/NAME below $XDG_CACHE_HOME, or ~/.cache. Nobody but the
 * user may have written it, and nothing is said about what is in it: that is for the caller to
 * check. Where any of it can't be had, there is no file.
 */
#ifndef WESTON_ROBUST_CACHE_FILE_H
#define WESTON_ROBUST_CACHE_FILE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * All of the file (malloc'ed, caller frees), *@size bytes. NULL: there is none, it has more than
 * @limit bytes, it is not a plain file of the user's own, or others may write to it or its folder.
 */
void *cache_file_read(const char *name, size_t limit, size_t *size);

/** Have it gone, if there is one. */
void cache_file_remove(const char *name);

/**
 * Put @size @bytes in its place, all at once: who reads it meanwhile gets the old file or the new
 * one. Makes the folders that are missing. Returns false, with the old file in place, where that
 * fails, or where another process is about the same.
 */
bool cache_file_write(const char *name, const void *bytes, size_t size);

#endif
