/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "fault.h"

#include <stdio.h>

/* Modes that make coming calls fail; the others describe the loss itself. */
static const enum fault_mode standing_modes[] = {FAULT_MODE_ZOMBIE, FAULT_MODE_CREATE_FAILS,
	FAULT_MODE_OOM_UPLOAD, FAULT_MODE_IMAGE_FAILS, FAULT_MODE_CALL_FAILS};

GLenum fault_cause_status(enum fault_cause cause)
{
	switch (cause) {
	case FAULT_CAUSE_GUILTY:
		return GL_GUILTY_CONTEXT_RESET;
	case FAULT_CAUSE_INNOCENT:
		return GL_INNOCENT_CONTEXT_RESET;
	case FAULT_CAUSE_UNKNOWN:
		return GL_UNKNOWN_CONTEXT_RESET;
	case FAULT_CAUSE_PURGED:
		return GL_PURGED_CONTEXT_RESET_NV;
	}
	return GL_UNKNOWN_CONTEXT_RESET;
}

static void add_standing(enum fault_mode mode, int64_t count)
{
	if (count == FAULT_PER_DISPLAY) {
		for (int i = 0; i < fault.n_displays; i++) {
			fault.displays[i].marks |= 1u << mode;
		}
	} else if (count == FAULT_UNLIMITED || fault.standing[mode] == FAULT_UNLIMITED) {
		fault.standing[mode] = FAULT_UNLIMITED;
	} else {
		fault.standing[mode] += count;
	}
}

static void set_up_standing(const struct fault_clause *clause)
{
	for (size_t i = 0; i < sizeof standing_modes / sizeof *standing_modes; i++) {
		if (fault_clause_has(clause, standing_modes[i])) {
			add_standing(standing_modes[i], clause->counts[standing_modes[i]]);
		}
	}
	if (!fault_clause_loses(clause)) {
		for (enum fault_mode mode = FAULT_MODE_SWAP_ERROR;
			mode <= FAULT_MODE_MAKE_CURRENT_ERROR; mode++) {
			if (fault_clause_has(clause, mode)) {
				add_standing(mode, clause->counts[mode]);
			}
		}
	}
}

static bool struck(const struct fault_clause *clause, const struct fault_context *context)
{
	return !context->dead && fault_ring_holds(clause->ring, context->group);
}

/* Which of those that are lost a context is, in the order of their creation. The list is the other
 * way round: older ones are still alive. */
static int64_t rank(const struct fault_clause *clause, const struct fault_context *context)
{
	int64_t before = 0;

	for (struct fault_context *c = fault.contexts; c; c = c->next) {
		before += struck(clause, c) && !c->destroyed && c->serial < context->serial;
	}
	return before + 1;
}

static enum fault_cause cause_for(
	const struct fault_clause *clause, const struct fault_context *context)
{
	if (clause->guilty == 0) {
		return clause->cause;
	}
	return rank(clause, context) == clause->guilty ? FAULT_CAUSE_GUILTY : FAULT_CAUSE_INNOCENT;
}

/* Nobody can ask for the status when no context was created for it, or none tells: then the reset
 * takes no time. */
static bool kill_contexts(const struct fault_clause *clause)
{
	bool robust = false;

	for (struct fault_context *c = fault.contexts; c; c = c->next) {
		if (!struck(clause, c)) {
			continue;
		}
		if (fault_clause_has(clause, FAULT_MODE_SILENT)) {
			c->zombie = true;
			continue;
		}
		robust |= c->robust;
		c->make_current_fails = fault_clause_has(clause, FAULT_MODE_MAKE_CURRENT_ERROR);
		fault_context_kill(c, cause_for(clause, c));
		fault.slot->contexts_lost++;
	}
	return robust;
}

static void begin_reset(const struct fault_clause *clause, int64_t now, bool robust)
{
	fault.reset.active = true;
	fault.reset.cause = clause->guilty > 0 ? FAULT_CAUSE_INNOCENT : clause->cause;
	fault.reset.ring = clause->ring;
	fault.reset.forever = clause->forever;
	fault.reset.queries = clause->queries;
	fault.reset.end_ns = clause->ms >= 0 ? now + clause->ms * 1000000 : 0;
	fault.slot->losses++;
	fault.slot->reset_state = FAULT_RESET_ACTIVE;
	fault.slot->cause = clause->guilty > 0 ? FAULT_CAUSE_GUILTY : clause->cause;
	fault.slot->loss_ns = now;
	fault.slot->first_query_ns = 0;
	fault.slot->over_ns = 0;
	fault.slot->rebuilt_ns = 0;
	fault.slot->first_frame_ns = 0;
	fault.rebuilding = true;
	fault.garbage = fault_clause_has(clause, FAULT_MODE_GARBAGE);
	if (clause->queries == 0 || (clause->queries > 0 && clause->ms < 0 && !robust)) {
		fault_reset_end();
	}
}

/* Contents are gone but the contexts live on (EGL_NV_robustness_video_memory_purge). */
static void purge(const struct fault_clause *clause)
{
	for (struct fault_context *c = fault.contexts; c; c = c->next) {
		if (!c->dead && c->robust && c->purge_notify) {
			c->purged = true;
			c->spoiled = false;
		}
	}
	fault.slot->faults++;
}

static bool anybody_struck(const struct fault_clause *clause)
{
	for (struct fault_context *c = fault.contexts; c; c = c->next) {
		if (struck(clause, c)) {
			return true;
		}
	}
	return false;
}

void fault_strike(const struct fault_clause *clause, const char *call, int64_t when_ns)
{
	snprintf(fault.slot->struck_call, sizeof fault.slot->struck_call, "%s", call);
	set_up_standing(clause);
	if (!fault_clause_loses(clause)) {
		fault_log("armed at %s", call);
	} else if (clause->ring != 0 && !anybody_struck(clause)) {
		fault_log("nobody in the ring at %s", call);
	} else if (clause->cause == FAULT_CAUSE_PURGED) {
		fault_log("video memory purged at %s", call);
		purge(clause);
	} else {
		fault_log("contexts lost at %s, cause %s", call, fault_cause_name(clause->cause));
		begin_reset(clause, when_ns, kill_contexts(clause));
	}
	fault_attention();
}

void fault_reset_end(void)
{
	if (!fault.reset.active) {
		return;
	}
	fault.reset.active = false;
	fault.slot->reset_state = FAULT_RESET_OVER;
	fault.slot->over_ns = fault_now_ns();
	fault_log("reset is over");
}

bool fault_reset_active(void)
{
	if (fault.reset.active && fault.reset.end_ns > 0 && fault_now_ns() >= fault.reset.end_ns) {
		fault_reset_end();
	}
	return fault.reset.active;
}

static GLenum answer(struct fault_context *context, enum fault_cause cause)
{
	if (fault.slot->first_query_ns == 0) {
		fault.slot->first_query_ns = fault_now_ns();
	}
	fault.slot->status_answers++;
	context->told = true;
	return fault_cause_status(cause);
}

static GLenum dead_status(struct fault_context *context)
{
	if (!context->robust) {
		return GL_NO_ERROR;
	}
	if (fault_reset_active()) {
		GLenum status = answer(context, context->cause);
		if (fault.reset.queries > 0 && --fault.reset.queries == 0) {
			fault_reset_end();
		}
		return status;
	}
	/* "…at any point since the last call": a reset that came and went is told once. */
	return context->told ? GL_NO_ERROR : answer(context, context->cause);
}

bool fault_reset_status(GLenum *status)
{
	struct fault_context *context = fault_thread.context;
	bool answered = false;

	pthread_mutex_lock(&fault_lock);
	fault.slot->status_queries++;
	if (context && context->dead) {
		*status = dead_status(context);
		answered = true;
	} else if (context && context->purged) {
		context->purged = false;
		*status = answer(context, FAULT_CAUSE_PURGED);
		answered = true;
	}
	pthread_mutex_unlock(&fault_lock);
	return answered;
}
