/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>

#include "gl/format.h"
#include "gl/texture.h"

#define ALL_BORDERS ((1u << BORDER_COUNT) - 1)

static bool geometry_valid(const struct weston_size *fb_size, const struct weston_geometry *area)
{
	return fb_size->width > 0 && fb_size->height > 0 && area->width > 0 && area->height > 0 &&
	       area->x >= 0 && area->y >= 0 && area->x <= fb_size->width - area->width &&
	       area->y <= fb_size->height - area->height;
}

static struct glue_output *glue_output_create(struct weston_output *output,
	const struct weston_size *fb_size, const struct weston_geometry *area)
{
	struct glue_output *out;

	if (!geometry_valid(fb_size, area)) {
		return NULL;
	}
	out = calloc(1, sizeof(*out));
	if (!out) {
		return NULL;
	}
	out->glue = glue_from_compositor(output->compositor);
	out->output = output;
	out->fb_size = *fb_size;
	out->area = *area;
	wl_list_init(&out->renderbuffers);
	wl_list_init(&out->held_captures);
	pixman_region32_init(&out->pending.region);
	pixman_region32_init(&out->layer_damage);
	for (int i = 0; i < DAMAGE_HISTORY; i++) {
		pixman_region32_init(&out->history[i].region);
	}
	for (int i = 0; i < BORDER_COUNT; i++) {
		content_init(&out->borders[i]);
	}
	wl_list_insert(&out->glue->outputs, &out->link);
	output->renderer_state = out;
	return out;
}

static void destroy_state(struct glue_output *out)
{
	glue_capture_hold_fini(out);
	if (out->has_window) {
		target_fini(&out->window);
	}
	for (int i = 0; i < BORDER_COUNT; i++) {
		texture_drop(&out->borders[i]);
		content_fini(&out->borders[i]);
	}
	glue_output_want_layer(out, false);
	pixman_region32_fini(&out->layer_damage);
	pixman_region32_fini(&out->pending.region);
	for (int i = 0; i < DAMAGE_HISTORY; i++) {
		pixman_region32_fini(&out->history[i].region);
	}
	glue_timing_forget(out);
	wl_list_remove(&out->link);
	out->output->renderer_state = NULL;
	free(out);
}

struct egl_visuals glue_visuals_from_formats(
	const struct pixel_format_info **formats, unsigned int count)
{
	struct egl_visuals visuals = {0};

	for (unsigned int i = 0; i < count && i < EGL_VISUALS_MAX; i++) {
		visuals.list[visuals.count++] = (struct egl_visual){
			.fourcc = formats[i]->format,
			.red = formats[i]->bits.r,
			.green = formats[i]->bits.g,
			.blue = formats[i]->bits.b,
			.alpha = formats[i]->bits.a,
		};
	}
	return visuals;
}

/*
 * What is missing of a target is made at its first frame, when the GPU is away. It may turn out to
 * be away only here. Returns false when the GPU is there and the target can't be made.
 *
 * Not so on GBM: the backend asks the gbm_surface for its front buffer after each repaint, drawn or
 * not, and Mesa crashes where there is no EGLSurface yet. It takes no context to make one.
 */
static bool target_possible(struct glue_output *out, struct target *target)
{
	struct renderer *renderer = &out->glue->renderer;
	struct generation *gen = renderer_generation(renderer);

	if (renderer->egl.options.platform == EGL_PLATFORM_GBM_KHR) {
		return target_prepare_window(target) == TARGET_OK;
	}
	return !gen || renderer_accept(renderer, target_prepare(gen, target)) ||
	       !renderer_generation(renderer);
}

int glue_output_window_create(
	struct weston_output *output, const struct gl_renderer_output_options *options)
{
	struct glue_output *out = glue_output_create(output, &options->fb_size, &options->area);
	struct egl_visuals visuals =
		glue_visuals_from_formats(options->formats, options->formats_count);

	if (!out) {
		weston_log("Output %s: no memory, or an impossible size.\n", output->name);
		return -1;
	}
	target_init_window(&out->window, &out->glue->renderer.egl,
		egl_native_window_from_handles(&out->glue->renderer.egl,
			(EGLNativeWindowType)options->window_for_legacy,
			options->window_for_platform),
		&visuals, options->fb_size.width, options->fb_size.height);
	out->has_window = true;

	if (!target_possible(out, &out->window)) {
		weston_log("Output %s: EGL cannot make a surface for its window.\n", output->name);
		destroy_state(out);
		return -1;
	}
	glue_capture_announce(out);
	return 0;
}

int glue_output_fbo_create(
	struct weston_output *output, const struct gl_renderer_fbo_options *options)
{
	struct glue_output *out = glue_output_create(output, &options->fb_size, &options->area);

	if (!out) {
		weston_log("Output %s: no memory, or an impossible size.\n", output->name);
		return -1;
	}
	glue_capture_announce(out);
	return 0;
}

/* Takes it off the output's list and drops the list's reference. The backend's own one may keep it
 * alive. */
static void renderbuffer_forget(struct glue_renderbuffer *rb)
{
	wl_list_remove(&rb->link);
	wl_list_init(&rb->link);
	weston_renderbuffer_unref(&rb->base);
}

static void forget_renderbuffers(struct glue_output *out)
{
	struct glue_renderbuffer *rb, *next;

	wl_list_for_each_safe (rb, next, &out->renderbuffers, link) {
		renderbuffer_forget(rb);
	}
}

void glue_output_destroy(struct weston_output *output)
{
	struct glue_output *out = output->renderer_state;

	if (!out) {
		return;
	}
	forget_renderbuffers(out);
	destroy_state(out);
}

void glue_output_set_border(struct weston_output *output, enum gl_renderer_border_side side,
	int32_t width, int32_t height, int32_t tex_width, unsigned char *data)
{
	struct glue_output *out = output->renderer_state;
	const struct content_layout layout = {
		.fourcc = DRM_FORMAT_ARGB8888,
		.width = width,
		.height = height,
		.stride = tex_width * 4,
		.bytes_per_pixel = 4,
	};
	struct content *border;
	pixman_region32_t all;
	bool resized;

	if (!out || (unsigned)side >= BORDER_COUNT) {
		return;
	}
	border = &out->borders[side];
	if (!data || !content_layout_valid(&layout)) {
		texture_drop(border);
		content_fini(border);
		glue_output_add_damage(out, NULL, 1u << side);
		return;
	}
	resized = border->layout.width != width || border->layout.height != height;
	content_set_pixels(border, data, &layout);
	pixman_region32_init_rect(&all, 0, 0, (unsigned)width, (unsigned)height);
	texture_damage(border, &all);
	pixman_region32_fini(&all);
	glue_output_add_damage(out, NULL, resized ? ALL_BORDERS : 1u << side);
}

static void renderbuffer_destroy(struct weston_renderbuffer *base)
{
	struct glue_renderbuffer *rb = wl_container_of(base, rb, base);

	target_fini(&rb->target);
	if (rb->memory) {
		glue_source_destroy(rb->source);
		rb->memory->destroy(rb->memory);
	}
	pixman_region32_fini(&rb->base.damage);
	free(rb);
}

/* Unknown while the GPU is away: then the first frame shows it. */
static bool can_render_to(struct glue *glue, uint32_t fourcc)
{
	struct generation *gen = renderer_generation(&glue->renderer);

	return !gen || format_renderbuffer(fourcc, &gen->caps) != 0;
}

static void renderbuffer_init(struct glue_renderbuffer *rb, struct glue_output *out)
{
	pixman_region32_init(&rb->base.damage);
	rb->base.refcount = 2; /* the output's list and the caller */
	rb->base.destroy = renderbuffer_destroy;
	rb->borders = ALL_BORDERS;
	wl_list_insert(&out->renderbuffers, &rb->link);
}

struct weston_renderbuffer *glue_output_create_fbo(struct weston_output *output,
	const struct pixel_format_info *format, int width, int height, uint32_t *pixels)
{
	struct glue_output *out = output->renderer_state;
	struct glue_renderbuffer *rb;

	if (!out || width <= 0 || height <= 0 || !format ||
		!can_render_to(out->glue, format->format)) {
		return NULL;
	}
	rb = calloc(1, sizeof(*rb));
	if (!rb) {
		return NULL;
	}
	/* Its framebuffer is made at the first frame: the RDP backend crashes where this function
	 * fails. */
	target_init_image(&rb->target, &out->glue->renderer.egl, format->format, width, height);
	rb->pixels = pixels;
	renderbuffer_init(rb, out);
	return &rb->base;
}

struct weston_renderbuffer *glue_output_create_dmabuf(
	struct weston_output *output, struct linux_dmabuf_memory *memory)
{
	struct glue_output *out = output->renderer_state;
	const struct pixel_format_info *info = pixel_format_get_info(memory->attributes->format);
	struct glue_renderbuffer *rb = out && info ? calloc(1, sizeof(*rb)) : NULL;

	if (!rb) {
		return NULL;
	}
	rb->source = glue_source_from_attributes(memory->attributes, info);
	if (!rb->source) {
		free(rb);
		return NULL;
	}
	target_init_dmabuf(&rb->target, &out->glue->renderer.egl, rb->source);
	if (!target_possible(out, &rb->target)) {
		target_fini(&rb->target);
		glue_source_destroy(rb->source);
		free(rb);
		return NULL;
	}
	rb->memory = memory;
	renderbuffer_init(rb, out);
	return &rb->base;
}

void glue_output_remove_dmabuf(
	struct weston_output *output, struct weston_renderbuffer *renderbuffer)
{
	struct glue_renderbuffer *rb = wl_container_of(renderbuffer, rb, base);

	if (!wl_list_empty(&rb->link)) {
		renderbuffer_forget(rb);
	}
}

bool glue_output_resize(struct weston_output *output, const struct weston_size *fb_size,
	const struct weston_geometry *area)
{
	struct glue_output *out = output->renderer_state;

	if (!out || !geometry_valid(fb_size, area)) {
		return false;
	}
	out->fb_size = *fb_size;
	out->area = *area;
	out->window.width = fb_size->width;
	out->window.height = fb_size->height;
	out->window.painted_by = 0;
	out->history_count = 0;
	out->pending.borders = ALL_BORDERS;
	glue_output_want_layer(out, false);
	forget_renderbuffers(out);
	glue_capture_announce(out);
	return true;
}

void glue_output_add_damage(struct glue_output *out, pixman_region32_t *damage, uint32_t borders)
{
	struct glue_renderbuffer *rb;

	wl_list_for_each (rb, &out->renderbuffers, link) {
		if (damage) {
			pixman_region32_union(&rb->base.damage, &rb->base.damage, damage);
		}
		rb->borders |= borders;
	}
	if (damage && out->has_window) {
		pixman_region32_union(&out->pending.region, &out->pending.region, damage);
	}
	if (damage && out->has_layer) {
		pixman_region32_union(&out->layer_damage, &out->layer_damage, damage);
	}
	out->pending.borders |= borders;
}

void glue_output_want_layer(struct glue_output *out, bool wanted)
{
	if (wanted == out->has_layer) {
		return;
	}
	out->has_layer = wanted;
	pixman_region32_clear(&out->layer_damage);
	if (wanted) {
		target_init_layer(
			&out->layer, &out->glue->renderer.egl, out->area.width, out->area.height);
	} else {
		target_fini(&out->layer);
	}
}

void glue_output_frame_presented(struct glue_output *out)
{
	struct frame_damage oldest = out->history[DAMAGE_HISTORY - 1];

	memmove(&out->history[1], &out->history[0], (DAMAGE_HISTORY - 1) * sizeof(out->history[0]));
	out->history[0] = out->pending;
	if (out->history_count < DAMAGE_HISTORY) {
		out->history_count++;
	}
	out->pending = oldest;
	out->pending.borders = 0;
	pixman_region32_clear(&out->pending.region);
	out->owes_swap = false;
}

/* Outputs that did not draw with the lost generation either (asleep, nobody watching) are not
 * waited for. */
void glue_output_note_presented(struct glue_output *out)
{
	struct renderer *renderer = &out->glue->renderer;
	const struct incident *incident = history_current(&renderer->record.history);
	struct glue_output *other;
	bool all = true;

	out->presented_by = renderer->last_generation_id;
	out->glue->retry_ms = 0;
	wl_list_for_each (other, &out->glue->outputs, link) {
		all &= other->presented_by == out->presented_by ||
		       (incident && other->presented_by < incident->generation_from);
	}
	renderer_presented(renderer, all);
}
