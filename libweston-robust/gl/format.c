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
#define R8 GL_RED_EXT, GL_UNSIGNED_BYTE, GL_R8_EXT
#define RG8 GL_RG_EXT, GL_UNSIGNED_BYTE, GL_RG8_EXT
#define R16 GL_RED_EXT, GL_UNSIGNED_SHORT, GL_R16_EXT
#define RG16 GL_RG_EXT, GL_UNSIGNED_SHORT, GL_RG16_EXT

#define RGB(FOURCC, BYTES, ALPHA, ORDER, ...)                                                      \
	{                                                                                          \
		.fourcc = DRM_FORMAT_##FOURCC, .bytes_per_pixel = BYTES, .alpha = ALPHA,           \
		.order = CHANNEL_ORDER_##ORDER, .texture_count = 1,                                \
		.textures = {{0, 1, 1, BYTES, __VA_ARGS__}},                                       \
	}

#define PLANAR(FOURCC, HSUB, VSUB, CB, CR)                                                         \
	{                                                                                          \
		.fourcc = DRM_FORMAT_##FOURCC, .bytes_per_pixel = 1, .sampling = SAMPLING_Y_U_V,   \
		.texture_count = 3,                                                                \
		.textures = {{0, 1, 1, 1, R8}, {CB, HSUB, VSUB, 1, R8}, {CR, HSUB, VSUB, 1, R8}},  \
	}
#define Y_U_V(FOURCC, HSUB, VSUB) PLANAR(FOURCC, HSUB, VSUB, 1, 2)
#define Y_V_U(FOURCC, HSUB, VSUB) PLANAR(FOURCC, HSUB, VSUB, 2, 1)

/* ORDER is that of the chroma in r and g. */
#define SEMI_PLANAR(FOURCC, HSUB, VSUB, ORDER)                                                     \
	{                                                                                          \
		.fourcc = DRM_FORMAT_##FOURCC, .bytes_per_pixel = 1, .sampling = SAMPLING_Y_UV,    \
		.order = ORDER, .texture_count = 2,                                                \
		.textures = {{0, 1, 1, 1, R8}, {1, HSUB, VSUB, 2, RG8}},                           \
	}
#define Y_UV(FOURCC, HSUB, VSUB) SEMI_PLANAR(FOURCC, HSUB, VSUB, CHANNEL_ORDER_RGBA)
#define Y_VU(FOURCC, HSUB, VSUB) SEMI_PLANAR(FOURCC, HSUB, VSUB, CHANNEL_ORDER_BGRA)

#define Y_UV_16(FOURCC)                                                                            \
	{                                                                                          \
		.fourcc = DRM_FORMAT_##FOURCC, .bytes_per_pixel = 2, .sampling = SAMPLING_Y_UV,    \
		.texture_count = 2, .textures = {{0, 1, 1, 2, R16}, {1, 2, 2, 4, RG16}},           \
	}

/* A DRM format names its channels from the highest bit down; GL reads bytes, or packed values, from
 * the lowest up. */
static const struct format formats[] = {
	RGB(ARGB8888, 4, true, RGBA, BGRA8),
	RGB(XRGB8888, 4, false, RGBA, BGRA8),
	RGB(ABGR8888, 4, true, RGBA, RGBA8),
	RGB(XBGR8888, 4, false, RGBA, RGBA8),
	RGB(RGBA8888, 4, true, ABGR, RGBA8),
	RGB(RGBX8888, 4, false, ABGR, RGBA8),
	RGB(BGRA8888, 4, true, ARGB, RGBA8),
	RGB(BGRX8888, 4, false, ARGB, RGBA8),
	RGB(RGB888, 3, false, BGRA, RGB8),
	RGB(BGR888, 3, false, RGBA, RGB8),
	RGB(RGB565, 2, false, RGBA, RGB565),
	RGB(ABGR2101010, 4, true, RGBA, RGB10_A2),
	RGB(XBGR2101010, 4, false, RGBA, RGB10_A2),
	RGB(ABGR16161616, 8, true, RGBA, RGBA16),
	RGB(XBGR16161616, 8, false, RGBA, RGBA16),
	RGB(ABGR16161616F, 8, true, RGBA, RGBA16F),
	RGB(XBGR16161616F, 8, false, RGBA, RGBA16F),
	Y_U_V(YUV420, 2, 2),
	Y_U_V(YUV444, 1, 1),
	Y_UV(NV12, 2, 2),
	Y_UV(NV16, 2, 1),
	Y_UV(NV24, 1, 1),
	Y_V_U(YVU420, 2, 2),
	Y_U_V(YUV422, 2, 1),
	Y_V_U(YVU422, 2, 1),
	Y_V_U(YVU444, 1, 1),
	Y_VU(NV21, 2, 2),
	Y_VU(NV61, 2, 1),
	Y_VU(NV42, 1, 1),
	Y_UV_16(P010),
	Y_UV_16(P012),
	Y_UV_16(P016),
	{
		.fourcc = DRM_FORMAT_YUYV,
		.bytes_per_pixel = 2,
		.sampling = SAMPLING_Y_XUXV,
		.group = 2,
		.texture_count = 2,
		.textures = {{0, 1, 1, 2, RG8}, {0, 2, 1, 4, RGBA8}},
	},
	{
		.fourcc = DRM_FORMAT_XYUV8888,
		.bytes_per_pixel = 4,
		.sampling = SAMPLING_XYUV,
		.texture_count = 1,
		.textures = {{0, 1, 1, 4, RGBA8}},
	},
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
	switch (format->textures[0].type) {
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

uint32_t format_texture_fourcc(const struct format_texture *texture)
{
	bool wide = texture->type == GL_UNSIGNED_SHORT;

	switch (texture->format) {
	case GL_RED_EXT:
		return wide ? DRM_FORMAT_R16 : DRM_FORMAT_R8;
	case GL_RG_EXT:
		return wide ? DRM_FORMAT_GR1616 : DRM_FORMAT_GR88;
	default:
		return DRM_FORMAT_ABGR8888;
	}
}

/* Luminance stands in for red, and its alpha for green: program-source.c knows. */
static GLenum without_texture_rg(GLenum format)
{
	switch (format) {
	case GL_RED_EXT:
		return GL_LUMINANCE;
	case GL_RG_EXT:
		return GL_LUMINANCE_ALPHA;
	default:
		return format;
	}
}

struct format_upload format_upload(const struct format_texture *texture, const struct gl_caps *caps)
{
	struct format_upload upload = {.format = texture->format, .type = texture->type};

	if (!caps->texture_rg) {
		upload.format = without_texture_rg(upload.format);
	}
	upload.internal = (GLint)upload.format;
	if (caps->version >= 30 && texture->sized_internal_format) {
		upload.internal = texture->sized_internal_format;
	}
	return upload;
}

static int32_t subsampled(int32_t size, int32_t by)
{
	return size < by ? 1 : size / by;
}

struct content_plane format_texture_plane(
	const struct format_texture *texture, const struct content_layout *layout)
{
	struct content_plane plane = content_layout_plane(layout, texture->plane);

	plane.width = subsampled(layout->width, texture->hsub);
	plane.height = subsampled(layout->height, texture->vsub);
	plane.bytes_per_texel = texture->bytes_per_texel;
	plane.hsub = texture->hsub;
	plane.vsub = texture->vsub;
	return plane;
}

static bool textures_fit(const struct format *format, const struct content_layout *layout)
{
	for (unsigned i = 0; i < format->texture_count; i++) {
		struct content_plane plane = format_texture_plane(&format->textures[i], layout);

		if (plane.stride < plane.width * plane.bytes_per_texel) {
			return false;
		}
	}
	return true;
}

bool format_shm_layout(const struct format *format, int32_t width, int32_t height, int32_t stride,
	struct content_layout *layout)
{
	struct content_plane before;

	*layout = (struct content_layout){
		.fourcc = format->fourcc,
		.width = width,
		.height = height,
		.stride = stride,
		.bytes_per_pixel = format->bytes_per_pixel,
		.group = format->group,
	};
	/* The widest plane has twice the stride. */
	if (stride > INT32_MAX / 2 || !content_layout_valid(layout)) {
		return false;
	}
	before = content_layout_plane(layout, 0);
	for (unsigned i = 0; i < format->texture_count; i++) {
		const struct format_texture *texture = &format->textures[i];
		int32_t rows = height / before.vsub;

		if (texture->plane == 0) {
			continue;
		}
		before = (struct content_plane){
			.offset = before.offset + (size_t)(stride / before.hsub) * (size_t)rows,
			.width = subsampled(width, texture->hsub),
			.height = subsampled(height, texture->vsub),
			.stride = stride / format->bytes_per_pixel / texture->hsub *
				  texture->bytes_per_texel,
			.bytes_per_texel = texture->bytes_per_texel,
			.hsub = texture->hsub,
			.vsub = texture->vsub,
		};
		layout->more[layout->more_planes++] = before;
	}
	return content_layout_valid(layout) && textures_fit(format, layout);
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
