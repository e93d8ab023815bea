/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/image-import.h"

#include <drm_fourcc.h>

/* Four pairs, five more for each plane, and the end. */
#define ATTRIBS_MAX (2 * (4 + 5 * IMAGE_SOURCE_PLANES_MAX) + 1)

/** The attribute names of one plane. */
struct plane_names {
	EGLint fd, offset, pitch, modifier_lo, modifier_hi;
};

#define PLANE_NAMES(N)                                                                             \
	{                                                                                          \
		EGL_DMA_BUF_PLANE##N##_FD_EXT, EGL_DMA_BUF_PLANE##N##_OFFSET_EXT,                  \
			EGL_DMA_BUF_PLANE##N##_PITCH_EXT, EGL_DMA_BUF_PLANE##N##_MODIFIER_LO_EXT,  \
			EGL_DMA_BUF_PLANE##N##_MODIFIER_HI_EXT,                                    \
	}

static const struct plane_names plane_names[IMAGE_SOURCE_PLANES_MAX] = {
	PLANE_NAMES(0), PLANE_NAMES(1), PLANE_NAMES(2), PLANE_NAMES(3)};

/** Attributes of an image in the making. */
struct attribs {
	EGLint list[ATTRIBS_MAX];
	unsigned count;
};

static void add(struct attribs *attribs, EGLint name, EGLint value)
{
	attribs->list[attribs->count++] = name;
	attribs->list[attribs->count++] = value;
	attribs->list[attribs->count] = EGL_NONE;
}

static void add_picture(struct attribs *attribs, int32_t width, int32_t height, uint32_t fourcc)
{
	add(attribs, EGL_WIDTH, width);
	add(attribs, EGL_HEIGHT, height);
	add(attribs, EGL_LINUX_DRM_FOURCC_EXT, (EGLint)fourcc);
	add(attribs, EGL_IMAGE_PRESERVED_KHR, EGL_TRUE);
}

static void add_plane(struct attribs *attribs, unsigned index,
	const struct image_source_plane *plane, uint64_t modifier)
{
	const struct plane_names *names = &plane_names[index];

	add(attribs, names->fd, plane->fd);
	add(attribs, names->offset, (EGLint)plane->offset);
	add(attribs, names->pitch, (EGLint)plane->stride);
	if (modifier != DRM_FORMAT_MOD_INVALID) {
		add(attribs, names->modifier_lo, (EGLint)(modifier & 0xffffffff));
		add(attribs, names->modifier_hi, (EGLint)(modifier >> 32));
	}
}

/* @buffer: NULL for a dmabuf, which is all in the attributes. */
static bool add_image(struct image *image, EGLClientBuffer buffer, const struct attribs *attribs)
{
	struct generation *gen = image->gen;
	EGLImageKHR handle = gen->api->eglCreateImageKHR(gen->egl->display, EGL_NO_CONTEXT,
		buffer ? EGL_WAYLAND_BUFFER_WL : EGL_LINUX_DMA_BUF_EXT, buffer, attribs->list);

	if (handle == EGL_NO_IMAGE_KHR) {
		return false;
	}
	image->handles[image->count++] = handle;
	return true;
}

static bool import_whole(struct image *image)
{
	const struct image_source *source = image->source;
	struct attribs attribs = {.count = 0};

	add_picture(&attribs, source->width, source->height, source->fourcc);
	for (unsigned i = 0; i < source->plane_count; i++) {
		add_plane(&attribs, i, &source->planes[i], source->modifier);
	}
	return add_image(image, NULL, &attribs);
}

static bool import_planes(struct image *image)
{
	const struct image_source *source = image->source;
	const struct format *format = format_from_fourcc(source->fourcc);
	const struct content_layout layout = {.width = source->width, .height = source->height};

	for (unsigned i = 0; i < format->texture_count; i++) {
		const struct format_texture *texture = &format->textures[i];
		struct content_plane size = format_texture_plane(texture, &layout);
		struct attribs attribs = {.count = 0};

		add_picture(&attribs, size.width, size.height, format_texture_fourcc(texture));
		add_plane(&attribs, 0, &source->planes[texture->plane], source->modifier);
		if (!add_image(image, NULL, &attribs)) {
			return false;
		}
	}
	image->sampling = format->sampling;
	image->order = format->order;
	return true;
}

/* Indexed by enum image_source_planes. */
static const struct {
	enum format_sampling sampling;
	unsigned planes;
} wl_buffer_layouts[] = {
	[IMAGE_SOURCE_RGB] = {SAMPLING_RGBA, 1},
	[IMAGE_SOURCE_EXTERNAL] = {SAMPLING_EXTERNAL, 1},
	[IMAGE_SOURCE_Y_U_V] = {SAMPLING_Y_U_V, 3},
	[IMAGE_SOURCE_Y_UV] = {SAMPLING_Y_UV, 2},
	[IMAGE_SOURCE_Y_XUXV] = {SAMPLING_Y_XUXV, 2},
};

static bool import_wl_buffer(struct image *image)
{
	const struct image_source *source = image->source;

	image->sampling = wl_buffer_layouts[source->layout].sampling;
	for (unsigned i = 0; i < wl_buffer_layouts[source->layout].planes; i++) {
		struct attribs attribs = {.count = 0};

		add(&attribs, EGL_WAYLAND_PLANE_WL, (EGLint)i);
		if (!add_image(image, source->wl_buffer, &attribs)) {
			return false;
		}
	}
	return true;
}

static void undo(struct image *image)
{
	while (image->count > 0) {
		image->gen->api->eglDestroyImageKHR(
			image->gen->egl->display, image->handles[--image->count]);
	}
}

bool image_import(struct image *image, enum image_way way)
{
	bool made = false;

	switch (way) {
	case IMAGE_WAY_2D:
		image->sampling = SAMPLING_RGBA;
		made = import_whole(image);
		break;
	case IMAGE_WAY_EXTERNAL:
		image->sampling = SAMPLING_EXTERNAL;
		made = import_whole(image);
		break;
	case IMAGE_WAY_PLANES:
		made = import_planes(image);
		break;
	case IMAGE_WAY_WL_BUFFER:
		made = import_wl_buffer(image);
		break;
	case IMAGE_WAY_COUNT:
		break;
	}
	if (!made) {
		undo(image);
	}
	return made;
}
