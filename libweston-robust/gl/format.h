/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_FORMAT_H
#define WR_GL_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "gl/caps.h"

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

/** How the pixels of a DRM format are uploaded to a texture. */
struct format {
	uint32_t fourcc; // DRM_FORMAT_*
	uint8_t bytes_per_pixel;
	bool alpha; // false: the alpha channel is padding, and reads as 1
	enum channel_order order;
	GLenum format, type;         // of glTexSubImage2D
	GLint sized_internal_format; // of glTexImage2D on OpenGL ES 3; 0: same as format
};

/** The format of @fourcc, or NULL when it cannot be uploaded at all. Static. */
const struct format *format_from_fourcc(uint32_t fourcc);

/** Whether a context with @caps can sample @format. */
bool format_supported(const struct format *format, const struct gl_caps *caps);

/** Internal format for glTexImage2D. */
GLint format_internal(const struct format *format, const struct gl_caps *caps);

/** Sized internal format of a renderbuffer for @fourcc, or 0 when a context with @caps cannot
 * render to it. */
GLenum format_renderbuffer(uint32_t fourcc, const struct gl_caps *caps);

#endif
