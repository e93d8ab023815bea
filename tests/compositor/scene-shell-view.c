/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <math.h>
#include <stdlib.h>

#include <wayland-server.h>

#include "scene-control-server-protocol.h"
#include "scene-shell.h"

#define SCENE_ROLE "wr_scene_view"

struct scene_view {
	struct scene_shell *shell;
	struct weston_view *view; // NULL once the surface is gone
	struct wl_listener view_destroy_listener;
	struct weston_transform transform;
	bool transformed; // transform is in the view's list
	bool shown;       // wanted on screen; it appears when the surface has content
};

static void surface_committed(struct weston_surface *surface, struct weston_coord_surface origin);

static void on_view_destroyed(struct wl_listener *listener, void *data)
{
	struct scene_view *self = wl_container_of(listener, self, view_destroy_listener);

	wl_list_remove(&self->view_destroy_listener.link);
	self->view = NULL;
}

/* The listener is the only way from a weston_view back to the object of the protocol. */
static struct scene_view *from_view(struct weston_view *view)
{
	struct wl_listener *listener = wl_signal_get(&view->destroy_signal, on_view_destroyed);
	struct scene_view *self;

	return listener ? wl_container_of(listener, self, view_destroy_listener) : NULL;
}

static void map(struct scene_view *self)
{
	if (!weston_surface_is_mapped(self->view->surface)) {
		weston_surface_map(self->view->surface);
	}
	if (!weston_view_is_mapped(self->view)) {
		weston_view_move_to_layer(self->view, &self->shell->layer.view_list);
	}
}

static void surface_committed(struct weston_surface *surface, struct weston_coord_surface origin)
{
	struct weston_view *view;

	if (!weston_surface_has_content(surface)) {
		return;
	}
	wl_list_for_each (view, &surface->views, surface_link) {
		struct scene_view *self = from_view(view);

		if (self && self->shown) {
			map(self);
		}
	}
}

static void view_destroy(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static void view_set_position(
	struct wl_client *client, struct wl_resource *resource, wl_fixed_t x, wl_fixed_t y)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	if (!self->view) {
		return;
	}
	struct weston_coord coord = weston_coord_from_fixed(x, y);
	if (self->view->geometry.parent) {
		struct weston_coord_surface offset = {
			.c = coord,
			.coordinate_space_id = self->view->geometry.parent->surface,
		};

		weston_view_set_rel_position(self->view, offset);
	} else {
		weston_view_set_position(self->view, (struct weston_coord_global){.c = coord});
	}
	weston_view_schedule_repaint(self->view);
}

/* What was under the view before and what is after both need painting. */
static void apply_transform(struct scene_view *self)
{
	if (self->transformed) {
		weston_view_remove_transform(self->view, &self->transform);
	}
	weston_view_add_transform(
		self->view, &self->view->geometry.transformation_list, &self->transform);
	self->transformed = true;
	weston_view_geometry_dirty(self->view);
	weston_view_schedule_repaint(self->view);
}

static void view_reset_transform(struct wl_client *client, struct wl_resource *resource)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	weston_matrix_init(&self->transform.matrix);
	if (self->view && self->transformed) {
		weston_view_remove_transform(self->view, &self->transform);
		self->transformed = false;
		weston_view_geometry_dirty(self->view);
		weston_view_schedule_repaint(self->view);
	}
}

static void view_rotate(
	struct wl_client *client, struct wl_resource *resource, int32_t millidegrees)
{
	static const float quarter_cos[4] = {1, 0, -1, 0};
	static const float quarter_sin[4] = {0, 1, 0, -1};
	struct scene_view *self = wl_resource_get_user_data(resource);
	double angle = millidegrees * M_PI / 180000.0;
	float c = (float)cos(angle), s = (float)sin(angle);

	if (millidegrees % 90000 == 0) {
		int quarter = ((millidegrees / 90000) % 4 + 4) % 4;

		c = quarter_cos[quarter];
		s = quarter_sin[quarter];
	}
	if (self->view) {
		weston_matrix_rotate_xy(&self->transform.matrix, c, s);
		apply_transform(self);
	}
}

static void view_scale(struct wl_client *client, struct wl_resource *resource, int32_t x, int32_t y)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	if (self->view) {
		weston_matrix_scale(&self->transform.matrix, (float)(x / 1e6), (float)(y / 1e6), 1);
		apply_transform(self);
	}
}

static void view_shear(struct wl_client *client, struct wl_resource *resource, int32_t factor)
{
	struct scene_view *self = wl_resource_get_user_data(resource);
	struct weston_matrix shear;

	weston_matrix_init(&shear);
	shear.d[4] = (float)(factor / 1e6);
	shear.type = WESTON_MATRIX_TRANSFORM_OTHER;
	if (self->view) {
		weston_matrix_multiply(&self->transform.matrix, &shear);
		apply_transform(self);
	}
}

static void view_set_parent(
	struct wl_client *client, struct wl_resource *resource, struct wl_resource *parent)
{
	struct scene_view *self = wl_resource_get_user_data(resource);
	struct scene_view *other = parent ? wl_resource_get_user_data(parent) : NULL;

	if (self->view) {
		weston_view_set_transform_parent(self->view, other ? other->view : NULL);
		weston_view_schedule_repaint(self->view);
	}
}

static void view_set_alpha(struct wl_client *client, struct wl_resource *resource, int32_t alpha)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	if (self->view) {
		weston_view_set_alpha(self->view, (float)(alpha / 1e6));
		weston_view_schedule_repaint(self->view);
	}
}

static void view_set_mask(struct wl_client *client, struct wl_resource *resource, int32_t x,
	int32_t y, int32_t width, int32_t height)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	if (self->view) {
		weston_view_set_mask(self->view, x, y, width, height);
		weston_view_schedule_repaint(self->view);
	}
}

static void view_unset_mask(struct wl_client *client, struct wl_resource *resource)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	if (self->view) {
		weston_view_set_mask_infinite(self->view);
		weston_view_schedule_repaint(self->view);
	}
}

static void view_hide(struct wl_client *client, struct wl_resource *resource)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	self->shown = false;
	if (self->view) {
		weston_view_move_to_layer(self->view, NULL);
	}
}

static void view_show(struct wl_client *client, struct wl_resource *resource)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	self->shown = true;
	if (self->view && weston_surface_has_content(self->view->surface)) {
		weston_view_move_to_layer(self->view, NULL);
		map(self);
	}
}

static void view_lower(struct wl_client *client, struct wl_resource *resource)
{
	struct scene_view *self = wl_resource_get_user_data(resource);
	struct weston_view *lowest = NULL, *view;

	if (!self->view || !weston_view_is_mapped(self->view)) {
		return;
	}
	wl_list_for_each (view, &self->shell->layer.view_list.link, layer_link.link) {
		lowest = view;
	}
	if (lowest != self->view) {
		/* Moved within its layer a view leaves no damage; taken out of it, it does. */
		weston_view_move_to_layer(self->view, NULL);
		weston_view_move_to_layer(self->view, &lowest->layer_link);
	}
}

static const struct wr_scene_view_v1_interface view_implementation = {
	.destroy = view_destroy,
	.set_position = view_set_position,
	.reset_transform = view_reset_transform,
	.rotate = view_rotate,
	.scale = view_scale,
	.shear = view_shear,
	.set_parent = view_set_parent,
	.set_alpha = view_set_alpha,
	.set_mask = view_set_mask,
	.unset_mask = view_unset_mask,
	.raise = view_show,
	.lower = view_lower,
	.hide = view_hide,
	.show = view_show,
};

static void view_resource_destroyed(struct wl_resource *resource)
{
	struct scene_view *self = wl_resource_get_user_data(resource);

	if (self->view) {
		wl_list_remove(&self->view_destroy_listener.link);
		if (self->transformed) {
			weston_view_remove_transform(self->view, &self->transform);
		}
		weston_view_destroy(self->view);
	}
	free(self);
}

static void view_init(struct scene_view *self)
{
	weston_matrix_init(&self->transform.matrix);
	wl_list_init(&self->transform.link); // weston_view_add_transform unlinks first
	self->view_destroy_listener.notify = on_view_destroyed;
	wl_signal_add(&self->view->destroy_signal, &self->view_destroy_listener);
	self->view->surface->committed = surface_committed;
	self->view->surface->committed_private = self->shell;
	self->shown = true;
	if (weston_surface_has_content(self->view->surface)) {
		map(self);
	}
}

void scene_view_create(struct scene_shell *shell, struct wl_client *client,
	struct wl_resource *control, uint32_t id, struct weston_surface *surface)
{
	if (weston_surface_set_role(surface, SCENE_ROLE, control, WR_SCENE_CONTROL_V1_ERROR_ROLE) <
		0) {
		return;
	}
	struct scene_view *self = calloc(1, sizeof(*self));
	struct wl_resource *resource =
		wl_resource_create(client, &wr_scene_view_v1_interface, 1, id);
	struct weston_view *view = weston_view_create(surface);
	if (!self || !resource || !view) {
		wl_client_post_no_memory(client);
		free(self);
		return;
	}
	self->shell = shell;
	self->view = view;
	wl_resource_set_implementation(
		resource, &view_implementation, self, view_resource_destroyed);
	view_init(self);
}
