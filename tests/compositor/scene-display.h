/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_SCENE_DISPLAY_H
#define WR_TEST_SCENE_DISPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include <wayland-client.h>

#include "linux-dmabuf-v1-client-protocol.h"
#include "scene-control-client-protocol.h"
#include "single-pixel-buffer-v1-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "weston-content-protection-client-protocol.h"
#include "weston-output-capture-client-protocol.h"

/** What the client knows of one wl_output. */
struct scene_output {
	struct wl_list link; // scene_display.outputs, in the order of the registry
	struct wl_output *proxy;
	uint32_t global;
	char *name;
	int x, y;          // origin, global space
	int width, height; // current mode, framebuffer pixels before transform
	int scale;
	int transform; // enum wl_output_transform
};

/** The connection and everything bound on it. Members are NULL where the compositor lacks them. */
struct scene_display {
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_subcompositor *subcompositor;
	struct wl_shm *shm;
	struct wp_viewporter *viewporter;
	struct wp_single_pixel_buffer_manager_v1 *single_pixel;
	struct weston_content_protection *protection;
	struct weston_capture_v1 *capture;
	struct zwp_linux_dmabuf_v1 *dmabuf;
	struct wr_scene_control_v1 *control;
	struct wl_list outputs;
	uint32_t *shm_formats; // owned
	size_t n_shm_formats;
};

/** Connect and bind. Returns NULL on success, else a sentence; finish works in both cases. */
const char *scene_display_init(struct scene_display *self);

void scene_display_finish(struct scene_display *self);

/** The output of that name; NULL name: the first. NULL when there is none. */
struct scene_output *scene_display_output(struct scene_display *self, const char *name);

bool scene_display_has_format(const struct scene_display *self, uint32_t shm_format);

/** Logical size of an output: mode, transformed and divided by its scale. */
void scene_output_logical_size(const struct scene_output *output, int *width, int *height);

/**
 * Wait for a callback, dispatching the default queue.
 *
 * Takes ownership of the callback. Returns its data, or -1 after timeout_ms or on a lost
 * connection.
 */
int64_t scene_display_wait(
	struct scene_display *self, struct wl_callback *callback, int timeout_ms);

#endif
