/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Tries one EGL platform with the renderer's own code, step by step of the ladder. */
#ifndef WESTON_ROBUST_LAUNCHER_CHECK_PLATFORM_H
#define WESTON_ROBUST_LAUNCHER_CHECK_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

#define CHECK_RUNGS 3

/** Which of two things a name of an extension is looked for in. */
enum check_source {
	CHECK_CLIENT, // EGL itself
	CHECK_DISPLAY,
	CHECK_GL,
};

struct check_extension {
	const char *name;
	enum check_source source;
	const char *use; // what it is good for
};

/** The extensions that matter; ends with a NULL name, and has at most 32. */
extern const struct check_extension check_extensions[];

/** Names of the rungs, in the order of the ladder. */
extern const char *const check_rung_names[CHECK_RUNGS];

struct check_request {
	const char *platform; // "gbm", "surfaceless", "wayland" or "x11"
	const char *backends; // of weston that use it
	char device[64];      // for gbm: the node; else ""
};

struct check_rung {
	bool possible; // as far as the renderer knows before it tries
	bool works;    // a context was made this way, and drew
	char why[256]; // why not
	char gl_renderer[128];
};

/** Filled by another process, which may die at any point: what is there then is true. */
struct check_platform {
	struct check_request request;
	bool usable; // a context could be made, and drew
	char problem[256];
	char step[64]; // that was begun last
	char egl_vendor[64];
	char egl_version[64];
	char egl_driver[64]; // "": not told
	char gl_vendor[64];
	char gl_renderer[128];
	char gl_version[128];
	char device[64];     // EGL's word on the DRM node; "": none
	bool software;       // there is no GPU in this
	uint32_t extensions; // bits by the index in check_extensions
	bool notification;   // resets are told
	struct check_rung rungs[CHECK_RUNGS];
};

/**
 * Try @request in a child process, so that a driver that crashes or hangs is a finding and not the
 * end. Returns NULL when memory is short; the caller frees with check_platform_free().
 */
struct check_platform *check_platform_try(const struct check_request *request);

void check_platform_free(struct check_platform *result);

#endif
