/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Share groups. */
#include "client-private.h"

#include <stdio.h>
#include <stdlib.h>

static const EGLint es_attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};

const EGLint *client_default_attribs(EGLenum api)
{
	return api == EGL_OPENGL_API ? NULL : es_attribs;
}

static bool take_options(
	struct gpu_recovery_group *group, const struct gpu_recovery_group_options *options)
{
	const struct gpu_recovery_group_options none = {.size = sizeof(none)};

	if (!options) {
		options = &none;
	}
	group->api = options->api == EGL_OPENGL_API ? EGL_OPENGL_API : EGL_OPENGL_ES_API;
	snprintf(
		group->name, sizeof(group->name), "%s", options->name ? options->name : "contexts");
	return client_copy_attribs(
		group->attribs, options->attribs, client_default_attribs(group->api));
}

/* One that was born during a reset has yet to come into being. */
static const char *build_first(struct gpu_recovery *r, struct gpu_recovery_group *group)
{
	enum reset_status status = RESET_STATUS_UNKNOWN;
	const char *error = "there is no display at the moment";

	if (r->egl.display != EGL_NO_DISPLAY) {
		error = client_build_group(r, group, &status);
	}

	if (error && status == RESET_STATUS_NONE) {
		return error;
	}
	if (error) {
		group->state = GROUP_READY;
		client_note_loss(group, status);
	}
	return NULL;
}

struct gpu_recovery_group *gpu_recovery_group_create(struct gpu_recovery *recovery,
	const struct gpu_recovery_group_options *options, const char **error)
{
	struct gpu_recovery_group *group = calloc(1, sizeof(*group));
	const char *reason = group ? NULL : "out of memory";
	bool wake = false;

	if (group && !take_options(group, options)) {
		reason = "too many attributes";
	}
	if (!reason) {
		group->recovery = recovery;
		pthread_mutex_lock(&recovery->lock);
		reason = build_first(recovery, group);
		if (!reason) {
			struct gpu_recovery_group **last = &recovery->groups;

			while (*last) {
				last = &(*last)->next;
			}
			*last = group;
			wake = group->news;
		}
		client_leave_egl(recovery);
		pthread_mutex_unlock(&recovery->lock);
	}
	if (wake) {
		client_wake(recovery);
	}
	if (error) {
		*error = reason;
	}
	if (reason) {
		free(group);
		return NULL;
	}
	return group;
}

void gpu_recovery_group_destroy(struct gpu_recovery_group *group)
{
	struct gpu_recovery *r;

	if (!group) {
		return;
	}
	r = group->recovery;
	pthread_mutex_lock(&r->lock);
	client_remove_group(group);
	client_leave_egl(r);
	pthread_mutex_unlock(&r->lock);
}

void client_remove_group(struct gpu_recovery_group *group)
{
	struct gpu_recovery *r = group->recovery;
	struct gpu_recovery_group **link = &r->groups;

	while (*link != group) {
		link = &(*link)->next;
	}
	*link = group->next;
	client_dispose_group(r, group, atomic_load(&group->lost));
	while (group->contexts) {
		struct gpu_recovery_context *next = group->contexts->next;

		free(group->contexts);
		group->contexts = next;
	}
	free(group);
}

uint64_t gpu_recovery_group_generation(struct gpu_recovery_group *group)
{
	uint64_t generation;

	pthread_mutex_lock(&group->recovery->lock);
	generation = group->generation;
	pthread_mutex_unlock(&group->recovery->lock);
	return generation;
}

bool gpu_recovery_group_is_robust(struct gpu_recovery_group *group)
{
	bool robust;

	pthread_mutex_lock(&group->recovery->lock);
	robust = group->robust && (group->query || group->sentinel == EGL_NO_CONTEXT);
	pthread_mutex_unlock(&group->recovery->lock);
	return robust;
}

enum gpu_recovery_status client_status(enum reset_status status)
{
	switch (status) {
	case RESET_STATUS_GUILTY:
		return GPU_RECOVERY_GUILTY;
	case RESET_STATUS_INNOCENT:
		return GPU_RECOVERY_INNOCENT;
	case RESET_STATUS_UNKNOWN:
		return GPU_RECOVERY_UNKNOWN;
	case RESET_STATUS_NONE:
	case RESET_STATUS_PURGED:
		break;
	}
	return GPU_RECOVERY_NO_RESET;
}

enum gpu_recovery_status gpu_recovery_group_cause(struct gpu_recovery_group *group)
{
	enum reset_status cause;

	pthread_mutex_lock(&group->recovery->lock);
	cause = group->cause;
	pthread_mutex_unlock(&group->recovery->lock);
	return client_status(cause);
}
