/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * scan-client DEVICE: a full-screen window whose buffers are the device's own, linear, and opaque:
 * what a compositor can put on the screen without drawing. A bar wanders over it.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm.h>
#include <drm_fourcc.h>
#include <drm_mode.h>

#include "linux-dmabuf-v1-client-protocol.h"
#include "xdg-shell-client-protocol.h"

#define BUFFERS 3
#define BAR_HEIGHT 32
#define BAR_STEP 8

struct buffer {
	struct wl_buffer *buffer;
	uint32_t *pixels;
	uint32_t pitch; // bytes
	bool busy;
};

struct client {
	struct wl_compositor *compositor;
	struct xdg_wm_base *shell;
	struct zwp_linux_dmabuf_v1 *dmabuf;
	struct wl_surface *surface;
	struct buffer buffers[BUFFERS];
	int device;
	int32_t width, height;
	int32_t bar; // its upper edge, in lines
	bool configured, waiting;
};

static void draw(struct client *client);

static void on_release(void *data, struct wl_buffer *wl_buffer)
{
	((struct buffer *)data)->busy = false;
}

static const struct wl_buffer_listener buffer_listener = {.release = on_release};

static void on_frame(void *data, struct wl_callback *callback, uint32_t time)
{
	struct client *client = data;

	wl_callback_destroy(callback);
	client->waiting = false;
	draw(client);
}

static const struct wl_callback_listener frame_listener = {.done = on_frame};

static void paint(struct client *client, struct buffer *buffer)
{
	for (int32_t y = 0; y < client->height; y++) {
		uint32_t *row = buffer->pixels + (size_t)y * buffer->pitch / sizeof(*row);
		bool bar = y >= client->bar && y < client->bar + BAR_HEIGHT;

		for (int32_t x = 0; x < client->width; x++) {
			row[x] = bar ? 0xffffff
				     : (uint32_t)(x * 255 / client->width) << 16 |
						 (uint32_t)(y * 255 / client->height);
		}
	}
	client->bar = (client->bar + BAR_STEP) % (client->height - BAR_HEIGHT);
}

/* Without a free buffer the next release or frame leads here again. */
static void draw(struct client *client)
{
	for (size_t i = 0; i < BUFFERS && !client->waiting; i++) {
		struct buffer *buffer = &client->buffers[i];

		if (buffer->busy) {
			continue;
		}
		paint(client, buffer);
		buffer->busy = client->waiting = true;
		wl_callback_add_listener(
			wl_surface_frame(client->surface), &frame_listener, client);
		wl_surface_attach(client->surface, buffer->buffer, 0, 0);
		wl_surface_damage_buffer(client->surface, 0, 0, client->width, client->height);
		wl_surface_commit(client->surface);
	}
}

static bool create_buffer(struct client *client, struct buffer *self)
{
	struct drm_mode_create_dumb dumb = {
		.width = (uint32_t)client->width, .height = (uint32_t)client->height, .bpp = 32};
	struct drm_mode_map_dumb map = {0};
	struct drm_prime_handle prime = {.flags = DRM_CLOEXEC | DRM_RDWR};

	if (ioctl(client->device, DRM_IOCTL_MODE_CREATE_DUMB, &dumb) < 0) {
		return false;
	}
	map.handle = prime.handle = dumb.handle;
	if (ioctl(client->device, DRM_IOCTL_MODE_MAP_DUMB, &map) < 0 ||
		ioctl(client->device, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime) < 0) {
		return false;
	}
	self->pitch = dumb.pitch;
	self->pixels = mmap(NULL, dumb.size, PROT_READ | PROT_WRITE, MAP_SHARED, client->device,
		(off_t)map.offset);
	if (self->pixels == MAP_FAILED) {
		return false;
	}
	struct zwp_linux_buffer_params_v1 *params =
		zwp_linux_dmabuf_v1_create_params(client->dmabuf);
	zwp_linux_buffer_params_v1_add(
		params, prime.fd, 0, 0, dumb.pitch, 0, (uint32_t)DRM_FORMAT_MOD_LINEAR);
	self->buffer = zwp_linux_buffer_params_v1_create_immed(
		params, client->width, client->height, DRM_FORMAT_XRGB8888, 0);
	zwp_linux_buffer_params_v1_destroy(params);
	close(prime.fd);
	return wl_buffer_add_listener(self->buffer, &buffer_listener, self) == 0;
}

static void on_surface_configure(void *data, struct xdg_surface *surface, uint32_t serial)
{
	xdg_surface_ack_configure(surface, serial);
	((struct client *)data)->configured = true;
}

static const struct xdg_surface_listener surface_listener = {.configure = on_surface_configure};

static void on_configure(void *data, struct xdg_toplevel *toplevel, int32_t width, int32_t height,
	struct wl_array *states)
{
	struct client *client = data;

	client->width = width;
	client->height = height;
}

static void on_close(void *data, struct xdg_toplevel *toplevel)
{
	exit(EXIT_SUCCESS);
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = on_configure,
	.close = on_close,
};

static void on_ping(void *data, struct xdg_wm_base *shell, uint32_t serial)
{
	xdg_wm_base_pong(shell, serial);
}

static const struct xdg_wm_base_listener shell_listener = {.ping = on_ping};

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct client *client = data;

	if (strcmp(interface, wl_compositor_interface.name) == 0) {
		client->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, xdg_wm_base_interface.name) == 0) {
		client->shell = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
		xdg_wm_base_add_listener(client->shell, &shell_listener, client);
	} else if (strcmp(interface, zwp_linux_dmabuf_v1_interface.name) == 0) {
		client->dmabuf =
			wl_registry_bind(registry, name, &zwp_linux_dmabuf_v1_interface, 3);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

static bool open_window(struct client *client, struct wl_display *display)
{
	client->surface = wl_compositor_create_surface(client->compositor);
	struct xdg_surface *surface = xdg_wm_base_get_xdg_surface(client->shell, client->surface);
	struct xdg_toplevel *toplevel = xdg_surface_get_toplevel(surface);

	xdg_surface_add_listener(surface, &surface_listener, client);
	xdg_toplevel_add_listener(toplevel, &toplevel_listener, client);
	xdg_toplevel_set_fullscreen(toplevel, NULL);
	wl_surface_commit(client->surface);
	while (!client->configured && wl_display_roundtrip(display) >= 0) {
	}
	return client->width > 0 && client->height > BAR_HEIGHT;
}

int main(int argc, char *argv[])
{
	struct client client = {.device = open(argc > 1 ? argv[1] : "", O_RDWR | O_CLOEXEC)};
	struct wl_display *display = wl_display_connect(NULL);

	if (client.device < 0 || !display) {
		fprintf(stderr, "usage: scan-client DEVICE, in a Wayland session\n");
		return EXIT_FAILURE;
	}
	wl_registry_add_listener(wl_display_get_registry(display), &registry_listener, &client);
	wl_display_roundtrip(display);
	if (!client.compositor || !client.shell || !client.dmabuf ||
		!open_window(&client, display)) {
		fprintf(stderr, "scan-client: no full-screen window for dmabufs to be had\n");
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < BUFFERS; i++) {
		if (!create_buffer(&client, &client.buffers[i])) {
			perror("scan-client: no buffer");
			return EXIT_FAILURE;
		}
	}
	draw(&client);
	while (wl_display_dispatch(display) >= 0) {
		draw(&client);
	}
	fprintf(stderr, "scan-client: the compositor is gone, or refuses\n");
	return EXIT_FAILURE;
}
