/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_IMAGE_SOURCE_H
#define WR_SCENE_IMAGE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct image;

/** Most planes of a dmabuf. */
#define IMAGE_SOURCE_PLANES_MAX 4

enum image_source_kind {
	IMAGE_SOURCE_DMABUF,
	IMAGE_SOURCE_WL_BUFFER, // a wl_buffer that only EGL understands
				// (EGL_WL_bind_wayland_display)
};

/** How an EGL wl_buffer's planes are sampled. */
enum image_source_planes {
	IMAGE_SOURCE_RGB,      // DMABUF: whatever the fourcc says
	IMAGE_SOURCE_EXTERNAL, // converted by the driver
	IMAGE_SOURCE_Y_U_V,
	IMAGE_SOURCE_Y_UV,
	IMAGE_SOURCE_Y_XUXV,
};

/** A plane of a dmabuf. */
struct image_source_plane {
	int fd;
	uint32_t offset, stride; // bytes
};

/**
 * A picture in memory of the GPU, as its client describes it: the CPU-side truth that survives a
 * reset. EGLImages are derived from here by whichever generation needs them first, and go with it.
 */
struct image_source {
	enum image_source_kind kind;
	uint32_t fourcc;       // DRM_FORMAT_*
	int32_t width, height; // pixels
	bool alpha;            // false: the alpha channel is padding, and reads as 1

	uint64_t modifier; // DMABUF: DRM_FORMAT_MOD_INVALID: the driver's own affair
	unsigned plane_count;
	struct image_source_plane planes[IMAGE_SOURCE_PLANES_MAX]; // DMABUF
	bool owns_fds; // otherwise they are borrowed; image_source_fini() closes them

	void *wl_buffer;                 // WL_BUFFER: struct wl_resource; NULL once it is gone
	enum image_source_planes layout; // WL_BUFFER

	struct image *image; // owned by a generation, which clears the pointer; may be NULL
	unsigned way;        // how gl/ has imported it last; 0: never
	bool way_software;   // on a software display
};

/** Whether there is something left that an image can be made of. */
bool image_source_readable(const struct image_source *source);

/**
 * The owner of the borrowed fds is about to close them: keep duplicates. Returns false, with
 * nothing readable any more, where there are none to be had.
 */
bool image_source_keep_fds(struct image_source *source);

/** Nothing is to be read any more; images that exist go on showing it. */
void image_source_forget(struct image_source *source);

/** Close what is owned. The image must have been dropped (image_drop()). */
void image_source_fini(struct image_source *source);

#endif
