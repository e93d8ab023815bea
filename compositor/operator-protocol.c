/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "operator-protocol.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include <libweston/libweston.h>

#include "access.h"
#include "plugin.h"
#include "weston-gpu-recovery-v1-server-protocol.h"

/* So long a global stays after it was withdrawn, for clients that have not heard of that yet. */
#define REMOVED_MS 5000

/* What may be spent on answers, in about microseconds: so much at once, and so much in a second. */
#define BUDGET_MOST 20000
#define BUDGET_PER_MS 20

enum cost {
	COST_STATUS = 40,
	COST_HISTORY = 150,
	COST_CONFIG = 100,
	COST_SIMULATE = 400,
	COST_RELOAD = 2000,
	COST_TRACE = 4000,
};

static void refuse(struct wl_resource *object, uint32_t request, uint32_t reason)
{
	weston_gpu_recovery_operator_v1_send_refused(object, request, reason);
}

static bool spend(struct operator_protocol *protocol, uint32_t cost)
{
	struct timespec time;
	int64_t now;
	int64_t earned;

	clock_gettime(CLOCK_MONOTONIC, &time);
	now = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
	earned = (now - protocol->budget_at_ns) / 1000000 * BUDGET_PER_MS;
	if (earned > 0) {
		earned += protocol->budget;
		protocol->budget = earned > BUDGET_MOST ? BUDGET_MOST : (uint32_t)earned;
		protocol->budget_at_ns = now;
	}
	if (protocol->budget < cost) {
		return false;
	}
	protocol->budget -= cost;
	return true;
}

/* The plugin, if the request may be answered: revoked objects have lost theirs. */
static struct plugin *may(struct wl_resource *object, uint32_t request, uint32_t cost)
{
	struct plugin *plugin = wl_resource_get_user_data(object);

	if (!plugin) {
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_REVOKED);
		return NULL;
	}
	if (!spend(&plugin->operators, cost)) {
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_BUSY);
		return NULL;
	}
	return plugin;
}

static void get_status(struct wl_client *client, struct wl_resource *object)
{
	struct plugin *plugin =
		may(object, WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_GET_STATUS, COST_STATUS);

	if (plugin) {
		operator_send_status(plugin, object);
	}
}

static void get_counters(struct wl_client *client, struct wl_resource *object)
{
	struct plugin *plugin =
		may(object, WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_GET_COUNTERS, COST_STATUS);

	if (plugin) {
		operator_send_counters(plugin, object);
	}
}

static void get_history(struct wl_client *client, struct wl_resource *object, uint32_t limit)
{
	struct plugin *plugin =
		may(object, WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_GET_HISTORY, COST_HISTORY);

	if (plugin) {
		operator_send_history(plugin, object, limit);
	}
}

static void get_config(struct wl_client *client, struct wl_resource *object)
{
	struct plugin *plugin =
		may(object, WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_GET_CONFIG, COST_CONFIG);

	if (plugin) {
		operator_send_config(plugin, object);
		operator_send_problems(plugin, object);
	}
}

static void simulate(struct wl_client *client, struct wl_resource *object, uint32_t cause)
{
	const uint32_t request = WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_SIMULATE;
	struct plugin *plugin;
	pid_t pid;

	if (cause < WESTON_ROBUST_CAUSE_GUILTY || cause > WESTON_ROBUST_CAUSE_PURGED) {
		wl_resource_post_error(object, WESTON_GPU_RECOVERY_OPERATOR_V1_ERROR_INVALID_CAUSE,
			"there is no cause %u", cause);
		return;
	}
	plugin = may(object, request, COST_SIMULATE);
	if (!plugin) {
		return;
	}
	if (!plugin->config.operator_simulate) {
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_NOT_PERMITTED);
		return;
	}
	if (!plugin->api->simulate(plugin->compositor, cause)) {
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_BUSY);
		return;
	}
	wl_client_get_credentials(client, &pid, NULL, NULL);
	weston_log("gpu-recovery: process %ld has a GPU reset simulated\n", (long)pid);
	weston_gpu_recovery_operator_v1_send_simulated(object, cause);
}

static void reload(struct wl_client *client, struct wl_resource *object)
{
	const uint32_t request = WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_RELOAD;
	struct plugin *plugin = may(object, request, COST_RELOAD);
	uint32_t changed;

	if (!plugin) {
		return;
	}
	switch (plugin_reload(plugin, &changed)) {
	case RELOAD_DONE:
		weston_gpu_recovery_operator_v1_send_reloaded(
			object, changed, (uint32_t)plugin->config.problem_count);
		operator_send_problems(plugin, object);
		return;
	case RELOAD_NO_FILE:
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_NO_FILE);
		return;
	case RELOAD_BROKEN:
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_BROKEN_FILE);
		return;
	}
}

static void send_trace(struct plugin *plugin, struct wl_resource *object, int fd)
{
	const uint32_t request = WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_TRACE;
	ssize_t bytes = trace_control_write(&plugin->trace, fd);

	if (bytes >= 0) {
		weston_gpu_recovery_operator_v1_send_traced(
			object, wire_hi((uint64_t)bytes), wire_lo((uint64_t)bytes));
	} else if (bytes == -ENOENT) {
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_NOT_RECORDING);
	} else if (bytes == -EFBIG) {
		refuse(object, request, WESTON_GPU_RECOVERY_OPERATOR_V1_REASON_TOO_SMALL);
	} else {
		wl_resource_post_error(object, WESTON_GPU_RECOVERY_OPERATOR_V1_ERROR_INVALID_FD,
			"the file for a trace has to be a writable one in memory");
	}
}

static void trace(struct wl_client *client, struct wl_resource *object, int32_t fd)
{
	struct plugin *plugin =
		may(object, WESTON_GPU_RECOVERY_OPERATOR_V1_REQUEST_TRACE, COST_TRACE);

	if (plugin) {
		send_trace(plugin, object, fd);
	}
	close(fd);
}

static const struct weston_gpu_recovery_operator_v1_interface requests = {
	.destroy = wire_destroy,
	.get_status = get_status,
	.get_counters = get_counters,
	.get_history = get_history,
	.get_config = get_config,
	.simulate = simulate,
	.reload = reload,
	.trace = trace,
};

static void object_gone(struct wl_resource *resource)
{
	wl_list_remove(wl_resource_get_link(resource));
}

static struct wl_resource *create_object(
	struct wl_client *client, uint32_t version, uint32_t id, struct plugin *plugin)
{
	struct wl_resource *object = wl_resource_create(
		client, &weston_gpu_recovery_operator_v1_interface, (int)version, id);

	if (!object) {
		wl_client_post_no_memory(client);
		return NULL;
	}
	wl_resource_set_implementation(object, &requests, plugin, object_gone);
	wl_list_init(wl_resource_get_link(object));
	return object;
}

static void bind(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
	struct operator_protocol *protocol = data;
	struct plugin *plugin = protocol->plugin;
	bool offered = protocol->global && access_allowed(client, &plugin->config.operator_uids);
	struct wl_resource *object = create_object(client, version, id, offered ? plugin : NULL);

	if (!object) {
		return;
	}
	if (!offered) {
		weston_gpu_recovery_operator_v1_send_revoked(object);
		return;
	}
	if (wire_too_many(&protocol->objects, client)) {
		wl_resource_post_error(object,
			WESTON_GPU_RECOVERY_OPERATOR_V1_ERROR_TOO_MANY_OBJECTS,
			"more than %d objects", RECOVERY_OBJECTS_MAX);
		return;
	}
	wl_list_insert(protocol->objects.prev, wl_resource_get_link(object));
	weston_gpu_recovery_operator_v1_send_permissions(object, protocol->permissions);
}

static bool filter(const struct wl_client *client, const struct wl_global *global, void *data)
{
	struct operator_protocol *protocol = data;

	if (global != protocol->global && global != protocol->removed) {
		return true;
	}
	return access_allowed(client, &protocol->plugin->config.operator_uids);
}

void operator_protocol_init(struct operator_protocol *protocol, struct plugin *plugin)
{
	protocol->plugin = plugin;
	protocol->budget = BUDGET_MOST;
	wl_list_init(&protocol->objects);
	wl_display_set_global_filter(plugin->compositor->wl_display, filter, protocol);
}

static void bury(struct operator_protocol *protocol)
{
	if (protocol->removed_timer) {
		wl_event_source_remove(protocol->removed_timer);
		protocol->removed_timer = NULL;
	}
	if (protocol->removed) {
		wl_global_destroy(protocol->removed);
		protocol->removed = NULL;
	}
}

static int bury_later(void *data)
{
	bury(data);
	return 0;
}

static void revoke_all(struct operator_protocol *protocol)
{
	struct wl_resource *object;
	struct wl_resource *next;

	wl_resource_for_each_safe(object, next, &protocol->objects)
	{
		weston_gpu_recovery_operator_v1_send_revoked(object);
		wl_resource_set_user_data(object, NULL);
		wl_list_remove(wl_resource_get_link(object));
		wl_list_init(wl_resource_get_link(object));
	}
}

static void withdraw(struct operator_protocol *protocol)
{
	struct wl_event_loop *loop =
		wl_display_get_event_loop(protocol->plugin->compositor->wl_display);

	bury(protocol);
	wl_global_remove(protocol->global);
	protocol->removed = protocol->global;
	protocol->global = NULL;
	protocol->removed_timer = wl_event_loop_add_timer(loop, bury_later, protocol);
	if (protocol->removed_timer) {
		wl_event_source_timer_update(protocol->removed_timer, REMOVED_MS);
	}
	revoke_all(protocol);
}

static void offer(struct operator_protocol *protocol)
{
	protocol->global = wl_global_create(protocol->plugin->compositor->wl_display,
		&weston_gpu_recovery_operator_v1_interface,
		weston_gpu_recovery_operator_v1_interface.version, protocol, bind);
	if (!protocol->global) {
		weston_log("gpu-recovery: no memory to offer the operator's interface\n");
	}
}

static uint32_t permissions_of(struct plugin *plugin)
{
	uint32_t flags = 0;

	if (plugin->config.operator_simulate) {
		flags |= WESTON_GPU_RECOVERY_OPERATOR_V1_PERMISSION_SIMULATE;
	}
	if (trace_control_records(&plugin->trace)) {
		flags |= WESTON_GPU_RECOVERY_OPERATOR_V1_PERMISSION_TRACE;
	}
	return flags;
}

/* Who was allowed to when it bound the global may be so no more. */
static void revoke_strangers(struct operator_protocol *protocol)
{
	struct wl_resource *object;
	struct wl_resource *next;

	wl_resource_for_each_safe(object, next, &protocol->objects)
	{
		if (access_allowed(wl_resource_get_client(object),
			    &protocol->plugin->config.operator_uids)) {
			continue;
		}
		weston_gpu_recovery_operator_v1_send_revoked(object);
		wl_resource_set_user_data(object, NULL);
		wl_list_remove(wl_resource_get_link(object));
		wl_list_init(wl_resource_get_link(object));
	}
}

void operator_protocol_configure(struct operator_protocol *protocol)
{
	bool allowed = protocol->plugin->config.operator_allowed;
	uint32_t permissions = permissions_of(protocol->plugin);
	struct wl_resource *object;

	if (protocol->global && !allowed) {
		withdraw(protocol);
	} else if (!protocol->global && allowed) {
		offer(protocol);
	}
	revoke_strangers(protocol);
	if (permissions == protocol->permissions) {
		return;
	}
	protocol->permissions = permissions;
	wl_resource_for_each(object, &protocol->objects)
	{
		weston_gpu_recovery_operator_v1_send_permissions(object, permissions);
	}
}

void operator_protocol_ended(
	struct operator_protocol *protocol, const struct weston_robust_incident *incident)
{
	struct wl_resource *object;

	wl_resource_for_each(object, &protocol->objects)
	{
		operator_send_incident(object, incident);
	}
}

void operator_protocol_finish(struct operator_protocol *protocol)
{
	wl_display_set_global_filter(protocol->plugin->compositor->wl_display, NULL, NULL);
	bury(protocol);
	revoke_all(protocol);
	if (protocol->global) {
		wl_global_destroy(protocol->global);
		protocol->global = NULL;
	}
}
