/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libweston/libweston.h>

#include "frontend-abi.h"
#include "plugin.h"
#include "trace.h"

static const char *const state_names[] = {
	"running", "waiting", "rebuilding", "backoff", "software", "failed"};

static struct plugin *plugin_of(struct weston_robust_listener *listener)
{
	struct plugin *plugin = wl_container_of(listener, plugin, listener);

	return plugin;
}

static const char *present_state(struct plugin *plugin)
{
	struct weston_robust_status status;

	plugin->api->get_status(plugin->compositor, &status);
	return state_names[status.state];
}

static void began(
	struct weston_robust_listener *listener, const struct weston_robust_incident *incident)
{
	struct plugin *plugin = plugin_of(listener);

	if (plugin->trace.trace) {
		trace_began(plugin->trace.trace, incident);
	}
	recovery_protocol_began(&plugin->recovery, incident);
}

static void ended(
	struct weston_robust_listener *listener, const struct weston_robust_incident *incident)
{
	struct plugin *plugin = plugin_of(listener);

	if (plugin->trace.trace) {
		trace_ended(plugin->trace.trace, incident);
	}
	recovery_protocol_ended(&plugin->recovery, incident);
	operator_protocol_ended(&plugin->operators, incident);
	messenger_tell(&plugin->messenger, incident->first_frame_ns ? "recovered" : "unfinished",
		incident, present_state(plugin));
}

static void state_changed(struct weston_robust_listener *listener, enum weston_robust_state state)
{
	struct plugin *plugin = plugin_of(listener);

	if (plugin->trace.trace) {
		trace_state(plugin->trace.trace, state);
	}
	recovery_protocol_state(&plugin->recovery, state);
}

static void surface_lost(struct weston_robust_listener *listener, struct weston_surface *surface,
	enum weston_robust_loss why)
{
	struct plugin *plugin = plugin_of(listener);
	char label[128] = "";

	if (plugin->trace.trace) {
		if (surface->get_label) {
			surface->get_label(surface, label, sizeof(label));
		}
		trace_surface_lost(plugin->trace.trace, label[0] ? label : NULL, why);
	}
	recovery_protocol_surface_lost(&plugin->recovery, surface, why);
}

static void span(struct weston_robust_listener *listener, const struct weston_robust_span *span)
{
	trace_span(plugin_of(listener)->trace.trace, span);
}

static void frame(struct weston_robust_listener *listener, const struct weston_robust_frame *frame)
{
	trace_frame(plugin_of(listener)->trace.trace, frame);
}

static void exhausted(struct weston_robust_listener *listener)
{
	struct plugin *plugin = plugin_of(listener);
	struct weston_robust_incident incident;
	bool known = plugin->api->get_incident(plugin->compositor, 0, &incident);

	messenger_tell(&plugin->messenger, "failed", known ? &incident : NULL, "failed");
	if (plugin->config.last_resort == CONFIG_EXIT) {
		weston_log("gpu-recovery: nothing is left to try; weston ends with status %u, as "
			   "last-resort=exit wants it\n",
			plugin->config.exit_status);
		weston_compositor_exit_with_code(
			plugin->compositor, (int)plugin->config.exit_status);
	} else {
		weston_log("gpu-recovery: nothing is left to try; the last frame stays up, as "
			   "last-resort=stay wants it\n");
	}
}

/* The two callbacks that cost something at each frame are there only while a trace is made. */
static void listen_for_trace(struct plugin *plugin)
{
	bool on = trace_control_records(&plugin->trace);

	if (on == (plugin->listener.frame != NULL)) {
		return;
	}
	plugin->api->remove_listener(&plugin->listener);
	plugin->listener.span = on ? span : NULL;
	plugin->listener.frame = on ? frame : NULL;
	plugin->api->add_listener(plugin->compositor, &plugin->listener);
}

static void apply(struct plugin *plugin)
{
	struct weston_robust_config config = config_for_renderer(&plugin->config);

	plugin->api->configure(plugin->compositor, &config);
	trace_control_configure(&plugin->trace, &plugin->config);
	listen_for_trace(plugin);
	operator_protocol_configure(&plugin->operators);
}

enum reload_result plugin_reload(struct plugin *plugin, uint32_t *changed)
{
	struct config before = plugin->config;
	enum reload_result result = settings_load(plugin);

	*changed = 0;
	if (result != RELOAD_DONE) {
		if (!plugin->config_path) {
			weston_log("gpu-recovery: weston runs without a configuration file, there "
				   "is nothing to read again\n");
		}
		return result;
	}
	apply(plugin);
	*changed = (uint32_t)config_count_changes(&before, &plugin->config);
	weston_log("gpu-recovery: %s was read again, %u settings have changed\n",
		plugin->config_path, *changed);
	return result;
}

static void reload_on_hangup(void *data)
{
	uint32_t changed;

	plugin_reload(data, &changed);
}

static void terminal_lost(void *data)
{
	struct plugin *plugin = data;

	weston_log("gpu-recovery: the terminal is gone\n");
	weston_compositor_exit(plugin->compositor);
}

static void compositor_destroyed(struct wl_listener *listener, void *data)
{
	struct plugin *plugin = wl_container_of(listener, plugin, destroyed);

	plugin->api->remove_listener(&plugin->listener);
	hangup_finish(&plugin->hangup);
	messenger_finish(&plugin->messenger);
	operator_protocol_finish(&plugin->operators);
	recovery_protocol_finish(&plugin->recovery);
	trace_control_finish(&plugin->trace);
	settings_finish(plugin);
	wl_list_remove(&plugin->destroyed.link);
	free(plugin);
}

static void listen_for_hangups(struct plugin *plugin, struct wl_event_loop *loop)
{
	int result;

	plugin->hangup.reload = reload_on_hangup;
	plugin->hangup.terminal_lost = terminal_lost;
	plugin->hangup.data = plugin;
	result = hangup_init(&plugin->hangup, loop);
	if (result < 0) {
		weston_log("gpu-recovery: SIGHUP will not read the configuration again: %s\n",
			strerror(-result));
	}
}

static void start(struct plugin *plugin)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(plugin->compositor->wl_display);

	plugin->listener = (struct weston_robust_listener){
		.began = began,
		.ended = ended,
		.state = state_changed,
		.surface_lost = surface_lost,
		.exhausted = exhausted,
	};
	messenger_init(&plugin->messenger, loop, &plugin->config);
	trace_control_init(&plugin->trace, loop);
	operator_protocol_init(&plugin->operators, plugin);
	if (!recovery_protocol_init(&plugin->recovery, plugin->compositor, plugin->api)) {
		weston_log("gpu-recovery: no memory to offer the protocol\n");
	}
	plugin->api->add_listener(plugin->compositor, &plugin->listener);
	listen_for_hangups(plugin, loop);
	apply(plugin);
}

int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	const struct weston_robust_api *api = weston_robust_get_api(compositor);
	struct plugin *plugin = calloc(1, sizeof(*plugin));

	if (!plugin) {
		return -1;
	}
	plugin->compositor = compositor;
	if (!weston_compositor_add_destroy_listener_once(
		    compositor, &plugin->destroyed, compositor_destroyed)) {
		free(plugin);
		return 0; // named twice in modules=
	}
	if (api) {
		plugin->api = api;
		api->get_config(compositor, &plugin->renderer_defaults);
	}
	settings_init(plugin, argc, argv);
	if (!api) {
		weston_log("gpu-recovery: the renderer in use is not weston-robust's, or of "
			   "another version; there is nothing to watch over\n");
		wl_list_remove(&plugin->destroyed.link);
		settings_finish(plugin);
		free(plugin);
		return 0;
	}
	settings_load(plugin);
	start(plugin);
	return 0;
}
