/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "job.h"

#include <stdlib.h>

#include "gl/draw.h"

struct job *job_create(enum job_kind kind, const struct egl *egl)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job) {
		return NULL;
	}
	job->kind = kind;
	job->api = *egl->api;
	job->egl = *egl;
	job->egl.api = &job->api;
	job->egl.windows = NULL;
	return job;
}

/* Returns NULL on success, else what went wrong. */
static const char *climb(struct job *job)
{
	bool abandon = job->egl.disposal->abandon_display;

	if (job->rung == RUNG_DISPLAY) {
		return egl_reopen(&job->egl, false, abandon);
	}
	/* Software displays are opened by the caller: that takes the process's environment. */
	if (job->egl.display == EGL_NO_DISPLAY && !job->egl.software) {
		return egl_reopen(&job->egl, false, abandon);
	}
	return job->egl.display == EGL_NO_DISPLAY ? "there is no software display" : NULL;
}

/* What is current here can't be made current elsewhere. */
static bool leave_context(struct job *job)
{
	bool left = job->egl.display == EGL_NO_DISPLAY ||
		    egl_make_current(&job->egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);

	egl_forget_current(&job->egl);
	return left;
}

static void create(struct job *job)
{
	job->generation = generation_create_any(
		&job->egl, job->generation_id, &job->programs, &job->answer.status, &job->error);
	/* To be ready sooner is worth a try, and no failure. */
	if (!job->error && job->programs.count > 0 &&
		!draw_prepare(job->generation, &job->programs)) {
		generation_destroy(job->generation, false);
		job->programs.count = 0;
		create(job);
	}
	if (job->generation) {
		job->generation->inherited = NULL;
	}
}

static void dispose(struct job *job, struct generation **gen)
{
	if (*gen) {
		(*gen)->egl = &job->egl;
		(*gen)->api = &job->api;
		generation_destroy(*gen, true);
		*gen = NULL;
	}
}

/* Not where the display is about to be closed, or where destroying marks it as doomed. */
static bool old_can_wait(const struct job *job)
{
	return job->old && job->rung == RUNG_CONTEXT && job->egl.display != EGL_NO_DISPLAY &&
	       (job->old->sound || !job->old->disposal->abandon_context);
}

static void rebuild(struct job *job)
{
	dispose(job, &job->older);
	if (!old_can_wait(job)) {
		dispose(job, &job->old);
	}
	job->answer.event = RECOVERY_EVENT_REBUILD_FAILED;
	job->error = climb(job);
	if (!job->error) {
		create(job);
	}
	/* It may be in the way: of memory, or of a driver that knows one context only. */
	if (!job->generation && job->old) {
		dispose(job, &job->old);
		program_set_forget_binaries(&job->programs);
		create(job);
	}
	if (!leave_context(job) && job->generation) {
		generation_destroy(job->generation, true);
		job->generation = NULL;
		job->error = "EGL does not release the new context";
	}
	if (job->generation) {
		job->answer.event = job->error ? RECOVERY_EVENT_LOST : RECOVERY_EVENT_REBUILT;
	}
}

static void probe(struct job *job)
{
	struct generation *gen;
	struct egl other;

	job->answer.event = RECOVERY_EVENT_PROBE_FAILED;
	job->error = egl_open_beside(&job->egl, &other);
	if (job->error) {
		return;
	}
	gen = generation_create(&other, 0, &job->error);
	if (gen) {
		generation_destroy(gen, false);
		job->answer.event = RECOVERY_EVENT_PROBE_OK;
	}
	egl_finish(&other);
}

void job_run(struct job *job)
{
	egl_forget_current(&job->egl);
	switch (job->kind) {
	case JOB_REBUILD:
		rebuild(job);
		break;
	case JOB_PROBE:
		probe(job);
		break;
	case JOB_DISPOSE:
		dispose(job, &job->old);
		break;
	}
}

void job_destroy(struct job *job)
{
	if (job) {
		program_set_forget_binaries(&job->programs);
	}
	free(job);
}
