/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "window.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "xdg-shell-client-protocol.h"

static void on_ping(void *data, struct xdg_wm_base *base, uint32_t serial)
{
	xdg_wm_base_pong(base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {.ping = on_ping};

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct window *window = data;

	if (strcmp(interface, wl_compositor_interface.name) == 0) {
		window->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, xdg_wm_base_interface.name) == 0) {
		window->wm_base = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
		xdg_wm_base_add_listener(window->wm_base, &wm_base_listener, window);
	} else {
		news_bind(&window->news, registry, name, interface);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

static void on_configure(void *data, struct xdg_surface *surface, uint32_t serial)
{
	xdg_surface_ack_configure(surface, serial);
}

static const struct xdg_surface_listener xdg_surface_listener = {.configure = on_configure};

static void on_toplevel_configure(void *data, struct xdg_toplevel *toplevel, int32_t width,
	int32_t height, struct wl_array *states)
{
	struct window *window = data;

	if (width > 0 && height > 0) {
		window->width = width;
		window->height = height;
		if (window->native) {
			wl_egl_window_resize(window->native, width, height, 0, 0);
		}
	}
}

static void on_toplevel_close(void *data, struct xdg_toplevel *toplevel)
{
	struct window *window = data;

	window->closed = true;
}

static const struct xdg_toplevel_listener toplevel_listener = {
	.configure = on_toplevel_configure,
	.close = on_toplevel_close,
};

static bool connect_display(struct window *window)
{
	window->display = wl_display_connect(NULL);
	if (!window->display) {
		return false;
	}
	window->registry = wl_display_get_registry(window->display);
	wl_registry_add_listener(window->registry, &registry_listener, window);
	return wl_display_roundtrip(window->display) >= 0 && window->compositor && window->wm_base;
}

bool window_open(struct window *window, const char *title, int width, int height)
{
	memset(window, 0, sizeof(*window));
	if (!connect_display(window)) {
		window_close(window);
		return false;
	}
	window->width = width;
	window->height = height;
	window->surface = wl_compositor_create_surface(window->compositor);
	news_watch(&window->news, window->surface);
	window->xdg_surface = xdg_wm_base_get_xdg_surface(window->wm_base, window->surface);
	xdg_surface_add_listener(window->xdg_surface, &xdg_surface_listener, window);
	window->toplevel = xdg_surface_get_toplevel(window->xdg_surface);
	xdg_toplevel_add_listener(window->toplevel, &toplevel_listener, window);
	xdg_toplevel_set_title(window->toplevel, title);
	xdg_toplevel_set_app_id(window->toplevel, "gpu-recovery-example");
	wl_surface_commit(window->surface);
	wl_display_roundtrip(window->display);
	window->native = wl_egl_window_create(window->surface, window->width, window->height);
	return window->native != NULL;
}

void window_close(struct window *window)
{
	if (!window->display) {
		return;
	}
	window_forget_frame(window);
	news_end(&window->news);
	if (window->native) {
		wl_egl_window_destroy(window->native);
	}
	if (window->toplevel) {
		xdg_toplevel_destroy(window->toplevel);
		xdg_surface_destroy(window->xdg_surface);
		wl_surface_destroy(window->surface);
	}
	if (window->wm_base) {
		xdg_wm_base_destroy(window->wm_base);
	}
	if (window->compositor) {
		wl_compositor_destroy(window->compositor);
	}
	wl_registry_destroy(window->registry);
	wl_display_disconnect(window->display);
}

static void on_frame(void *data, struct wl_callback *callback, uint32_t time)
{
	struct window *window = data;

	wl_callback_destroy(callback);
	window->frame = NULL;
}

static const struct wl_callback_listener frame_listener = {.done = on_frame};

void window_await_frame(struct window *window)
{
	window->frame = wl_surface_frame(window->surface);
	wl_callback_add_listener(window->frame, &frame_listener, window);
}

void window_forget_frame(struct window *window)
{
	if (window->frame) {
		wl_callback_destroy(window->frame);
		window->frame = NULL;
	}
}

void window_wait(struct window *window, int other_fd, int timeout_ms)
{
	struct pollfd fds[] = {
		{.fd = wl_display_get_fd(window->display), .events = POLLIN},
		{.fd = other_fd, .events = POLLIN},
	};

	while (wl_display_prepare_read(window->display) != 0) {
		wl_display_dispatch_pending(window->display);
	}
	if (wl_display_flush(window->display) < 0 && errno != EAGAIN) {
		window->closed = true;
	}
	if (poll(fds, 2, timeout_ms) < 0 || !(fds[0].revents & POLLIN)) {
		wl_display_cancel_read(window->display);
	} else if (wl_display_read_events(window->display) < 0) {
		window->closed = true;
	}
	if (wl_display_dispatch_pending(window->display) < 0) {
		window->closed = true;
	}
}
