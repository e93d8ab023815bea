/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "scene-display.h"

static void on_geometry(void *data, struct wl_output *proxy, int32_t x, int32_t y, int32_t pw,
	int32_t ph, int32_t subpixel, const char *make, const char *model, int32_t transform)
{
	struct scene_output *output = data;

	output->x = x;
	output->y = y;
	output->transform = transform;
}

static void on_mode(void *data, struct wl_output *proxy, uint32_t flags, int32_t width,
	int32_t height, int32_t refresh)
{
	struct scene_output *output = data;

	if (flags & WL_OUTPUT_MODE_CURRENT) {
		output->width = width;
		output->height = height;
	}
}

static void on_done(void *data, struct wl_output *proxy)
{
}

static void on_scale(void *data, struct wl_output *proxy, int32_t factor)
{
	struct scene_output *output = data;

	output->scale = factor;
}

static void on_name(void *data, struct wl_output *proxy, const char *name)
{
	struct scene_output *output = data;

	free(output->name);
	output->name = strdup(name);
}

static void on_description(void *data, struct wl_output *proxy, const char *text)
{
}

static const struct wl_output_listener output_listener = {
	.geometry = on_geometry,
	.mode = on_mode,
	.done = on_done,
	.scale = on_scale,
	.name = on_name,
	.description = on_description,
};

static void on_format(void *data, struct wl_shm *shm, uint32_t format)
{
	struct scene_display *self = data;
	uint32_t *grown =
		realloc(self->shm_formats, (self->n_shm_formats + 1) * sizeof(*self->shm_formats));

	if (grown) {
		self->shm_formats = grown;
		self->shm_formats[self->n_shm_formats++] = format;
	}
}

static const struct wl_shm_listener shm_listener = {.format = on_format};

static void add_output(struct scene_display *self, uint32_t global, uint32_t version)
{
	struct scene_output *output = calloc(1, sizeof(*output));

	if (!output) {
		return;
	}
	output->scale = 1;
	output->global = global;
	output->proxy = wl_registry_bind(
		self->registry, global, &wl_output_interface, version < 4 ? version : 4);
	wl_output_add_listener(output->proxy, &output_listener, output);
	wl_list_insert(self->outputs.prev, &output->link);
}

static void remove_output(struct scene_output *output)
{
	wl_list_remove(&output->link);
	wl_output_destroy(output->proxy);
	free(output->name);
	free(output);
}

/* Where to keep the proxy of each global that is bound once. */
static void **slot(struct scene_display *self, const char *name, const struct wl_interface **type,
	uint32_t *version)
{
	const struct {
		const struct wl_interface *type;
		uint32_t version;
		void **slot;
	} slots[] = {
		{&wl_compositor_interface, 4, (void **)&self->compositor},
		{&wl_subcompositor_interface, 1, (void **)&self->subcompositor},
		{&wl_shm_interface, 1, (void **)&self->shm},
		{&wp_viewporter_interface, 1, (void **)&self->viewporter},
		{&wp_single_pixel_buffer_manager_v1_interface, 1, (void **)&self->single_pixel},
		{&weston_content_protection_interface, 1, (void **)&self->protection},
		{&zwp_linux_dmabuf_v1_interface, 3, (void **)&self->dmabuf},
		{&weston_capture_v1_interface, 1, (void **)&self->capture},
		{&wr_scene_control_v1_interface, 1, (void **)&self->control},
	};

	for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
		if (strcmp(slots[i].type->name, name) == 0) {
			*type = slots[i].type;
			*version = slots[i].version;
			return slots[i].slot;
		}
	}
	return NULL;
}

static void on_global(void *data, struct wl_registry *registry, uint32_t global,
	const char *interface, uint32_t version)
{
	struct scene_display *self = data;
	const struct wl_interface *type;
	uint32_t wanted;

	if (strcmp(interface, wl_output_interface.name) == 0) {
		add_output(self, global, version);
		return;
	}
	void **target = slot(self, interface, &type, &wanted);
	if (!target) {
		return;
	}
	*target = wl_registry_bind(registry, global, type, wanted < version ? wanted : version);
	if (type == &wl_shm_interface) {
		wl_shm_add_listener(self->shm, &shm_listener, self);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t global)
{
	struct scene_display *self = data;
	struct scene_output *output, *next;

	wl_list_for_each_safe (output, next, &self->outputs, link) {
		if (output->global == global) {
			remove_output(output);
		}
	}
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

const char *scene_display_init(struct scene_display *self)
{
	*self = (struct scene_display){.display = wl_display_connect(NULL)};
	wl_list_init(&self->outputs);
	if (!self->display) {
		return "no compositor reached (WAYLAND_DISPLAY, XDG_RUNTIME_DIR)";
	}
	self->registry = wl_display_get_registry(self->display);
	wl_registry_add_listener(self->registry, &registry_listener, self);
	if (wl_display_roundtrip(self->display) < 0 || wl_display_roundtrip(self->display) < 0) {
		return "the compositor closed the connection";
	}
	if (!self->control || !self->compositor || !self->shm || !self->subcompositor) {
		return "the compositor does not run scene-shell.so";
	}
	return NULL;
}

void scene_display_finish(struct scene_display *self)
{
	struct scene_output *output, *next;

	wl_list_for_each_safe (output, next, &self->outputs, link) {
		remove_output(output);
	}
	free(self->shm_formats);
	if (self->display) {
		wl_display_disconnect(self->display);
	}
	*self = (struct scene_display){0};
	wl_list_init(&self->outputs);
}

struct scene_output *scene_display_output(struct scene_display *self, const char *name)
{
	struct scene_output *output;

	wl_list_for_each (output, &self->outputs, link) {
		if (!name || (output->name && strcmp(output->name, name) == 0)) {
			return output;
		}
	}
	return NULL;
}

bool scene_display_has_format(const struct scene_display *self, uint32_t shm_format)
{
	for (size_t i = 0; i < self->n_shm_formats; i++) {
		if (self->shm_formats[i] == shm_format) {
			return true;
		}
	}
	return false;
}

void scene_output_logical_size(const struct scene_output *output, int *width, int *height)
{
	bool turned = output->transform & 1;

	*width = (turned ? output->height : output->width) / output->scale;
	*height = (turned ? output->width : output->height) / output->scale;
}

struct waiting {
	bool done;
	uint32_t data;
};

static void on_callback(void *data, struct wl_callback *callback, uint32_t callback_data)
{
	struct waiting *waiting = data;

	waiting->done = true;
	waiting->data = callback_data;
}

static const struct wl_callback_listener callback_listener = {.done = on_callback};

int64_t scene_display_wait(struct scene_display *self, struct wl_callback *callback, int timeout_ms)
{
	struct waiting waiting = {0};
	int64_t deadline = monotonic_ns() + (int64_t)timeout_ms * 1000000;

	wl_callback_add_listener(callback, &callback_listener, &waiting);
	while (!waiting.done) {
		int n = dispatch_until(self->display, deadline);

		if (n < 0 || (n == 0 && monotonic_ns() >= deadline)) {
			break;
		}
	}
	wl_callback_destroy(callback);
	return waiting.done ? (int64_t)waiting.data : -1;
}
