/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_SCENE_SHELL_H
#define WR_TEST_SCENE_SHELL_H

#include <libweston/libweston.h>
#include <libweston/shell-utils.h>

/** The test shell of one compositor. Lives until the compositor is destroyed. */
struct scene_shell {
	struct weston_compositor *compositor;
	struct wl_listener destroy_listener;
	struct wl_listener output_created;
	struct wl_global *global;
	struct weston_layer background_layer;
	struct weston_layer layer; // every view of the clients
	struct weston_curtain *background;
};

/**
 * Create the object behind wr_scene_view_v1 and a view of the surface on top of the shell's layer.
 *
 * The surface takes the shell's role; a surface that has another one raises a protocol error on
 * `control`. Everything is freed with the resource.
 */
void scene_view_create(struct scene_shell *shell, struct wl_client *client,
	struct wl_resource *control, uint32_t id, struct weston_surface *surface);

/** Plug in a head of the backend's kind. False when the backend has no windowed outputs. */
bool scene_output_create_head(struct scene_shell *shell, const char *name);

/** Enable or disable the output that drives the head `name`. False when there is none. */
bool scene_output_set_enabled(struct scene_shell *shell, const char *name, bool enabled);

/** Move an enabled output in the global space. */
bool scene_output_move(struct scene_shell *shell, const char *name, int x, int y);

/** Give an output another size, in framebuffer pixels before its transform. */
bool scene_output_resize(struct scene_shell *shell, const char *name, int width, int height);

/** Change scale and transform of an enabled output in place. */
bool scene_output_configure(
	struct scene_shell *shell, const char *name, int scale, uint32_t transform);

/** Change a value of weston-robust's configuration; see scene-control.xml. */
bool scene_recovery_configure(struct scene_shell *shell, const char *name, uint32_t value);

/** State and rung of weston-robust as scene-control.xml puts them. */
uint32_t scene_recovery_query(struct scene_shell *shell);

#endif
