/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What clients are told about the buffers that can be imported. */
#include "weston-14/glue.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "gl/image.h"

/* Returns false when memory is short. */
static bool add_pair(struct weston_drm_format_array *formats, const struct image_format *pair)
{
	struct weston_drm_format *format =
		weston_drm_format_array_find_format(formats, pair->fourcc);

	if (!format) {
		format = weston_drm_format_array_add_format(formats, pair->fourcc);
	}
	if (!format) {
		return false;
	}
	return weston_drm_format_has_modifier(format, pair->modifier) ||
	       weston_drm_format_add_modifier(format, pair->modifier) == 0;
}

static bool fill_formats(struct glue *glue)
{
	struct generation *gen = glue->renderer.generation;
	size_t count;
	struct image_format *list = image_formats(gen->egl, &gen->caps, &count);
	bool ok = count > 0;

	for (size_t i = 0; i < count && ok; i++) {
		const struct pixel_format_info *info = pixel_format_get_info(list[i].fourcc);

		if (info && !info->hide_from_clients) {
			ok = add_pair(&glue->formats, &list[i]);
		}
	}
	free(list);
	return ok;
}

const char *glue_device_file(const struct egl *egl)
{
	const struct gl_api *api = egl->api;
	const char *list, *file = NULL;

	if (egl->device == EGL_NO_DEVICE_EXT || !api->eglQueryDeviceStringEXT) {
		return NULL;
	}
	list = api->eglQueryDeviceStringEXT(egl->device, EGL_EXTENSIONS);
	if (gl_extension_in_list(list, "EGL_EXT_device_drm_render_node")) {
		file = api->eglQueryDeviceStringEXT(egl->device, EGL_DRM_RENDER_NODE_FILE_EXT);
	}
	if (!file && gl_extension_in_list(list, "EGL_EXT_device_drm")) {
		file = api->eglQueryDeviceStringEXT(egl->device, EGL_DRM_DEVICE_FILE_EXT);
	}
	return file;
}

/* By it clients are to allocate; without a device there is nothing to tell. The core owns and frees
 * both objects. */
static void offer_feedback(struct glue *glue)
{
	struct weston_compositor *compositor = glue->compositor;
	const char *file = glue_device_file(&glue->renderer.egl);
	struct weston_dmabuf_feedback_format_table *table;
	struct weston_dmabuf_feedback *feedback;
	struct stat device;

	if (!file || stat(file, &device) < 0) {
		return;
	}
	table = weston_dmabuf_feedback_format_table_create(&glue->formats);
	feedback = table ? weston_dmabuf_feedback_create(device.st_rdev) : NULL;
	if (!feedback || !weston_dmabuf_feedback_tranche_create(
				 feedback, table, device.st_rdev, 0, RENDERER_PREF)) {
		if (feedback) {
			weston_dmabuf_feedback_destroy(feedback);
		}
		if (table) {
			weston_dmabuf_feedback_format_table_destroy(table);
		}
		weston_log("weston-robust GL renderer: no dmabuf feedback for %s\n", file);
		return;
	}
	compositor->default_dmabuf_feedback = feedback;
	compositor->dmabuf_feedback_format_table = table;
}

void glue_dmabuf_init(struct glue *glue)
{
	weston_drm_format_array_init(&glue->formats);
	if (!fill_formats(glue)) {
		return;
	}
	glue->base.import_dmabuf = glue_import_dmabuf;
	glue->base.get_supported_formats = glue_supported_formats;
	glue->base.buffer_init = glue_buffer_init;
	glue->base.create_renderbuffer_dmabuf = glue_output_create_dmabuf;
	glue->base.remove_renderbuffer_dmabuf = glue_output_remove_dmabuf;
	offer_feedback(glue);
	glue_alloc_init(glue);
}

void glue_dmabuf_fini(struct glue *glue)
{
	glue_alloc_fini(glue);
	weston_drm_format_array_fini(&glue->formats);
}
