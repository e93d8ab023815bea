/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libweston/libweston.h>

#include "fake-desk.h"

#define SEC ((int64_t)1000000000)

static struct desk *the_desk;

static const char *get_version(void)
{
	return "0.0.fake";
}

static void get_config(struct weston_compositor *compositor, struct weston_robust_config *config)
{
	*config = the_desk->config;
}

static void configure(
	struct weston_compositor *compositor, const struct weston_robust_config *config)
{
	the_desk->config = *config;
	the_desk->configured++;
}

static void get_status(struct weston_compositor *compositor, struct weston_robust_status *status)
{
	*status = the_desk->status;
}

static void get_counters(
	struct weston_compositor *compositor, struct weston_robust_counters *counters)
{
	*counters = the_desk->counters;
}

static bool get_incident(
	struct weston_compositor *compositor, size_t age, struct weston_robust_incident *incident)
{
	if (age >= the_desk->incident_count) {
		return false;
	}
	*incident = the_desk->incident[age];
	incident->guilty_task = the_desk->task[age];
	return true;
}

/* A whole recovery at once, from the event loop as the API has it. */
static int act_out(void *data)
{
	char cause[] = "0";

	cause[0] = (char)('0' + the_desk->simulated_cause);
	if (desk_begin(the_desk, cause)) {
		char whole[] = "1";

		whole[0] = the_desk->simulate_failure ? '0' : '1';
		the_desk->incident[0].simulated = true;
		desk_set_state(the_desk, WESTON_ROBUST_STATE_REBUILDING);
		desk_set_state(the_desk, WESTON_ROBUST_STATE_RUNNING);
		desk_end(the_desk, whole);
	}
	return 0;
}

static bool simulate(struct weston_compositor *compositor, enum weston_robust_cause cause)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(the_desk->display);

	if (the_desk->refuse_simulation) {
		return false;
	}
	the_desk->simulated_cause = cause;
	if (!the_desk->simulation) {
		the_desk->simulation = wl_event_loop_add_timer(loop, act_out, NULL);
	}
	wl_event_source_timer_update(the_desk->simulation, 5);
	return true;
}

static void add_listener(
	struct weston_compositor *compositor, struct weston_robust_listener *listener)
{
	the_desk->listener = listener;
	wl_list_init(&listener->link);
}

static void remove_listener(struct weston_robust_listener *listener)
{
	if (the_desk->listener == listener) {
		the_desk->listener = NULL;
	}
}

static const struct weston_robust_api api = {
	.get_version = get_version,
	.get_config = get_config,
	.configure = configure,
	.get_status = get_status,
	.get_counters = get_counters,
	.get_incident = get_incident,
	.simulate = simulate,
	.add_listener = add_listener,
	.remove_listener = remove_listener,
};

void desk_register(struct desk *desk)
{
	the_desk = desk;
	desk->config = (struct weston_robust_config){
		.rungs = 7,
		.idle_poll_ns = SEC,
		.wait_limit_ns = 10 * SEC,
		.backoff_first_ns = SEC / 100,
		.backoff_cap_ns = 1 * SEC,
		.failures_per_rung = 3,
		.max_resets = 5,
		.reset_window_ns = 60 * SEC,
		.max_guilty = 2,
		.quiet_ns = 60 * SEC,
		.probe_first_ns = 30 * SEC,
		.probe_cap_ns = 600 * SEC,
		.retention = WESTON_ROBUST_RETENTION_AUTO,
		.canary = true,
		.uevents = true,
	};
	desk->status = (struct weston_robust_status){
		.generation = 1,
		.notification = true,
		.rungs = 7,
		.gl_vendor = "Fake",
		.gl_renderer = "a fake GPU",
		.gl_version = "OpenGL ES 3.2 fake",
		.egl_vendor = "Fake",
		.egl_version = "1.5",
	};
	/* Over 32 bits, so that a half that is lost or swapped shows. */
	desk->counters = (struct weston_robust_counters){
		.frames = 41,
		.uploaded_bytes = UINT64_C(0x123456789a),
	};
	weston_plugin_api_register(desk->compositor, WESTON_ROBUST_API_NAME, &api, sizeof(api));
}

bool desk_set_state(struct desk *desk, enum weston_robust_state state)
{
	desk->status.state = state;
	if (desk->listener) {
		desk->listener->state(desk->listener, state);
	}
	return true;
}

static struct weston_robust_incident told(struct desk *desk)
{
	struct weston_robust_incident incident = desk->incident[0];

	incident.guilty_task = desk->task[0];
	return incident;
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * SEC + time.tv_nsec;
}

bool desk_begin(struct desk *desk, char *arguments)
{
	char *task = arguments;
	int cause = (int)strtol(strsep(&task, " "), NULL, 10);
	struct weston_robust_incident incident;

	if (desk->incident_count && !desk->incident[0].finished) {
		return false;
	}
	if (desk->incident_count < DESK_INCIDENTS) {
		desk->incident_count++;
	}
	memmove(&desk->incident[1], &desk->incident[0], sizeof(desk->incident[0]) * 31);
	memmove(&desk->task[1], &desk->task[0], sizeof(desk->task[0]) * 31);
	snprintf(desk->task[0], sizeof(desk->task[0]), "%s", task ? task : "");
	desk->incident[0] = (struct weston_robust_incident){
		.id = ++desk->incidents_total,
		.cause = (enum weston_robust_cause)cause,
		.generation_from = desk->status.generation,
		.detected_ns = now(),
		.attempts = 1,
	};
	desk->counters.resets++;
	incident = told(desk);
	if (desk->listener) {
		desk->listener->began(desk->listener, &incident);
	}
	return true;
}

bool desk_end(struct desk *desk, char *arguments)
{
	struct weston_robust_incident *open = &desk->incident[0];
	struct weston_robust_incident incident;

	if (desk->incident_count == 0 || open->finished) {
		return false;
	}
	open->finished = true;
	open->over_ns = open->detected_ns + 1500000;
	open->rebuilt_ns = open->detected_ns + 20000000;
	if (arguments[0] == '1') {
		open->first_frame_ns = open->detected_ns + 78100000;
		open->surfaces_restored = 7;
		open->bytes_restored = UINT64_C(0x1234567890);
		open->generation_to = ++desk->status.generation;
		desk->counters.recoveries++;
	}
	incident = told(desk);
	if (desk->listener) {
		desk->listener->ended(desk->listener, &incident);
	}
	return true;
}

bool desk_set_status(struct desk *desk, char *arguments)
{
	char *key = strsep(&arguments, " ");
	bool on = arguments && arguments[0] == '1';

	if (!arguments) {
		return false;
	}
	if (strcmp(key, "notification") == 0) {
		desk->status.notification = on;
	} else if (strcmp(key, "canary") == 0) {
		desk->status.canary = on;
	} else if (strcmp(key, "reduced") == 0) {
		desk->status.reduced = on;
	} else if (strcmp(key, "generation") == 0) {
		desk->status.generation = strtoull(arguments, NULL, 10);
	} else if (strcmp(key, "rungs") == 0) {
		desk->status.rungs = (uint32_t)(int)strtol(arguments, NULL, 10);
	} else if (strcmp(key, "gl_renderer") == 0) {
		snprintf(desk->gl_renderer, sizeof(desk->gl_renderer), "%s", arguments);
		desk->status.gl_renderer = desk->gl_renderer;
	} else {
		return false;
	}
	return true;
}

void desk_lose_surface(
	struct desk *desk, struct weston_surface *surface, enum weston_robust_loss why)
{
	desk->counters.lost_surfaces++;
	if (desk->listener) {
		desk->listener->surface_lost(desk->listener, surface, why);
	}
}

void desk_exhaust(struct desk *desk)
{
	desk_set_state(desk, WESTON_ROBUST_STATE_FAILED);
	if (desk->listener) {
		desk->listener->exhausted(desk->listener);
	}
}

bool desk_wants_frames(const struct desk *desk)
{
	return desk->listener && desk->listener->frame;
}
