/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "recovery-protocol.h"

#include <libweston/libweston.h>

#include "surface-watch.h"
#include "weston-gpu-recovery-v1-server-protocol.h"

/* The numbers of the protocol are those of the API. */
_Static_assert((int)WESTON_GPU_RECOVERY_V1_CAUSE_GUILTY == WESTON_ROBUST_CAUSE_GUILTY &&
		       (int)WESTON_GPU_RECOVERY_V1_CAUSE_PURGED == WESTON_ROBUST_CAUSE_PURGED,
	"cause");
_Static_assert((int)WESTON_GPU_RECOVERY_V1_STATE_RUNNING == WESTON_ROBUST_STATE_RUNNING &&
		       (int)WESTON_GPU_RECOVERY_V1_STATE_FAILED == WESTON_ROBUST_STATE_FAILED,
	"state");
_Static_assert(
	(int)WESTON_GPU_RECOVERY_SURFACE_V1_LOSS_NOT_KEPT == WESTON_ROBUST_LOSS_NOT_KEPT &&
		(int)WESTON_GPU_RECOVERY_SURFACE_V1_LOSS_REPAINTED == WESTON_ROBUST_LOSS_REPAINTED,
	"loss");

uint32_t wire_duration(int64_t begin_ns, int64_t end_ns)
{
	int64_t us = (end_ns - begin_ns) / 1000;

	if (end_ns == 0 || us < 0) {
		return 0;
	}
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

bool wire_too_many(struct wl_list *objects, struct wl_client *client)
{
	struct wl_resource *resource;
	int count = 0;

	wl_resource_for_each(resource, objects)
	{
		count += wl_resource_get_client(resource) == client;
	}
	return count >= RECOVERY_OBJECTS_MAX;
}

void wire_destroy(struct wl_client *client, struct wl_resource *resource)
{
	wl_resource_destroy(resource);
}

static void send_lost(const struct surface_watch *watch)
{
	weston_gpu_recovery_surface_v1_send_content_lost(watch->resource, watch->why,
		wire_hi(watch->generation), wire_lo(watch->generation));
}

static void surface_object_gone(struct wl_resource *resource)
{
	struct surface_watch *watch = wl_resource_get_user_data(resource);

	if (watch) {
		surface_watch_release(watch);
	}
}

static const struct weston_gpu_recovery_surface_v1_interface surface_requests = {
	.destroy = wire_destroy,
};

/* For an object whose global is gone already: valid, and silent. */
static void create_inert(struct wl_client *client, int version, uint32_t id)
{
	struct wl_resource *object =
		wl_resource_create(client, &weston_gpu_recovery_surface_v1_interface, version, id);

	if (!object) {
		wl_client_post_no_memory(client);
		return;
	}
	wl_resource_set_implementation(object, &surface_requests, NULL, NULL);
}

static void create_watching(struct recovery_protocol *protocol, struct wl_resource *resource,
	uint32_t id, struct weston_surface *surface)
{
	struct surface_watch *watch = surface_watch_get(&protocol->surfaces, surface);
	struct wl_resource *object;

	if (watch && watch->resource) {
		wl_resource_post_error(resource, WESTON_GPU_RECOVERY_V1_ERROR_ALREADY_CONSTRUCTED,
			"wl_surface@%u has a weston_gpu_recovery_surface_v1 already",
			wl_resource_get_id(surface->resource));
		return;
	}
	object = watch ? wl_resource_create(wl_resource_get_client(resource),
				 &weston_gpu_recovery_surface_v1_interface,
				 wl_resource_get_version(resource), id)
		       : NULL;
	if (!object) {
		if (watch) {
			surface_watch_release(watch);
		}
		wl_resource_post_no_memory(resource);
		return;
	}
	watch->resource = object;
	wl_resource_set_implementation(object, &surface_requests, watch, surface_object_gone);
	if (watch->lost) {
		send_lost(watch);
	}
}

static void get_surface(struct wl_client *client, struct wl_resource *resource, uint32_t id,
	struct wl_resource *surface_resource)
{
	struct recovery_protocol *protocol = wl_resource_get_user_data(resource);

	if (!protocol) {
		create_inert(client, wl_resource_get_version(resource), id);
		return;
	}
	create_watching(protocol, resource, id, wl_resource_get_user_data(surface_resource));
}

static const struct weston_gpu_recovery_v1_interface requests = {
	.destroy = wire_destroy,
	.get_surface = get_surface,
};

static void object_gone(struct wl_resource *resource)
{
	wl_list_remove(wl_resource_get_link(resource));
}

static void note_present(struct recovery_protocol *protocol)
{
	struct weston_robust_status status;

	protocol->api->get_status(protocol->compositor, &status);
	protocol->state = status.state;
	if (status.generation) {
		protocol->generation = status.generation;
	}
}

static void send_state(const struct recovery_protocol *protocol, struct wl_resource *object)
{
	weston_gpu_recovery_v1_send_state(object, protocol->state, wire_hi(protocol->generation),
		wire_lo(protocol->generation));
}

static void send_began(struct wl_resource *object, const struct weston_robust_incident *incident)
{
	weston_gpu_recovery_v1_send_reset_began(object, incident->cause,
		wire_hi(incident->generation_from), wire_lo(incident->generation_from));
}

static void send_present(struct recovery_protocol *protocol, struct wl_resource *object)
{
	struct weston_robust_incident incident;

	send_state(protocol, object);
	if (protocol->api->get_incident(protocol->compositor, 0, &incident) && !incident.finished) {
		send_began(object, &incident);
	}
}

static void bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct recovery_protocol *protocol = data;
	struct wl_resource *object =
		wl_resource_create(client, &weston_gpu_recovery_v1_interface, (int)version, id);

	if (!object) {
		wl_client_post_no_memory(client);
		return;
	}
	wl_resource_set_implementation(object, &requests, protocol, object_gone);
	if (wire_too_many(&protocol->objects, client)) {
		wl_list_init(wl_resource_get_link(object));
		wl_resource_post_error(object, WESTON_GPU_RECOVERY_V1_ERROR_TOO_MANY_OBJECTS,
			"more than %d objects", RECOVERY_OBJECTS_MAX);
		return;
	}
	wl_list_insert(protocol->objects.prev, wl_resource_get_link(object));
	send_present(protocol, object);
}

bool recovery_protocol_init(struct recovery_protocol *protocol,
	struct weston_compositor *compositor, const struct weston_robust_api *api)
{
	protocol->compositor = compositor;
	protocol->api = api;
	wl_list_init(&protocol->objects);
	wl_list_init(&protocol->surfaces);
	note_present(protocol);
	protocol->global =
		wl_global_create(compositor->wl_display, &weston_gpu_recovery_v1_interface,
			weston_gpu_recovery_v1_interface.version, protocol, bind);
	return protocol->global != NULL;
}

void recovery_protocol_finish(struct recovery_protocol *protocol)
{
	struct wl_resource *object;
	struct wl_resource *next;
	struct surface_watch *watch;
	struct surface_watch *next_watch;

	if (protocol->global) {
		wl_global_destroy(protocol->global);
		protocol->global = NULL;
	}
	wl_resource_for_each_safe(object, next, &protocol->objects)
	{
		wl_list_remove(wl_resource_get_link(object));
		wl_list_init(wl_resource_get_link(object));
		wl_resource_set_user_data(object, NULL);
	}
	wl_list_for_each_safe (watch, next_watch, &protocol->surfaces, link) {
		surface_watch_destroy(watch);
	}
}

void recovery_protocol_began(
	struct recovery_protocol *protocol, const struct weston_robust_incident *incident)
{
	struct wl_resource *object;

	wl_resource_for_each(object, &protocol->objects)
	{
		send_began(object, incident);
	}
}

static void send_recovered(
	struct wl_resource *object, const struct weston_robust_incident *incident)
{
	int64_t begin = incident->detected_ns;

	weston_gpu_recovery_v1_send_recovered(object, wire_hi(incident->generation_to),
		wire_lo(incident->generation_to), wire_duration(begin, incident->over_ns),
		wire_duration(begin, incident->rebuilt_ns),
		wire_duration(begin, incident->first_frame_ns), incident->surfaces_restored,
		incident->surfaces_lost);
}

void recovery_protocol_ended(
	struct recovery_protocol *protocol, const struct weston_robust_incident *incident)
{
	struct wl_resource *object;

	wl_resource_for_each(object, &protocol->objects)
	{
		if (incident->first_frame_ns) {
			send_recovered(object, incident);
		} else {
			weston_gpu_recovery_v1_send_unfinished(object);
		}
	}
}

void recovery_protocol_state(struct recovery_protocol *protocol, enum weston_robust_state state)
{
	struct wl_resource *object;

	note_present(protocol);
	protocol->state = state;
	wl_resource_for_each(object, &protocol->objects)
	{
		send_state(protocol, object);
	}
}

void recovery_protocol_surface_lost(struct recovery_protocol *protocol,
	struct weston_surface *surface, enum weston_robust_loss why)
{
	struct surface_watch *watch = surface_watch_get(&protocol->surfaces, surface);

	if (!watch) {
		return; // no memory: whoever asks later hears nothing, and draws when it pleases
	}
	surface_watch_lose(watch, why, protocol->generation);
	if (watch->resource) {
		send_lost(watch);
	}
}
