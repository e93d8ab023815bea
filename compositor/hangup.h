/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * SIGHUP as the wish to read the configuration again.
 *
 * A handler and an eventfd instead of wl_event_loop_add_signal(): that one blocks the signal in
 * the calling thread only, and drivers and backends have started threads by the time a module is
 * loaded. A SIGHUP that comes to one of these would end weston.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_HANGUP_H
#define WESTON_ROBUST_COMPOSITOR_HANGUP_H

#include <signal.h>

#include <wayland-server-core.h>

struct hangup {
	void (*reload)(void *data);
	/* The terminal is gone: sent by the kernel, not by a process. */
	void (*terminal_lost)(void *data);
	void *data;
	struct wl_event_source *source; // NULL: not in use
	int fd;
	struct sigaction before;
};

/**
 * From now on one of the functions in @hangup is called from @loop after a SIGHUP; several may
 * count as one. terminal_lost is not called in a program that was started to ignore SIGHUP.
 *
 * Returns 0 or a negative errno: -EBUSY when somebody else handles SIGHUP already.
 */
int hangup_init(struct hangup *hangup, struct wl_event_loop *loop);

/** Puts back what was there before; also after a failed hangup_init(). */
void hangup_finish(struct hangup *hangup);

#endif
