/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_PIXEL_FORMAT_H
#define WR_TEST_PIXEL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A colour with 16 bits per channel; premultiplied unless a test says otherwise. */
struct pixel {
	uint16_t r, g, b, a;
};

/** Where one channel sits in a pixel read as a little-endian number. */
struct channel {
	int shift; // bits from the least significant
	int bits;  // 0: the format has no such channel
};

struct yuv_format;

/** One wl_shm format. */
struct pixel_format {
	const char *name; // without prefix, as in DRM_FORMAT_<name>
	uint32_t code;    // wl_shm code
	int bytes;        // per pixel; YUV: of the first plane
	struct channel r, g, b, a;
	struct channel x; // unused bits: packed with garbage, to reveal a renderer that reads them
	bool is_float;    // IEEE half per channel
	const struct yuv_format *yuv; // NULL: RGB
};

/** All formats that the scenes know, in a fixed order. */
extern const struct pixel_format pixel_formats[];
extern const size_t n_pixel_formats;

/** Those that no renderer takes through wl_shm. */
extern const struct pixel_format dmabuf_formats[];
extern const size_t n_dmabuf_formats;

/** The format of that name, of either table; NULL when there is none. */
const struct pixel_format *pixel_format_by_name(const char *name);

/**
 * Write one pixel at `out` (format->bytes bytes, little-endian).
 *
 * For RGB formats. Channels are truncated to the format's depth. `garbage` fills the unused bits.
 */
void pixel_format_pack(
	const struct pixel_format *format, struct pixel pixel, uint32_t garbage, uint8_t *out);

#endif
