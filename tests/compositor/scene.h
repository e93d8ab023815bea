/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_SCENE_H
#define WR_TEST_SCENE_H

#include "dmabuf-buffer.h"
#include "pattern.h"
#include "scene-display.h"
#include "shm-buffer.h"

#define SCENE_MAX_VIEWS 4

/** How exactly two right renderers agree on a scene. */
enum scene_class {
	SCENE_EXACT,    // no filtering, scaling or blending: equal bytes
	SCENE_BLENDED,  // blending or view alpha: each channel within 1
	SCENE_FILTERED, // scaling, rotation, half pixels: each channel within 1
};

/** What is shown now. */
struct scene {
	struct scene_display *display;
	struct scene_output *output; // the origin of all positions; may be NULL while disabled
	int origin_x, origin_y;      // of that output, kept over its disabling
	struct wl_list windows;      // struct window, oldest first
	char problem[128];           // why the scene cannot be shown; empty: no problem
};

/** One client buffer in a window's life. Freed with the window, so that nothing is re-used early.
 */
struct window_buffer {
	struct wl_list link; // window.buffers
	struct shm_buffer shm;
	bool busy; // attached and not yet released
};

/** A wl_surface with its views or its place as a sub-surface. */
struct window {
	struct wl_list link; // scene.windows
	struct scene *scene;
	struct wl_surface *surface;
	struct wr_scene_view_v1 *views[SCENE_MAX_VIEWS];
	int n_views;
	struct wl_subsurface *subsurface;
	struct wp_viewport *viewport;
	struct weston_protected_surface *protected_surface;
	struct wl_buffer *single_pixel;
	const struct pixel_format *format;
	struct wl_list buffers;        // struct window_buffer, newest first
	int width, height;             // buffer pixels
	int stride;                    // bytes per row; 0: whole pixels, rounded up to 4 bytes
	bool dmabuf;                   // its buffers are dmabufs
	uint64_t modifier;             // of these
	uint32_t dmabuf_flags;         // likewise: zwp_linux_buffer_params_v1.flags
	int transform, scale;          // buffer transform and scale
	struct window_buffer *current; // attached last
};

void scene_init(struct scene *scene, struct scene_display *display);

/** Destroy all windows. */
void scene_clear(struct scene *scene);

/** The n-th oldest window; NULL when there are fewer. */
struct window *scene_window(struct scene *scene, int n);

/**
 * Wait until what was committed is on the screen: a frame callback of the newest window that gets
 * one, at most 300 ms.
 */
void scene_wait_frame(struct scene *scene);

/**
 * A new surface that will have width x height buffers of a format ("ARGB8888").
 *
 * Nothing is shown yet. Never returns NULL; when the compositor lacks the format, scene->problem
 * says so and XRGB8888 is used instead.
 */
struct window *window_create(struct scene *scene, const char *format, int width, int height);

/**
 * The same with dmabufs of a modifier (DRM_FORMAT_MOD_*). When the compositor refuses them,
 * scene->problem says so and wl_shm is used instead.
 */
struct window *window_create_dmabuf(
	struct scene *scene, const char *format, int width, int height, uint64_t modifier);

void window_destroy(struct window *window);

/** Attach a new buffer with the pattern, damaged as a whole. Not committed. */
void window_draw(struct window *window, enum pattern pattern, enum alpha alpha, uint32_t seed);

/** Attach a single-pixel buffer; components are 32 bit fractions, premultiplied. Not committed. */
void window_attach_solid(struct window *window, uint32_t r, uint32_t g, uint32_t b, uint32_t a);

/** Paint a rectangle (buffer pixels) of a pattern into a buffer, clipped to the buffer. */
struct window_area {
	int x, y, width, height;
};
void window_paint(struct window *window, struct window_buffer *buffer, struct window_area area,
	enum pattern pattern, enum alpha alpha, uint32_t seed);

/** A new buffer with the contents of the current one. Not attached. */
struct window_buffer *window_copy_buffer(struct window *window);

/** Attach an existing buffer. Not damaged, not committed. */
void window_attach(struct window *window, struct window_buffer *buffer);

void window_set_transform(struct window *window, int transform, int scale);

/** Another view of the surface, at x, y of the scene's output, topmost. Commits. */
struct wr_scene_view_v1 *window_show(struct window *window, double x, double y);

/** Make it a sub-surface at x, y of the parent. The first commit is the caller's. */
void window_make_subsurface(struct window *window, struct window *parent, int x, int y);

/** The window's viewport, created at first use; NULL without wp_viewporter. */
struct wp_viewport *window_viewport(struct window *window);

/** Show a view at x, y of the scene's output. */
void scene_place(struct scene *scene, struct wr_scene_view_v1 *view, double x, double y);

#endif
