/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include <linux/input-event-codes.h>

#include "gl/program.h"

static void next_view(
	struct weston_keyboard *keyboard, const struct timespec *time, uint32_t key, void *data)
{
	struct glue *glue = data;

	glue->view = (glue->view + 1) % DRAW_VIEW_COUNT;
	weston_log("GL renderer: debug view %s\n", draw_view_name(glue->view));
	weston_compositor_damage_all(glue->compositor);
}

static void shader_failed(void *data, const char *text)
{
	struct glue *glue = data;

	weston_log("GL renderer: a shader does not compile:\n%s\n", text);
	weston_log_scope_printf(glue->shader_scope, "compilation failed:\n%s\n", text);
}

/* May run while its scope is being added: glue->renderer is set up by then, the scope pointers are
 * not. */
static void list_programs(struct weston_log_subscription *subscription, void *data)
{
	struct glue *glue = data;
	struct generation *gen = glue->renderer.generation;
	struct program *program;

	if (!gen) {
		weston_log_subscription_printf(subscription, "no GL context\n");
		return;
	}
	weston_log_subscription_printf(
		subscription, "programs of generation %llu:\n", (unsigned long long)gen->id);
	wl_list_for_each (program, &gen->programs, link) {
		weston_log_subscription_printf(subscription,
			"  %s order %d opaque %d tint %d: %s\n",
			program->key.source == PROGRAM_SOLID ? "solid" : "texture",
			program->key.order, program->key.opaque, program->key.tint,
			program->name ? "linked" : "failed");
	}
}

/* May run while its scope is being added, see list_programs(). */
static void list_extensions(struct weston_log_subscription *subscription, void *data)
{
	struct glue *glue = data;
	const struct gl_api *api = &glue->renderer.api;

	weston_log_subscription_printf(subscription, "EGL client extensions: %s\n",
		api->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS));
	weston_log_subscription_printf(subscription, "EGL extensions: %s\n",
		api->eglQueryString(glue->renderer.egl.display, EGL_EXTENSIONS));
	if (renderer_generation(&glue->renderer)) {
		weston_log_subscription_printf(
			subscription, "GL extensions: %s\n", api->glGetString(GL_EXTENSIONS));
	}
}

void glue_debug_init(struct glue *glue)
{
	struct weston_compositor *compositor = glue->compositor;

	glue->scope = weston_compositor_add_log_scope(
		compositor, "gl-renderer", "GL renderer, verbose\n", list_extensions, NULL, glue);
	glue->shader_scope = weston_compositor_add_log_scope(compositor, "gl-shader-generator",
		"GL renderer's shader programs\n", list_programs, NULL, glue);
	glue->recovery_scope = weston_compositor_add_log_scope(compositor, "gpu-recovery",
		"GPU resets and what is done about them\n", NULL, NULL, glue);
	glue->debug_binding =
		weston_compositor_add_debug_binding(compositor, KEY_M, next_view, glue);
	glue->shader_log = (struct draw_log){.shader_failed = shader_failed, .data = glue};
}

void glue_debug_fini(struct glue *glue)
{
	if (glue->debug_binding) {
		weston_binding_destroy(glue->debug_binding);
	}
	weston_log_scope_destroy(glue->scope);
	weston_log_scope_destroy(glue->shader_scope);
	weston_log_scope_destroy(glue->recovery_scope);
	glue->scope = NULL;
	glue->shader_scope = NULL;
	glue->recovery_scope = NULL;
	glue->debug_binding = NULL;
}
