/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_DISPOSAL_H
#define WR_GL_DISPOSAL_H

#include <stdbool.h>

/**
 * What a driver is known to do after its device was lost. Each row of the table stands on a
 * measurement; a driver without a row is taken to do what the specifications say.
 */
struct disposal {
	const char *driver;     // part of the GL_RENDERER string; NULL: all others
	bool abandon_context;   // eglDestroyContext on a lost context crashes: leave it behind
	bool abandon_display;   // eglTerminate on its display crashes: leave it behind
	bool needs_new_display; // new contexts on the same display never draw
	bool status_sticks;     // the old context's reset status never returns to NO_ERROR
	const char *evidence;   // what was seen, with which versions
};

/** The row for @gl_renderer, which may be NULL. Never NULL, static. */
const struct disposal *disposal_for(const char *gl_renderer);

#endif
