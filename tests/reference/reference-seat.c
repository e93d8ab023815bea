/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* reference-seat.so: a weston module that adds a seat with a pointer, which a client moves. */

#include <stdlib.h>

#include <libweston/libweston.h>
#include <wayland-server.h>

#include "reference-seat-server-protocol.h"

/* Exported by libweston for backends, in no installed header. */
void weston_seat_init(
	struct weston_seat *seat, struct weston_compositor *compositor, const char *name);
int weston_seat_init_pointer(struct weston_seat *seat);
void weston_seat_release(struct weston_seat *seat);
void notify_motion_absolute(
	struct weston_seat *seat, const struct timespec *time, struct weston_coord_global position);
void notify_pointer_frame(struct weston_seat *seat);

WL_EXPORT int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[]);

struct reference_seat {
	struct weston_seat seat;
	struct wl_global *global;
	struct wl_listener destroy_listener;
};

static void seat_destroy(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static void seat_move_pointer(struct wl_client *client, struct wl_resource *resource, wl_fixed_t x,
	wl_fixed_t y, uint32_t done)
{
	struct reference_seat *self = wl_resource_get_user_data(resource);
	struct wl_resource *callback = wl_resource_create(client, &wl_callback_interface, 1, done);
	struct weston_coord_global position = {.c = weston_coord_from_fixed(x, y)};
	struct timespec now;

	if (!callback) {
		wl_client_post_no_memory(client);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	notify_motion_absolute(&self->seat, &now, position);
	notify_pointer_frame(&self->seat);
	wl_callback_send_done(callback, 0);
	wl_resource_destroy(callback);
}

static const struct wr_reference_seat_v1_interface implementation = {
	.destroy = seat_destroy,
	.move_pointer = seat_move_pointer,
};

static void bind_seat(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct wl_resource *resource =
		wl_resource_create(client, &wr_reference_seat_v1_interface, (int)version, id);

	if (!resource) {
		wl_client_post_no_memory(client);
		return;
	}
	wl_resource_set_implementation(resource, &implementation, data, NULL);
}

static void on_destroy(struct wl_listener *listener, void *data)
{
	struct reference_seat *self = wl_container_of(listener, self, destroy_listener);

	wl_list_remove(&self->destroy_listener.link);
	wl_global_destroy(self->global);
	weston_seat_release(&self->seat);
	free(self);
}

WL_EXPORT int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	struct reference_seat *self = calloc(1, sizeof(*self));

	if (!self) {
		return -1;
	}
	weston_seat_init(&self->seat, compositor, "reference");
	if (weston_seat_init_pointer(&self->seat) < 0) {
		weston_seat_release(&self->seat);
		free(self);
		return -1;
	}
	self->global = wl_global_create(
		compositor->wl_display, &wr_reference_seat_v1_interface, 1, self, bind_seat);
	self->destroy_listener.notify = on_destroy;
	wl_signal_add(&compositor->destroy_signal, &self->destroy_listener);
	return 0;
}
