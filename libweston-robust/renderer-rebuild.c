/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "renderer-rebuild.h"

struct generation_counters renderer_counters(const struct renderer *renderer)
{
	const struct generation *gen = renderer->generation;
	struct generation_counters sum = renderer->past;

	if (gen) {
		sum.uploaded_bytes += gen->counters.uploaded_bytes;
		sum.draw_calls += gen->counters.draw_calls;
		sum.status_queries += gen->counters.status_queries;
		sum.canaries += gen->counters.canaries;
		sum.restored_surfaces += gen->counters.restored_surfaces;
		sum.restored_bytes += gen->counters.restored_bytes;
		sum.placeholders += gen->counters.placeholders;
	}
	return sum;
}

static void count_past(struct renderer *renderer)
{
	struct generation_counters *past = &renderer->past;

	*past = renderer_counters(renderer);
	if (renderer->generation) {
		renderer->generation->counters = (struct generation_counters){0};
	}
}

void rebuild_drop(struct renderer *renderer, enum recovery_drop how)
{
	count_past(renderer);
	generation_destroy(renderer->generation, how == RECOVERY_DROP_LOST);
	renderer->generation = NULL;
}

void rebuild_detach(struct renderer *renderer, enum recovery_drop how)
{
	struct generation *gen = renderer->generation;

	if (!gen) {
		return;
	}
	count_past(renderer);
	program_set_collect(&renderer->programs, gen, renderer->frames != renderer->frames_before);
	if (how == RECOVERY_DROP_LOST) {
		generation_mark_lost(gen);
	}
	generation_strip(gen);
	if (gen->sound || !gen->disposal->abandon_context) {
		egl_make_current(&renderer->egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
	egl_forget_current(&renderer->egl);
}

void rebuild_leftover_due(struct renderer *renderer)
{
	if (renderer->leftover) {
		renderer->leftover_due = true;
		renderer->host->schedule_dispatch(renderer->host);
	}
}

void rebuild_dispose_leftover(struct renderer *renderer)
{
	struct job *job;

	if (!renderer->leftover_due || renderer->disposal_job || renderer->rebuild) {
		return;
	}
	job = job_create(JOB_DISPOSE, &renderer->egl);
	if (!job) {
		return;
	}
	job->old = renderer->leftover;
	renderer->leftover = NULL;
	renderer->leftover_due = false;
	renderer->disposal_job = job;
	if (!renderer->host->start_job(renderer->host, job)) {
		job_run(job);
		rebuild_leftover_gone(renderer);
	}
}

void rebuild_leftover_gone(struct renderer *renderer)
{
	job_destroy(renderer->disposal_job);
	renderer->disposal_job = NULL;
	egl_forget_current(&renderer->egl); /* it may have run on this thread */
}

/* Nothing may be left on a display that is going to be closed. */
static void settle_leftovers(struct renderer *renderer)
{
	struct job *job = renderer->disposal_job;

	if (job) {
		renderer->disposal_job = NULL;
		if (renderer->host->join_job(renderer->host, job)) {
			job_destroy(job);
		} else {
			renderer->egl.doomed = true;
		}
		egl_forget_current(&renderer->egl); /* it may have run on this thread */
	}
	generation_destroy(renderer->leftover, true);
	renderer->leftover = NULL;
	renderer->leftover_due = false;
}

/* What has to be done about the display on this thread. Returns NULL on success. */
static const char *prepare_display(struct renderer *renderer, enum recovery_rung rung)
{
	struct egl *egl = &renderer->egl;
	bool closed = egl->display == EGL_NO_DISPLAY;

	/* The choice of a software driver takes the process's environment, and never hangs. */
	if (rung == RUNG_SOFTWARE || (rung == RUNG_CONTEXT && closed && egl->software)) {
		rebuild_drop(renderer, RECOVERY_DROP_LOST);
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
		/* What was not worth to be ready is made when it is needed. */
		renderer->generation->inherited = &renderer->programs;
		renderer->frames_before = renderer->frames;
		renderer->disposal = renderer->generation->disposal;
	}
}

static void keep_leftover(struct renderer *renderer, struct job *job)
{
	renderer->leftover = job->old;
	if (job->old) {
		job->old->egl = &renderer->egl;
		job->old->api = &renderer->api;
	}
}

struct recovery_input rebuild_conclude(struct renderer *renderer, struct job *job)
{
	struct recovery_input answer = job->answer;

	if (job->error) {
		renderer->host->trace(renderer->host, job->error);
	}
	if (job == renderer->probe) {
		renderer->probe = NULL;
		egl_forget_current(&renderer->egl); /* it may have run on this thread */
	} else {
		const struct disposal *before = renderer->disposal;

		renderer->rebuild = NULL;
		take_over(renderer, job);
		keep_leftover(renderer, job);
		if (renderer->disposal != before) {
			renderer_configure(renderer, &renderer->config);
		}
	}
	if (answer.event == RECOVERY_EVENT_REBUILD_FAILED) {
		/* They may be to blame. */
		program_set_forget_binaries(&renderer->programs);
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
	*answer = rebuild_conclude(renderer, job);
	return true;
}

static struct job *prepare_rebuild(struct renderer *renderer, enum recovery_rung rung)
{
	struct job *job = job_create(JOB_REBUILD, &renderer->egl);

	if (job) {
		job->rung = rung;
		job->generation_id = ++renderer->last_generation_id;
		job->old = renderer->generation;
		job->older = renderer->leftover;
		renderer->leftover = NULL;
		renderer->leftover_due = false;
		program_set_copy(&job->programs, &renderer->programs);
		job->begin_ns = renderer->host->now_ns(renderer->host);
		renderer->generation = NULL;
	}
	return job;
}

bool rebuild_start(
	struct renderer *renderer, enum recovery_rung rung, struct recovery_input *answer)
{
	const char *error;

	if (rung != RUNG_CONTEXT) {
		settle_leftovers(renderer);
	}
	error = prepare_display(renderer, rung);
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

void rebuild_abandon(struct renderer *renderer)
{
	if (renderer->rebuild) {
		renderer->host->trace(renderer->host, "the driver does not return: left behind");
		renderer->host->forsake_job(renderer->host, renderer->rebuild);
		renderer->rebuild = NULL;
		egl_abandon(&renderer->egl);
	}
}

bool rebuild_start_probe(struct renderer *renderer, struct recovery_input *answer)
{
	struct job *job = renderer->probe ? NULL : job_create(JOB_PROBE, &renderer->egl);

	if (!job) {
		return false;
	}
	job->begin_ns = renderer->host->now_ns(renderer->host);
	renderer->probe = job;
	return run(renderer, job, answer);
}

void rebuild_contents(struct renderer *renderer)
{
	record_wait_over(&renderer->record);
	generation_drop_contents(renderer->generation, ++renderer->last_generation_id);
	record_rebuilt(&renderer->record, renderer->generation);
	record_phase(&renderer->record, PHASE_FIRST_FRAME, renderer->recovery.rung, true);
}

void rebuild_end(struct renderer *renderer)
{
	struct job *rebuild = renderer->rebuild, *probe = renderer->probe;

	renderer->rebuild = NULL;
	renderer->probe = NULL;
	if (rebuild && renderer->host->join_job(renderer->host, rebuild)) {
		take_over(renderer, rebuild);
		keep_leftover(renderer, rebuild);
		job_destroy(rebuild);
	} else if (rebuild) {
		egl_abandon(&renderer->egl);
	}
	if (probe && renderer->host->join_job(renderer->host, probe)) {
		job_destroy(probe);
	}
	settle_leftovers(renderer);
}
