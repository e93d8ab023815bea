/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Text that comes from elsewhere: drivers, and tasks that may call themselves anything. */
#ifndef WESTON_ROBUST_COMPOSITOR_TEXT_H
#define WESTON_ROBUST_COMPOSITOR_TEXT_H

#include <stddef.h>

/**
 * Copies @from to @to as one line of well-formed UTF-8: what is no character, or one that controls
 * something, becomes a question mark. Cut at a character to fit into @size, which is at least 1.
 */
void text_clean(char *to, size_t size, const char *from);

/** As text_clean(), with &, < and > written the way that markup wants them. */
void text_clean_markup(char *to, size_t size, const char *from);

#endif
