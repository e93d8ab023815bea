/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "surface-watch.h"

#include <stdlib.h>

#include <libweston/libweston.h>

static void surface_destroyed(struct wl_listener *listener, void *data)
{
	struct surface_watch *watch = wl_container_of(listener, watch, destroyed);

	surface_watch_destroy(watch);
}

/* A commit that brings no pixels (a frame callback, an input region) leaves the content lost. A
 * buffer that is attached anew may be the one that was there before: then damage tells, other than
 * that which the renderer had not taken yet. */
static bool brings_content(struct surface_watch *watch)
{
	pixman_region32_t *damage = &watch->surface->damage;

	return watch->surface->buffer_ref.buffer != watch->buffer ||
	       (pixman_region32_not_empty(damage) &&
		       !pixman_region32_equal(damage, &watch->damage));
}

static void surface_committed(struct wl_listener *listener, void *data)
{
	struct surface_watch *watch = wl_container_of(listener, watch, committed);

	if (!watch->lost || !brings_content(watch)) {
		return;
	}
	watch->lost = false;
	if (!watch->resource) {
		surface_watch_destroy(watch);
	}
}

struct surface_watch *surface_watch_get(struct wl_list *list, struct weston_surface *surface)
{
	struct wl_listener *known = wl_signal_get(&surface->destroy_signal, surface_destroyed);
	struct surface_watch *watch;

	if (known) {
		return wl_container_of(known, watch, destroyed);
	}
	watch = calloc(1, sizeof(*watch));
	if (!watch) {
		return NULL;
	}
	watch->surface = surface;
	pixman_region32_init(&watch->damage);
	watch->destroyed.notify = surface_destroyed;
	watch->committed.notify = surface_committed;
	wl_signal_add(&surface->destroy_signal, &watch->destroyed);
	wl_signal_add(&surface->commit_signal, &watch->committed);
	wl_list_insert(list, &watch->link);
	return watch;
}

void surface_watch_lose(
	struct surface_watch *watch, enum weston_robust_loss why, uint64_t generation)
{
	watch->lost = true;
	watch->why = why;
	watch->generation = generation;
	watch->buffer = watch->surface->buffer_ref.buffer;
	pixman_region32_copy(&watch->damage, &watch->surface->damage);
}

void surface_watch_release(struct surface_watch *watch)
{
	watch->resource = NULL;
	if (!watch->lost) {
		surface_watch_destroy(watch);
	}
}

void surface_watch_destroy(struct surface_watch *watch)
{
	if (watch->resource) {
		wl_resource_set_user_data(watch->resource, NULL);
	}
	wl_list_remove(&watch->destroyed.link);
	wl_list_remove(&watch->committed.link);
	wl_list_remove(&watch->link);
	pixman_region32_fini(&watch->damage);
	free(watch);
}
