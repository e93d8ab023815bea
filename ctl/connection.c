/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include <wayland-client.h>

#include "listeners.h"
#include "weston-gpu-recovery-v1-client-protocol.h"

static volatile sig_atomic_t stopped;

void connection_stop(void)
{
	stopped = 1;
}

static int64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void global_came(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct connection *connection = data;

	if (!connection->recovery &&
		strcmp(interface, weston_gpu_recovery_v1_interface.name) == 0) {
		connection->recovery =
			wl_registry_bind(registry, name, &weston_gpu_recovery_v1_interface, 1);
		listen_to_recovery(connection);
	} else if (!connection->operators &&
		   strcmp(interface, weston_gpu_recovery_operator_v1_interface.name) == 0) {
		connection->operators = wl_registry_bind(
			registry, name, &weston_gpu_recovery_operator_v1_interface, 1);
		listen_to_operator(connection);
	}
}

static void global_went(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = global_came,
	.global_remove = global_went,
};

/* Sends what is queued; a compositor that does not read is waited for, until the deadline. */
static enum connection_result send_queued(struct connection *connection, int64_t deadline_ms)
{
	while (wl_display_flush(connection->display) < 0) {
		struct pollfd fd = {wl_display_get_fd(connection->display), POLLOUT, 0};
		int64_t left = deadline_ms - now_ms();

		if (errno != EAGAIN) {
			return CONNECTION_BROKEN;
		}
		if (left <= 0 || poll(&fd, 1, (int)left) == 0) {
			return CONNECTION_SILENT;
		}
	}
	return CONNECTION_OK;
}

static enum connection_result wait_readable(struct connection *connection, int64_t deadline_ms)
{
	struct pollfd fd = {wl_display_get_fd(connection->display), POLLIN, 0};
	int64_t left = deadline_ms - now_ms();
	int ready;

	if (stopped) {
		return CONNECTION_STOPPED;
	}
	if (deadline_ms == INT64_MAX) {
		left = -1;
	} else if (left <= 0) {
		return CONNECTION_SILENT;
	}
	ready = poll(&fd, 1, (int)left);
	if (ready < 0 && errno == EINTR) {
		return stopped ? CONNECTION_STOPPED : CONNECTION_OK;
	}
	return ready > 0 ? CONNECTION_OK : CONNECTION_SILENT;
}

/* Dispatches what has come, or waits for it once. */
static enum connection_result step(struct connection *connection, int64_t deadline_ms)
{
	struct wl_display *display = connection->display;
	enum connection_result result;

	if (wl_display_prepare_read(display) != 0) {
		return wl_display_dispatch_pending(display) < 0 ? CONNECTION_BROKEN : CONNECTION_OK;
	}
	result = send_queued(connection, deadline_ms);
	if (result == CONNECTION_OK) {
		result = wait_readable(connection, deadline_ms);
	}
	if (result != CONNECTION_OK) {
		wl_display_cancel_read(display);
		/* A protocol error or a last event may lie there already. */
		if (result == CONNECTION_BROKEN) {
			wl_display_dispatch_pending(display);
		}
		return result;
	}
	if (wl_display_read_events(display) < 0 || wl_display_dispatch_pending(display) < 0) {
		return CONNECTION_BROKEN;
	}
	return CONNECTION_OK;
}

static int64_t deadline_after(int timeout_ms)
{
	return timeout_ms < 0 ? INT64_MAX : now_ms() + timeout_ms;
}

static void synced(void *data, struct wl_callback *callback, uint32_t serial)
{
	*(bool *)data = true;
}

static const struct wl_callback_listener sync_listener = {.done = synced};

enum connection_result connection_sync(struct connection *connection, int timeout_ms)
{
	int64_t deadline_ms = deadline_after(timeout_ms);
	struct wl_callback *callback = wl_display_sync(connection->display);
	enum connection_result result = CONNECTION_OK;
	bool done = false;

	wl_callback_add_listener(callback, &sync_listener, &done);
	while (!done && result == CONNECTION_OK) {
		result = step(connection, deadline_ms);
	}
	wl_callback_destroy(callback);
	return result;
}

enum connection_result connection_run(struct connection *connection, int timeout_ms)
{
	int64_t deadline_ms = deadline_after(timeout_ms);
	enum connection_result result = CONNECTION_OK;

	while (!stopped && result == CONNECTION_OK) {
		result = step(connection, deadline_ms);
	}
	return stopped ? CONNECTION_STOPPED : result;
}

enum connection_result connection_open(
	struct connection *connection, struct report *report, const char *name, int timeout_ms)
{
	enum connection_result result;

	memset(report, 0, sizeof(*report));
	connection->report = report;
	connection->display = wl_display_connect(name);
	if (!connection->display) {
		return CONNECTION_NONE;
	}
	connection->registry = wl_display_get_registry(connection->display);
	wl_registry_add_listener(connection->registry, &registry_listener, connection);
	/* The first brings the globals, the second what they say when they are bound. */
	result = connection_sync(connection, timeout_ms);
	return result == CONNECTION_OK ? connection_sync(connection, timeout_ms) : result;
}

void connection_close(struct connection *connection)
{
	if (!connection->display) {
		return;
	}
	if (connection->operators) {
		weston_gpu_recovery_operator_v1_destroy(connection->operators);
	}
	if (connection->recovery) {
		weston_gpu_recovery_v1_destroy(connection->recovery);
	}
	if (connection->registry) {
		wl_registry_destroy(connection->registry);
	}
	wl_display_disconnect(connection->display);
	connection->display = NULL;
}
