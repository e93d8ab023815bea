/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include <stdlib.h>

#include <drm_fourcc.h>
#include <libweston/version.h>

#include "weston-14/programs.h"

struct glue *glue_from_compositor(struct weston_compositor *compositor)
{
	struct glue *glue;

	return wl_container_of(compositor->renderer, glue, base);
}

/* libweston has no version handshake: a wrong layout would corrupt memory. */
static bool version_matches(void)
{
	int major = 0, minor = 0, micro = 0;

	weston_version(&major, &minor, &micro);
	if (major == WESTON_VERSION_MAJOR && minor == WESTON_VERSION_MINOR &&
		micro == WESTON_VERSION_MICRO) {
		return true;
	}
	weston_log("weston-robust GL renderer: found libweston %d.%d.%d, "
		   "but this module was built for and needs %d.%d.%d\n",
		major, minor, micro, WESTON_VERSION_MAJOR, WESTON_VERSION_MINOR,
		WESTON_VERSION_MICRO);
	return false;
}

static void destroy(struct weston_compositor *compositor)
{
	struct glue *glue = glue_from_compositor(compositor);
	struct glue_surface *gs, *gs_next;
	struct glue_buffer *gb, *gb_next;
	struct glue_output *out, *out_next;

	wl_list_for_each_safe (out, out_next, &glue->outputs, link) {
		glue_output_destroy(out->output);
	}
	wl_list_for_each_safe (gs, gs_next, &glue->surfaces, link) {
		glue_surface_destroy(gs);
	}
	wl_list_for_each_safe (gb, gb_next, &glue->buffers, link) {
		glue_buffer_destroy(gb);
	}
	glue_color_fini(glue);
	glue_dmabuf_fini(glue);
	glue_legacy_unbind(glue);
	glue_uevent_fini(glue);
	glue_api_fini(glue);
	glue_programs_fini(glue);
	renderer_fini(&glue->renderer);
	glue_host_fini(glue);
	glue_debug_fini(glue);
	frame_fini(&glue->frame);
	compositor->renderer = NULL;
	free(glue);
}

static void set_hooks(struct glue *glue)
{
	glue->base = (struct weston_renderer){
		.read_pixels = glue_read_pixels,
		.repaint_output = glue_repaint_output,
		.resize_output = glue_output_resize,
		.flush_damage = glue_flush_damage,
		.attach = glue_attach,
		.destroy = destroy,
		.surface_copy_content = glue_surface_copy_content,
		.type = WESTON_RENDERER_GL,
	};
}

/* From here on nothing can fail: what is told to the core can't be taken back. */
static void introduce(struct glue *glue)
{
	struct weston_compositor *compositor = glue->compositor;
	bool bgra = glue->renderer.generation->caps.read_bgra;

	glue->read_bgra = bgra;
	compositor->renderer = &glue->base;
	compositor->read_format =
		pixel_format_get_info(bgra ? DRM_FORMAT_ARGB8888 : DRM_FORMAT_ABGR8888);
	compositor->capabilities |=
		WESTON_CAP_ROTATION_ANY | WESTON_CAP_CAPTURE_YFLIP | WESTON_CAP_VIEW_CLIP_MASK;
	glue->color_ops = glue->renderer.generation->caps.color_ops;
	compositor->capabilities |= glue->color_ops ? WESTON_CAP_COLOR_OPS : 0;
	if (glue->renderer.egl.native_fences && glue->renderer.egl.fence_waits) {
		compositor->capabilities |= WESTON_CAP_EXPLICIT_SYNC;
	}
	glue_add_shm_formats(glue);
	glue_dmabuf_init(glue);
	glue_legacy_bind(glue);
	glue_log_features(glue);
	glue_debug_init(glue);
	glue_uevent_init(glue);
	glue_api_init(glue);
}

/* For tests and for finding out; the configuration file is the compositor plugin's. */
static void configure_from_environment(struct glue *glue)
{
	const char *policy = getenv("WESTON_ROBUST_RETENTION");
	const char *budget = getenv("WESTON_ROBUST_RETENTION_BUDGET");

	glue->retention = RETENTION_AUTO;
	if (policy && !retention_policy_from_name(policy, &glue->retention)) {
		weston_log("weston-robust GL renderer: WESTON_ROBUST_RETENTION=%s is none of hold, "
			   "copy, auto, none\n",
			policy);
	}
	if (budget) {
		glue->budget.limit_bytes = strtoull(budget, NULL, 10);
	}
}

static int display_create(
	struct weston_compositor *compositor, const struct gl_renderer_display_options *options)
{
	const struct egl_options egl_options = {
		.platform = options->egl_platform,
		.native_display = options->egl_native_display,
		.surface_type = options->egl_surface_type,
		.visuals = glue_visuals_from_formats(options->formats, options->formats_count),
	};
	struct glue *glue;
	const char *error;

	if (!version_matches()) {
		return -1;
	}
	glue = calloc(1, sizeof(*glue));
	if (!glue) {
		return -1;
	}
	glue->compositor = compositor;
	configure_from_environment(glue);
	wl_list_init(&glue->outputs);
	wl_list_init(&glue->surfaces);
	wl_list_init(&glue->colors);
	wl_list_init(&glue->buffers);
	glue->gbm_fd = -1;
	wl_list_init(&glue->listeners);
	set_hooks(glue);
	if (!glue_host_init(glue)) {
		free(glue);
		return -1;
	}
	glue_programs_init(glue);
	error = renderer_init(&glue->renderer, &glue->host, &egl_options);
	if (error) {
		weston_log("weston-robust GL renderer: %s\n", error);
		glue_programs_fini(glue);
		glue_host_fini(glue);
		free(glue);
		return -1;
	}
	introduce(glue);
	return 0;
}

__attribute__((visibility("default"))) const struct gl_renderer_interface gl_renderer_interface = {
	.display_create = display_create,
	.output_window_create = glue_output_window_create,
	.output_fbo_create = glue_output_fbo_create,
	.output_destroy = glue_output_destroy,
	.output_set_border = glue_output_set_border,
	.create_fence_fd = glue_fence_create,
	.create_fbo = glue_output_create_fbo,
};
