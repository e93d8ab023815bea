/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* wl_buffers that only EGL understands: those of clients from before linux-dmabuf (wl_drm). */
#include "weston-14/glue.h"

#include <stdlib.h>

#include <drm_fourcc.h>

#include "gl/image.h"

/** What EGL says of a buffer's planes, and what that means. */
static const struct legacy_format {
	EGLint texture_format;
	enum image_source_planes layout;
	uint32_t fourcc;
	bool alpha;
} formats[] = {
	{EGL_TEXTURE_RGB, IMAGE_SOURCE_RGB, DRM_FORMAT_XRGB8888, false},
	{EGL_TEXTURE_RGBA, IMAGE_SOURCE_RGB, DRM_FORMAT_ARGB8888, true},
	{EGL_TEXTURE_EXTERNAL_WL, IMAGE_SOURCE_EXTERNAL, DRM_FORMAT_ARGB8888, true},
	{EGL_TEXTURE_Y_U_V_WL, IMAGE_SOURCE_Y_U_V, DRM_FORMAT_YUV420, false},
	{EGL_TEXTURE_Y_UV_WL, IMAGE_SOURCE_Y_UV, DRM_FORMAT_NV12, false},
	{EGL_TEXTURE_Y_XUXV_WL, IMAGE_SOURCE_Y_XUXV, DRM_FORMAT_YUYV, false},
};

static bool query(struct glue *glue, struct weston_buffer *buffer, EGLint attribute, EGLint *value)
{
	const struct egl *egl = &glue->renderer.egl;

	return glue->bound_opening == egl->opened &&
	       egl->api->eglQueryWaylandBufferWL(egl->display, buffer->resource, attribute, value);
}

static const struct legacy_format *find_format(struct glue *glue, struct weston_buffer *buffer)
{
	EGLint texture_format = 0;

	if (!query(glue, buffer, EGL_TEXTURE_FORMAT, &texture_format)) {
		return NULL;
	}
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].texture_format == texture_format) {
			return &formats[i];
		}
	}
	return NULL;
}

static struct image_source *make_source(
	struct weston_buffer *buffer, const struct legacy_format *format)
{
	struct image_source *source = calloc(1, sizeof(*source));

	if (source) {
		*source = (struct image_source){
			.kind = IMAGE_SOURCE_WL_BUFFER,
			.fourcc = format->fourcc,
			.width = buffer->width,
			.height = buffer->height,
			.alpha = format->alpha,
			.modifier = DRM_FORMAT_MOD_INVALID,
			.wl_buffer = buffer->resource,
			.layout = format->layout,
		};
	}
	return source;
}

static bool fill_buffer_info(struct weston_compositor *compositor, struct weston_buffer *buffer)
{
	struct glue *glue = glue_from_compositor(compositor);
	const struct legacy_format *format = find_format(glue, buffer);
	EGLint width = 0, height = 0, inverted = EGL_TRUE;
	struct image_source *source;

	if (!format || !query(glue, buffer, EGL_WIDTH, &width) ||
		!query(glue, buffer, EGL_HEIGHT, &height) || width <= 0 || height <= 0) {
		return false;
	}
	buffer->legacy_buffer = buffer->resource;
	buffer->width = width;
	buffer->height = height;
	buffer->pixel_format = pixel_format_get_info(format->fourcc);
	buffer->format_modifier = DRM_FORMAT_MOD_INVALID;
	/* Said only where it is known; most of them have the top row first. */
	query(glue, buffer, EGL_WAYLAND_Y_INVERTED_WL, &inverted);
	buffer->buffer_origin = inverted ? ORIGIN_TOP_LEFT : ORIGIN_BOTTOM_LEFT;
	source = make_source(buffer, format);
	if (!source) {
		return false;
	}
	if (!glue_buffer_set_image(glue, buffer, source)) {
		glue_source_destroy(source);
		return false;
	}
	return true;
}

void glue_legacy_bind(struct glue *glue)
{
	struct egl *egl = &glue->renderer.egl;

	/* zink without a DRM device offers it, and crashes in there. */
	if (!egl->bind_wayland_display || egl->software || !glue_device_file(egl) ||
		glue->bound_opening == egl->opened) {
		return;
	}
	/* The display that it was bound on has ended, or was abandoned: so has the binding. */
	glue->bound_opening = 0;
	if (egl->api->eglBindWaylandDisplayWL(egl->display, glue->compositor->wl_display)) {
		glue->bound_opening = egl->opened;
		glue->base.fill_buffer_info = fill_buffer_info;
	}
}

void glue_legacy_unbind(struct glue *glue)
{
	struct egl *egl = &glue->renderer.egl;

	if (glue->bound_opening != 0 && glue->bound_opening == egl->opened &&
		egl->display != EGL_NO_DISPLAY) {
		egl->api->eglUnbindWaylandDisplayWL(egl->display, glue->compositor->wl_display);
	}
	glue->bound_opening = 0;
}
