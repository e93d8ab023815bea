/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What clients should not do with linux-dmabuf. A compositor may refuse it; it must live. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "hostile.h"

/** A buffer as it is described; what it is made of is another matter. */
struct claim {
	int width, height;
	uint32_t fourcc;
	uint32_t flags;
	uint64_t modifier;
	int planes;
	uint32_t offset[4], stride[4];
	size_t bytes; // of the memory
};

static const struct claim honest = {
	.width = 64,
	.height = 64,
	.fourcc = DRM_FORMAT_XRGB8888,
	.planes = 1,
	.stride = {256, 256, 256, 256},
	.bytes = 64 * 256,
};

static int make_memory(size_t bytes, int seals)
{
	int fd = memfd_create("wr-hostile-dmabuf", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0 || fcntl(fd, F_ADD_SEALS, seals) < 0) {
		abort();
	}
	return fd;
}

static struct wl_buffer *make_buffer(struct hostile *self, const struct claim *claim, int fd)
{
	struct zwp_linux_buffer_params_v1 *params =
		zwp_linux_dmabuf_v1_create_params(self->display.dmabuf);
	struct wl_buffer *buffer;

	for (int i = 0; i < claim->planes; i++) {
		zwp_linux_buffer_params_v1_add(params, fd, (uint32_t)i, claim->offset[i],
			claim->stride[i], (uint32_t)(claim->modifier >> 32),
			(uint32_t)(claim->modifier & 0xffffffff));
	}
	buffer = zwp_linux_buffer_params_v1_create_immed(
		params, claim->width, claim->height, claim->fourcc, claim->flags);
	zwp_linux_buffer_params_v1_destroy(params);
	return buffer;
}

/* By a client of its own: a protocol error must not hide the next attempt. */
static void try_alone(const struct claim *claim, int fd)
{
	struct hostile self = {0};

	if (!scene_display_init(&self.display) && self.display.dmabuf) {
		self.surface = wl_compositor_create_surface(self.display.compositor);
		hostile_show(&self, make_buffer(&self, claim, fd));
		hostile_let_it_draw(&self);
	}
	scene_display_finish(&self.display);
	close(fd);
}

static void try_claim(struct claim claim)
{
	try_alone(&claim, make_memory(claim.bytes, F_SEAL_SHRINK));
}

/* Software drivers map such a file, and die of it when it shrinks. */
static void unsealed(struct hostile *self)
{
	int fd = make_memory(honest.bytes, F_SEAL_GROW);

	if (!self->display.dmabuf) {
		return;
	}
	hostile_show(self, make_buffer(self, &honest, fd));
	hostile_let_it_draw(self);
	if (ftruncate(fd, 0) < 0) {
		abort();
	}
	wl_surface_damage(self->surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(self->surface);
	hostile_let_it_draw(self);
}

static void too_little_memory(struct hostile *self)
{
	struct claim claim = honest;

	claim.bytes = 4096;
	try_claim(claim);
	claim = honest;
	claim.offset[0] = 60 * 256;
	try_claim(claim);
	claim = honest;
	claim.fourcc = DRM_FORMAT_NV12;
	claim.planes = 2;
	claim.offset[1] = 63 * 256;
	try_claim(claim);
}

static void odd_strides(struct hostile *self)
{
	static const uint32_t strides[] = {0, 1, 3, 255, 0x7fffffff, 0xfffffff0, 0x80000000};
	struct claim claim = honest;

	for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
		claim.stride[0] = strides[i];
		try_claim(claim);
	}
	claim = honest;
	claim.offset[0] = 0xffffff00;
	try_claim(claim);
}

static void odd_sizes(struct hostile *self)
{
	static const int sizes[][2] = {
		{0, 0}, {-1, 64}, {64, -1}, {100000, 1}, {1, 100000}, {INT32_MAX, INT32_MAX}};
	struct claim claim = honest;

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		claim.width = sizes[i][0];
		claim.height = sizes[i][1];
		claim.stride[0] = 400000;
		claim.bytes = 400000;
		try_claim(claim);
	}
}

static void odd_planes(struct hostile *self)
{
	static const uint32_t fourccs[] = {DRM_FORMAT_XRGB8888, DRM_FORMAT_NV12, DRM_FORMAT_YUV420,
		DRM_FORMAT_YUYV, DRM_FORMAT_P010, DRM_FORMAT_NV24};

	for (size_t i = 0; i < 4 * sizeof fourccs / sizeof fourccs[0]; i++) {
		struct claim claim = honest;

		claim.fourcc = fourccs[i / 4];
		claim.planes = 1 + (int)(i % 4);
		try_claim(claim);
	}
}

static void odd_formats(struct hostile *self)
{
	static const uint32_t fourccs[] = {0, 1, 0xffffffff, DRM_FORMAT_R8, DRM_FORMAT_C8};
	struct claim claim = honest;

	for (size_t i = 0; i < sizeof fourccs / sizeof fourccs[0]; i++) {
		claim.fourcc = fourccs[i];
		try_claim(claim);
	}
	claim = honest;
	claim.modifier = 0x0123456789abcdef;
	try_claim(claim);
	claim = honest;
	claim.flags = ZWP_LINUX_BUFFER_PARAMS_V1_FLAGS_INTERLACED;
	try_claim(claim);
}

static void no_memory_at_all(struct hostile *self)
{
	FILE *file = tmpfile();
	int ends[2];

	if (!file || pipe(ends) < 0 || ftruncate(fileno(file), (off_t)honest.bytes) < 0) {
		abort();
	}
	try_alone(&honest, dup(fileno(file)));
	fclose(file);
	try_alone(&honest, ends[0]);
	try_alone(&honest, ends[1]);
	try_alone(&honest, open("/dev/null", O_RDWR | O_CLOEXEC));
	try_alone(&honest, open("/dev/zero", O_RDWR | O_CLOEXEC));
	try_alone(&honest, open("/", O_RDONLY | O_CLOEXEC));
}

static void destroyed_at_once(struct hostile *self)
{
	if (!self->display.dmabuf) {
		return;
	}
	for (int i = 0; i < 200; i++) {
		int fd = make_memory(honest.bytes, F_SEAL_SHRINK);
		struct wl_buffer *buffer = make_buffer(self, &honest, fd);

		if (i == 0) {
			hostile_show(self, buffer);
		}
		wl_surface_attach(self->surface, buffer, 0, 0);
		wl_surface_damage(self->surface, 0, 0, INT32_MAX, INT32_MAX);
		wl_surface_commit(self->surface);
		wl_buffer_destroy(buffer);
		close(fd);
		if (i % 20 == 0) {
			hostile_let_it_draw(self);
		}
	}
}

const struct hostile_mode hostile_dmabuf_modes[] = {
	{"dmabuf-unsealed", unsealed},
	{"dmabuf-too-little-memory", too_little_memory},
	{"dmabuf-odd-strides", odd_strides},
	{"dmabuf-odd-sizes", odd_sizes},
	{"dmabuf-odd-planes", odd_planes},
	{"dmabuf-odd-formats", odd_formats},
	{"dmabuf-no-memory", no_memory_at_all},
	{"dmabuf-destroyed-at-once", destroyed_at_once},
	{NULL, NULL},
};
