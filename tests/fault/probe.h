/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_FAULT_PROBE_H
#define WR_FAULT_PROBE_H

/*
 * A small EGL and GLES program without a window system, for the tests of the fault injector.
 *
 * It uses the libraries' own symbols, which libfault-gl.so, preloaded, replaces. Every function
 * ends the test as failed when it can't do its work, and as skipped without EGL or the injector.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl32.h>
#include <GLES2/gl2ext.h>

#include <stdbool.h>
#include <stdint.h>

#include "test.h"

struct fault_slot;

struct probe {
	EGLDisplay display;
	EGLConfig config;
	EGLSurface pbuffer; // 4 by 4 pixels
};

#define PROBE_SIZE 4
#define PROBE_RED 0xff0000ffu
#define PROBE_GREEN 0xff00ff00u
#define PROBE_BLUE 0xffff0000u
#define PROBE_MAGENTA 0xffff00ffu
#define PROBE_UNTOUCHED 0x12345678u

enum probe_kind {
	PROBE_PLAIN,
	PROBE_ROBUST, /**< EGL_LOSE_CONTEXT_ON_RESET */
};

/** Start the injector with a schedule (NULL: none) and a private control page, then EGL. */
struct probe probe_open(const char *schedule);

/** Initialise the display and choose a config, anew after eglTerminate(). */
void probe_initialise(struct probe *probe);
/** Give back what the driver would keep open. */
void probe_close(struct probe *probe);

/** A TEST() whose body finds `struct probe *probe`, opened with that schedule. */
#define PROBE_TEST(name, schedule)                                                                 \
	static void probe_run_##name(struct probe *probe);                                         \
	TEST(name)                                                                                 \
	{                                                                                          \
		struct probe opened = probe_open(schedule);                                        \
		probe_run_##name(&opened);                                                         \
		probe_close(&opened);                                                              \
	}                                                                                          \
	static void probe_run_##name(struct probe *probe)

/** A context of OpenGL ES 3, or EGL_NO_CONTEXT. */
EGLContext probe_try_context(const struct probe *probe, enum probe_kind kind, EGLContext share);
EGLContext probe_context(const struct probe *probe, enum probe_kind kind);
/** Make a context current without a surface, and a framebuffer of PROBE_SIZE squared in it. */
void probe_use(const struct probe *probe, EGLContext context);

void probe_clear(uint32_t abgr);
/** The pixel at the origin, or PROBE_UNTOUCHED when reading wrote nothing. */
uint32_t probe_read(void);
/** As probe_read(), by the driver itself, past the injector. */
uint32_t probe_read_driver(void);

/** Let the clauses of a schedule strike at the next call, or end what is under way. */
void probe_strike(const char *schedule);
void probe_release(void);
/** What the injector has counted for this process. */
const struct fault_slot *probe_slot(void);

#endif
