/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* hostile-client: does one thing that a compositor must survive, under scene-shell. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hostile.h"

struct pool {
	int fd;
	struct wl_shm_pool *proxy;
};

static struct pool make_pool(struct hostile *self, size_t bytes)
{
	struct pool pool = {.fd = memfd_create("wr-hostile", MFD_CLOEXEC)};

	if (pool.fd < 0 || ftruncate(pool.fd, (off_t)bytes) < 0) {
		abort();
	}
	pool.proxy = wl_shm_create_pool(self->display.shm, pool.fd, (int32_t)bytes);
	return pool;
}

void hostile_show(struct hostile *self, struct wl_buffer *buffer)
{
	struct wr_scene_view_v1 *view =
		wr_scene_control_v1_create_view(self->display.control, self->surface);

	wr_scene_view_v1_set_position(view, wl_fixed_from_int(5), wl_fixed_from_int(7));
	wl_surface_attach(self->surface, buffer, 0, 0);
	wl_surface_damage(self->surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(self->surface);
}

/* Round trips and a pause, so that frames are drawn with what was done. */
void hostile_let_it_draw(struct hostile *self)
{
	for (int i = 0; i < 5; i++) {
		if (wl_display_roundtrip(self->display.display) < 0) {
			return;
		}
		usleep(20000);
	}
}

static struct wl_buffer *plain_buffer(struct hostile *self, struct pool *pool)
{
	*pool = make_pool(self, 64 * 4 * 64);
	return wl_shm_pool_create_buffer(pool->proxy, 0, 64, 64, 64 * 4, WL_SHM_FORMAT_XRGB8888);
}

/* libwayland asks for stride >= width only: rows overlap and the last one leaves the pool. */
static void small_stride(struct hostile *self)
{
	struct pool pool = make_pool(self, 64 * 64);

	hostile_show(
		self, wl_shm_pool_create_buffer(pool.proxy, 0, 64, 64, 64, WL_SHM_FORMAT_XRGB8888));
}

static void small_stride_wide(struct hostile *self)
{
	struct pool pool = make_pool(self, 4096 * 8);

	hostile_show(self,
		wl_shm_pool_create_buffer(pool.proxy, 0, 4096, 8, 4096, WL_SHM_FORMAT_ARGB8888));
}

/* 8 bytes per pixel where there is one. */
static void small_stride_deep(struct hostile *self)
{
	struct pool pool = make_pool(self, 256 * 256);

	hostile_show(self, wl_shm_pool_create_buffer(pool.proxy, 0, 256, 256, 256,
				   pixel_format_by_name("ABGR16161616F")->code));
}

/* By a client of its own: a protocol error must not hide the next attempt. */
static void show_alone(const struct pixel_format *format, int width, int height, int stride)
{
	struct hostile self = {0};
	struct pool pool;

	if (scene_display_init(&self.display)) {
		return;
	}
	pool = make_pool(&self, (size_t)stride * (size_t)height);
	self.surface = wl_compositor_create_surface(self.display.compositor);
	hostile_show(&self,
		wl_shm_pool_create_buffer(pool.proxy, 0, width, height, stride, format->code));
	hostile_let_it_draw(&self);
	scene_display_finish(&self.display);
	close(pool.fd);
}

/* The pool holds what libwayland asks for, the first plane, and nothing of the others. */
static void planes_beyond_pool(struct hostile *self)
{
	static const char *const formats[] = {"YUV420", "YUV444", "NV12", "NV16", "NV24"};

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		/* So many bytes beyond it that not all of them can be something else's by chance.
		 */
		show_alone(pixel_format_by_name(formats[i]), 8192, 8192, 8192);
	}
}

/* As far from a sensible size as libwayland lets it be. */
static void thin_planes(struct hostile *self)
{
	static const struct {
		int width, height, stride;
	} sizes[] = {{1, 1, 1}, {1, 1, 4096}, {1, 4096, 1}, {3, 3, 3}};

	for (size_t i = 0; i < 4 * n_pixel_formats; i++) {
		if (pixel_formats[i / 4].yuv) {
			show_alone(&pixel_formats[i / 4], sizes[i % 4].width, sizes[i % 4].height,
				sizes[i % 4].stride);
		}
	}
}

static void truncated_after_commit(struct hostile *self)
{
	struct pool pool;

	hostile_show(self, plain_buffer(self, &pool));
	if (ftruncate(pool.fd, 0) < 0) {
		abort();
	}
}

static void truncated_after_frame(struct hostile *self)
{
	struct pool pool;
	struct wl_buffer *buffer = plain_buffer(self, &pool);

	hostile_show(self, buffer);
	hostile_let_it_draw(self);
	if (ftruncate(pool.fd, 4096) < 0) {
		abort();
	}
	wl_surface_attach(self->surface, buffer, 0, 0);
	wl_surface_damage(self->surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(self->surface);
}

static void destroyed_before_commit(struct hostile *self)
{
	struct pool pool;
	struct wl_buffer *buffer = plain_buffer(self, &pool);

	wr_scene_control_v1_create_view(self->display.control, self->surface);
	wl_surface_attach(self->surface, buffer, 0, 0);
	wl_buffer_destroy(buffer);
	wl_surface_damage(self->surface, 0, 0, 64, 64);
	wl_surface_commit(self->surface);
}

static void destroyed_after_commit(struct hostile *self)
{
	struct pool pool;
	struct wl_buffer *buffer = plain_buffer(self, &pool);

	hostile_show(self, buffer);
	wl_buffer_destroy(buffer);
	wl_shm_pool_destroy(pool.proxy);
	close(pool.fd);
	hostile_let_it_draw(self);
	wl_surface_damage(self->surface, 0, 0, 64, 64);
	wl_surface_commit(self->surface);
}

static void surface_destroyed_at_once(struct hostile *self)
{
	struct pool pool;

	hostile_show(self, plain_buffer(self, &pool));
	wl_surface_destroy(self->surface);
}

static void huge_width(struct hostile *self)
{
	struct pool pool = make_pool(self, 100000 * 4 * 2);

	hostile_show(self, wl_shm_pool_create_buffer(
				   pool.proxy, 0, 100000, 2, 100000 * 4, WL_SHM_FORMAT_XRGB8888));
}

static void huge_height(struct hostile *self)
{
	struct pool pool = make_pool(self, 100000 * 4);

	hostile_show(self,
		wl_shm_pool_create_buffer(pool.proxy, 0, 1, 100000, 4, WL_SHM_FORMAT_XRGB8888));
}

/* 1 GiB that is all holes. */
static void huge_area(struct hostile *self)
{
	struct pool pool = make_pool(self, (size_t)16384 * 16384 * 4 - 16384 * 4);

	hostile_show(self, wl_shm_pool_create_buffer(
				   pool.proxy, 0, 16384, 16383, 16384 * 4, WL_SHM_FORMAT_XRGB8888));
}

static void offset_beyond(struct hostile *self)
{
	struct pool pool = make_pool(self, 4096);

	hostile_show(self,
		wl_shm_pool_create_buffer(pool.proxy, 4000, 32, 32, 128, WL_SHM_FORMAT_XRGB8888));
}

static void many_commits(struct hostile *self)
{
	for (int i = 0; i < 300; i++) {
		struct pool pool = make_pool(self, (size_t)(i + 1) * 4 * 64);
		struct wl_buffer *buffer = wl_shm_pool_create_buffer(
			pool.proxy, 0, i + 1, 64, (i + 1) * 4, WL_SHM_FORMAT_XRGB8888);

		if (i == 0) {
			hostile_show(self, buffer);
		}
		wl_surface_attach(self->surface, buffer, 0, 0);
		wl_surface_damage(self->surface, -1000, -1000, 5000, 5000);
		wl_surface_commit(self->surface);
		wl_buffer_destroy(buffer);
		wl_shm_pool_destroy(pool.proxy);
		close(pool.fd);
	}
}

static void odd_viewport(struct hostile *self)
{
	struct pool pool;
	struct wp_viewport *viewport =
		wp_viewporter_get_viewport(self->display.viewporter, self->surface);

	wp_viewport_set_source(viewport, wl_fixed_from_double(63.99), 0, 1, 1);
	wp_viewport_set_destination(viewport, 30000, 30000);
	hostile_show(self, plain_buffer(self, &pool));
}

static const struct hostile_mode modes[] = {
	{"small-stride", small_stride},
	{"small-stride-wide", small_stride_wide},
	{"small-stride-deep", small_stride_deep},
	{"planes-beyond-pool", planes_beyond_pool},
	{"thin-planes", thin_planes},
	{"truncated-after-commit", truncated_after_commit},
	{"truncated-after-frame", truncated_after_frame},
	{"destroyed-before-commit", destroyed_before_commit},
	{"destroyed-after-commit", destroyed_after_commit},
	{"surface-destroyed-at-once", surface_destroyed_at_once},
	{"huge-width", huge_width},
	{"huge-height", huge_height},
	{"huge-area", huge_area},
	{"offset-beyond", offset_beyond},
	{"many-commits", many_commits},
	{"odd-viewport", odd_viewport},
	{NULL, NULL},
};

static const struct hostile_mode *const tables[] = {modes, hostile_dmabuf_modes};

static const struct hostile_mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		for (const struct hostile_mode *mode = tables[i]; mode->name; mode++) {
			if (strcmp(mode->name, name) == 0) {
				return mode;
			}
		}
	}
	return NULL;
}

static int list_modes(void)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		for (const struct hostile_mode *mode = tables[i]; mode->name; mode++) {
			puts(mode->name);
		}
	}
	return 0;
}

static int run(const struct hostile_mode *mode, bool stay)
{
	struct hostile self = {0};
	const char *error = scene_display_init(&self.display);
	char byte;

	if (error) {
		fprintf(stderr, "hostile-client: %s\n", error);
		return 1;
	}
	self.surface = wl_compositor_create_surface(self.display.compositor);
	mode->run(&self);
	hostile_let_it_draw(&self);
	if (stay) {
		puts("ready");
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) > 0) {
		}
	}
	/* A protocol error is a fair answer; the compositor's end is not. */
	scene_display_finish(&self.display);
	return 0;
}

int main(int argc, char *argv[])
{
	const struct hostile_mode *mode = argc >= 2 ? find_mode(argv[1]) : NULL;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		return list_modes();
	}
	if (!mode) {
		fputs("usage: hostile-client --list | MODE [stay]\n", stderr);
		return 2;
	}
	return run(mode, argc == 3);
}
