/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * EGL and OpenGL ES without a GPU, behind struct gl_api.
 *
 * Keeps name tables per context, counts and logs calls, notices misuse, fails the n-th call, loses
 * contexts the way EXT_robustness describes it, and draws: a small rasterizer runs what the
 * renderer's two shaders compute, so that pictures can be compared and the proof of life passes.
 * There is one fake per process (GL calls carry no user data); not thread-safe, as GL is not.
 */
#ifndef WESTON_ROBUST_TESTS_FAKE_FAKE_GL_H
#define WESTON_ROBUST_TESTS_FAKE_FAKE_GL_H

#include <stdbool.h>
#include <stdint.h>

#include "gl/gl-api.h"

enum fake_kind {
	FAKE_TEXTURE,
	FAKE_BUFFER,
	FAKE_SHADER,
	FAKE_PROGRAM,
	FAKE_FRAMEBUFFER,
	FAKE_RENDERBUFFER,
	FAKE_QUERY,
	FAKE_SYNC,
	FAKE_KIND_COUNT
};

/** A native window. Its address is the native handle. The caller fills in the size. */
struct fake_window {
	int width, height;
	uint8_t *front;    // what is on the screen, RGBA, bottom row first; NULL before a present
	unsigned presents; // since fake_gl_reset()
	unsigned surfaces; // EGLSurfaces on it now; EGL allows one
};

/** What stands for a wl_buffer that only EGL understands. */
struct fake_wl_buffer {
	int width, height;
	uint32_t fourccs[2]; // DRM_FORMAT_* of each plane; the second one is of half the size
	int fd, offset[2], pitch;
};

/** What the fake offers and how it misbehaves. May be changed at any time. */
struct fake_script {
	const char *egl_client_extensions, *egl_extensions;
	const char *gl_extensions, *gl_version, *gl_renderer;

	bool bgra_unattachable; // a framebuffer of a GL_BGRA_EXT texture is incomplete
	bool bgra_unreadable;   // … if it is there to be read from only

	uint64_t fail_call;  // number of the call that fails, counted from 1; 0 = none
	uint64_t fail_until; // and all up to this one; 0 = only that one

	bool disposal_works; // eglDestroy* and eglTerminate are not failed: by EGL they can't be

	bool no_binaries;     // of programs are given or taken
	bool refuse_binaries; // those that were given are not taken
	bool zombie;          // contexts look healthy and draw nothing
	bool dead_hardware;   // so do those on displays of the one device that is not software
	bool dead_display;    // fake_gl_lose() makes zombies of all later contexts on open displays
	bool crash_on_dispose;    // destroying a lost context, or its display, fails the test
	bool born_lost;           // new contexts are lost from the start while a reset lasts
	bool swap_fails;          // eglSwapBuffers*: EGL_BAD_ALLOC
	unsigned no_context;      // so many eglCreateContext calls fail
	GLenum odd_status;        // glGetGraphicsResetStatus* answers this instead of NO_ERROR
	bool endless_errors;      // glGetError in a lost context never runs dry
	bool no_syncs;            // eglCreateSyncKHR and glFenceSync fail
	bool no_whole_images;     // EGL imports no YUV dmabufs, only planes of them
	bool refuse_images;       // GL takes no EGLImage for a texture
	bool unsampleable_images; // … or does, and then fails to draw with it

	bool unaskable; // a lost context can't be made current

	uint64_t gpu_time;      // the GPU's clock, nanoseconds; may be set
	uint64_t draw_ns;       // each draw call takes so long
	uint64_t clock_read_ns; // so does reading the GPU's clock
	unsigned timer_bits;    // of its counter
	bool durations_only;    // the GPU tells no points in time
	unsigned query_latency; // times that a result or a fence is asked for before it is there
	bool disjoint;          // the GPU's clock was disturbed; until asked
};

/** What was seen. */
struct fake_report {
	uint64_t calls;              // all entry points
	uint64_t gl_calls_when_lost; // GL calls in a lost context, other than status and error
	uint64_t deletes;            // glDelete* calls
	uint64_t created[FAKE_KIND_COUNT];   // names made
	uint64_t deleted[FAKE_KIND_COUNT];   // names deleted one by one
	uint64_t abandoned[FAKE_KIND_COUNT]; // names alive when their context, not lost, was
					     // destroyed
	uint64_t uploaded_pixels;            // glTexImage2D with data, glTexSubImage2D
	uint64_t draws;                      // glDraw*
	uint64_t copies;                     // glBlitFramebuffer
	uint64_t links, binaries;            // programs made one way and the other
	uint64_t waits; // results of queries that were read before they were there
	unsigned contexts, surfaces, displays; // alive now
	unsigned images, syncs;                // likewise
	uint64_t gpu_waits;                    // eglWaitSyncKHR

	/* misuse: must stay 0 */
	uint64_t bad_names;   // unknown names, or those of another context
	uint64_t bad_handles; // unknown EGL objects
	uint64_t no_current;  // GL calls without a current context
	uint64_t bad_copies;  // from beyond the edge, onto what is read, or neither as it is nor
			      // upside down

	const char *misused; // name of the call that did so first

	const char *failed; // name of the call that fail_call hit first; NULL = none yet
};

extern struct fake_script fake_script;
extern struct fake_report fake_report;

/** Forget everything, with a modern ES 3.2 driver as the script. Frees all that leaked. */
void fake_gl_reset(void);

/** Reset, and fill in the table. Fails the test when a required entry point is missing. */
void fake_gl_load(struct gl_api *api);

/** A gl_resolver. \return NULL for what the fake lacks */
gl_proc fake_gl_resolve(const char *name, void *data);

/** Names of this kind that are alive in living contexts. */
unsigned fake_gl_live(enum fake_kind kind);

/** All kinds. */
unsigned fake_gl_live_total(void);

/**
 * All contexts that exist are lost now: names and pictures are gone, calls have no effect. Each
 * context tells `status` in `queries` status queries, then NO_ERROR. UINT32_MAX: for ever.
 */
void fake_gl_lose(GLenum status, uint32_t queries);

/**
 * The contexts that share with @one are lost: it for the reason `status`, the others innocently.
 */
void fake_gl_lose_group(EGLContext one, GLenum status, uint32_t queries);

/** The last calls, newest last, one per line: for messages of failed tests. */
const char *fake_gl_log(void);

#endif
