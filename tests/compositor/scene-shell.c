/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* scene-shell.so: a weston shell that shows exactly what a test client tells it to. */

#include <stdlib.h>

#include <wayland-server.h>

#include "scene-control-server-protocol.h"
#include "scene-shell.h"

WL_EXPORT int wet_shell_init(struct weston_compositor *compositor, int *argc, char *argv[]);

static void answer(struct wl_client *client, uint32_t id, uint32_t value)
{
	struct wl_resource *callback = wl_resource_create(client, &wl_callback_interface, 1, id);

	if (!callback) {
		wl_client_post_no_memory(client);
		return;
	}
	wl_callback_send_done(callback, value);
	wl_resource_destroy(callback);
}

static void reply(struct wl_client *client, uint32_t id, bool success)
{
	answer(client, id, success ? 1 : 0);
}

static void control_destroy(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static void control_create_view(struct wl_client *client, struct wl_resource *resource, uint32_t id,
	struct wl_resource *surface)
{
	scene_view_create(wl_resource_get_user_data(resource), client, resource, id,
		wl_resource_get_user_data(surface));
}

static bool read_surface(struct weston_surface *surface, struct wl_shm_buffer *target, int x, int y,
	int width, int height)
{
	size_t size = (size_t)width * (size_t)height * 4;

	if (!target || width < 1 || height < 1 ||
		size > (size_t)wl_shm_buffer_get_stride(target) *
				(size_t)wl_shm_buffer_get_height(target)) {
		return false;
	}
	wl_shm_buffer_begin_access(target);
	int result = weston_surface_copy_content(
		surface, wl_shm_buffer_get_data(target), size, x, y, width, height);
	wl_shm_buffer_end_access(target);
	return result == 0;
}

static void control_read_surface(struct wl_client *client, struct wl_resource *resource,
	struct wl_resource *surface, struct wl_resource *buffer, int32_t x, int32_t y,
	int32_t width, int32_t height, uint32_t done)
{
	reply(client, done,
		read_surface(wl_resource_get_user_data(surface), wl_shm_buffer_get(buffer), x, y,
			width, height));
}

static void control_create_head(
	struct wl_client *client, struct wl_resource *resource, const char *name, uint32_t done)
{
	reply(client, done, scene_output_create_head(wl_resource_get_user_data(resource), name));
}

static void control_set_output_enabled(struct wl_client *client, struct wl_resource *resource,
	const char *name, uint32_t enabled, uint32_t done)
{
	reply(client, done,
		scene_output_set_enabled(wl_resource_get_user_data(resource), name, enabled != 0));
}

static void control_move_output(struct wl_client *client, struct wl_resource *resource,
	const char *name, int32_t x, int32_t y, uint32_t done)
{
	reply(client, done, scene_output_move(wl_resource_get_user_data(resource), name, x, y));
}

static void control_resize_output(struct wl_client *client, struct wl_resource *resource,
	const char *name, int32_t width, int32_t height, uint32_t done)
{
	reply(client, done,
		scene_output_resize(wl_resource_get_user_data(resource), name, width, height));
}

static void control_configure_output(struct wl_client *client, struct wl_resource *resource,
	const char *name, int32_t scale, uint32_t transform, uint32_t done)
{
	reply(client, done,
		scene_output_configure(
			wl_resource_get_user_data(resource), name, scale, transform));
}

static void control_damage_all(struct wl_client *client, struct wl_resource *resource)
{
	struct scene_shell *shell = wl_resource_get_user_data(resource);

	weston_compositor_damage_all(shell->compositor);
}

static void control_configure_recovery(struct wl_client *client, struct wl_resource *resource,
	const char *name, uint32_t value, uint32_t done)
{
	reply(client, done,
		scene_recovery_configure(wl_resource_get_user_data(resource), name, value));
}

static void control_query_recovery(
	struct wl_client *client, struct wl_resource *resource, uint32_t done)
{
	answer(client, done, scene_recovery_query(wl_resource_get_user_data(resource)));
}

static const struct wr_scene_control_v1_interface control_implementation = {
	.destroy = control_destroy,
	.create_view = control_create_view,
	.read_surface = control_read_surface,
	.create_head = control_create_head,
	.set_output_enabled = control_set_output_enabled,
	.move_output = control_move_output,
	.resize_output = control_resize_output,
	.configure_output = control_configure_output,
	.damage_all = control_damage_all,
	.configure_recovery = control_configure_recovery,
	.query_recovery = control_query_recovery,
};

static void bind_control(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct wl_resource *resource =
		wl_resource_create(client, &wr_scene_control_v1_interface, (int)version, id);

	if (!resource) {
		wl_client_post_no_memory(client);
		return;
	}
	wl_resource_set_implementation(resource, &control_implementation, data, NULL);
}

/* Larger than any arrangement of outputs: a test that enables an output needs no shell reaction. */
static bool create_background(struct scene_shell *shell)
{
	struct weston_curtain_params params = {
		.r = 51 / 255.0f,
		.g = 102 / 255.0f,
		.b = 153 / 255.0f,
		.a = 1.0f,
		.pos = {.c = {-2000, -2000}},
		.width = 28000,
		.height = 12000,
	};

	shell->background = weston_shell_utils_curtain_create(shell->compositor, &params);
	if (!shell->background) {
		return false;
	}
	weston_view_move_to_layer(shell->background->view, &shell->background_layer.view_list);
	return true;
}

/* An output that comes before the first repaint would be left out of the background's outputs. */
static void output_created(struct wl_listener *listener, void *data)
{
	struct scene_shell *shell = wl_container_of(listener, shell, output_created);

	weston_view_geometry_dirty(shell->background->view);
	weston_view_update_transform(shell->background->view);
}

static void shell_destroy(struct wl_listener *listener, void *data)
{
	struct scene_shell *shell = wl_container_of(listener, shell, destroy_listener);
	struct weston_view *view, *next;

	wl_list_remove(&shell->destroy_listener.link);
	wl_list_remove(&shell->output_created.link);
	wl_list_for_each_safe (view, next, &shell->layer.view_list.link, layer_link.link) {
		weston_view_move_to_layer(view, NULL);
	}
	weston_shell_utils_curtain_destroy(shell->background);
	weston_layer_fini(&shell->layer);
	weston_layer_fini(&shell->background_layer);
	wl_global_destroy(shell->global);
	free(shell);
}

WL_EXPORT int wet_shell_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	struct scene_shell *shell = calloc(1, sizeof(*shell));

	if (!shell) {
		return -1;
	}
	shell->compositor = compositor;
	weston_layer_init(&shell->background_layer, compositor);
	weston_layer_set_position(&shell->background_layer, WESTON_LAYER_POSITION_BACKGROUND);
	weston_layer_init(&shell->layer, compositor);
	weston_layer_set_position(&shell->layer, WESTON_LAYER_POSITION_NORMAL);
	if (!create_background(shell)) {
		weston_layer_fini(&shell->layer);
		weston_layer_fini(&shell->background_layer);
		free(shell);
		return -1;
	}
	/* Scenes with protected content need it; weston itself offers it under some shells only. */
	weston_compositor_enable_content_protection(compositor);
	shell->global = wl_global_create(
		compositor->wl_display, &wr_scene_control_v1_interface, 1, shell, bind_control);
	shell->destroy_listener.notify = shell_destroy;
	wl_signal_add(&compositor->destroy_signal, &shell->destroy_listener);
	shell->output_created.notify = output_created;
	wl_signal_add(&compositor->output_created_signal, &shell->output_created);
	return 0;
}
