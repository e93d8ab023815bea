/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_EGL_H
#define WR_GL_EGL_H

#include <stdbool.h>
#include <stdint.h>

#include "gl/gl-api.h"

#ifndef EGL_NO_CONFIG_KHR
#define EGL_NO_CONFIG_KHR ((EGLConfig)0)
#endif

/** Most visuals that one output or display names; the stock backends name at most two. */
#define EGL_VISUALS_MAX 4

/** A pixel format that a native window or display accepts. */
struct egl_visual {
	uint32_t fourcc;             // DRM_FORMAT_*
	int red, green, blue, alpha; // bits
};

/** Acceptable visuals, the preferred one first. */
struct egl_visuals {
	unsigned count;
	struct egl_visual list[EGL_VISUALS_MAX];
};

struct egl_options {
	EGLenum platform;           // EGL_PLATFORM_*
	void *native_display;       // may be NULL; borrowed, outlives the display
	EGLint surface_type;        // EGL_WINDOW_BIT, or 0 where no window is ever made
	struct egl_visuals visuals; // none: contexts bring a config of their own
};

/** The EGLSurface of a native window, on the list of its display. */
struct egl_window {
	struct egl_window *next; // egl.windows
	EGLSurface surface;      // owned; EGL_NO_SURFACE until it could be made
};

/**
 * A native window as its backend describes it. The value behind an X11 platform pointer is copied,
 * because that pointer aims at a local variable of the backend.
 */
struct egl_native_window {
	EGLNativeWindowType legacy; // for eglCreateWindowSurface
	void *platform;             // for eglCreatePlatformWindowSurfaceEXT
	unsigned long xid;          // X11 only: what the platform pointer pointed at
};

/** By which way an EGLDisplay is asked for. Each way may lead to a display of its own. */
enum egl_reach {
	EGL_REACH_NATIVE,   // the platform and native display of the options
	EGL_REACH_TRACKED,  // the same, with EGL_KHR_display_reference: a display not shared with
			    // others
	EGL_REACH_DEVICE,   // EGL_EXT_platform_device; no windows can be made there
	EGL_REACH_EXPLICIT, // as native, with EGL_EXT_explicit_device: another one with each call
	EGL_REACH_COUNT
};

/** Displays that were abandoned and must not be taken again; those of EGL_REACH_EXPLICIT never are.
 */
#define EGL_ABANDONED_MAX 8

struct disposal;

/** An initialised EGLDisplay and what it can do. Outlives the generations that live on it. */
struct egl {
	const struct gl_api *api; // borrowed
	struct egl_options options;
	EGLDisplay display; // EGL_NO_DISPLAY: closed, after a failed egl_reopen()
	unsigned opened;    // how often: what was bound to the display goes with it
	enum egl_reach reach;
	bool software;       // opened for drawing without the GPU
	EGLDeviceEXT device; // of the first display; EGL_NO_DEVICE_EXT: not known
	EGLDisplay abandoned[EGL_ABANDONED_MAX];
	unsigned abandoned_count;
	bool doomed; // the present display has lost a context that must not be destroyed
	const struct disposal *disposal; // of the last driver that told its name; static
	struct egl_window *windows;      // their surfaces go with the display
	EGLConfig config;                // EGL_NO_CONFIG_KHR where contexts need none
	bool borrowed;                   // adopted: somebody else terminates the display

	EGLSurface stand_in; // without surfaceless_context: current where no other is; owned

	bool current_known; // the two below are what EGL has current on this thread
	EGLContext current_context;
	EGLSurface current_surface;

	bool platform_base;        // EGL_EXT_platform_base
	bool bind_wayland_display; // EGL_WL_bind_wayland_display
	bool buffer_age;
	bool context_priority;
	bool no_config_context;
	bool create_context_robustness;
	bool dma_buf_import;    // EGL_EXT_image_dma_buf_import
	bool dma_buf_modifiers; // EGL_EXT_image_dma_buf_import_modifiers
	bool fence_waits;       // EGL_KHR_wait_sync
	bool native_fences;     // EGL_ANDROID_native_fence_sync
	bool partial_update;
	bool surfaceless_context; // else a pbuffer stands in
	bool reduced;             // by egl_reduce()
	bool no_canary;           // set by the user: without reset notification ask nobody
	bool video_memory_purge;  // EGL_NV_robustness_video_memory_purge
	PFNEGLSWAPBUFFERSWITHDAMAGEEXTPROC swap_buffers_with_damage; // NULL: not offered
};

/** One attempt to create a context. */
struct egl_context_request {
	EGLenum api; // EGL_OPENGL_ES_API or EGL_OPENGL_API; must be bound on the calling thread
	EGLConfig config;
	EGLContext share;      // EGL_NO_CONTEXT: none
	const EGLint *attribs; // NULL: none. Nothing about robustness
	bool robust;           // EGL_LOSE_CONTEXT_ON_RESET
	bool purge_notify;     // with robust: told when video memory is purged, where offered
};

/** What egl_create_context() could get. */
struct egl_context {
	EGLContext context; // EGL_NO_CONTEXT: none at all
	bool robust;        // created with EGL_LOSE_CONTEXT_ON_RESET_EXT
};

/**
 * Open and initialise the display that @options name.
 *
 * Returns NULL on success, else a static sentence that says what is missing; @egl needs no
 * egl_finish() then.
 */
const char *egl_init(struct egl *egl, const struct gl_api *api, const struct egl_options *options);

/**
 * Work on a display that somebody else has initialised and will terminate. It can't be opened anew,
 * and needs no visuals.
 *
 * Returns NULL on success, else a static sentence that says what is missing.
 */
const char *egl_adopt(struct egl *egl, const struct gl_api *api, EGLDisplay display);

/** Release the current context and terminate the display, unless that is known to crash, or not
 * ours. */
void egl_finish(struct egl *egl);

/**
 * Close the display, and open another one for the same windows: on the GPU, or on a software
 * device. No generation may be left.
 *
 * @abandon: the present display is known to crash when it is terminated: leave it behind, and never
 * take it again. Returns NULL on success, else a static sentence; the display is closed then, and
 * may be opened by another call.
 */
const char *egl_reopen(struct egl *egl, bool software, bool abandon);

/** Destroy the surfaces of all windows and the stand-in, or forget them where the display is to be
 * left behind. */
void egl_close_windows(struct egl *egl, bool abandon);

/** Leave the display behind, with all that was made on it, and never take it again. */
void egl_abandon(struct egl *egl);

/** Take over the display that was opened on @from, a copy of @egl; the windows stay. */
void egl_take_over(struct egl *egl, const struct egl *from);

/** From now on do without what is not needed to draw: partial update, swaps with damage, buffer
 * age. */
void egl_reduce(struct egl *egl);

/**
 * Open a second display on the GPU beside @egl, without windows, to find out whether it works.
 * Finish it with egl_finish(). Returns NULL on success, else a static sentence.
 */
const char *egl_open_beside(const struct egl *egl, struct egl *other);

/**
 * The first config for @visuals: on GBM by EGL_NATIVE_VISUAL_ID, elsewhere by exact channel sizes.
 */
bool egl_choose_config(const struct egl *egl, const struct egl_visuals *visuals, EGLConfig *config);

/**
 * Create an OpenGL ES context: version 3 before 2, with reset notification
 * (EGL_EXT_create_context_robustness) and high priority (EGL_IMG_context_priority) where the
 * display offers them.
 */
struct egl_context egl_create_context(const struct egl *egl);

/** Create a context as asked for. Returns EGL_NO_CONTEXT on failure. */
EGLContext egl_try_context(const struct egl *egl, const struct egl_context_request *request);

/**
 * Destroy a context, or leave it behind where the driver is known not to survive that.
 *
 * @lost: it was lost. One that is still current lives on until it is not; egl_forget_current() is
 * the caller's.
 */
void egl_dispose_context(
	struct egl *egl, EGLContext context, bool lost, const struct disposal *disposal);

/**
 * What is current on this thread was changed behind this display's back, or a call failed and left
 * it unknown: the next egl_make_current() asks EGL in any case.
 */
void egl_forget_current(struct egl *egl);

/** Make @context current with @surface, both maybe none. Does nothing when they are current
 * already. */
bool egl_make_current(struct egl *egl, EGLSurface surface, EGLContext context);

/** Describe a backend's window: @platform and @legacy as libweston hands them over. */
struct egl_native_window egl_native_window_from_handles(
	const struct egl *egl, EGLNativeWindowType legacy, void *platform);

/** Put a window without a surface on the list of @egl. */
void egl_add_window(struct egl *egl, struct egl_window *window);

/** Take a window off the list. */
void egl_remove_window(struct egl *egl, struct egl_window *window);

/** EGL_NO_SURFACE on failure. The caller owns the surface: egl_destroy_surface(). */
EGLSurface egl_create_window_surface(
	const struct egl *egl, struct egl_native_window *window, const struct egl_visuals *visuals);

/** Destroys a surface, releasing it first if it is current. @surface may be EGL_NO_SURFACE. */
void egl_destroy_surface(struct egl *egl, EGLSurface surface);

#endif
