/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <math.h>
#include <string.h>

#include <drm_fourcc.h>
#include <wayland-client-protocol.h>

#include "pixel-format.h"
#include "yuv-format.h"

#define NONE                                                                                       \
	{                                                                                          \
		0, 0                                                                               \
	}

#define YUV_ORDER(NAME, BYTES, KIND, HSUB, VSUB, SWAPPED, CHROMA_FIRST, WIDE)                      \
	{                                                                                          \
		.name = #NAME, .code = DRM_FORMAT_##NAME, .bytes = BYTES,                          \
		.yuv = &(const struct yuv_format){KIND, HSUB, VSUB, SWAPPED, CHROMA_FIRST, WIDE},  \
	}

#define YUV(NAME, BYTES, KIND, HSUB, VSUB)                                                         \
	YUV_ORDER(NAME, BYTES, KIND, HSUB, VSUB, false, false, false)

const struct pixel_format pixel_formats[] = {
	{"ARGB8888", WL_SHM_FORMAT_ARGB8888, 4, {16, 8}, {8, 8}, {0, 8}, {24, 8}, NONE, false,
		NULL},
	{"XRGB8888", WL_SHM_FORMAT_XRGB8888, 4, {16, 8}, {8, 8}, {0, 8}, NONE, {24, 8}, false,
		NULL},
	{"XBGR8888", DRM_FORMAT_XBGR8888, 4, {0, 8}, {8, 8}, {16, 8}, NONE, {24, 8}, false, NULL},
	{"ABGR8888", DRM_FORMAT_ABGR8888, 4, {0, 8}, {8, 8}, {16, 8}, {24, 8}, NONE, false, NULL},
	{"RGBX8888", DRM_FORMAT_RGBX8888, 4, {24, 8}, {16, 8}, {8, 8}, NONE, {0, 8}, false, NULL},
	{"RGBA8888", DRM_FORMAT_RGBA8888, 4, {24, 8}, {16, 8}, {8, 8}, {0, 8}, NONE, false, NULL},
	{"BGRX8888", DRM_FORMAT_BGRX8888, 4, {8, 8}, {16, 8}, {24, 8}, NONE, {0, 8}, false, NULL},
	{"BGRA8888", DRM_FORMAT_BGRA8888, 4, {8, 8}, {16, 8}, {24, 8}, {0, 8}, NONE, false, NULL},
	{"RGB888", DRM_FORMAT_RGB888, 3, {16, 8}, {8, 8}, {0, 8}, NONE, NONE, false, NULL},
	{"BGR888", DRM_FORMAT_BGR888, 3, {0, 8}, {8, 8}, {16, 8}, NONE, NONE, false, NULL},
	{"RGB565", DRM_FORMAT_RGB565, 2, {11, 5}, {5, 6}, {0, 5}, NONE, NONE, false, NULL},
	{"ABGR2101010", DRM_FORMAT_ABGR2101010, 4, {0, 10}, {10, 10}, {20, 10}, {30, 2}, NONE,
		false, NULL},
	{"XBGR2101010", DRM_FORMAT_XBGR2101010, 4, {0, 10}, {10, 10}, {20, 10}, NONE, {30, 2},
		false, NULL},
	{"ABGR16161616F", DRM_FORMAT_ABGR16161616F, 8, {0, 16}, {16, 16}, {32, 16}, {48, 16}, NONE,
		true, NULL},
	{"XBGR16161616F", DRM_FORMAT_XBGR16161616F, 8, {0, 16}, {16, 16}, {32, 16}, NONE, {48, 16},
		true, NULL},
	{"ABGR16161616", DRM_FORMAT_ABGR16161616, 8, {0, 16}, {16, 16}, {32, 16}, {48, 16}, NONE,
		false, NULL},
	{"XBGR16161616", DRM_FORMAT_XBGR16161616, 8, {0, 16}, {16, 16}, {32, 16}, NONE, {48, 16},
		false, NULL},
	YUV(YUV420, 1, YUV_PLANAR, 2, 2),
	YUV(YUV444, 1, YUV_PLANAR, 1, 1),
	YUV(NV12, 1, YUV_SEMI_PLANAR, 2, 2),
	YUV(NV16, 1, YUV_SEMI_PLANAR, 2, 1),
	YUV(NV24, 1, YUV_SEMI_PLANAR, 1, 1),
	YUV(YUYV, 2, YUV_YUYV, 2, 1),
	YUV(XYUV8888, 4, YUV_XYUV, 1, 1),
};
const size_t n_pixel_formats = sizeof pixel_formats / sizeof pixel_formats[0];

const struct pixel_format dmabuf_formats[] = {
	{"ARGB2101010", DRM_FORMAT_ARGB2101010, 4, {20, 10}, {10, 10}, {0, 10}, {30, 2}, NONE,
		false, NULL},
	{"XRGB2101010", DRM_FORMAT_XRGB2101010, 4, {20, 10}, {10, 10}, {0, 10}, NONE, {30, 2},
		false, NULL},
	{"ARGB1555", DRM_FORMAT_ARGB1555, 2, {10, 5}, {5, 5}, {0, 5}, {15, 1}, NONE, false, NULL},
	{"ABGR1555", DRM_FORMAT_ABGR1555, 2, {0, 5}, {5, 5}, {10, 5}, {15, 1}, NONE, false, NULL},
	{"ARGB4444", DRM_FORMAT_ARGB4444, 2, {8, 4}, {4, 4}, {0, 4}, {12, 4}, NONE, false, NULL},
	{"ABGR4444", DRM_FORMAT_ABGR4444, 2, {0, 4}, {4, 4}, {8, 4}, {12, 4}, NONE, false, NULL},
	YUV_ORDER(YVYU, 2, YUV_YUYV, 2, 1, true, false, false),
	YUV_ORDER(UYVY, 2, YUV_YUYV, 2, 1, false, true, false),
	YUV_ORDER(VYUY, 2, YUV_YUYV, 2, 1, true, true, false),
	YUV_ORDER(NV21, 1, YUV_SEMI_PLANAR, 2, 2, true, false, false),
	YUV_ORDER(NV61, 1, YUV_SEMI_PLANAR, 2, 1, true, false, false),
	YUV_ORDER(NV42, 1, YUV_SEMI_PLANAR, 1, 1, true, false, false),
	YUV_ORDER(P010, 2, YUV_SEMI_PLANAR, 2, 2, false, false, true),
	YUV_ORDER(P012, 2, YUV_SEMI_PLANAR, 2, 2, false, false, true),
	YUV_ORDER(P016, 2, YUV_SEMI_PLANAR, 2, 2, false, false, true),
	YUV_ORDER(YUV410, 1, YUV_PLANAR, 4, 4, false, false, false),
	YUV_ORDER(YVU410, 1, YUV_PLANAR, 4, 4, true, false, false),
	YUV_ORDER(YUV411, 1, YUV_PLANAR, 4, 1, false, false, false),
	YUV_ORDER(YVU411, 1, YUV_PLANAR, 4, 1, true, false, false),
	YUV_ORDER(YVU420, 1, YUV_PLANAR, 2, 2, true, false, false),
	YUV_ORDER(YUV422, 1, YUV_PLANAR, 2, 1, false, false, false),
	YUV_ORDER(YVU422, 1, YUV_PLANAR, 2, 1, true, false, false),
	YUV_ORDER(YVU444, 1, YUV_PLANAR, 1, 1, true, false, false),
};
const size_t n_dmabuf_formats = sizeof dmabuf_formats / sizeof dmabuf_formats[0];

static const struct pixel_format *find(
	const struct pixel_format *formats, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(formats[i].name, name) == 0) {
			return &formats[i];
		}
	}
	return NULL;
}

const struct pixel_format *pixel_format_by_name(const char *name)
{
	const struct pixel_format *format = find(pixel_formats, n_pixel_formats, name);

	return format ? format : find(dmabuf_formats, n_dmabuf_formats, name);
}

/* Nearest half float of value / 65535. Values below the normal range do not occur in the scenes. */
static uint16_t to_half(uint16_t value)
{
	int exponent;

	if (value == 0) {
		return 0;
	}
	double mantissa = frexp(value / 65535.0, &exponent); // 0.5 <= mantissa < 1
	long fraction = lround((mantissa * 2 - 1) * 1024);
	return (uint16_t)(((long)(exponent - 1 + 15) << 10) + fraction);
}

static uint64_t pack_channel(
	const struct pixel_format *format, struct channel channel, uint16_t value)
{
	if (channel.bits == 0) {
		return 0;
	}
	uint64_t field = format->is_float ? to_half(value) : value >> (16 - channel.bits);
	return field << channel.shift;
}

void pixel_format_pack(
	const struct pixel_format *format, struct pixel pixel, uint32_t garbage, uint8_t *out)
{
	uint64_t word = pack_channel(format, format->r, pixel.r) |
			pack_channel(format, format->g, pixel.g) |
			pack_channel(format, format->b, pixel.b) |
			pack_channel(format, format->a, pixel.a);

	if (format->x.bits) {
		uint64_t mask = ((uint64_t)1 << format->x.bits) - 1;

		word |= (garbage & mask) << format->x.shift;
	}
	for (int i = 0; i < format->bytes; i++) {
		out[i] = (uint8_t)(word >> (8 * i));
	}
}
