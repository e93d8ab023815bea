/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef GPU_RECOVERY_EXAMPLE_WINDOW_H
#define GPU_RECOVERY_EXAMPLE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>
#include <wayland-egl.h>

#include "news.h"

struct xdg_wm_base;
struct xdg_surface;
struct xdg_toplevel;

/** A Wayland toplevel window to draw in with EGL. It knows nothing of GL, or of resets but what the
 * compositor tells. */
struct window {
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct xdg_wm_base *wm_base;
	struct wl_surface *surface;
	struct xdg_surface *xdg_surface;
	struct xdg_toplevel *toplevel;
	struct wl_egl_window *native; // for eglCreatePlatformWindowSurface
	struct wl_callback *frame;    // NULL: a frame may be drawn
	struct news news;
	int width, height; // pixels
	bool closed;       // by the user, or the compositor has gone
};

/** Connect, and show a window of that size. Returns false when there is no compositor. */
bool window_open(struct window *window, const char *title, int width, int height);

/** The EGLSurface must be gone. */
void window_close(struct window *window);

/** Before eglSwapBuffers(): no frame is drawn until the compositor asks for the next one. */
void window_await_frame(struct window *window);

/** A frame that was not shown is not answered: draw when there is something to draw again. */
void window_forget_frame(struct window *window);

/**
 * Wait for events, for other_fd to become readable, or for so many ms (-1: without end), and handle
 * what has come from the compositor.
 */
void window_wait(struct window *window, int other_fd, int timeout_ms);

#endif
