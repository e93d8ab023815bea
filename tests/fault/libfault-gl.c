/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Stand-ins, so that the fast path needs no test for a missing control page. */
static _Atomic uint32_t no_request;
static struct fault_slot no_slot;

struct fault_globals fault = {.attention = 1, .request = &no_request, .slot = &no_slot};
pthread_mutex_t fault_lock = PTHREAD_MUTEX_INITIALIZER;
_Thread_local struct fault_thread fault_thread __attribute__((tls_model("initial-exec")));

void fault_slot_detach(void)
{
	fault.slot = &no_slot;
	fault.request = &no_request;
}

void fault_log(const char *format, ...)
{
	char line[256];
	va_list args;

	if (!fault.verbose) {
		return;
	}
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	fprintf(stderr, "fault-gl[%d]: %s\n", (int)fault.pid, line);
}

void fault_attention(void)
{
	atomic_fetch_add(&fault.attention, 1);
}

bool fault_take_standing(enum fault_mode mode)
{
	bool taken = false;

	pthread_mutex_lock(&fault_lock);
	if (fault.standing[mode] != 0) {
		fault.standing[mode] -= fault.standing[mode] > 0;
		fault.slot->faults += mode != FAULT_MODE_ZOMBIE;
		taken = true;
	}
	pthread_mutex_unlock(&fault_lock);
	return taken;
}

static bool context_living(void)
{
	for (struct fault_context *c = fault.contexts; c; c = c->next) {
		if (!c->dead && !c->destroyed) {
			return true;
		}
	}
	return false;
}

static void strike_set(uint32_t struck, const char *call)
{
	for (int i = 0; i < fault.schedule.n_clauses; i++) {
		if (struck & 1u << i) {
			/* A copy, as a strike may be asked for again while this one runs. */
			struct fault_clause clause = fault.schedule.clauses[i];
			fault_strike(&clause, call, fault_now_ns());
		}
	}
}

/* A loss needs something to lose: before the first context, and between two, it has to wait. */
static void strike_urgent(const char *call)
{
	if (fault.n_urgent == 0) {
		return;
	}
	if (!context_living()) {
		fault.urgent_ns = fault_now_ns();
		return;
	}
	for (int i = 0; i < fault.n_urgent; i++) {
		/* Two losses that an idle program has met at once are one. */
		if (fault_clause_loses(&fault.urgent[i]) && !context_living()) {
			continue;
		}
		fault_strike(&fault.urgent[i], call, fault.urgent_ns);
	}
	fault.n_urgent = 0;
	atomic_store(&fault.slot->struck, fault.seen_request);
}

static void step_schedule(const char *call)
{
	int64_t elapsed_ms;

	if (fault.schedule.n_clauses == 0 || !context_living()) {
		return;
	}
	strike_set(
		fault_schedule_step(&fault.schedule, FAULT_AT_CALL, call, fault.rebuilding), call);
	if (fault_schedule_armed(&fault.schedule, FAULT_AT_TIME)) {
		elapsed_ms = (fault_now_ns() - fault.start_ns) / 1000000;
		strike_set(
			fault_schedule_elapse(&fault.schedule, elapsed_ms, fault.rebuilding), call);
	}
}

/* The means of finding out about errors must not fail themselves. */
static bool may_fail(enum fault_fn fn)
{
	switch (fn) {
	case FN_glGetError:
	case FN_glGetGraphicsResetStatus:
	case FN_glGetGraphicsResetStatusEXT:
	case FN_glGetGraphicsResetStatusKHR:
	case FN_eglGetProcAddress:
		return false;
	default:
		return true;
	}
}

bool fault_poll(enum fault_fn fn)
{
	bool pass = true;

	pthread_mutex_lock(&fault_lock);
	fault_request_poll();
	strike_urgent(fault_entries[fn].name);
	step_schedule(fault_entries[fn].name);
	if (fault.standing[FAULT_MODE_CALL_FAILS] != 0 && may_fail(fn)) {
		fault.standing[FAULT_MODE_CALL_FAILS] -= fault.standing[FAULT_MODE_CALL_FAILS] > 0;
		fault.slot->faults++;
		fault_log("%s fails", fault_entries[fn].name);
		pass = false;
	}
	pthread_mutex_unlock(&fault_lock);
	return pass;
}

static void flush_counts(void)
{
	fault.slot->gl_calls += fault_thread.gl_calls;
	fault_thread.gl_calls = 0;
}

/* Whether each single call has to be looked at, so that the fast path must stay closed. */
static bool every_call_matters(const struct fault_context *context)
{
	return (context && (context->dead || context->zombie)) || fault.n_urgent > 0 ||
	       fault.standing[FAULT_MODE_OOM_UPLOAD] != 0 ||
	       fault.standing[FAULT_MODE_CALL_FAILS] != 0 ||
	       fault_schedule_armed(&fault.schedule, FAULT_AT_CALL) ||
	       fault_schedule_armed(&fault.schedule, FAULT_AT_TIME);
}

static void note_dead_call(struct fault_context *context, enum fault_fn fn)
{
	context->gl_error = GL_CONTEXT_LOST;
	fault.slot->dead_calls++;
	snprintf(fault.slot->last_dead_call, sizeof fault.slot->last_dead_call, "%s",
		fault_entries[fn].name);
}

static bool context_passes(struct fault_context *context, enum fault_fn fn)
{
	unsigned flags = fault_entries[fn].flags;

	if (context->dead) {
		note_dead_call(context, fn);
		return false;
	}
	if (context->zombie && (flags & FAULT_FN_DRAW)) {
		fault.slot->zombie_calls++;
		return false;
	}
	if ((flags & FAULT_FN_UPLOAD) && fault_take_standing(FAULT_MODE_OOM_UPLOAD)) {
		context->gl_error = GL_OUT_OF_MEMORY;
		return false;
	}
	return true;
}

bool fault_gl_slow(enum fault_fn fn)
{
	struct fault_thread *t = &fault_thread;

	fault_start();
	uint32_t attention = atomic_load(&fault.attention);
	uint32_t request = atomic_load(fault.request);
	bool pass = fault_poll(fn);
	if (!fault_real_find(fn)) {
		return false;
	}
	flush_counts();
	if (!pass && t->context) {
		t->context->gl_error = GL_OUT_OF_MEMORY;
	}
	fault_spoil_purged();
	pass = pass && (!t->context || context_passes(t->context, fn));
	if (!every_call_matters(t->context)) {
		t->seen_attention = attention;
		t->seen_request = request;
	}
	return pass;
}

bool fault_egl_enter(enum fault_fn fn)
{
	fault_start();
	fault_thread.egl_error = EGL_SUCCESS;
	bool pass = fault_poll(fn);
	flush_counts();
	fault.slot->egl_calls++;
	if (!pass || !fault_real_find(fn)) {
		fault_egl_fail(EGL_BAD_ALLOC);
		return false;
	}
	return true;
}

EGLBoolean fault_egl_fail(EGLint error)
{
	fault_thread.egl_error = error;
	return EGL_FALSE;
}

void fault_frame_ends(enum fault_fn fn)
{
	pthread_mutex_lock(&fault_lock);
	if (context_living()) {
		strike_set(fault_schedule_step(
				   &fault.schedule, FAULT_AT_FRAME, NULL, fault.rebuilding),
			fault_entries[fn].name);
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_frame_done(void)
{
	struct fault_thread *t = &fault_thread;

	t->drew = false;
	flush_counts();
	pthread_mutex_lock(&fault_lock);
	if (t->context && !t->context->dead && !t->context->zombie) {
		fault.slot->frames++;
		if (fault.rebuilding && fault.slot->first_frame_ns == 0) {
			fault.slot->first_frame_ns = fault_now_ns();
		}
		fault.rebuilding = false;
	}
	pthread_mutex_unlock(&fault_lock);
}
