/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_YUV_FORMAT_H
#define WR_TEST_YUV_FORMAT_H

#include "pixel-format.h"

/** Where the components of a YUV format are. */
enum yuv_kind {
	YUV_PLANAR,      // Y, Cb, Cr: a plane each
	YUV_SEMI_PLANAR, // Y; Cb and Cr in turns
	YUV_YUYV,        // Y0 Cb Y1 Cr for two pixels, or in another order
	YUV_XYUV,        // Cr Cb Y X for one
};

/** One wl_shm YUV format. */
struct yuv_format {
	enum yuv_kind kind;
	int hsub, vsub;    // pixels per chroma sample
	bool swapped;      // Cr comes before Cb
	bool chroma_first; // YUYV: Cb Y0 Cr Y1
	bool wide;         // samples of 16 bits, with 10 in the upper ones
};

/** A plane of a buffer: where it begins and how its rows follow, in bytes. */
struct yuv_plane {
	size_t offset, stride;
};

/** How many planes. */
int yuv_planes(const struct yuv_format *format);

/** Plane of a buffer of that stride (of its first plane) and height. */
struct yuv_plane yuv_plane(const struct yuv_format *format, int plane, size_t stride, int height);

/** Bytes of a whole buffer. */
size_t yuv_bytes(const struct yuv_format *format, size_t stride, int height);

/** A picture in memory. */
struct yuv_picture {
	uint8_t *data;
	size_t stride; // of the first plane
	int width, height;
};

/**
 * Write the luma of pixel x, y, and the chroma where that is the first pixel of its group: ITU-R
 * BT.601, limited range, rounded to the nearest.
 */
void yuv_put(const struct yuv_format *format, const struct yuv_picture *picture, int x, int y,
	struct pixel pixel);

#endif
