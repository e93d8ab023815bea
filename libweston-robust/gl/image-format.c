/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Which dmabufs can be imported, and how. */
#include "gl/image-import.h"

#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

/** What EGL says of one format's modifiers. */
struct modifiers {
	EGLuint64KHR *list;
	EGLBoolean *external;
	EGLint count;
};

static void free_modifiers(struct modifiers *modifiers)
{
	free(modifiers->list);
	free(modifiers->external);
	memset(modifiers, 0, sizeof(*modifiers));
}

/* No modifiers where EGL does not tell. */
static void query_modifiers(const struct egl *egl, uint32_t fourcc, struct modifiers *modifiers)
{
	const struct gl_api *api = egl->api;
	EGLint count = 0;

	memset(modifiers, 0, sizeof(*modifiers));
	if (!egl->dma_buf_modifiers ||
		!api->eglQueryDmaBufModifiersEXT(
			egl->display, (EGLint)fourcc, 0, NULL, NULL, &count) ||
		count <= 0) {
		return;
	}
	modifiers->list = calloc((size_t)count, sizeof(*modifiers->list));
	modifiers->external = calloc((size_t)count, sizeof(*modifiers->external));
	if (!modifiers->list || !modifiers->external ||
		!api->eglQueryDmaBufModifiersEXT(egl->display, (EGLint)fourcc, count,
			modifiers->list, modifiers->external, &modifiers->count)) {
		free_modifiers(modifiers);
	}
}

/* Where EGL does not tell: what GPUs convert while they sample. */
static bool external_by_nature(uint32_t fourcc)
{
	switch (fourcc) {
	case DRM_FORMAT_YUYV:
	case DRM_FORMAT_YVYU:
	case DRM_FORMAT_UYVY:
	case DRM_FORMAT_VYUY:
	case DRM_FORMAT_AYUV:
	case DRM_FORMAT_XYUV8888:
		return true;
	default:
		return false;
	}
}

static bool is_external(const struct egl *egl, uint32_t fourcc, uint64_t modifier, bool *reported)
{
	struct modifiers modifiers;
	bool external = external_by_nature(fourcc);

	*reported = false;
	query_modifiers(egl, fourcc, &modifiers);
	for (EGLint i = 0; i < modifiers.count; i++) {
		if (modifiers.list[i] == modifier) {
			*reported = true;
			external = modifiers.external[i];
		}
	}
	free_modifiers(&modifiers);
	return external;
}

/* Whether it is laid out as the format's table has it. */
static bool has_planes(const struct image_source *source)
{
	const struct format *format = format_from_fourcc(source->fourcc);
	unsigned planes = 0;

	if (!format || format->sampling == SAMPLING_RGBA) {
		return false;
	}
	for (unsigned i = 0; i < format->texture_count; i++) {
		if (format->textures[i].plane >= planes) {
			planes = format->textures[i].plane + 1u;
		}
	}
	return source->plane_count == planes;
}

struct image_ways image_ways(const struct generation *gen, const struct image_source *source)
{
	const struct egl *egl = gen->egl;
	struct image_ways ways = {.count = 0};
	bool reported, external;

	if (source->kind == IMAGE_SOURCE_WL_BUFFER) {
		ways.list[ways.count++] = IMAGE_WAY_WL_BUFFER;
		return ways;
	}
	if (!egl->dma_buf_import || !gen->caps.egl_image ||
		(!egl->dma_buf_modifiers &&
			(source->modifier != DRM_FORMAT_MOD_INVALID || source->plane_count > 3))) {
		return ways;
	}
	external = is_external(egl, source->fourcc, source->modifier, &reported);
	if (!external) {
		ways.list[ways.count++] = IMAGE_WAY_2D;
	}
	if (gen->caps.texture_external) {
		ways.list[ways.count++] = IMAGE_WAY_EXTERNAL;
	}
	if (external && !reported) {
		ways.list[ways.count++] = IMAGE_WAY_2D;
	}
	if (has_planes(source)) {
		ways.list[ways.count++] = IMAGE_WAY_PLANES;
	}
	return ways;
}

/* What can be hoped for where EGL does not tell. */
static const uint32_t usual_fourccs[] = {
	DRM_FORMAT_ARGB8888,
	DRM_FORMAT_XRGB8888,
	DRM_FORMAT_YUYV,
	DRM_FORMAT_NV12,
	DRM_FORMAT_YUV420,
	DRM_FORMAT_YUV444,
	DRM_FORMAT_XYUV8888,
};

static EGLint *usual_formats(const struct gl_caps *caps, EGLint *count)
{
	EGLint *fourccs = malloc(sizeof(usual_fourccs));

	if (fourccs) {
		memcpy(fourccs, usual_fourccs, sizeof(usual_fourccs));
		*count = caps->texture_rg
				 ? (EGLint)(sizeof(usual_fourccs) / sizeof(usual_fourccs[0]))
				 : 2;
	}
	return fourccs;
}

static EGLint *query_formats(const struct egl *egl, const struct gl_caps *caps, EGLint *count)
{
	const struct gl_api *api = egl->api;
	EGLint *fourccs;

	*count = 0;
	if (!egl->dma_buf_modifiers) {
		return usual_formats(caps, count);
	}
	if (!api->eglQueryDmaBufFormatsEXT(egl->display, 0, NULL, count) || *count <= 0) {
		return NULL;
	}
	fourccs = calloc((size_t)*count, sizeof(*fourccs));
	if (fourccs && !api->eglQueryDmaBufFormatsEXT(egl->display, *count, fourccs, count)) {
		*count = 0;
	}
	return fourccs;
}

static bool append(struct wl_array *list, uint32_t fourcc, uint64_t modifier, bool external)
{
	struct image_format *format = wl_array_add(list, sizeof(*format));

	if (format) {
		*format = (struct image_format){fourcc, modifier, external};
	}
	return format;
}

static bool append_all(struct wl_array *list, const struct egl *egl, uint32_t fourcc)
{
	struct modifiers modifiers;
	bool ok = append(list, fourcc, DRM_FORMAT_MOD_INVALID, external_by_nature(fourcc));

	query_modifiers(egl, fourcc, &modifiers);
	for (EGLint i = 0; i < modifiers.count; i++) {
		if (modifiers.list[i] != DRM_FORMAT_MOD_INVALID) {
			ok &= append(list, fourcc, modifiers.list[i], modifiers.external[i]);
		}
	}
	free_modifiers(&modifiers);
	return ok;
}

struct image_format *image_formats(const struct egl *egl, const struct gl_caps *caps, size_t *count)
{
	struct wl_array list;
	EGLint fourcc_count = 0;
	EGLint *fourccs = NULL;
	bool ok = true;

	wl_array_init(&list);
	if (egl->dma_buf_import && caps->egl_image) {
		fourccs = query_formats(egl, caps, &fourcc_count);
	}
	for (EGLint i = 0; fourccs && i < fourcc_count; i++) {
		ok &= append_all(&list, egl, (uint32_t)fourccs[i]);
	}
	free(fourccs);
	if (!ok) {
		wl_array_release(&list);
		wl_array_init(&list);
	}
	*count = list.size / sizeof(struct image_format);
	return list.data;
}
