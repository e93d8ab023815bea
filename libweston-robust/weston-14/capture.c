/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include <drm_fourcc.h>

#include "gl/pixel-pack.h"

/* The sources that glue_capture_announce() offers; the last one only where there is such a space.
 */
static const enum weston_output_capture_source sources[] = {
	WESTON_OUTPUT_CAPTURE_SOURCE_FRAMEBUFFER,
	WESTON_OUTPUT_CAPTURE_SOURCE_FULL_FRAMEBUFFER,
	WESTON_OUTPUT_CAPTURE_SOURCE_BLENDING,
};

#define SOURCE_COUNT (sizeof(sources) / sizeof(sources[0]))

static struct weston_geometry source_rectangle(
	const struct glue_output *out, enum weston_output_capture_source source)
{
	if (source == WESTON_OUTPUT_CAPTURE_SOURCE_FRAMEBUFFER) {
		return out->area;
	}
	if (source == WESTON_OUTPUT_CAPTURE_SOURCE_BLENDING) {
		return (struct weston_geometry){0, 0, out->area.width, out->area.height};
	}
	return (struct weston_geometry){0, 0, out->fb_size.width, out->fb_size.height};
}

/* What colours are blended in is captured as it is: on a layer they are linear, and may be beyond
 * what a screen shows. */
static const struct pixel_format_info *source_format(
	const struct glue_output *out, enum weston_output_capture_source source)
{
	if (source == WESTON_OUTPUT_CAPTURE_SOURCE_BLENDING) {
		return pixel_format_get_info(DRM_FORMAT_ABGR16161616F);
	}
	return out->glue->compositor->read_format;
}

static bool offered(const struct glue_output *out, enum weston_output_capture_source source)
{
	return source != WESTON_OUTPUT_CAPTURE_SOURCE_BLENDING || out->has_layer;
}

/* Exactly the size and format that were announced last: the core asserts it. */
static struct weston_capture_task *pull(
	struct glue_output *out, enum weston_output_capture_source source)
{
	struct weston_geometry rectangle = source_rectangle(out, source);

	if (!offered(out, source)) {
		return NULL;
	}
	return weston_output_pull_capture_task(
		out->output, source, rectangle.width, rectangle.height, source_format(out, source));
}

void glue_capture_announce(struct glue_output *out)
{
	for (size_t i = 0; i < SOURCE_COUNT; i++) {
		struct weston_geometry rectangle = source_rectangle(out, sources[i]);

		if (!offered(out, sources[i])) {
			rectangle.width = rectangle.height = 0;
		}
		weston_output_update_capture_info(out->output, sources[i], rectangle.width,
			rectangle.height, source_format(out, sources[i]));
	}
}

static const char *unsuitable(
	const struct weston_buffer *buffer, const struct weston_geometry *rectangle, int bytes)
{
	if (buffer->type != WESTON_BUFFER_SHM || !buffer->shm_buffer) {
		return "only wl_shm buffers can be captured to";
	}
	if (buffer->stride % 4 != 0 || buffer->stride < bytes * rectangle->width ||
		buffer->width < rectangle->width || buffer->height < rectangle->height) {
		return "the buffer's stride or size does not fit";
	}
	return NULL;
}

/* A context that was lost meanwhile may have left the buffer as it was; and whether that is why GL
 * refused has to be known by whoever gets the error. */
static const char *outcome(struct glue *glue, bool ok)
{
	bool alive = renderer_check(&glue->renderer);

	return ok && alive ? NULL : "reading back failed";
}

static const char *read_now(struct glue_output *out, struct target *target, struct readback *read,
	struct weston_buffer *buffer)
{
	struct renderer *renderer = &out->glue->renderer;
	bool ok;

	if (!renderer_generation(renderer)) {
		return "the GPU was reset";
	}
	read->stride = buffer->stride;
	wl_shm_buffer_begin_access(buffer->shm_buffer);
	read->pixels = wl_shm_buffer_get_data(buffer->shm_buffer);
	ok = readback_target(renderer->generation, target, read);
	wl_shm_buffer_end_access(buffer->shm_buffer);

	return outcome(out->glue, ok);
}

/* What a reset has struck is served later. The others are told. */
static void retire(struct glue_output *out, struct weston_capture_task *task,
	enum weston_output_capture_source source, const char *error)
{
	bool lost = !renderer_generation(&out->glue->renderer);

	if (!error) {
		weston_capture_task_retire_complete(task);
	} else if (!lost || !glue_capture_hold(out, task, source, NULL)) {
		weston_capture_task_retire_failed(task, error);
	}
}

/* Returns false where nothing is on its way, and the task is as it was. */
static bool read_later(struct glue_output *out, struct target *target, const struct readback *read,
	struct weston_capture_task *task, enum weston_output_capture_source source)
{
	struct generation *gen = renderer_generation(&out->glue->renderer);
	struct pixel_pack *pack = NULL;

	if (gen && glue_capture_may_wait(out)) {
		pack = pixel_pack_begin(gen, target, read);
	}
	if (pack && glue_capture_hold(out, task, source, pack)) {
		return true;
	}
	pixel_pack_destroy(pack);
	return false;
}

static void serve(struct glue_output *out, struct target *target, struct weston_capture_task *task,
	enum weston_output_capture_source source)
{
	struct weston_geometry rectangle = source_rectangle(out, source);
	struct weston_buffer *buffer = weston_capture_task_get_buffer(task);
	bool layer = source == WESTON_OUTPUT_CAPTURE_SOURCE_BLENDING;
	const char *error = unsuitable(buffer, &rectangle, layer ? 8 : 4);
	struct readback read = {
		.x = rectangle.x,
		.y = rectangle.y,
		.width = rectangle.width,
		.height = rectangle.height,
		.half_float = layer,
		.bgra = out->glue->read_bgra,
	};

	/* What was held from before a reset may want what there is no more. */
	if (!error && !offered(out, source)) {
		error = "this source is not available any more";
	}
	if (!error && read_later(out, target, &read, task, source)) {
		return;
	}
	if (!error) {
		error = read_now(out, target, &read, buffer);
	}
	retire(out, task, source, error);
}

const char *glue_capture_finish(
	struct glue_output *out, struct weston_capture_task *task, struct pixel_pack *pack)
{
	struct weston_buffer *buffer = weston_capture_task_get_buffer(task);
	bool ok;

	wl_shm_buffer_begin_access(buffer->shm_buffer);
	ok = pixel_pack_read(pack, wl_shm_buffer_get_data(buffer->shm_buffer), buffer->stride);
	wl_shm_buffer_end_access(buffer->shm_buffer);
	return outcome(out->glue, ok);
}

/* Serves a task from what is bound for its source, and has @target bound again. */
static void serve_bound(struct glue_output *out, struct target *target,
	struct weston_capture_task *task, enum weston_output_capture_source source)
{
	struct renderer *renderer = &out->glue->renderer;
	struct generation *gen = renderer_generation(renderer);

	if (source != WESTON_OUTPUT_CAPTURE_SOURCE_BLENDING || !out->has_layer || !gen) {
		serve(out, target, task, source);
		return;
	}
	if (!renderer_accept(renderer, target_bind(gen, &out->layer))) {
		retire(out, task, source, "the blending space can't be read");
	} else {
		serve(out, &out->layer, task, source);
	}
	gen = renderer_generation(renderer);
	if (gen) {
		renderer_accept(renderer, target_bind(gen, target));
	}
}

void glue_capture(struct glue_output *out, struct target *target)
{
	struct renderer *renderer = &out->glue->renderer;
	enum weston_output_capture_source source;
	struct weston_capture_task *task;

	while (renderer_generation(renderer) && (task = glue_capture_take_held(out, &source))) {
		serve_bound(out, target, task, source);
	}
	if (!weston_output_has_renderer_capture_tasks(out->output)) {
		return;
	}
	for (size_t i = 0; i < SOURCE_COUNT; i++) {
		while ((task = pull(out, sources[i]))) {
			serve_bound(out, target, task, sources[i]);
		}
	}
}

void glue_capture_give_up(struct glue_output *out, const char *reason)
{
	for (size_t i = 0; i < SOURCE_COUNT; i++) {
		struct weston_capture_task *task;

		while ((task = pull(out, sources[i]))) {
			retire(out, task, sources[i], reason);
		}
	}
}

int glue_read_pixels(struct weston_output *output, const struct pixel_format_info *format,
	void *pixels, uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
	struct glue_output *out = output->renderer_state;
	struct glue *glue = glue_from_compositor(output->compositor);
	struct generation *gen = renderer_generation(&glue->renderer);
	int32_t stride = 4 * (int32_t)width;
	struct readback read = {
		.width = (int32_t)width,
		.height = (int32_t)height,
		.stride = -stride,
	};

	if (!out || !gen || !glue->bound_target || format != glue->compositor->read_format ||
		!width || !height || x + width > (uint32_t)out->area.width ||
		y + height > (uint32_t)out->area.height) {
		return -1;
	}
	/* The caller counts rows from the bottom, and wants the lowest one first. */
	read.x = out->area.x + (int32_t)x;
	read.y = out->area.y + out->area.height - (int32_t)y - (int32_t)height;
	read.pixels = (uint8_t *)pixels + (ptrdiff_t)(height - 1) * stride;
	read.bgra = glue->read_bgra;
	return readback_target(gen, glue->bound_target, &read) ? 0 : -1;
}

static void fill_solid(const struct content *content, uint8_t *pixels, size_t count)
{
	for (size_t i = 0; i < 4 * count; i++) {
		pixels[i] = (uint8_t)(255.0f * content->solid[i % 4] + 0.5f);
	}
}

int glue_surface_copy_content(struct weston_surface *surface, void *target, size_t size, int src_x,
	int src_y, int width, int height)
{
	struct glue *glue = glue_from_compositor(surface->compositor);
	struct glue_surface *gs = surface->renderer_state;
	struct generation *gen = renderer_generation(&glue->renderer);
	struct weston_buffer *buffer = surface->buffer_ref.buffer;
	bool ok;

	if (!gs || width <= 0 || height <= 0 || 4 * (size_t)width * (size_t)height > size ||
		(buffer && buffer->direct_display)) {
		return -1;
	}
	if (gs->content.kind == CONTENT_SOLID) {
		fill_solid(&gs->content, target, (size_t)width * (size_t)height);
		return 0;
	}
	if (!gen || gs->content.kind == CONTENT_NONE || src_x < 0 || src_y < 0 ||
		width > gs->content.layout.width - src_x ||
		height > gs->content.layout.height - src_y) {
		return -1;
	}
	ok = readback_content(gen, &gs->content, src_x, src_y, width, height, target);
	if (glue->bound_target) {
		/* Called by a frame_signal listener, in the middle of a repaint. */
		target_bind(gen, glue->bound_target);
	}
	return ok && renderer_check(&glue->renderer) ? 0 : -1;
}
