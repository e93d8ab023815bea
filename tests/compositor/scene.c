/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "yuv-format.h"

#define FRAME_TIMEOUT_MS 300

void scene_init(struct scene *scene, struct scene_display *display)
{
	*scene = (struct scene){.display = display};
	wl_list_init(&scene->windows);
}

void scene_clear(struct scene *scene)
{
	struct window *window, *next;

	/* Children first: a parent's sub-surfaces vanish with it. */
	wl_list_for_each_reverse_safe (window, next, &scene->windows, link) {
		window_destroy(window);
	}
	scene->problem[0] = '\0';
}

struct window *scene_window(struct scene *scene, int n)
{
	struct window *window;

	wl_list_for_each (window, &scene->windows, link) {
		if (n-- == 0) {
			return window;
		}
	}
	return NULL;
}

void scene_wait_frame(struct scene *scene)
{
	struct window *window;

	wl_list_for_each_reverse (window, &scene->windows, link) {
		if (window->n_views > 0) {
			struct wl_callback *callback = wl_surface_frame(window->surface);

			wl_surface_commit(window->surface);
			scene_display_wait(scene->display, callback, FRAME_TIMEOUT_MS);
			return;
		}
	}
	wl_display_roundtrip(scene->display->display);
}

void scene_place(struct scene *scene, struct wr_scene_view_v1 *view, double x, double y)
{
	wr_scene_view_v1_set_position(view, wl_fixed_from_double(scene->origin_x + x),
		wl_fixed_from_double(scene->origin_y + y));
}

static const struct pixel_format *usable_format(struct scene *scene, const char *name, bool dmabuf)
{
	const struct pixel_format *format = pixel_format_by_name(name);

	if (format && dmabuf) {
		return format;
	}
	if (format && scene_display_has_format(scene->display, format->code)) {
		return format;
	}
	snprintf(scene->problem, sizeof scene->problem, "wl_shm format %s not advertised", name);
	return pixel_format_by_name("XRGB8888");
}

static struct window *create_window(
	struct scene *scene, const char *format, int width, int height, bool dmabuf)
{
	struct window *window = calloc(1, sizeof(*window));

	if (!window) {
		abort();
	}
	window->scene = scene;
	window->format = usable_format(scene, format, dmabuf);
	window->dmabuf = dmabuf;
	window->width = width;
	window->height = height;
	window->scale = 1;
	wl_list_init(&window->buffers);
	window->surface = wl_compositor_create_surface(scene->display->compositor);
	wl_list_insert(scene->windows.prev, &window->link);
	return window;
}

struct window *window_create(struct scene *scene, const char *format, int width, int height)
{
	return create_window(scene, format, width, height, false);
}

struct window *window_create_dmabuf(
	struct scene *scene, const char *format, int width, int height, uint64_t modifier)
{
	bool offered = scene->display->dmabuf;
	struct window *window = create_window(scene, format, width, height, offered);

	if (!offered) {
		snprintf(scene->problem, sizeof scene->problem, "zwp_linux_dmabuf_v1 missing");
	}
	window->modifier = modifier;
	return window;
}

void window_destroy(struct window *window)
{
	struct window_buffer *buffer, *next;

	wl_list_remove(&window->link);
	if (window->protected_surface) {
		weston_protected_surface_destroy(window->protected_surface);
	}
	if (window->viewport) {
		wp_viewport_destroy(window->viewport);
	}
	if (window->subsurface) {
		wl_subsurface_destroy(window->subsurface);
	}
	for (int i = 0; i < window->n_views; i++) {
		wr_scene_view_v1_destroy(window->views[i]);
	}
	wl_surface_destroy(window->surface);
	if (window->single_pixel) {
		wl_buffer_destroy(window->single_pixel);
	}
	wl_list_for_each_safe (buffer, next, &window->buffers, link) {
		shm_buffer_finish(&buffer->shm);
		free(buffer);
	}
	free(window);
}

static void on_release(void *data, struct wl_buffer *proxy)
{
	struct window_buffer *buffer = data;

	buffer->busy = false;
}

static const struct wl_buffer_listener buffer_listener = {.release = on_release};

static bool make_shm(struct window *window, struct shm_buffer *shm, int stride)
{
	size_t bytes = window->format->yuv
			       ? yuv_bytes(window->format->yuv, (size_t)stride, window->height)
			       : (size_t)stride * (size_t)window->height;

	return shm_buffer_init_sized(shm, window->scene->display->shm, window->format->code,
		window->width, window->height, stride, bytes);
}

static bool make_dmabuf(struct window *window, struct shm_buffer *shm, int stride)
{
	const struct dmabuf_description description = {
		.format = window->format,
		.width = window->width,
		.height = window->height,
		.stride = stride,
		.modifier = window->modifier,
		.flags = window->dmabuf_flags,
	};
	struct scene *scene = window->scene;

	if (dmabuf_buffer_init(
		    shm, scene->display->display, scene->display->dmabuf, &description)) {
		return true;
	}
	snprintf(scene->problem, sizeof scene->problem, "dmabuf of format %s refused",
		window->format->name);
	window->format = pixel_format_by_name("XRGB8888");
	window->dmabuf = false;
	return false;
}

static struct window_buffer *new_buffer(struct window *window)
{
	struct window_buffer *buffer = calloc(1, sizeof(*buffer));
	int stride = window->stride ? window->stride
				    : (window->width * window->format->bytes + 3) / 4 * 4;

	if (!buffer) {
		abort();
	}
	if (window->dmabuf && !make_dmabuf(window, &buffer->shm, stride)) {
		stride = window->width * 4;
	}
	if (!window->dmabuf && !make_shm(window, &buffer->shm, stride)) {
		abort();
	}
	wl_buffer_add_listener(buffer->shm.buffer, &buffer_listener, buffer);
	wl_list_insert(&window->buffers, &buffer->link);
	return buffer;
}

static void put_pixel(const struct pixel_format *format, const struct shm_buffer *shm, int x, int y,
	struct pixel pixel, uint32_t garbage)
{
	if (format->yuv) {
		struct yuv_picture picture = {
			shm->data, (size_t)shm->stride, shm->width, shm->height};

		yuv_put(format->yuv, &picture, x, y, pixel);
	} else {
		pixel_format_pack(format, pixel, garbage,
			shm->data + (size_t)y * (size_t)shm->stride + x * format->bytes);
	}
}

void window_paint(struct window *window, struct window_buffer *buffer, struct window_area area,
	enum pattern pattern, enum alpha alpha, uint32_t seed)
{
	const struct shm_buffer *shm = &buffer->shm;

	for (int y = 0; y < area.height && area.y + y < shm->height; y++) {
		for (int x = 0; x < area.width && area.x + x < shm->width; x++) {
			struct pixel pixel =
				pattern_pixel(pattern, alpha, seed, x, y, area.width, area.height);

			put_pixel(window->format, shm, area.x + x, area.y + y, pixel,
				pattern_noise(seed + 5, (uint32_t)x, (uint32_t)y));
		}
	}
}

struct window_buffer *window_copy_buffer(struct window *window)
{
	struct window_buffer *buffer = new_buffer(window);

	if (window->current && window->current->shm.size == buffer->shm.size) {
		memcpy(buffer->shm.data, window->current->shm.data, buffer->shm.size);
	}
	return buffer;
}

void window_attach(struct window *window, struct window_buffer *buffer)
{
	wl_surface_attach(window->surface, buffer->shm.buffer, 0, 0);
	buffer->busy = true;
	window->current = buffer;
}

void window_draw(struct window *window, enum pattern pattern, enum alpha alpha, uint32_t seed)
{
	struct window_buffer *buffer = new_buffer(window);

	/* Padding that shows up in a picture must be seen as wrong. */
	memset(buffer->shm.data, 0x5a, buffer->shm.size);
	window_paint(window, buffer, (struct window_area){0, 0, window->width, window->height},
		pattern, alpha, seed);
	window_attach(window, buffer);
	wl_surface_damage_buffer(window->surface, 0, 0, INT32_MAX, INT32_MAX);
}

void window_attach_solid(struct window *window, uint32_t r, uint32_t g, uint32_t b, uint32_t a)
{
	struct scene *scene = window->scene;

	if (!scene->display->single_pixel) {
		snprintf(scene->problem, sizeof scene->problem,
			"wp_single_pixel_buffer_manager_v1 missing");
		return;
	}
	if (window->single_pixel) {
		wl_buffer_destroy(window->single_pixel);
	}
	window->single_pixel = wp_single_pixel_buffer_manager_v1_create_u32_rgba_buffer(
		scene->display->single_pixel, r, g, b, a);
	wl_surface_attach(window->surface, window->single_pixel, 0, 0);
	wl_surface_damage_buffer(window->surface, 0, 0, INT32_MAX, INT32_MAX);
}

void window_set_transform(struct window *window, int transform, int scale)
{
	window->transform = transform;
	window->scale = scale;
	wl_surface_set_buffer_transform(window->surface, transform);
	wl_surface_set_buffer_scale(window->surface, scale);
}

struct wr_scene_view_v1 *window_show(struct window *window, double x, double y)
{
	struct scene *scene = window->scene;

	if (window->n_views == SCENE_MAX_VIEWS) {
		abort();
	}
	struct wr_scene_view_v1 *view =
		wr_scene_control_v1_create_view(scene->display->control, window->surface);
	window->views[window->n_views++] = view;
	scene_place(scene, view, x, y);
	wl_surface_commit(window->surface);
	return view;
}

void window_make_subsurface(struct window *window, struct window *parent, int x, int y)
{
	window->subsurface = wl_subcompositor_get_subsurface(
		window->scene->display->subcompositor, window->surface, parent->surface);
	wl_subsurface_set_position(window->subsurface, x, y);
}

struct wp_viewport *window_viewport(struct window *window)
{
	struct scene *scene = window->scene;

	if (!scene->display->viewporter) {
		snprintf(scene->problem, sizeof scene->problem, "wp_viewporter missing");
		return NULL;
	}
	if (!window->viewport) {
		window->viewport =
			wp_viewporter_get_viewport(scene->display->viewporter, window->surface);
	}
	return window->viewport;
}
