/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "fault.h"

#include <stdlib.h>

struct fault_context *fault_context_find(EGLDisplay display, EGLContext handle)
{
	for (struct fault_context *c = fault.contexts; c; c = c->next) {
		/* A driver may reuse the address of a context that is destroyed but current. */
		if (c->handle == handle && c->display == display && !c->destroyed) {
			return c;
		}
	}
	return NULL;
}

static void group_drop_names(struct fault_share_group *group, bool lost)
{
	for (int type = 0; type < FAULT_NAME_SHARED_COUNT; type++) {
		fault_name_set_drop(&group->names[type], type, lost);
	}
	free(group->borrowed.bits);
	group->borrowed = (struct fault_name_set){0};
}

static void drop_own_names(struct fault_context *context, bool lost)
{
	for (int type = FAULT_NAME_SHARED_COUNT; type < FAULT_NAME_COUNT; type++) {
		fault_name_set_drop(&context->names[type], type, lost);
	}
}

void fault_context_kill(struct fault_context *context, enum fault_cause cause)
{
	context->dead = true;
	context->told = false;
	context->cause = cause;
	context->purged = false;
	if (!context->destroyed) {
		fault.slot->objects_alive[FAULT_OBJECT_CONTEXT]--;
		fault.slot->contexts_dead++;
	}
	drop_own_names(context, true);
	if (!context->group->dead) {
		context->group->dead = true;
		group_drop_names(context->group, true);
	}
}

bool fault_ring_holds(uint32_t ring, const struct fault_share_group *group)
{
	return ring == 0 || (group->number <= FAULT_RING_MAX && (ring & 1u << (group->number - 1)));
}

static bool number_taken(int number)
{
	for (struct fault_context *c = fault.contexts; c; c = c->next) {
		if (c->group->number == number && !c->group->dead) {
			return true;
		}
	}
	return false;
}

static struct fault_share_group *create_group(void)
{
	struct fault_share_group *group = calloc(1, sizeof *group);

	if (group) {
		group->number = 1;
		while (number_taken(group->number)) {
			group->number++;
		}
	}
	return group;
}

static struct fault_share_group *group_for(EGLDisplay display, EGLContext share)
{
	struct fault_context *other =
		share == EGL_NO_CONTEXT ? NULL : fault_context_find(display, share);
	struct fault_share_group *group = other ? other->group : create_group();

	if (group) {
		group->refs++;
	}
	return group;
}

static bool display_marked(EGLDisplay display, enum fault_mode mode)
{
	for (int i = 0; i < fault.n_displays; i++) {
		if (fault.displays[i].handle == display) {
			return fault.displays[i].marks & 1u << mode;
		}
	}
	return false;
}

bool fault_display_takes(EGLDisplay display, enum fault_mode mode)
{
	pthread_mutex_lock(&fault_lock);
	bool marked = display_marked(display, mode);
	pthread_mutex_unlock(&fault_lock);
	return marked || fault_take_standing(mode);
}

void fault_display_seen(EGLDisplay display)
{
	pthread_mutex_lock(&fault_lock);
	int i = 0;
	while (i < fault.n_displays && fault.displays[i].handle != display) {
		i++;
	}
	if (i == fault.n_displays && i < FAULT_MAX_DISPLAYS) {
		fault.displays[fault.n_displays++] = (struct fault_display){display, 0};
	}
	pthread_mutex_unlock(&fault_lock);
}

/* Born in a lost share group or while the reset goes on: lost from the start. */
static void settle_birth(struct fault_context *context)
{
	bool resetting = fault_reset_active() && fault_ring_holds(fault.reset.ring, context->group);

	fault.slot->objects_created[FAULT_OBJECT_CONTEXT]++;
	fault.slot->objects_alive[FAULT_OBJECT_CONTEXT]++;
	if (resetting || context->group->dead) {
		fault_context_kill(context, fault.reset.cause);
		fault.slot->contexts_born_dead++;
	} else if (fault.rebuilding && fault.slot->rebuilt_ns == 0 && !context->zombie) {
		fault.slot->rebuilt_ns = fault_now_ns();
	}
}

void fault_context_created(
	EGLDisplay display, EGLContext handle, EGLContext share, bool robust, bool purge_notify)
{
	/* Zombies are what a driver hands out after a loss, never before. */
	bool zombie = fault.slot->losses > 0 && fault_display_takes(display, FAULT_MODE_ZOMBIE);
	struct fault_context *context = calloc(1, sizeof *context);

	if (!context) {
		return;
	}
	pthread_mutex_lock(&fault_lock);
	*context = (struct fault_context){
		.display = display,
		.handle = handle,
		.serial = ++fault.last_serial,
		.group = group_for(display, share),
		.robust = robust,
		.purge_notify = purge_notify,
		.zombie = zombie,
		.next = fault.contexts,
	};
	if (context->group) {
		fault.contexts = context;
		settle_birth(context);
	} else {
		free(context);
	}
	pthread_mutex_unlock(&fault_lock);
}

static void release(struct fault_context *context)
{
	struct fault_context **link = &fault.contexts;

	if (!context->destroyed || context->current > 0) {
		return;
	}
	while (*link != context) {
		link = &(*link)->next;
	}
	*link = context->next;
	drop_own_names(context, false);
	if (--context->group->refs == 0) {
		group_drop_names(context->group, false);
		free(context->group);
	}
	free(context);
}

static void destroy(struct fault_context *context)
{
	if (context->destroyed) {
		return;
	}
	context->destroyed = true;
	if (context->dead) {
		fault.slot->contexts_dead--;
	} else {
		fault.slot->objects_alive[FAULT_OBJECT_CONTEXT]--;
	}
	release(context);
}

void fault_context_destroyed(EGLDisplay display, EGLContext handle)
{
	pthread_mutex_lock(&fault_lock);
	struct fault_context *context = fault_context_find(display, handle);
	if (context) {
		destroy(context);
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_display_terminated(EGLDisplay display)
{
	struct fault_context *next;

	pthread_mutex_lock(&fault_lock);
	for (struct fault_context *c = fault.contexts; c; c = next) {
		next = c->next;
		if (c->display == display) {
			destroy(c);
		}
	}
	for (int i = 0; i < fault.n_displays; i++) {
		if (fault.displays[i].handle == display) {
			fault.displays[i] = fault.displays[--fault.n_displays];
			break;
		}
	}
	pthread_mutex_unlock(&fault_lock);
}

void fault_context_bound(EGLDisplay display, EGLContext handle, EGLSurface draw, EGLSurface read)
{
	struct fault_thread *t = &fault_thread;

	pthread_mutex_lock(&fault_lock);
	struct fault_context *context =
		handle == EGL_NO_CONTEXT ? NULL : fault_context_find(display, handle);
	struct fault_context *old = t->context;
	/* Binding the same destroyed context again would look it up in vain. */
	if (!context && old && handle != EGL_NO_CONTEXT && old->handle == handle) {
		context = old;
	}
	if (context) {
		context->current++;
	}
	t->context = context;
	t->display = context ? display : EGL_NO_DISPLAY;
	t->draw = context ? draw : EGL_NO_SURFACE;
	t->read = context ? read : EGL_NO_SURFACE;
	if (old) {
		old->current--;
		release(old);
	}
	pthread_mutex_unlock(&fault_lock);
	/* What was calm for the old context may not be for this one. */
	t->seen_attention = 0;
}
