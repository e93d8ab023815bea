/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "news.h"

#include <string.h>

#include "weston-gpu-recovery-v1-client-protocol.h"

static void on_state(void *data, struct weston_gpu_recovery_v1 *recovery, uint32_t state,
	uint32_t generation_hi, uint32_t generation_lo)
{
}

static void on_reset_began(void *data, struct weston_gpu_recovery_v1 *recovery, uint32_t cause,
	uint32_t generation_hi, uint32_t generation_lo)
{
	struct news *news = data;

	news->began = true;
}

static void on_recovered(void *data, struct weston_gpu_recovery_v1 *recovery,
	uint32_t generation_hi, uint32_t generation_lo, uint32_t over_us, uint32_t rebuilt_us,
	uint32_t first_frame_us, uint32_t surfaces_restored, uint32_t surfaces_lost)
{
}

static void on_unfinished(void *data, struct weston_gpu_recovery_v1 *recovery)
{
}

static const struct weston_gpu_recovery_v1_listener recovery_listener = {
	.state = on_state,
	.reset_began = on_reset_began,
	.recovered = on_recovered,
	.unfinished = on_unfinished,
};

static void on_content_lost(void *data, struct weston_gpu_recovery_surface_v1 *surface,
	uint32_t loss, uint32_t generation_hi, uint32_t generation_lo)
{
	struct news *news = data;

	news->content_lost = true;
}

static const struct weston_gpu_recovery_surface_v1_listener surface_listener = {
	.content_lost = on_content_lost,
};

void news_bind(
	struct news *news, struct wl_registry *registry, uint32_t name, const char *interface)
{
	if (strcmp(interface, weston_gpu_recovery_v1_interface.name) == 0) {
		news->recovery =
			wl_registry_bind(registry, name, &weston_gpu_recovery_v1_interface, 1);
		weston_gpu_recovery_v1_add_listener(news->recovery, &recovery_listener, news);
	}
}

void news_watch(struct news *news, struct wl_surface *surface)
{
	if (news->recovery) {
		news->surface = weston_gpu_recovery_v1_get_surface(news->recovery, surface);
		weston_gpu_recovery_surface_v1_add_listener(news->surface, &surface_listener, news);
	}
}

void news_end(struct news *news)
{
	if (news->surface) {
		weston_gpu_recovery_surface_v1_destroy(news->surface);
	}
	if (news->recovery) {
		weston_gpu_recovery_v1_destroy(news->recovery);
	}
}
