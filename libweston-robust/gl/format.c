/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/format.h"

#include <stddef.h>

#include <drm_fourcc.h>

#define BGRA8 GL_BGRA_EXT, GL_UNSIGNED_BYTE, 0
#define RGBA8 GL_RGBA, GL_UNSIGNED_BYTE, 0
#define RGB8 GL_RGB, GL_UNSIGNED_BYTE, 0
#define RGB565 GL_RGB, GL_UNSIGNED_SHORT_5_6_5, 0
#define RGB10_A2 GL_RGBA, GL_UNSIGNED_INT_2_10_10_10_REV_EXT, GL_RGB10_A2
#define RGBA16 GL_RGBA, GL_UNSIGNED_SHORT, GL_RGBA16_EXT
#define RGBA16F GL_RGBA, GL_HALF_FLOAT, GL_RGBA16F

/* A DRM format names its channels from the highest bit down; GL reads bytes, or packed values, from
 * the lowest up. */
static const struct format formats[] = {
	{DRM_FORMAT_ARGB8888, 4, true, CHANNEL_ORDER_RGBA, BGRA8},
	{DRM_FORMAT_XRGB8888, 4, false, CHANNEL_ORDER_RGBA, BGRA8},
	{DRM_FORMAT_ABGR8888, 4, true, CHANNEL_ORDER_RGBA, RGBA8},
	{DRM_FORMAT_XBGR8888, 4, false, CHANNEL_ORDER_RGBA, RGBA8},
	{DRM_FORMAT_RGBA8888, 4, true, CHANNEL_ORDER_ABGR, RGBA8},
	{DRM_FORMAT_RGBX8888, 4, false, CHANNEL_ORDER_ABGR, RGBA8},
	{DRM_FORMAT_BGRA8888, 4, true, CHANNEL_ORDER_ARGB, RGBA8},
	{DRM_FORMAT_BGRX8888, 4, false, CHANNEL_ORDER_ARGB, RGBA8},
	{DRM_FORMAT_RGB888, 3, false, CHANNEL_ORDER_BGRA, RGB8},
	{DRM_FORMAT_BGR888, 3, false, CHANNEL_ORDER_RGBA, RGB8},
	{DRM_FORMAT_RGB565, 2, false, CHANNEL_ORDER_RGBA, RGB565},
	{DRM_FORMAT_ABGR2101010, 4, true, CHANNEL_ORDER_RGBA, RGB10_A2},
	{DRM_FORMAT_XBGR2101010, 4, false, CHANNEL_ORDER_RGBA, RGB10_A2},
	{DRM_FORMAT_ABGR16161616, 8, true, CHANNEL_ORDER_RGBA, RGBA16},
	{DRM_FORMAT_XBGR16161616, 8, false, CHANNEL_ORDER_RGBA, RGBA16},
	{DRM_FORMAT_ABGR16161616F, 8, true, CHANNEL_ORDER_RGBA, RGBA16F},
	{DRM_FORMAT_XBGR16161616F, 8, false, CHANNEL_ORDER_RGBA, RGBA16F},
};

const struct format *format_from_fourcc(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].fourcc == fourcc) {
			return &formats[i];
		}
	}
	return NULL;
}

bool format_supported(const struct format *format, const struct gl_caps *caps)
{
	switch (format->type) {
	case GL_UNSIGNED_INT_2_10_10_10_REV_EXT:
		return caps->texture_10bit;
	case GL_UNSIGNED_SHORT:
		return caps->texture_16bit;
	case GL_HALF_FLOAT:
		return caps->texture_half_float;
	default:
		return true;
	}
}

GLint format_internal(const struct format *format, const struct gl_caps *caps)
{
	if (caps->version >= 30 && format->sized_internal_format) {
		return format->sized_internal_format;
	}
	return (GLint)format->format;
}

GLenum format_renderbuffer(uint32_t fourcc, const struct gl_caps *caps)
{
	switch (fourcc) {
	case DRM_FORMAT_XRGB8888:
		return caps->renderbuffer_rgba8 ? GL_RGB8 : 0;
	case DRM_FORMAT_ARGB8888:
		return caps->renderbuffer_rgba8 ? GL_RGBA8 : 0;
	case DRM_FORMAT_XRGB2101010:
	case DRM_FORMAT_ARGB2101010:
		return caps->renderbuffer_10bit ? GL_RGB10_A2 : 0;
	default:
		return 0;
	}
}
