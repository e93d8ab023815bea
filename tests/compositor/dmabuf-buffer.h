/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_DMABUF_BUFFER_H
#define WR_TEST_DMABUF_BUFFER_H

#include "linux-dmabuf-v1-client-protocol.h"
#include "pixel-format.h"
#include "shm-buffer.h"

/** How a dmabuf is described to the compositor. */
struct dmabuf_description {
	const struct pixel_format *format;
	int width, height;
	int stride;        // bytes, of the first plane
	uint64_t modifier; // DRM_FORMAT_MOD_*
	uint32_t flags;    // zwp_linux_buffer_params_v1.flags
};

/** DRM_FORMAT_* of a wl_shm format. */
uint32_t dmabuf_fourcc(const struct pixel_format *format);

/**
 * Create a zeroed buffer that the compositor imports: a memfd sealed against shrinking, which
 * software drivers take for a dmabuf. Waits for the compositor's answer. Returns false when that
 * refuses it.
 */
bool dmabuf_buffer_init(struct shm_buffer *self, struct wl_display *display,
	struct zwp_linux_dmabuf_v1 *factory, const struct dmabuf_description *description);

#endif
