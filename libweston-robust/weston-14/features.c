/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include <drm_fourcc.h>

#include "gl/format.h"

/* In the order in which the stock renderer adds them; ARGB8888 and XRGB8888 are implied by wl_shm.
 */
static const uint32_t shm_fourccs[] = {
	DRM_FORMAT_XBGR8888,
	DRM_FORMAT_ABGR8888,
	DRM_FORMAT_RGBX8888,
	DRM_FORMAT_RGBA8888,
	DRM_FORMAT_BGRX8888,
	DRM_FORMAT_BGRA8888,
	DRM_FORMAT_RGB888,
	DRM_FORMAT_BGR888,
	DRM_FORMAT_RGB565,
	DRM_FORMAT_YUV420,
	DRM_FORMAT_YUV444,
	DRM_FORMAT_NV12,
	DRM_FORMAT_NV16,
	DRM_FORMAT_NV24,
	DRM_FORMAT_YUYV,
	DRM_FORMAT_XYUV8888,
	DRM_FORMAT_ABGR2101010,
	DRM_FORMAT_XBGR2101010,
	DRM_FORMAT_ABGR16161616F,
	DRM_FORMAT_XBGR16161616F,
	DRM_FORMAT_ABGR16161616,
	DRM_FORMAT_XBGR16161616,
};

void glue_add_shm_formats(struct glue *glue)
{
	const struct gl_caps *caps = &glue->renderer.generation->caps;

	for (size_t i = 0; i < sizeof(shm_fourccs) / sizeof(shm_fourccs[0]); i++) {
		const struct format *format = format_from_fourcc(shm_fourccs[i]);
		const struct pixel_format_info *info = pixel_format_get_info(shm_fourccs[i]);

		if (format && info && format_supported(format, caps)) {
			wl_display_add_shm_format(
				glue->compositor->wl_display, pixel_format_get_shm_format(info));
		}
	}
}

static const char *yesno(bool value)
{
	return value ? "yes" : "no";
}

static void log_egl(struct glue *glue)
{
	struct renderer *renderer = &glue->renderer;
	const struct gl_api *api = &renderer->api;
	const struct egl *egl = &renderer->egl;

	weston_log("EGL version: %s\n", api->eglQueryString(egl->display, EGL_VERSION));
	weston_log("EGL vendor: %s\n", api->eglQueryString(egl->display, EGL_VENDOR));
	weston_log("EGL client APIs: %s\n", api->eglQueryString(egl->display, EGL_CLIENT_APIS));
	weston_log("EGL features:\n");
	weston_log_continue(
		STAMP_SPACE "EGL Wayland extension: %s\n", yesno(glue->bound_opening != 0));
	weston_log_continue(STAMP_SPACE "context priority: %s\n", yesno(egl->context_priority));
	weston_log_continue(STAMP_SPACE "buffer age: %s\n", yesno(egl->buffer_age));
	weston_log_continue(STAMP_SPACE "partial update: %s\n", yesno(egl->partial_update));
	weston_log_continue(
		STAMP_SPACE "swap buffers with damage: %s\n", yesno(egl->swap_buffers_with_damage));
	weston_log_continue(STAMP_SPACE "configless context: %s\n", yesno(!egl->config));
	weston_log_continue(
		STAMP_SPACE "surfaceless context: %s\n", yesno(egl->surfaceless_context));
	weston_log_continue(STAMP_SPACE "dmabuf support: %s\n", egl->dma_buf_modifiers ? "modifiers"
								: egl->dma_buf_import  ? "legacy"
										       : "no");
	weston_log_continue(STAMP_SPACE "context robustness: %s\n",
		yesno(renderer->generation->caps.get_reset_status));
}

static void log_gl(struct renderer *renderer)
{
	const struct gl_api *api = &renderer->api;
	const struct gl_caps *caps = &renderer->generation->caps;

	weston_log("GL version: %s\n", api->glGetString(GL_VERSION));
	weston_log("GLSL version: %s\n", api->glGetString(GL_SHADING_LANGUAGE_VERSION));
	weston_log("GL vendor: %s\n", api->glGetString(GL_VENDOR));
	weston_log("GL renderer: %s\n", api->glGetString(GL_RENDERER));
	weston_log("GL ES %d.%d - renderer features:\n", caps->version / 10, caps->version % 10);
	weston_log_continue(
		STAMP_SPACE "read-back format: %s\n", caps->read_bgra ? "ARGB8888" : "ABGR8888");
	weston_log_continue(
		STAMP_SPACE "glReadPixels supports y-flip: %s\n", yesno(caps->pack_reverse_rows));
	weston_log_continue(
		STAMP_SPACE "glReadPixels supports PBO: %s\n", yesno(caps->pixel_pack_buffer));
	weston_log_continue(STAMP_SPACE "wl_shm 10 bpc formats: %s\n", yesno(caps->texture_10bit));
	weston_log_continue(STAMP_SPACE "wl_shm 16 bpc formats: %s\n", yesno(caps->texture_16bit));
	weston_log_continue(
		STAMP_SPACE "wl_shm half-float formats: %s\n", yesno(caps->texture_half_float));
	weston_log_continue(STAMP_SPACE "internal R and RG formats: %s\n", yesno(caps->texture_rg));
	weston_log_continue(
		STAMP_SPACE "OES_EGL_image_external: %s\n", yesno(caps->texture_external));
}

void glue_log_features(struct glue *glue)
{
	struct renderer *renderer = &glue->renderer;

	weston_log("weston-robust GL renderer " WESTON_ROBUST_VERSION "\n");
	log_egl(glue);
	log_gl(renderer);
	if (!renderer->generation->caps.get_reset_status) {
		weston_log("warning: EGL or GL offers no reset notification: "
			   "a pixel drawn and read back while idle stands in for it\n");
	}
}
