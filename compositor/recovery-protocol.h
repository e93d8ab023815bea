/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * The global weston_gpu_recovery_v1, which any client may bind, and its objects for surfaces.
 *
 * Memory grows with what clients make (at most RECOVERY_OBJECTS_MAX objects a client and one a
 * surface), and by one small struct for each surface that shows a placeholder; never with the
 * number of events. libwayland ends the connection of a client that does not read them.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_RECOVERY_PROTOCOL_H
#define WESTON_ROBUST_COMPOSITOR_RECOVERY_PROTOCOL_H

#include <stdbool.h>

#include <wayland-server-core.h>

#include "libweston-robust/weston-robust-api.h"

/** Objects of a global that one client may have at a time. */
#define RECOVERY_OBJECTS_MAX 16

struct recovery_protocol {
	struct weston_compositor *compositor;
	const struct weston_robust_api *api;
	struct wl_global *global;
	/* As of the last change of state: asking the renderer at each bind would let any client
	 * make it busy. */
	enum weston_robust_state state;
	uint64_t generation;
	struct wl_list objects;  // wl_resource, by its link
	struct wl_list surfaces; // surface_watch.link
};

/** Returns false when the global could not be made. */
bool recovery_protocol_init(struct recovery_protocol *protocol,
	struct weston_compositor *compositor, const struct weston_robust_api *api);

/** Objects that clients still have become inert. */
void recovery_protocol_finish(struct recovery_protocol *protocol);

/* To be called from the callbacks of struct weston_robust_listener. */
void recovery_protocol_began(
	struct recovery_protocol *protocol, const struct weston_robust_incident *incident);
void recovery_protocol_ended(
	struct recovery_protocol *protocol, const struct weston_robust_incident *incident);
void recovery_protocol_state(struct recovery_protocol *protocol, enum weston_robust_state state);
void recovery_protocol_surface_lost(struct recovery_protocol *protocol,
	struct weston_surface *surface, enum weston_robust_loss why);

/** The upper and the lower half of a 64 bit argument. */
static inline uint32_t wire_hi(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

static inline uint32_t wire_lo(uint64_t value)
{
	return (uint32_t)value;
}

/** From @begin_ns to @end_ns in microseconds, as the protocol has it; 0 if @end_ns is 0. */
uint32_t wire_duration(int64_t begin_ns, int64_t end_ns);

/** Whether @client has as many objects in @objects as it may have. */
bool wire_too_many(struct wl_list *objects, struct wl_client *client);

/** The destroy request of any of the interfaces. */
void wire_destroy(struct wl_client *client, struct wl_resource *resource);

#endif
