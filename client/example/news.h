/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef GPU_RECOVERY_EXAMPLE_NEWS_H
#define GPU_RECOVERY_EXAMPLE_NEWS_H

#include <stdbool.h>

#include <wayland-client.h>

struct weston_gpu_recovery_v1;
struct weston_gpu_recovery_surface_v1;

/**
 * What the compositor tells of its own resets, where it speaks weston_gpu_recovery_v1. Nobody needs
 * it to live through a reset; see protocol/weston-gpu-recovery-v1.xml for what it is good for.
 */
struct news {
	struct weston_gpu_recovery_v1 *recovery; // NULL: the compositor does not speak it
	struct weston_gpu_recovery_surface_v1 *surface;
	bool began;        // a reset of the compositor: our contexts may have been hit as well
	bool content_lost; // it could not bring our window back
};

/** For the registry: bind the global if it is the one. */
void news_bind(
	struct news *news, struct wl_registry *registry, uint32_t name, const char *interface);

/** Hear of lost content of a surface. */
void news_watch(struct news *news, struct wl_surface *surface);

void news_end(struct news *news);

#endif
