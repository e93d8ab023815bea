/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_ABI_TIMELINE_H
#define WR_WESTON_14_ABI_TIMELINE_H

/* libweston 14's timeline, which no installed header has: see abi.h. */

#include <libweston/libweston.h>

/** What the next argument of weston_timeline_point() is. */
enum timeline_argument {
	TIMELINE_END = 0,    // NULL, and the last
	TIMELINE_OUTPUT = 1, // struct weston_output *
	TIMELINE_GPU = 4,    // const struct timespec *, CLOCK_MONOTONIC
};

/** Add a point of the time being to the scope, weston_compositor.timeline, with any number of pairs
 * of enum timeline_argument and a pointer. Nothing, if nobody has subscribed to it. */
void weston_timeline_point(struct weston_log_scope *scope, const char *name, ...);

#endif
