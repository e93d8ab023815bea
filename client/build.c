/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Making the contexts of a group, and getting rid of them. */
#include "client-private.h"

#include "gl/disposal.h"
#include "gl/proof.h"

const char *client_choose_config(struct gpu_recovery *r)
{
	EGLConfig config = EGL_NO_CONFIG_KHR;
	EGLint count = 0;

	if (r->config_attribs[0] == EGL_NONE) {
		r->egl.config = EGL_NO_CONFIG_KHR;
		return r->egl.no_config_context ? NULL : "EGL wants a config for each context";
	}
	if (!r->api.eglChooseConfig(r->egl.display, r->config_attribs, &config, 1, &count) ||
		count < 1) {
		return "EGL has no config with these attributes";
	}
	r->egl.config = config;
	return NULL;
}

static EGLContext make_context(struct gpu_recovery *r, const struct gpu_recovery_group *group,
	const EGLint *attribs, EGLContext share, bool robust)
{
	const struct egl_context_request request = {
		.api = group->api,
		.config = r->egl.config,
		.share = share,
		.attribs = attribs,
		.robust = robust,
	};

	client_enter_egl(r);
	return r->api.eglBindAPI(group->api) ? egl_try_context(&r->egl, &request) : EGL_NO_CONTEXT;
}

/* Whether the driver said no to reset notification, and not to the context as such. */
static bool refused_robustness(struct gpu_recovery *r)
{
	EGLint error = r->api.eglGetError();

	return error == EGL_BAD_ATTRIBUTE || error == EGL_BAD_MATCH;
}

/* The group stays what it once was: all that share must agree on the reset notification. */
static bool make_sentinel(struct gpu_recovery *r, struct gpu_recovery_group *group)
{
	bool try_robust =
		group->built ? group->robust
			     : r->egl.create_context_robustness || group->api == EGL_OPENGL_API;

	group->robust = try_robust;
	group->sentinel = make_context(r, group, group->attribs, EGL_NO_CONTEXT, try_robust);
	if (group->sentinel == EGL_NO_CONTEXT && try_robust && !group->built &&
		refused_robustness(r)) {
		group->robust = false;
		group->sentinel = make_context(r, group, group->attribs, EGL_NO_CONTEXT, false);
	}
	return group->sentinel != EGL_NO_CONTEXT;
}

static void select_query(struct gpu_recovery *r, struct gpu_recovery_group *group)
{
	const struct gl_api *api = &r->api;

	if (!group->robust) {
		group->query = NULL;
	} else if (group->api == EGL_OPENGL_API) {
		group->query = gl_reset_query_select_desktop(api);
	} else {
		group->query = gl_reset_query_select(api,
			gl_parse_es_version((const char *)api->glGetString(GL_VERSION)),
			(const char *)api->glGetString(GL_EXTENSIONS));
	}
}

/* A context that was born lost does not tell: then it is taken for one of the last driver that did.
 */
static void name_driver(struct gpu_recovery *r)
{
	const char *name = (const char *)r->api.glGetString(GL_RENDERER);

	if (name) {
		r->egl.disposal = disposal_for(name);
	}
}

bool client_build_context(struct gpu_recovery *r, struct gpu_recovery_context *context)
{
	struct gpu_recovery_group *group = context->group;
	EGLContext handle =
		make_context(r, group, context->attribs, group->sentinel, group->robust);

	atomic_store(&context->handle, handle);
	return handle != EGL_NO_CONTEXT;
}

/* *@status is asked last: it explains any of the errors, and a reset may come in between. */
static const char *begin(
	struct gpu_recovery *r, struct gpu_recovery_group *group, enum reset_status *status)
{
	const char *error = NULL;

	if (!make_sentinel(r, group)) {
		return "EGL cannot create a context";
	}
	if (!client_make_current(r, group->api, group->sentinel)) {
		return "EGL cannot make the new context current";
	}
	name_driver(r);
	select_query(r, group);
	if (!gl_proof_draw(&r->api)) {
		error = "the new context does not draw";
	}
	for (struct gpu_recovery_context *c = group->contexts; c && !error; c = c->next) {
		error = client_build_context(r, c) ? NULL : "EGL cannot create all contexts";
	}
	*status = group->query ? gl_reset_query_ask(group->query) : RESET_STATUS_NONE;
	/* No contents are kept that could have been purged. */
	if (*status == RESET_STATUS_PURGED) {
		*status = RESET_STATUS_NONE;
	}
	return *status == RESET_STATUS_NONE ? error : "the new context was born during a reset";
}

const char *client_build_group(
	struct gpu_recovery *r, struct gpu_recovery_group *group, enum reset_status *status)
{
	const char *error;

	*status = RESET_STATUS_NONE;
	error = begin(r, group, status);
	client_make_current(r, group->api, EGL_NO_CONTEXT);
	if (error && *status == RESET_STATUS_NONE) {
		client_dispose_group(r, group, true);
	}
	if (!error) {
		group->built = true;
		group->generation++;
		atomic_store(&group->confirmed, false);
	}
	return error;
}

void client_dispose_context(struct gpu_recovery *r, struct gpu_recovery_context *context)
{
	EGLContext handle = atomic_exchange(&context->handle, EGL_NO_CONTEXT);

	if (r->egl.display != EGL_NO_DISPLAY) {
		egl_dispose_context(
			&r->egl, handle, atomic_load(&context->group->lost), r->egl.disposal);
	}
}

void client_dispose_group(struct gpu_recovery *r, struct gpu_recovery_group *group, bool lost)
{
	for (struct gpu_recovery_context *c = group->contexts; c; c = c->next) {
		EGLContext handle = atomic_exchange(&c->handle, EGL_NO_CONTEXT);

		egl_dispose_context(&r->egl, handle, lost, r->egl.disposal);
	}
	egl_dispose_context(&r->egl, group->sentinel, lost, r->egl.disposal);
	group->sentinel = EGL_NO_CONTEXT;
	group->query = NULL;
}

/* What each of them was told, if the program has not asked: soon it is too late. */
static void ask_contexts(struct gpu_recovery *r, struct gpu_recovery_group *group)
{
	if (!group->query || r->egl.disposal->abandon_context) {
		return;
	}
	for (struct gpu_recovery_context *c = group->contexts; c; c = c->next) {
		EGLContext handle = atomic_load(&c->handle);

		if (handle == EGL_NO_CONTEXT || atomic_load(&c->status) != RESET_STATUS_NONE ||
			!client_make_current(r, group->api, handle)) {
			continue;
		}
		atomic_store(&c->status, gl_reset_query_ask(group->query));
		if (atomic_load(&c->status) == RESET_STATUS_GUILTY) {
			group->cause = RESET_STATUS_GUILTY;
		}
	}
	client_make_current(r, group->api, EGL_NO_CONTEXT);
}

static void dispose_of_old(struct gpu_recovery *r, bool display)
{
	for (struct gpu_recovery_group *g = r->groups; g; g = g->next) {
		bool lost = atomic_load(&g->lost);

		if (!lost && !display) {
			continue;
		}
		if (g->state == GROUP_DROPPED) {
			ask_contexts(r, g);
		}
		client_dispose_group(r, g, lost);
		if (display) {
			g->state = GROUP_DROPPED;
			atomic_store(&g->lost, true);
		}
	}
}

/* Returns NULL on success. */
static const char *prepare_display(struct gpu_recovery *r, bool reopen)
{
	const char *error;

	if (!reopen && r->egl.display != EGL_NO_DISPLAY) {
		return NULL;
	}
	error = egl_reopen(&r->egl, false, r->egl.disposal->abandon_display);
	return error ? error : client_choose_config(r);
}

static struct recovery_input build_all(struct gpu_recovery *r)
{
	struct recovery_input answer = {.event = RECOVERY_EVENT_REBUILT};

	for (struct gpu_recovery_group *g = r->groups; g; g = g->next) {
		enum reset_status status;
		const char *error;

		if (g->state != GROUP_DROPPED) {
			continue;
		}
		error = client_build_group(r, g, &status);
		g->news = false;
		if (!error) {
			g->state = GROUP_READY;
			continue;
		}
		client_log(r, "event=rebuild-failed group=%s rung=%s error=\"%s\"", g->name,
			recovery_rung_name(r->rung), error);
		if (status != RESET_STATUS_NONE) {
			answer.event = RECOVERY_EVENT_LOST;
			answer.status = status;
		} else if (answer.event != RECOVERY_EVENT_LOST) {
			answer.event = RECOVERY_EVENT_REBUILD_FAILED;
		}
	}
	return answer;
}

struct recovery_input client_rebuild(struct gpu_recovery *r)
{
	bool reopen = r->display_state == DISPLAY_DROPPED;
	const char *error;

	client_enter_egl(r);
	dispose_of_old(r, reopen);
	error = prepare_display(r, reopen);
	r->display_state = DISPLAY_KEPT;
	r->display_bare |= reopen;
	if (error) {
		client_log(r, "event=rebuild-failed rung=%s error=\"%s\"",
			recovery_rung_name(r->rung), error);
		return (struct recovery_input){.event = RECOVERY_EVENT_REBUILD_FAILED};
	}
	return build_all(r);
}
