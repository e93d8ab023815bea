/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The renderer's side of weston-robust-api.h. */
#include "weston-14/retention.h"

/* The values of the two sides are the same, by name and number. */
#define SAME(api, ours) _Static_assert((int)(api) == (int)(ours), #api)
SAME(WESTON_ROBUST_CAUSE_GUILTY, RESET_STATUS_GUILTY);
SAME(WESTON_ROBUST_CAUSE_PURGED, RESET_STATUS_PURGED);
SAME(WESTON_ROBUST_STATE_RUNNING, RECOVERY_RUNNING);
SAME(WESTON_ROBUST_STATE_SOFTWARE, RECOVERY_SOFTWARE);
SAME(WESTON_ROBUST_STATE_FAILED, RECOVERY_FAILED);
SAME(WESTON_ROBUST_RUNG_CONTEXT, RUNG_CONTEXT);
SAME(WESTON_ROBUST_RUNG_SOFTWARE, RUNG_SOFTWARE);
SAME(WESTON_ROBUST_RETENTION_HOLD, RETENTION_HOLD);
SAME(WESTON_ROBUST_RETENTION_NONE, RETENTION_NONE);
SAME(WESTON_ROBUST_PHASE_WAIT, PHASE_WAIT - 1);
SAME(WESTON_ROBUST_PHASE_PROBE, PHASE_PROBE - 1);

static struct glue *glue_from_news(struct news *news)
{
	struct glue *glue;

	return wl_container_of(news, glue, news);
}

static const char *get_version(void)
{
	return WESTON_ROBUST_VERSION;
}

static void get_config(struct weston_compositor *compositor, struct weston_robust_config *config)
{
	const struct glue *glue = glue_from_compositor(compositor);
	const struct recovery_config *core = &glue->renderer.config;

	*config = (struct weston_robust_config){
		.rungs = core->rungs,
		.idle_poll_ns = core->idle_poll_ns,
		.wait_limit_ns = core->wait_limit_ns,
		.backoff_first_ns = core->backoff_first_ns,
		.backoff_cap_ns = core->backoff_cap_ns,
		.failures_per_rung = core->failures_per_rung,
		.give_up_after = core->give_up_after,
		.max_resets = core->max_resets,
		.reset_window_ns = core->reset_window_ns,
		.max_guilty = core->max_guilty,
		.quiet_ns = core->quiet_ns,
		.probe_first_ns = core->probe_first_ns,
		.probe_cap_ns = core->probe_cap_ns,
		.retention = (enum weston_robust_retention)glue->retention,
		.retention_budget_bytes = glue->budget.limit_bytes,
		.canary = !glue->renderer.egl.no_canary,
		.uevents = glue->uevents != NULL,
	};
}

static void configure_core(struct glue *glue, const struct weston_robust_config *config)
{
	struct recovery_config core = glue->renderer.config;

	core.rungs = config->rungs;
	core.idle_poll_ns = config->idle_poll_ns;
	core.wait_limit_ns = config->wait_limit_ns;
	core.backoff_first_ns = config->backoff_first_ns;
	core.backoff_cap_ns = config->backoff_cap_ns;
	core.failures_per_rung = config->failures_per_rung;
	core.give_up_after = config->give_up_after;
	core.max_resets = config->max_resets;
	core.reset_window_ns = config->reset_window_ns;
	core.max_guilty = config->max_guilty;
	core.quiet_ns = config->quiet_ns;
	core.probe_first_ns = config->probe_first_ns;
	core.probe_cap_ns = config->probe_cap_ns;
	recovery_config_sanitize(&core);
	renderer_configure(&glue->renderer, &core);
}

static void configure(
	struct weston_compositor *compositor, const struct weston_robust_config *config)
{
	struct glue *glue = glue_from_compositor(compositor);

	configure_core(glue, config);
	if ((unsigned)config->retention <= WESTON_ROBUST_RETENTION_NONE) {
		glue->retention = (enum retention_policy)config->retention;
	}
	glue->budget.limit_bytes = config->retention_budget_bytes;
	glue->renderer.egl.no_canary = !config->canary;
	if (config->uevents && !glue->uevents) {
		glue_uevent_init(glue);
	} else if (!config->uevents) {
		glue_uevent_fini(glue);
	}
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static void name_driver(struct glue *glue, struct weston_robust_status *status)
{
	const struct gl_api *api = &glue->renderer.api;
	struct generation *gen = renderer_generation(&glue->renderer);

	status->gl_vendor = status->gl_renderer = status->gl_version = "";
	status->egl_vendor = status->egl_version = "";
	if (!gen) {
		return;
	}
	status->gl_vendor = text_or_empty(gen->caps.vendor);
	status->gl_renderer = text_or_empty(gen->caps.renderer);
	status->gl_version = text_or_empty(gen->caps.version_text);
	status->egl_vendor = text_or_empty(api->eglQueryString(gen->egl->display, EGL_VENDOR));
	status->egl_version = text_or_empty(api->eglQueryString(gen->egl->display, EGL_VERSION));
}

static void get_status(struct weston_compositor *compositor, struct weston_robust_status *status)
{
	struct glue *glue = glue_from_compositor(compositor);
	const struct renderer *renderer = &glue->renderer;
	const struct generation *gen = renderer->generation;

	*status = (struct weston_robust_status){
		.state = (enum weston_robust_state)renderer->recovery.state,
		.generation = gen ? gen->id : 0,
		.rung = (enum weston_robust_rung)renderer->recovery.rung,
		.notification = gen && gen->caps.get_reset_status,
		.canary = gen && !gen->caps.get_reset_status && !renderer->egl.no_canary,
		.reduced = renderer->egl.reduced,
		.rungs = renderer_rungs(renderer),
	};
	name_driver(glue, status);
}

static void fill_counters(struct glue *glue, struct weston_robust_counters *counters)
{
	const struct renderer *renderer = &glue->renderer;
	const struct generation_counters sum = renderer_counters(renderer);

	*counters = (struct weston_robust_counters){
		.frames = renderer->frames,
		.draw_calls = sum.draw_calls,
		.uploaded_bytes = sum.uploaded_bytes,
		.status_queries = sum.status_queries,
		.canaries = sum.canaries,
		.resets = renderer->record.history.total,
		.recoveries = renderer->record.recoveries,
		.restored_surfaces = sum.restored_surfaces,
		.restored_bytes = sum.restored_bytes,
		.lost_surfaces = glue->lost_surfaces,
	};
	if (renderer->generation) {
		counters->textures = (uint64_t)wl_list_length(&renderer->generation->textures);
	}
	glue_retention_sums(glue, &counters->retained_held_bytes, &counters->retained_copied_bytes);
}

static void get_counters(
	struct weston_compositor *compositor, struct weston_robust_counters *counters)
{
	fill_counters(glue_from_compositor(compositor), counters);
}

static struct weston_robust_incident translate(const struct incident *incident)
{
	return (struct weston_robust_incident){
		.id = incident->id,
		.cause = (enum weston_robust_cause)incident->cause,
		.generation_from = incident->generation_from,
		.generation_to = incident->generation_to,
		.rung = (enum weston_robust_rung)incident->rung,
		.detected_ns = incident->t_detected,
		.over_ns = incident->t_over,
		.rebuilt_ns = incident->t_rebuilt,
		.first_frame_ns = incident->t_first_frame,
		.attempts = incident->attempts,
		.surfaces_restored = incident->surfaces_restored,
		.surfaces_lost = incident->surfaces_lost,
		.bytes_restored = incident->bytes_restored,
		.guilty_task = incident->guilty_task,
		.finished = incident->finished,
		.simulated = incident->simulated,
	};
}

static bool get_incident(
	struct weston_compositor *compositor, size_t age, struct weston_robust_incident *incident)
{
	const struct glue *glue = glue_from_compositor(compositor);
	const struct incident *found = history_get(&glue->renderer.record.history, age);

	if (found) {
		*incident = translate(found);
	}
	return found != NULL;
}

static bool simulate(struct weston_compositor *compositor, enum weston_robust_cause cause)
{
	if (cause == WESTON_ROBUST_CAUSE_NONE || (unsigned)cause > WESTON_ROBUST_CAUSE_PURGED) {
		return false;
	}
	return renderer_simulate(
		&glue_from_compositor(compositor)->renderer, (enum reset_status)cause);
}

static void add_listener(
	struct weston_compositor *compositor, struct weston_robust_listener *listener)
{
	wl_list_insert(glue_from_compositor(compositor)->listeners.prev, &listener->link);
}

static void remove_listener(struct weston_robust_listener *listener)
{
	wl_list_remove(&listener->link);
	wl_list_init(&listener->link);
}

/* News */

/* Calls @callback of each listener that has one. */
#define TELL(glue, callback, ...)                                                                  \
	do {                                                                                       \
		struct weston_robust_listener *listener, *next;                                    \
		wl_list_for_each_safe (listener, next, &(glue)->listeners, link) {                 \
			if (listener->callback) {                                                  \
				listener->callback(listener, ##__VA_ARGS__);                       \
			}                                                                          \
		}                                                                                  \
	} while (0)

static void incident_began(struct news *news, const struct incident *incident)
{
	const struct weston_robust_incident told = translate(incident);

	TELL(glue_from_news(news), began, &told);
}

static void incident_ended(struct news *news, const struct incident *incident)
{
	const struct weston_robust_incident told = translate(incident);

	TELL(glue_from_news(news), ended, &told);
}

static void state_changed(struct news *news, enum recovery_state state)
{
	if (state != RECOVERY_STOPPED) {
		TELL(glue_from_news(news), state, (enum weston_robust_state)state);
	}
}

static void span_ended(struct news *news, const struct span *span)
{
	const struct weston_robust_span told = {
		.incident = span->incident,
		.phase = (enum weston_robust_phase)(span->phase - 1),
		.rung = (enum weston_robust_rung)span->rung,
		.begin_ns = span->begin_ns,
		.end_ns = span->end_ns,
		.ok = span->ok,
	};

	TELL(glue_from_news(news), span, &told);
}

static void exhausted(struct news *news)
{
	TELL(glue_from_news(news), exhausted);
}

void glue_api_surface_lost(
	struct glue *glue, struct weston_surface *surface, enum weston_robust_loss why)
{
	glue->lost_surfaces++;
	TELL(glue, surface_lost, surface, why);
}

bool glue_api_wants_frames(const struct glue *glue)
{
	const struct weston_robust_listener *listener;

	wl_list_for_each (listener, &glue->listeners, link) {
		if (listener->frame) {
			return true;
		}
	}
	return false;
}

void glue_api_frame(struct glue_output *out, int64_t begin_ns, int64_t gpu_ns)
{
	struct glue *glue = out->glue;
	struct weston_robust_counters counters;
	struct weston_robust_frame frame;

	if (!glue_api_wants_frames(glue)) {
		return;
	}
	fill_counters(glue, &counters);
	frame = (struct weston_robust_frame){
		.output = out->output->name,
		.begin_ns = begin_ns,
		.end_ns = glue->host.now_ns(&glue->host),
		.gpu_ns = gpu_ns,
		.counters = &counters,
	};
	TELL(glue, frame, &frame);
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

void glue_api_init(struct glue *glue)
{
	glue->news = (struct news){
		.incident_began = incident_began,
		.incident_ended = incident_ended,
		.state_changed = state_changed,
		.span_ended = span_ended,
		.exhausted = exhausted,
	};
	renderer_set_news(&glue->renderer, &glue->news);
	if (weston_plugin_api_register(
		    glue->compositor, WESTON_ROBUST_API_NAME, &api, sizeof(api)) < 0) {
		weston_log("weston-robust GL renderer: another one has registered its API\n");
	}
}

void glue_api_fini(struct glue *glue)
{
	struct weston_robust_listener *listener, *next;

	renderer_set_news(&glue->renderer, NULL);
	wl_list_for_each_safe (listener, next, &glue->listeners, link) {
		remove_listener(listener);
	}
}
