/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shm-buffer.h"

static bool map_file(struct shm_buffer *self)
{
	self->fd = memfd_create("wr-test-shm", MFD_CLOEXEC);
	if (self->fd < 0) {
		return false;
	}
	if (ftruncate(self->fd, (off_t)self->size) < 0) {
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

bool shm_buffer_init(struct shm_buffer *self, struct wl_shm *shm, uint32_t format, int width,
	int height, int stride)
{
	return shm_buffer_init_sized(
		self, shm, format, width, height, stride, (size_t)stride * (size_t)height);
}

bool shm_buffer_init_sized(struct shm_buffer *self, struct wl_shm *shm, uint32_t format, int width,
	int height, int stride, size_t bytes)
{
	struct shm_buffer made = {
		.width = width,
		.height = height,
		.stride = stride,
		.size = bytes,
	};

	if (!map_file(&made)) {
		return false;
	}
	struct wl_shm_pool *pool = wl_shm_create_pool(shm, made.fd, (int32_t)made.size);
	made.buffer = wl_shm_pool_create_buffer(pool, 0, width, height, stride, format);
	wl_shm_pool_destroy(pool);
	*self = made;
	return true;
}

void shm_buffer_finish(struct shm_buffer *self)
{
	if (self->buffer) {
		wl_buffer_destroy(self->buffer);
	}
	if (self->data) {
		munmap(self->data, self->size);
		close(self->fd);
	}
	*self = (struct shm_buffer){.fd = -1};
}
