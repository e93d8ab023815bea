/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Contexts: made and destroyed, and asked by the threads that draw in them. */
#include "client-private.h"

#include <stdlib.h>

#include "gl/proof.h"

/* Where the group is lost, or turns out to be, the context comes with the next rebuild. */
static bool build_now(struct gpu_recovery *r, struct gpu_recovery_context *context)
{
	struct gpu_recovery_group *group = context->group;

	if (group->state != GROUP_ALIVE && group->state != GROUP_READY) {
		return true;
	}
	return client_build_context(r, context) || client_ask_group(r, group);
}

struct gpu_recovery_context *gpu_recovery_context_create(
	struct gpu_recovery_group *group, const EGLint *attribs, const char **error)
{
	struct gpu_recovery_context *context = calloc(1, sizeof(*context));
	struct gpu_recovery *r = group->recovery;
	const char *reason = context ? NULL : "out of memory";
	bool wake = false;

	if (context && !client_copy_attribs(
			       context->attribs, attribs, client_default_attribs(group->api))) {
		reason = "too many attributes";
	}
	if (!reason) {
		context->group = group;
		pthread_mutex_lock(&r->lock);
		reason = build_now(r, context) ? NULL : "EGL cannot create the context";
		wake = group->news;
		if (!reason) {
			struct gpu_recovery_context **last = &group->contexts;

			while (*last) {
				last = &(*last)->next;
			}
			*last = context;
		}
		client_leave_egl(r);
		pthread_mutex_unlock(&r->lock);
	}
	if (wake) {
		client_wake(r);
	}
	if (error) {
		*error = reason;
	}
	if (reason) {
		free(context);
		return NULL;
	}
	return context;
}

void gpu_recovery_context_destroy(struct gpu_recovery_context *context)
{
	struct gpu_recovery_context **link;
	struct gpu_recovery *r;

	if (!context) {
		return;
	}
	r = context->group->recovery;
	pthread_mutex_lock(&r->lock);
	link = &context->group->contexts;
	while (*link != context) {
		link = &(*link)->next;
	}
	*link = context->next;
	client_dispose_context(r, context);
	pthread_mutex_unlock(&r->lock);
	free(context);
}

EGLContext gpu_recovery_context_handle(struct gpu_recovery_context *context)
{
	return atomic_load(&context->handle);
}

enum gpu_recovery_status gpu_recovery_context_status(struct gpu_recovery_context *context)
{
	return client_status(atomic_load(&context->status));
}

static void lose(struct gpu_recovery_context *context, enum reset_status status)
{
	struct gpu_recovery_group *group = context->group;
	struct gpu_recovery *r = group->recovery;
	bool news;

	pthread_mutex_lock(&r->lock);
	news = client_note_loss(group, status);
	if (status != RESET_STATUS_NONE) {
		atomic_store(&context->status, status);
	}
	pthread_mutex_unlock(&r->lock);
	if (news) {
		client_wake(r);
	}
}

/* The query is that of the present contexts: it changes only while none of them is current. */
static enum reset_status ask(struct gpu_recovery_context *context)
{
	struct gpu_recovery_group *group = context->group;
	EGLContext handle = atomic_load(&context->handle);
	enum reset_status status;

	if (handle == EGL_NO_CONTEXT || group->recovery->api.eglGetCurrentContext() != handle ||
		!group->query) {
		return RESET_STATUS_NONE;
	}
	status = gl_reset_query_ask(group->query);
	return status == RESET_STATUS_PURGED ? RESET_STATUS_NONE : status;
}

bool gpu_recovery_context_check(struct gpu_recovery_context *context)
{
	enum reset_status status = RESET_STATUS_NONE;
	bool lost = atomic_load(&context->group->lost);

	if (!lost || atomic_load(&context->status) == RESET_STATUS_NONE) {
		status = ask(context);
	}
	if (status != RESET_STATUS_NONE) {
		lose(context, status);
	}
	return !lost && status == RESET_STATUS_NONE;
}

bool gpu_recovery_context_frame_done(struct gpu_recovery_context *context, EGLBoolean shown)
{
	struct gpu_recovery_group *group = context->group;
	bool lost_by_swap = !shown && group->recovery->api.eglGetError() == EGL_CONTEXT_LOST;

	if (!gpu_recovery_context_check(context)) {
		return false;
	}
	if (lost_by_swap) {
		lose(context, RESET_STATUS_NONE);
		return false;
	}
	if (shown && !atomic_load(&group->confirmed)) {
		pthread_mutex_lock(&group->recovery->lock);
		client_note_frame(group);
		pthread_mutex_unlock(&group->recovery->lock);
	}
	return true;
}

void gpu_recovery_context_report_lost(struct gpu_recovery_context *context)
{
	lose(context, RESET_STATUS_NONE);
}

bool gpu_recovery_context_prove(struct gpu_recovery_context *context)
{
	if (!gpu_recovery_context_check(context)) {
		return false;
	}
	if (gl_proof_draw(&context->group->recovery->api)) {
		return true;
	}
	/* The status tells more, where it tells anything. */
	if (gpu_recovery_context_check(context)) {
		lose(context, RESET_STATUS_NONE);
	}
	return false;
}
