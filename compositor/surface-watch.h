/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * Surfaces that somebody asks about, or whose content is lost. One watch a surface; it lives as
 * long as either holds, and no longer than the surface.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_SURFACE_WATCH_H
#define WESTON_ROBUST_COMPOSITOR_SURFACE_WATCH_H

#include <stdbool.h>

#include <pixman.h>
#include <wayland-server-core.h>

#include "libweston-robust/weston-robust-api.h"

struct weston_buffer;

struct surface_watch {
	struct wl_list link;
	struct weston_surface *surface;
	struct wl_resource *resource; // weston_gpu_recovery_surface_v1, or NULL
	bool lost;                    // since `buffer` was shown
	enum weston_robust_loss why;
	uint64_t generation;
	/* What the surface had when its content was found lost, to compare with. */
	const struct weston_buffer *buffer; // may be gone
	pixman_region32_t damage;
	struct wl_listener destroyed;
	struct wl_listener committed;
};

/** The watch of @surface, made and added to @list when there is none; NULL: no memory. */
struct surface_watch *surface_watch_get(struct wl_list *list, struct weston_surface *surface);

/** Notes that what the surface shows now is lost. */
void surface_watch_lose(
	struct surface_watch *watch, enum weston_robust_loss why, uint64_t generation);

/** The object is gone: the watch too, unless content is lost. */
void surface_watch_release(struct surface_watch *watch);

/** Its object becomes inert. */
void surface_watch_destroy(struct surface_watch *watch);

#endif
