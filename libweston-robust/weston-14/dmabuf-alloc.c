/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Memory to draw to that others can read: for outputs that are streamed. */
#include "weston-14/glue.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <drm_fourcc.h>
#include <gbm.h>

/** What dmabuf_alloc() gives away. */
struct allocation {
	struct linux_dmabuf_memory base;
	struct dmabuf_attributes attributes;
	struct gbm_bo *bo;
};

static void destroy(struct linux_dmabuf_memory *memory)
{
	struct allocation *allocation = wl_container_of(memory, allocation, base);

	for (int i = 0; i < allocation->attributes.n_planes; i++) {
		close(allocation->attributes.fd[i]);
	}
	gbm_bo_destroy(allocation->bo);
	free(allocation);
}

/* Returns false when not all of it can be exported. */
static bool describe(struct allocation *allocation)
{
	struct dmabuf_attributes *attributes = &allocation->attributes;
	struct gbm_bo *bo = allocation->bo;
	int count = gbm_bo_get_plane_count(bo);

	attributes->modifier = gbm_bo_get_modifier(bo);
	for (int i = 0; i < count && i < ABI_DMABUF_PLANES; i++) {
		attributes->fd[i] = gbm_bo_get_fd_for_plane(bo, i);
		if (attributes->fd[i] < 0) {
			return false;
		}
		attributes->n_planes = i + 1;
		attributes->stride[i] = gbm_bo_get_stride_for_plane(bo, i);
		attributes->offset[i] = gbm_bo_get_offset(bo, i);
	}
	return count > 0;
}

static struct gbm_bo *create_bo(struct gbm_device *gbm, unsigned int width, unsigned int height,
	uint32_t format, const uint64_t *modifiers, unsigned int count)
{
	struct gbm_bo *bo = gbm_bo_create_with_modifiers2(
		gbm, width, height, format, modifiers, count, GBM_BO_USE_RENDERING);

	/* Devices without modifiers know at least what linear is. */
	for (unsigned int i = 0; i < count && !bo; i++) {
		if (modifiers[i] == DRM_FORMAT_MOD_LINEAR) {
			bo = gbm_bo_create(gbm, width, height, format,
				GBM_BO_USE_RENDERING | GBM_BO_USE_LINEAR);
		}
	}
	return bo;
}

static struct linux_dmabuf_memory *allocate(struct weston_renderer *renderer, unsigned int width,
	unsigned int height, uint32_t format, const uint64_t *modifiers, unsigned int count)
{
	struct glue *glue = wl_container_of(renderer, glue, base);
	struct allocation *allocation = calloc(1, sizeof(*allocation));

	if (!allocation) {
		return NULL;
	}
	allocation->base.attributes = &allocation->attributes;
	allocation->base.destroy = destroy;
	allocation->attributes = (struct dmabuf_attributes){
		.width = (int32_t)width,
		.height = (int32_t)height,
		.format = format,
		.fd = {-1, -1, -1, -1},
	};
	allocation->bo = create_bo(glue->gbm, width, height, format, modifiers, count);
	if (!allocation->bo) {
		free(allocation);
		return NULL;
	}
	if (!describe(allocation)) {
		destroy(&allocation->base);
		return NULL;
	}
	return &allocation->base;
}

void glue_alloc_init(struct glue *glue)
{
	const struct egl *egl = &glue->renderer.egl;
	const char *file = glue_device_file(egl);

	glue->gbm_fd = -1;
	if (egl->options.platform == EGL_PLATFORM_GBM_KHR) {
		glue->gbm = egl->options.native_display;
	} else if (file) {
		glue->gbm_fd = open(file, O_RDWR | O_CLOEXEC);
		glue->gbm = glue->gbm_fd >= 0 ? gbm_create_device(glue->gbm_fd) : NULL;
	}
	if (glue->gbm) {
		glue->base.dmabuf_alloc = allocate;
	}
}

void glue_alloc_fini(struct glue *glue)
{
	if (glue->gbm_fd >= 0) {
		if (glue->gbm) {
			gbm_device_destroy(glue->gbm);
		}
		close(glue->gbm_fd);
	}
	glue->gbm = NULL;
	glue->gbm_fd = -1;
}
