/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "renderer.h"

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

static void drop(struct renderer *renderer, enum recovery_drop how)
{
	generation_destroy(renderer->generation, how == RECOVERY_DROP_LOST);
	renderer->generation = NULL;
}

/* Where the old display is of no use any more it is left only by what works on it now. */
static void detach_generation(struct renderer *renderer, enum recovery_drop how)
{
	struct generation *gen = renderer->generation;

	if (!gen) {
		return;
	}
	program_set_collect(&renderer->programs, gen);
	if (how == RECOVERY_DROP_ALIVE) {
		drop(renderer, how);
		return;
	}
	generation_strip(gen);
	if (!gen->disposal->abandon_context) {
		egl_make_current(&renderer->egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
	egl_forget_current(&renderer->egl);
}

/* What has to be done about the display on this thread. Returns NULL on success. */
static const char *prepare_display(struct renderer *renderer, enum recovery_rung rung)
{
	struct egl *egl = &renderer->egl;
	bool closed = egl->display == EGL_NO_DISPLAY;

	/* The choice of a software driver takes the process's environment, and never hangs. */
	if (rung == RUNG_SOFTWARE || (rung == RUNG_CONTEXT && closed && egl->software)) {
		drop(renderer, RECOVERY_DROP_LOST);
		return egl_reopen(egl, true, renderer->disposal->abandon_display);
	}
	if (rung == RUNG_DISPLAY && !closed) {
		egl_close_windows(egl, renderer->disposal->abandon_display);
	}
	return NULL;
}

static void take_over(struct renderer *renderer, struct job *job)
{
	egl_take_over(&renderer->egl, &job->egl);
	renderer->generation = job->generation;
	if (renderer->generation) {
		renderer->generation->egl = &renderer->egl;
		renderer->generation->api = &renderer->api;
		renderer->disposal = renderer->generation->disposal;
	}
}

/* The job has run: returns its answer. */
static struct recovery_input conclude(struct renderer *renderer, struct job *job)
{
	struct recovery_input answer = job->answer;

	if (job->error) {
		renderer->host->trace(renderer->host, job->error);
	}
	if (job == renderer->probe) {
		renderer->probe = NULL;
		egl_forget_current(&renderer->egl); /* it may have run on this thread */
	} else {
		renderer->rebuild = NULL;
		take_over(renderer, job);
	}
	if (answer.event == RECOVERY_EVENT_REBUILT) {
		record_rebuilt(&renderer->record, renderer->generation);
	}
	job_destroy(job);
	return answer;
}

/* Whether by another thread or, short of those, by this one, which answers at once. */
static bool run(struct renderer *renderer, struct job *job, struct recovery_input *answer)
{
	if (renderer->host->start_job(renderer->host, job)) {
		return false;
	}
	job_run(job);
	*answer = conclude(renderer, job);
	return true;
}

static struct job *prepare_rebuild(struct renderer *renderer, enum recovery_rung rung)
{
	struct job *job = job_create(JOB_REBUILD, &renderer->egl);

	if (job) {
		job->rung = rung;
		job->generation_id = ++renderer->last_generation_id;
		job->old = renderer->generation;
		job->programs = renderer->programs;
		job->begin_ns = now(renderer);
		renderer->generation = NULL;
	}
	return job;
}

/* Returns whether there is an answer already. */
static bool start_rebuild(
	struct renderer *renderer, enum recovery_rung rung, struct recovery_input *answer)
{
	const char *error = prepare_display(renderer, rung);

	record_attempt(&renderer->record, rung);
	if (!error) {
		renderer->rebuild = prepare_rebuild(renderer, rung);
		error = renderer->rebuild ? NULL : "out of memory";
	}
	if (error) {
		renderer->host->trace(renderer->host, error);
		*answer = (struct recovery_input){.event = RECOVERY_EVENT_REBUILD_FAILED};
		return true;
	}
	return run(renderer, renderer->rebuild, answer);
}

static void abandon_rebuild(struct renderer *renderer)
{
	if (renderer->rebuild) {
		renderer->host->trace(renderer->host, "the driver does not return: left behind");
		renderer->host->forsake_job(renderer->host, renderer->rebuild);
		renderer->rebuild = NULL;
		egl_abandon(&renderer->egl);
	}
}

/* Does the GPU draw again? Asked while everything is drawn without it. */
static bool start_probe(struct renderer *renderer, struct recovery_input *answer)
{
	struct job *job = renderer->probe ? NULL : job_create(JOB_PROBE, &renderer->egl);

	if (!job) {
		return false;
	}
	job->begin_ns = now(renderer);
	renderer->probe = job;
	return run(renderer, job, answer);
}

/* Video memory was purged: what was derived from the contents is made anew in the same context. */
static void restore_contents(struct renderer *renderer)
{
	record_wait_over(&renderer->record);
	generation_drop_contents(renderer->generation, ++renderer->last_generation_id);
	record_rebuilt(&renderer->record, renderer->generation);
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
		abandon_rebuild(renderer);
	}
	if (orders->rebuild) {
		record_wait_over(&renderer->record);
		detach_generation(renderer, orders->drop);
		answered = start_rebuild(renderer, orders->rung, answer);
	} else if (orders->drop != RECOVERY_DROP_NONE) {
		drop(renderer, orders->drop);
	}
	if (orders->restore && renderer->generation) {
		restore_contents(renderer);
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
		answered = start_probe(renderer, answer);
	}
	if (orders->give_up) {
		record_finish(&renderer->record, renderer->recovery.cause);
		renderer->host->log(renderer->host,
			"GPU reset: no way back in this process; the last frames stay up");
	}
	return answered;
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
		}
	} while (carry_out(renderer, &orders, &in));
}

/* On GBM the surface owns the buffers that are on the screen, and the backend the device: both
 * stay. */
static uint32_t available_rungs(const struct renderer *renderer)
{
	if (renderer->egl.options.platform == EGL_PLATFORM_GBM_KHR) {
		return RUNG_BIT(RUNG_CONTEXT);
	}
	if (renderer->disposal->needs_new_display) {
		return RUNG_BIT(RUNG_DISPLAY) | RUNG_BIT(RUNG_SOFTWARE);
	}
	return RUNG_BIT(RUNG_CONTEXT) | RUNG_BIT(RUNG_DISPLAY) | RUNG_BIT(RUNG_SOFTWARE);
}

static void configure(struct renderer *renderer, struct recovery_config *config)
{
	recovery_config_init(config);
	config->rungs = available_rungs(renderer);
	if (renderer->disposal->status_sticks) {
		config->wait_limit_ns = WAIT_LIMIT_STUCK_NS;
		config->wait_limit_again_ns = WAIT_LIMIT_STUCK_NS;
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
		renderer->generation = generation_create_any(
			&renderer->egl, ++renderer->last_generation_id, &status, &error);
		if (!error) {
			return NULL;
		}
		drop(renderer, RECOVERY_DROP_LOST);
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
	configure(renderer, &config);
	orders = recovery_init(&renderer->recovery, &config, now(renderer));
	host->set_timer(host, orders.timer_ns);
	return NULL;
}

/* Nothing of ours may run on when the display is closed. */
static void end_jobs(struct renderer *renderer)
{
	struct job *rebuild = renderer->rebuild, *probe = renderer->probe;

	renderer->rebuild = NULL;
	renderer->probe = NULL;
	if (rebuild && renderer->host->join_job(renderer->host, rebuild)) {
		take_over(renderer, rebuild);
		job_destroy(rebuild);
	} else if (rebuild) {
		egl_abandon(&renderer->egl);
	}
	if (probe && renderer->host->join_job(renderer->host, probe)) {
		job_destroy(probe);
	}
}

void renderer_fini(struct renderer *renderer)
{
	bool lost;

	record_finish(&renderer->record, renderer->recovery.cause);
	feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_STOP});
	end_jobs(renderer);
	lost = renderer->generation && renderer->generation->lost;
	generation_destroy(renderer->generation, lost);
	renderer->generation = NULL;
	if (!lost || !renderer->disposal->abandon_display) {
		egl_finish(&renderer->egl);
	}
}

struct generation *renderer_generation(struct renderer *renderer)
{
	if (renderer->loss_pending || !recovery_can_draw(&renderer->recovery)) {
		return NULL;
	}
	return renderer->generation;
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
	if (!renderer_generation(renderer)) {
		return;
	}
	renderer->target_failures = 0;
	if (all) {
		record_whole_frame(
			&renderer->record, renderer->generation, renderer->recovery.cause);
	}
	feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_FRAME,
			       .whole = all && !renderer->doubt_pending});
}

void renderer_set_asleep(struct renderer *renderer, bool asleep)
{
	feed(renderer, (struct recovery_input){.event = asleep ? RECOVERY_EVENT_OUTPUTS_SLEEP
							       : RECOVERY_EVENT_OUTPUTS_WAKE});
}

void renderer_dispatch(struct renderer *renderer)
{
	bool doubt = renderer->doubt_pending;

	renderer->doubt_pending = false;
	if (renderer->loss_pending) {
		renderer->loss_pending = false;
		feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_LOST,
				       .status = renderer->loss_status});
	} else if (doubt) {
		feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_DOUBT});
	}
}

void renderer_timer(struct renderer *renderer)
{
	record_expire(&renderer->record, renderer->recovery.cause);
	feed(renderer, (struct recovery_input){.event = RECOVERY_EVENT_TIMER});
}

void renderer_job_done(struct renderer *renderer, struct job *job)
{
	feed(renderer, conclude(renderer, job));
}
