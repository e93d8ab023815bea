/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_FORMAT_H
#define WR_GL_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "gl/caps.h"
#include "scene/content.h"

/**
 * Which component of a sampled texel holds which channel: the name lists the true channels in the
 * order in which the texture's r, g, b and a components hold them.
 */
enum channel_order {
	CHANNEL_ORDER_RGBA,
	CHANNEL_ORDER_BGRA,
	CHANNEL_ORDER_ARGB,
	CHANNEL_ORDER_ABGR,
};

/** What the textures of an image hold, in their order. */
enum format_sampling {
	SAMPLING_RGBA,     // one texture, in a channel order
	SAMPLING_Y_U_V,    // one texture for each component
	SAMPLING_Y_UV,     // luma; both chroma components in r and g
	SAMPLING_Y_XUXV,   // luma in r; groups of two pixels, with their chroma in g and a
	SAMPLING_XYUV,     // one texture: Cr, Cb and luma in r, g and b
	SAMPLING_EXTERNAL, // one external texture (GL_OES_EGL_image_external)
};

/** Most textures that one image is made of. */
#define FORMAT_TEXTURES_MAX 3

/** One texture of an image in memory. */
struct format_texture {
	uint8_t plane;      // of the memory; several textures may look at the same one
	uint8_t hsub, vsub; // pixels per texel
	uint8_t bytes_per_texel;
	GLenum format, type;         // of glTexSubImage2D
	GLint sized_internal_format; // of glTexImage2D on OpenGL ES 3; 0: same as format
};

/** How the pixels of a DRM format are uploaded to textures, and sampled. */
struct format {
	uint32_t fourcc;         // DRM_FORMAT_*
	uint8_t bytes_per_pixel; // of the first plane
	bool alpha;              // false: the alpha channel is padding, and reads as 1
	enum channel_order order;
	enum format_sampling sampling;
	uint8_t group; // pixels of a row that share bytes of the first plane
	uint8_t texture_count;
	struct format_texture textures[FORMAT_TEXTURES_MAX];
};

/** The format of @fourcc, or NULL when it can't be had as plain 2D textures. Static. */
const struct format *format_from_fourcc(uint32_t fourcc);

/** Whether a context with @caps can upload and sample @format. */
bool format_supported(const struct format *format, const struct gl_caps *caps);

/** How a texture's texels are named to GL. */
struct format_upload {
	GLint internal; // of glTexImage2D
	GLenum format, type;
};

/**
 * The DRM format of which each texel is one of @texture's, to import its plane alone.
 */
uint32_t format_texture_fourcc(const struct format_texture *texture);

/** The plane of an image in memory of @layout that fills @texture, in texels of that. */
struct content_plane format_texture_plane(
	const struct format_texture *texture, const struct content_layout *layout);

/** For a context with @caps, which supports the format of @texture. */
struct format_upload format_upload(
	const struct format_texture *texture, const struct gl_caps *caps);

/**
 * How a wl_shm buffer of @format lies in memory. wl_shm tells one stride, in bytes, and nothing
 * about further planes: they follow one another, with strides in proportion. Sizes that are no
 * multiple of the sub-sampling are rounded down, to 1 at least.
 *
 * Returns false when no such buffer is possible; the memory behind it is for the caller to check.
 */
bool format_shm_layout(const struct format *format, int32_t width, int32_t height, int32_t stride,
	struct content_layout *layout);

/** Sized internal format of a renderbuffer for @fourcc, or 0 when a context with @caps cannot
 * render to it. */
GLenum format_renderbuffer(uint32_t fourcc, const struct gl_caps *caps);

#endif
