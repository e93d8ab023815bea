/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * fence-client MS: commits a dmabuf with an acquire fence that is signalled after MS ms (negative:
 * never), then another buffer. Prints how long the first one's frame took, and what became of its
 * release: "MS immediate|fenced|none".
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "capture.h"
#include "linux-explicit-synchronization-unstable-v1-client-protocol.h"
#include "scene.h"

#define FRAME_TIMEOUT_MS 5000
#define RELEASE_TIMEOUT_MS 5000

struct client {
	struct scene_display display;
	struct scene scene;
	struct zwp_linux_explicit_synchronization_v1 *factory;
	const char *release; // "none" until it came
};

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct client *client = data;

	if (strcmp(interface, zwp_linux_explicit_synchronization_v1_interface.name) == 0) {
		client->factory = wl_registry_bind(
			registry, name, &zwp_linux_explicit_synchronization_v1_interface, 1);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

static void on_fenced(void *data, struct zwp_linux_buffer_release_v1 *release, int32_t fence)
{
	struct client *client = data;

	client->release = "fenced";
	close(fence);
}

static void on_immediate(void *data, struct zwp_linux_buffer_release_v1 *release)
{
	struct client *client = data;

	client->release = "immediate";
}

static const struct zwp_linux_buffer_release_v1_listener release_listener = {
	.fenced_release = on_fenced,
	.immediate_release = on_immediate,
};

/** A fence in the making. */
struct fence {
	int read_end, write_end;
	int after_ms;
};

static void *signal_later(void *data)
{
	struct fence *fence = data;

	usleep((useconds_t)fence->after_ms * 1000);
	if (write(fence->write_end, "", 1) != 1) {
		abort();
	}
	return NULL;
}

static void start(struct fence *fence)
{
	pthread_t thread;

	if (fence->after_ms >= 0 && pthread_create(&thread, NULL, signal_later, fence) == 0) {
		pthread_detach(thread);
	}
}

/* Returns how long it took until the frame callback, ms. */
static int64_t commit(struct client *client, struct window *window)
{
	struct wl_callback *callback = wl_surface_frame(window->surface);
	int64_t begin = monotonic_ns();

	wl_surface_commit(window->surface);
	if (scene_display_wait(&client->display, callback, FRAME_TIMEOUT_MS) < 0) {
		return -1;
	}
	return (monotonic_ns() - begin) / 1000000;
}

static void wait_for_release(struct client *client)
{
	int64_t deadline = monotonic_ns() + (int64_t)RELEASE_TIMEOUT_MS * 1000000;

	while (strcmp(client->release, "none") == 0 && monotonic_ns() < deadline &&
		dispatch_until(client->display.display, deadline) >= 0) {
	}
}

static int run(struct client *client, int after_ms)
{
	struct window *window =
		window_create_dmabuf(&client->scene, "XRGB8888", 128, 96, DRM_FORMAT_MOD_LINEAR);
	struct zwp_linux_surface_synchronization_v1 *synchronization =
		zwp_linux_explicit_synchronization_v1_get_synchronization(
			client->factory, window->surface);
	struct fence fence = {.after_ms = after_ms};
	int ends[2];

	if (pipe(ends) < 0) {
		return 1;
	}
	fence.read_end = ends[0];
	fence.write_end = ends[1];
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(window, 10, 12);
	scene_wait_frame(&client->scene);

	window_draw(window, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	zwp_linux_surface_synchronization_v1_set_acquire_fence(synchronization, fence.read_end);
	zwp_linux_buffer_release_v1_add_listener(
		zwp_linux_surface_synchronization_v1_get_release(synchronization),
		&release_listener, client);
	start(&fence);
	int64_t took = commit(client, window);

	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 3);
	if (took < 0 || commit(client, window) < 0) {
		return 1;
	}
	wait_for_release(client);
	printf("%lld %s\n", (long long)took, client->release);
	return 0;
}

int main(int argc, char *argv[])
{
	struct client client = {.release = "none"};
	const char *error = scene_display_init(&client.display);

	if (argc != 2 || error) {
		fprintf(stderr, "fence-client: %s\n", error ? error : "usage: fence-client MS");
		return 1;
	}
	wl_registry_add_listener(
		wl_display_get_registry(client.display.display), &registry_listener, &client);
	wl_display_roundtrip(client.display.display);
	scene_init(&client.scene, &client.display);
	client.scene.output = scene_display_output(&client.display, NULL);
	if (!client.factory || !client.display.dmabuf) {
		fputs("fence-client: no explicit synchronisation, or no dmabufs\n", stderr);
		return 77;
	}
	return run(&client, atoi(argv[1]));
}
