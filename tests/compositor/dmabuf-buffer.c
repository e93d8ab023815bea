/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "dmabuf-buffer.h"
#include "yuv-format.h"

uint32_t dmabuf_fourcc(const struct pixel_format *format)
{
	switch (format->code) {
	case WL_SHM_FORMAT_ARGB8888:
		return DRM_FORMAT_ARGB8888;
	case WL_SHM_FORMAT_XRGB8888:
		return DRM_FORMAT_XRGB8888;
	default:
		return format->code;
	}
}

static bool map_memory(struct shm_buffer *self)
{
	self->fd = memfd_create("wr-test-dmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (self->fd < 0) {
		return false;
	}
	if (ftruncate(self->fd, (off_t)self->size) < 0 ||
		fcntl(self->fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0) {
		close(self->fd);
		return false;
	}
	void *data = mmap(NULL, self->size, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
	if (data == MAP_FAILED) {
		close(self->fd);
		return false;
	}
	self->data = data;
	return true;
}

/** The answer to zwp_linux_buffer_params_v1.create. */
struct answer {
	bool given;
	struct wl_buffer *buffer; // NULL: refused
};

static void on_created(
	void *data, struct zwp_linux_buffer_params_v1 *params, struct wl_buffer *buffer)
{
	*(struct answer *)data = (struct answer){true, buffer};
}

static void on_failed(void *data, struct zwp_linux_buffer_params_v1 *params)
{
	*(struct answer *)data = (struct answer){true, NULL};
}

static const struct zwp_linux_buffer_params_v1_listener params_listener = {
	.created = on_created,
	.failed = on_failed,
};

static void add_planes(struct zwp_linux_buffer_params_v1 *params, const struct shm_buffer *self,
	const struct dmabuf_description *description)
{
	const struct yuv_format *yuv = description->format->yuv;
	int count = yuv ? yuv_planes(yuv) : 1;

	for (int i = 0; i < count; i++) {
		struct yuv_plane plane = {.stride = (size_t)self->stride};

		if (yuv) {
			plane = yuv_plane(yuv, i, (size_t)self->stride, self->height);
		}
		zwp_linux_buffer_params_v1_add(params, self->fd, (uint32_t)i,
			(uint32_t)plane.offset, (uint32_t)plane.stride,
			(uint32_t)(description->modifier >> 32),
			(uint32_t)(description->modifier & 0xffffffff));
	}
}

bool dmabuf_buffer_init(struct shm_buffer *self, struct wl_display *display,
	struct zwp_linux_dmabuf_v1 *factory, const struct dmabuf_description *description)
{
	const struct yuv_format *yuv = description->format->yuv;
	struct shm_buffer made = {
		.width = description->width,
		.height = description->height,
		.stride = description->stride,
	};
	struct answer answer = {0};

	made.size = yuv ? yuv_bytes(yuv, (size_t)made.stride, made.height)
			: (size_t)made.stride * (size_t)made.height;
	if (!map_memory(&made)) {
		return false;
	}
	struct zwp_linux_buffer_params_v1 *params = zwp_linux_dmabuf_v1_create_params(factory);
	zwp_linux_buffer_params_v1_add_listener(params, &params_listener, &answer);
	add_planes(params, &made, description);
	zwp_linux_buffer_params_v1_create(params, made.width, made.height,
		dmabuf_fourcc(description->format), description->flags);
	while (!answer.given && wl_display_roundtrip(display) >= 0) {
	}
	zwp_linux_buffer_params_v1_destroy(params);
	made.buffer = answer.buffer;
	*self = made;
	if (!answer.buffer) {
		shm_buffer_finish(self);
	}
	return answer.buffer;
}
