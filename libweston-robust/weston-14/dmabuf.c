/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Clients' buffers in graphics memory (linux-dmabuf). */
#include "weston-14/glue.h"

#include <stdlib.h>

#include <drm_fourcc.h>

#include "gl/image.h"
#include "scene/mapping.h"

/* Bytes that a row of a plane has at least; 0: who knows. */
static uint64_t row_bytes(const struct pixel_format_info *info, unsigned plane, uint64_t width)
{
	uint64_t hsub = plane > 0 && info->hsub > 0 ? (uint64_t)info->hsub : 1;
	bool two_bytes = info->format == DRM_FORMAT_P010 || info->format == DRM_FORMAT_P012 ||
			 info->format == DRM_FORMAT_P016;

	if (info->bpp > 0) {
		return plane == 0 ? width * (uint64_t)info->bpp / 8 : 0;
	}
	if (info->num_planes == 1) {
		return 2 * width; /* YUYV and its kin */
	}
	return width / hsub * (two_bytes ? 2 : 1) * (plane > 0 && info->num_planes == 2 ? 2 : 1);
}

static uint64_t row_count(const struct pixel_format_info *info, unsigned plane, uint64_t height)
{
	return plane > 0 && info->vsub > 1 ? height / (uint64_t)info->vsub : height;
}

/* Returns false when rows of that stride can't be there. */
static bool rows_fit(const struct dmabuf_attributes *attributes,
	const struct pixel_format_info *info, unsigned plane, uint64_t bytes)
{
	uint64_t row = row_bytes(info, plane, (uint64_t)attributes->width);
	uint64_t rows = row_count(info, plane, (uint64_t)attributes->height);
	uint64_t stride = attributes->stride[plane];

	return row == 0 || rows == 0 ||
	       (stride >= row && bytes >= attributes->offset[plane] + (rows - 1) * stride + row);
}

/*
 * Whether the memory can hold what its client says. Drivers of GPUs check it themselves, more or
 * less; software drivers map whatever file it is. What a stride means with a vendor's modifier is
 * the vendor's affair.
 */
static bool memory_suffices(
	const struct dmabuf_attributes *attributes, const struct pixel_format_info *info)
{
	bool plain = attributes->modifier == DRM_FORMAT_MOD_LINEAR ||
		     attributes->modifier == DRM_FORMAT_MOD_INVALID;

	for (int i = 0; i < attributes->n_planes; i++) {
		int64_t bytes = mapping_file_bytes(attributes->fd[i]);

		if (bytes < 0 ||
			(plain && !rows_fit(attributes, info, (unsigned)i, (uint64_t)bytes))) {
			return false;
		}
	}
	return true;
}

struct image_source *glue_source_from_attributes(
	const struct dmabuf_attributes *attributes, const struct pixel_format_info *info)
{
	struct image_source *source = calloc(1, sizeof(*source));

	if (!source) {
		return NULL;
	}
	*source = (struct image_source){
		.kind = IMAGE_SOURCE_DMABUF,
		.fourcc = attributes->format,
		.width = attributes->width,
		.height = attributes->height,
		.alpha = info->opaque_substitute != 0,
		.modifier = attributes->modifier,
		.plane_count = (unsigned)attributes->n_planes,
	};
	for (int i = 0; i < attributes->n_planes; i++) {
		source->planes[i] = (struct image_source_plane){
			.fd = attributes->fd[i],
			.offset = attributes->offset[i],
			.stride = attributes->stride[i],
		};
	}
	return source;
}

void glue_source_destroy(struct image_source *source)
{
	image_drop(source);
	image_source_fini(source);
	free(source);
}

static void user_data_destroyed(struct linux_dmabuf_buffer *dmabuf)
{
	glue_source_destroy(linux_dmabuf_buffer_get_user_data(dmabuf));
}

/* Stands in for a trial while the GPU is away. */
static bool offered(const struct glue *glue, const struct image_source *source)
{
	const struct weston_drm_format *format =
		weston_drm_format_array_find_format(&glue->formats, source->fourcc);

	return format && weston_drm_format_has_modifier(format, source->modifier);
}

static bool can_be_sampled(struct glue *glue, struct image_source *source)
{
	struct renderer *renderer = &glue->renderer;
	struct generation *gen = renderer_generation(renderer);

	if (!gen || !generation_make_current(gen, gen->egl->current_surface)) {
		return offered(glue, source);
	}
	switch (image_test(gen, source)) {
	case IMAGE_FINE:
	case IMAGE_UNKNOWN:
		return true;
	case IMAGE_REFUSED:
		return !renderer_check(renderer);
	}
	return false;
}

bool glue_import_dmabuf(struct weston_compositor *compositor, struct linux_dmabuf_buffer *dmabuf)
{
	struct glue *glue = glue_from_compositor(compositor);
	const struct dmabuf_attributes *attributes = &dmabuf->attributes;
	const struct pixel_format_info *info = pixel_format_get_info(attributes->format);
	struct image_source *source;

	if (!info || info->hide_from_clients || attributes->flags & ~ABI_DMABUF_Y_INVERT ||
		attributes->n_planes < 1 || attributes->n_planes > IMAGE_SOURCE_PLANES_MAX ||
		!memory_suffices(attributes, info)) {
		return false;
	}
	source = glue_source_from_attributes(attributes, info);
	if (!source) {
		return false;
	}
	if (!can_be_sampled(glue, source)) {
		glue_source_destroy(source);
		return false;
	}
	linux_dmabuf_buffer_set_user_data(dmabuf, source, user_data_destroyed);
	return true;
}

/* The file descriptors go with the wl_buffer; what is shown may have to be imported again. */
static void wl_buffer_destroyed(struct wl_listener *listener, void *data)
{
	struct glue_buffer *gb = wl_container_of(listener, gb, wl_buffer_destroy);

	glue_buffer_unwatch(gb);
	if (gb->image->kind != IMAGE_SOURCE_DMABUF ||
		gb->buffer->busy_count + gb->buffer->passive_count == 0) {
		image_source_forget(gb->image);
	} else {
		image_source_keep_fds(gb->image);
	}
}

bool glue_buffer_set_image(
	struct glue *glue, struct weston_buffer *buffer, struct image_source *source)
{
	struct glue_buffer *gb = glue_buffer_get(glue, buffer);

	if (!gb) {
		return false;
	}
	gb->image = source;
	gb->wl_buffer_destroy.notify = wl_buffer_destroyed;
	wl_resource_add_destroy_listener(buffer->resource, &gb->wl_buffer_destroy);
	return true;
}

void glue_buffer_init(struct weston_compositor *compositor, struct weston_buffer *buffer)
{
	struct linux_dmabuf_buffer *dmabuf = buffer->dmabuf;

	if (buffer->type == WESTON_BUFFER_DMABUF && linux_dmabuf_buffer_get_user_data(dmabuf) &&
		glue_buffer_set_image(glue_from_compositor(compositor), buffer,
			linux_dmabuf_buffer_get_user_data(dmabuf))) {
		linux_dmabuf_buffer_set_user_data(dmabuf, NULL, NULL);
	}
}

void glue_buffer_unwatch(struct glue_buffer *gb)
{
	wl_list_remove(&gb->wl_buffer_destroy.link);
	wl_list_init(&gb->wl_buffer_destroy.link);
}

void glue_buffer_drop_image(struct glue_buffer *gb)
{
	if (gb->image) {
		glue_source_destroy(gb->image);
		gb->image = NULL;
	}
}

const struct weston_drm_format_array *glue_supported_formats(struct weston_compositor *compositor)
{
	return &glue_from_compositor(compositor)->formats;
}
