/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_IMAGE_H
#define WR_GL_IMAGE_H

#include "gl/format.h"
#include "gl/generation.h"
#include "scene/image-source.h"

/**
 * The EGLImages of an image source: objects of the display, and yet made anew by each generation
 * that needs them. Keeping them would save little (an import takes microseconds, and only what is
 * drawn is imported) and would trust what a driver made before it lost its device.
 */
struct image {
	struct wl_list link; // generation.images
	struct generation *gen;
	struct image_source *source; // whose .image points back here
	EGLImageKHR handles[FORMAT_TEXTURES_MAX];
	unsigned count;
	enum format_sampling sampling;
	enum channel_order order;
	bool sampled; // GL has taken it for a texture once
	bool refused; // GL would not
};

/** A format and modifier that can be imported. */
struct image_format {
	uint32_t fourcc;   // DRM_FORMAT_*
	uint64_t modifier; // DRM_FORMAT_MOD_INVALID: the driver's own affair
	bool external;     // as external textures only
};

/**
 * What EGL says it can import, in its order; for each format DRM_FORMAT_MOD_INVALID comes first.
 *
 * Returns an array of *@count, which the caller frees; NULL when memory is short or there are none.
 */
struct image_format *image_formats(
	const struct egl *egl, const struct gl_caps *caps, size_t *count);

/** What is known of a source in a generation. */
enum image_verdict {
	IMAGE_FINE,
	IMAGE_REFUSED, // by EGL or GL
	IMAGE_UNKNOWN, // the context was lost meanwhile, or memory is short
};

/**
 * Import @source, and where it is the first one of its format and modifier in @gen, sample it: some
 * drivers take what they then can't draw. Not to be called while a frame is drawn.
 */
enum image_verdict image_test(struct generation *gen, struct image_source *source);

/** The images of @source in @gen, made on first use. NULL when EGL refuses. Needs no context. */
struct image *image_get(struct generation *gen, struct image_source *source);

/** The one image of @source that can be drawn to, made on first use. NULL when EGL refuses. */
struct image *image_get_target(struct generation *gen, struct image_source *source);

/** Destroy the source's images, if there are any, at once or, where the generation is lost, with
 * that. */
void image_drop(struct image_source *source);

/** For generation_destroy(). */
void image_destroy(struct image *image, bool lost);

#endif
