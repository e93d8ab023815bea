/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "renderer-rebuild.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Longest line made here. */
#define LINE_MAX_BYTES 256

/* How often, and how far apart, a first context is tried for: a reset may be under way. */
#define FIRST_GENERATION_ATTEMPTS 100
#define FIRST_GENERATION_FAILURES 3
#define FIRST_GENERATION_PAUSE_NS (20L * 1000 * 1000)

/* This many failures to draw to any target in a row, without a loss, and the context is doubted. */
#define TARGET_FAILURES_MAX 3

/* How long a status that is known never to clear is believed. */
#define WAIT_LIMIT_STUCK_NS ((int64_t)100 * 1000 * 1000)

static int64_t now(struct renderer *renderer)
{
	return renderer->host->now_ns(renderer->host);
}

static void trace_orders(struct renderer *renderer, struct recovery_input in)
{
	char line[LINE_MAX_BYTES];

	snprintf(line, sizeof(line), "event %s (%s) -> %s", recovery_event_name(in.event),
		reset_status_name(in.status), recovery_state_name(renderer->recovery.state));
	renderer->host->trace(renderer->host, line);
}

static void note_loss(struct renderer *renderer, enum reset_status status)
{
	enum recovery_state state = renderer->recovery.state;

	/* A loss while recovering belongs to the incident that is open. */
	if (state == RECOVERY_RUNNING || state == RECOVERY_SOFTWARE) {
		record_finish(&renderer->record, renderer->recovery.cause);
		record_loss(&renderer->record, status, renderer->last_generation_id);
	}
	if (status != RESET_STATUS_PURGED) {
		generation_mark_lost(renderer->generation);
	}
}

static struct recovery_input query(struct renderer *renderer)
{
	struct recovery_input answer = {.event = RECOVERY_EVENT_STATUS_UNAVAILABLE};

	if (renderer->generation && generation_query_status(renderer->generation, &answer.status)) {
		answer.event = RECOVERY_EVENT_STATUS;
	}
	return answer;
}

/* Returns whether there is an @answer to feed. */
static bool carry_out(struct renderer *renderer, const struct recovery_orders *orders,
	struct recovery_input *answer)
{
	bool answered = false;

	if (orders->drop_optional_features) {
		egl_reduce(&renderer->egl);
		renderer->host->log(renderer->host,
			"GPU reset: this renderer was guilty again; optional features are off now");
	}
	if (orders->abandon_rebuild) {
		rebuild_abandon(renderer);
	}
	if (orders->rebuild) {
		record_wait_over(&renderer->record);
		rebuild_detach(renderer, orders->drop);
		answered = rebuild_start(renderer, orders->rung, answer);
	} else if (orders->drop != RECOVERY_DROP_NONE) {
		rebuild_drop(renderer, orders->drop);
	}
	if (orders->restore && renderer->generation) {
		rebuild_contents(renderer);
	}
	if (orders->damage_all) {
		renderer->host->damage_all(renderer->host);
	}
	if (orders->timer_ns != RECOVERY_TIMER_KEEP) {
		renderer->host->set_timer(renderer->host, orders->timer_ns);
	}
	if (orders->query) {
		*answer = query(renderer);
		answered = true;
	}
	if (orders->probe_hardware) {
		answered = rebuild_start_probe(renderer, answer);
	}
	if (orders->give_up) {
		record_finish(&renderer->record, renderer->recovery.cause);
		renderer->host->log(renderer->host,
			"GPU reset: no way back in this process; the last frames stay up");
		if (renderer->news) {
			renderer->news->exhausted(renderer->news);
		}
	}
	return answered;
}

static void report_state(struct renderer *renderer, bool ok)
{
	static const enum phase phases[RECOVERY_STATE_COUNT] = {
		[RECOVERY_RUNNING] = PHASE_FIRST_FRAME,
		[RECOVERY_WAITING] = PHASE_WAIT,
		[RECOVERY_REBUILDING] = PHASE_REBUILD,
		[RECOVERY_BACKOFF] = PHASE_BACKOFF,
		[RECOVERY_SOFTWARE] = PHASE_FIRST_FRAME,
	};
	enum recovery_state state = renderer->recovery.state;

	/* Only a rebuild can fail; a first frame that never came gives way to a new loss. */
	ok |= renderer->record.phase.phase == PHASE_WAIT ||
	      renderer->record.phase.phase == PHASE_BACKOFF;
	record_phase(&renderer->record, phases[state], renderer->recovery.rung, ok);
	if (renderer->news) {
		renderer->news->state_changed(renderer->news, state);
	}
}

static void feed(struct renderer *renderer, struct recovery_input in)
{
	struct recovery_orders orders;

	do {
		if (in.event == RECOVERY_EVENT_STATUS && in.status != RESET_STATUS_NONE) {
			note_loss(renderer, in.status);
		}
		if (in.event == RECOVERY_EVENT_STATUS_UNAVAILABLE &&
			recovery_can_draw(&renderer->recovery)) {
			note_loss(renderer, RESET_STATUS_UNKNOWN);
		}
		orders = recovery_step(&renderer->recovery, in, now(renderer));
		if (orders.state_changed) {
			trace_orders(renderer, in);
			report_state(renderer, in.event == RECOVERY_EVENT_REBUILT);
			/* Many a reset is over when it is seen: the first timer's millisecond can
			 * be saved. */
			orders.query |= renderer->recovery.state == RECOVERY_WAITING;
		}
	} while (carry_out(renderer, &orders, &in));
}

/* On GBM the surface owns the buffers that are on the screen, and the backend the device: both
 * stay. */
uint32_t renderer_rungs(const struct renderer *renderer)
{
	if (renderer->egl.options.platform == EGL_PLATFORM_GBM_KHR) {
		return RUNG_BIT(RUNG_CONTEXT);
	}
	if (renderer->disposal->needs_new_display) {
		return RUNG_BIT(RUNG_DISPLAY) | RUNG_BIT(RUNG_SOFTWARE);
	}
	return RUNG_BIT(RUNG_CONTEXT) | RUNG_BIT(RUNG_DISPLAY) | RUNG_BIT(RUNG_SOFTWARE);
}

/* What was asked for, as far as the driver allows. */
static struct recovery_config effective_config(const struct renderer *renderer)
{
	struct recovery_config config = renderer->config;

	config.rungs &= renderer_rungs(renderer);
	if (renderer->disposal->status_sticks && config.wait_limit_ns > WAIT_LIMIT_STUCK_NS) {
		config.wait_limit_ns = WAIT_LIMIT_STUCK_NS;
		config.wait_limit_again_ns = WAIT_LIMIT_STUCK_NS;
	}
	return config;
}

void renderer_configure(struct renderer *renderer, const struct recovery_config *config)
{
	struct recovery_config effective;
	struct recovery_orders orders;

	renderer->config = *config;
	effective = effective_config(renderer);
	orders = recovery_configure(&renderer->recovery, &effective, now(renderer));
	if (orders.timer_ns != RECOVERY_TIMER_KEEP) {
		renderer->host->set_timer(renderer->host, orders.timer_ns);
	}
}

/* Nothing runs yet that waiting could hold up, and without a context there is nothing to start
 * with. */
static const char *make_first_generation(struct renderer *renderer)
{
	const struct timespec pause = {.tv_nsec = FIRST_GENERATION_PAUSE_NS};
	enum reset_status status = RESET_STATUS_NONE;
	const char *error = NULL;
	int failures = 0;

	for (int i = 0; i < FIRST_GENERATION_ATTEMPTS; i++) {
		renderer->generation = generation_create_any(&renderer->egl,
			++renderer->last_generation_id, &renderer->programs, &status, &error);
		if (!error) {
			return NULL;
		}
		rebuild_drop(renderer, RECOVERY_DROP_LOST);
		renderer->programs.store = NULL; /* it may be to blame */
		/* A reset that is under way ends; a driver that can't do what it takes never will.
		 */
		if (status == RESET_STATUS_NONE && ++failures == FIRST_GENERATION_FAILURES) {
			break;
		}
		nanosleep(&pause, NULL);
	}
	return error;
}

const char *renderer_init(
	struct renderer *renderer, struct renderer_host *host, const struct egl_options *options)
{
	struct recovery_config config;
	struct recovery_orders orders;
	const char *error;

	memset(renderer, 0, sizeof(*renderer));
	renderer->host = host;
	renderer->programs.store = host->programs;
	if (gl_api_load(&renderer->api, gl_api_resolve_driver, NULL)) {
		return "EGL or OpenGL ES 2.0 entry points are missing";
	}
	error = egl_init(&renderer->egl, &renderer->api, options);
	if (error) {
		return error;
	}
	error = make_first_generation(renderer);
	if (error) {
		egl_finish(&renderer->egl);
		return error;
	}
	record_init(&renderer->record, host);
	renderer->disposal = renderer->generation->disposal;
	recovery_config_init(&renderer->config);
	renderer->config.rungs =
		RUNG_BIT(RUNG_CONTEXT) | RUNG_BIT(RUNG_DISPLAY) | RUNG_BIT(RUNG_SOFTWARE);
	config = effective_config(renderer);
	orders = recovery_init(&renderer->recovery, &config, now(renderer));
	host->set_timer(host, orders.timer_ns);
	return NULL;
}

void renderer_fini(struct renderer *renderer)
{
	bool lost;

	record_finish(&renderer->record, renderer->recovery.cause);
	feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_STOP});
	rebuild_end(renderer);
	lost = renderer->generation && renderer->generation->lost;
	generation_destroy(renderer->generation, lost);
	renderer->generation = NULL;
	program_set_forget_binaries(&renderer->programs);
	if (!lost || !renderer->disposal->abandon_display) {
		egl_finish(&renderer->egl);
	}
}

void renderer_report_loss(struct renderer *renderer, enum reset_status status)
{
	if (renderer->loss_pending || !renderer->generation) {
		return;
	}
	note_loss(renderer, status);
	renderer->loss_pending = true;
	renderer->loss_status = status;
	renderer->host->schedule_dispatch(renderer->host);
}

void renderer_report_doubt(struct renderer *renderer)
{
	renderer->doubt_pending = true;
	renderer->host->schedule_dispatch(renderer->host);
}

bool renderer_simulate(struct renderer *renderer, enum reset_status cause)
{
	if (!renderer_generation(renderer)) {
		return false;
	}
	renderer->record.simulating = true;
	renderer_report_loss(renderer, cause);
	return true;
}

void renderer_set_news(struct renderer *renderer, struct news *news)
{
	renderer->news = news;
	renderer->record.news = news;
}

bool renderer_check(struct renderer *renderer)
{
	enum reset_status status = generation_reset_status(renderer->generation);

	if (status != RESET_STATUS_NONE) {
		renderer_report_loss(renderer, status);
		return false;
	}
	return true;
}

bool renderer_accept(struct renderer *renderer, enum target_result result)
{
	enum reset_status status;

	switch (result) {
	case TARGET_OK:
		return true;
	case TARGET_LOST:
		if (!generation_query_status(renderer->generation, &status)) {
			status = RESET_STATUS_NONE;
		}
		renderer_report_loss(renderer, status);
		return false;
	case TARGET_FAILED:
		if (generation_query_status(renderer->generation, &status) &&
			status != RESET_STATUS_NONE) {
			renderer_report_loss(renderer, status);
		} else if (++renderer->target_failures % TARGET_FAILURES_MAX == 0) {
			renderer_report_doubt(renderer);
		}
		return false;
	}
	return false;
}

void renderer_hint(struct renderer *renderer, const char *task)
{
	record_guilty_task(&renderer->record, task);
	if (renderer_generation(renderer)) {
		feed(renderer, query(renderer));
	}
}

void renderer_presented(struct renderer *renderer, bool all)
{
	bool asked;

	if (!renderer_generation(renderer)) {
		return;
	}
	asked = renderer->generation->caps.get_reset_status != NULL;
	renderer->target_failures = 0;
	renderer->frames++;
	if (all) {
		record_whole_frame(
			&renderer->record, renderer->generation, renderer->recovery.cause);
		rebuild_leftover_due(renderer);
	}
	if (!asked || !recovery_note_frame(&renderer->recovery, now(renderer))) {
		feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_FRAME,
				       .whole = all && !renderer->doubt_pending,
				       .unasked = !asked});
	}
}

/* A loss that was seen comes before all other events: they would see the same one again. */
static bool dispatch_loss(struct renderer *renderer)
{
	if (!renderer->loss_pending) {
		return false;
	}
	renderer->loss_pending = false;
	feed(renderer, (struct recovery_input){
			       .event = RECOVERY_EVENT_LOST, .status = renderer->loss_status});
	return true;
}

void renderer_set_asleep(struct renderer *renderer, bool asleep)
{
	dispatch_loss(renderer);
	feed(renderer, (struct recovery_input){.event = asleep ? RECOVERY_EVENT_OUTPUTS_SLEEP
							       : RECOVERY_EVENT_OUTPUTS_WAKE});
}

void renderer_dispatch(struct renderer *renderer)
{
	bool doubt = renderer->doubt_pending;

	renderer->doubt_pending = false;
	if (!dispatch_loss(renderer) && doubt) {
		feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_DOUBT});
	}
	rebuild_dispose_leftover(renderer);
}

void renderer_timer(struct renderer *renderer)
{
	record_expire(&renderer->record, renderer->recovery.cause);
	/* The timer that has run out belongs to the time before the loss. */
	if (!dispatch_loss(renderer)) {
		feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_TIMER});
	}
	/* Some output may never show a frame. */
	if (renderer_generation(renderer)) {
		rebuild_leftover_due(renderer);
	}
}

void renderer_job_done(struct renderer *renderer, struct job *job)
{
	if (job == renderer->disposal_job) {
		rebuild_leftover_gone(renderer);
		return;
	}
	feed(renderer, rebuild_conclude(renderer, job));
}
