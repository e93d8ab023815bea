/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/abi-color.h"
#include "weston-14/glue.h"

#include "gl/readback.h"

#define ALL_BORDERS ((1u << BORDER_COUNT) - 1)

/* More damage rectangles than this go to EGL as their bounding box. */
#define EGL_RECTS_MAX 32

/** One run through repaint_output(). */
struct repaint {
	struct glue_output *out;
	struct glue *glue;
	struct generation *gen;
	struct target *target;
	struct glue_renderbuffer *rb; // NULL: a window
	bool swapped;                 // the window shows a new frame, good or not
	struct glue_paint paint;      // what the target is missing
};

/** Damage in EGL's terms: x, y, width, height each, bottom-left origin. */
struct egl_rects {
	EGLint values[4 * (EGL_RECTS_MAX + BORDER_COUNT)];
	EGLint count;
};

static void add_rect(struct egl_rects *rects, const pixman_box32_t *box, int32_t fb_height)
{
	EGLint *value = &rects->values[(size_t)rects->count * 4];

	if (box->x1 >= box->x2 || box->y1 >= box->y2) {
		return;
	}
	value[0] = box->x1;
	value[1] = fb_height - box->y2;
	value[2] = box->x2 - box->x1;
	value[3] = box->y2 - box->y1;
	rects->count++;
}

static void rects_from_damage(struct egl_rects *rects, struct glue_output *out,
	pixman_region32_t *region, uint32_t borders)
{
	pixman_region32_t fb;
	const pixman_box32_t *boxes;
	int count;

	rects->count = 0;
	pixman_region32_init(&fb);
	glue_region_to_framebuffer(out, &fb, region);
	boxes = pixman_region32_rectangles(&fb, &count);
	if (count > EGL_RECTS_MAX) {
		boxes = pixman_region32_extents(&fb);
		count = 1;
	}
	for (int i = 0; i < count; i++) {
		add_rect(rects, &boxes[i], out->fb_size.height);
	}
	pixman_region32_fini(&fb);
	for (int side = 0; side < BORDER_COUNT; side++) {
		if (borders & (1u << side)) {
			pixman_box32_t box =
				glue_border_box(out, (enum gl_renderer_border_side)side);
			add_rect(rects, &box, out->fb_size.height);
		}
	}
}

/*
 * No good frame. The damage stays with the buffers, and the core has to be told about it again:
 * after the recovery, or where nothing was lost, after a while.
 */
static void skip(struct repaint *repaint)
{
	struct glue_output *out = repaint->out;
	bool lost = !renderer_generation(&repaint->glue->renderer);

	glue_capture_give_up(out, lost ? "the GPU was reset" : "the output could not be drawn");
	/* A swap commits what the backend waits for, whatever it showed; a second one might block.
	 */
	if (out->has_window && !repaint->swapped &&
		repaint->glue->renderer.egl.options.platform == EGL_PLATFORM_WAYLAND_KHR) {
		out->owes_swap = true;
	}
	if (!lost) {
		glue_retry_later(out);
	}
}

/* Ready to draw: the target is bound. Whether the context is alive is asked before the frame is
 * shown. */
static bool begin(struct repaint *repaint)
{
	struct renderer *renderer = &repaint->glue->renderer;

	repaint->gen = renderer_generation(renderer);
	if (!repaint->gen) {
		return false;
	}
	if (!renderer_accept(renderer, target_bind(repaint->gen, repaint->target))) {
		weston_log_paced(&repaint->glue->failure_pacer, 1, 10000,
			"Output %s: EGL cannot make its target current%s.\n",
			repaint->out->output->name,
			renderer_generation(renderer) ? "" : ": the context is lost");
		return false;
	}
	return true;
}

static void everything_missing(struct repaint *repaint)
{
	pixman_region32_copy(&repaint->paint.region, &repaint->out->output->region);
	repaint->paint.borders = ALL_BORDERS;
	repaint->paint.fresh = repaint->target->painted_by != repaint->gen->id;
}

/* A back buffer of age n lacks what the last n - 1 frames and this one changed. */
static void find_missing_in_window(struct repaint *repaint)
{
	struct glue_output *out = repaint->out;
	int age = target_buffer_age(repaint->gen, repaint->target);

	if (age == 0 || (unsigned)age > out->history_count + 1) {
		everything_missing(repaint);
		return;
	}
	pixman_region32_copy(&repaint->paint.region, &out->pending.region);
	repaint->paint.borders = out->pending.borders;
	for (int i = 0; i < age - 1; i++) {
		pixman_region32_union(
			&repaint->paint.region, &repaint->paint.region, &out->history[i].region);
		repaint->paint.borders |= out->history[i].borders;
	}
}

static void find_missing(struct repaint *repaint)
{
	struct egl_rects rects;

	if (!repaint->rb) {
		find_missing_in_window(repaint);
		rects_from_damage(
			&rects, repaint->out, &repaint->paint.region, repaint->paint.borders);
		target_set_damage(repaint->gen, repaint->target, rects.values, rects.count);
	} else if (repaint->target->painted_by != repaint->gen->id) {
		everything_missing(repaint);
	} else {
		pixman_region32_copy(&repaint->paint.region, &repaint->rb->base.damage);
		repaint->paint.borders = repaint->rb->borders;
	}
	pixman_region32_intersect(
		&repaint->paint.region, &repaint->paint.region, &repaint->out->output->region);
}

/* Where blending is not done in the output's own colours, it is done on a layer. */
static bool needs_layer(const struct repaint *repaint)
{
	const struct weston_output_color_outcome *outcome = repaint->out->output->color_outcome;
	const struct weston_testsuite_quirks *quirks =
		&repaint->glue->compositor->test_data.test_quirks;

	return ((outcome && outcome->from_blend_to_output) ||
		       quirks->gl_force_full_redraw_of_shadow_fb) &&
	       repaint->gen->caps.texture_half_float;
}

/* Returns false when something is wrong with the layer or the target after it. */
static bool draw_layer(struct repaint *repaint)
{
	struct glue_output *out = repaint->out;
	struct glue *glue = repaint->glue;
	struct glue_paint paint = {
		.target = &out->layer,
		.area = {0, 0, out->area.width, out->area.height},
		.fresh = out->layer.painted_by != repaint->gen->id,
	};

	if (!renderer_accept(&glue->renderer, target_bind(repaint->gen, &out->layer))) {
		return false;
	}
	pixman_region32_init(&paint.region);
	if (paint.fresh ||
		glue->compositor->test_data.test_quirks.gl_force_full_redraw_of_shadow_fb) {
		pixman_region32_copy(&paint.region, &out->output->region);
	} else {
		pixman_region32_intersect(&paint.region, &out->layer_damage, &out->output->region);
	}
	glue_build_frame(out, &paint);
	draw_frame(repaint->gen, &glue->frame, glue->view, &glue->shader_log);
	out->layer.painted_by = glue->frame.failed ? 0 : repaint->gen->id;
	pixman_region32_clear(&out->layer_damage);
	pixman_region32_fini(&paint.region);
	return !glue->frame.failed &&
	       renderer_accept(&glue->renderer, target_bind(repaint->gen, repaint->target));
}

static bool draw_items(struct repaint *repaint)
{
	struct glue *glue = repaint->glue;
	bool layer = needs_layer(repaint);

	if (layer != repaint->out->has_layer) {
		glue_output_want_layer(repaint->out, layer);
		glue_capture_announce(repaint->out); /* the blending space comes or goes */
	}
	if (layer && !draw_layer(repaint)) {
		return false;
	}
	if (layer) {
		glue_build_layer_frame(repaint->out, &repaint->paint);
	} else {
		glue_build_frame(repaint->out, &repaint->paint);
	}
	draw_frame(repaint->gen, &glue->frame, layer ? DRAW_VIEW_NORMAL : glue->view,
		&glue->shader_log);
	return !glue->frame.failed;
}

/* Returns false when the context was lost on the way. */
static bool draw(struct repaint *repaint)
{
	struct glue *glue = repaint->glue;
	uint64_t lost = repaint->gen->counters.lost_surfaces;
	bool complete;
	GLenum error;

	glue_timing_begin(repaint->out, repaint->gen);
	complete = draw_items(repaint);
	glue_timing_end(repaint->gen);
	if (generation_read_errors(repaint->gen, &error)) {
		renderer_accept(&glue->renderer, TARGET_LOST);
		return false;
	}
	if (repaint->gen->counters.lost_surfaces != lost) {
		glue_note_lost_surfaces(glue, repaint->gen);
	}
	if (!complete) {
		repaint->out->layer.painted_by = 0;
		renderer_report_doubt(&glue->renderer);
		return false;
	}
	if (error != GL_NO_ERROR) {
		repaint->out->layer.painted_by = 0;
		renderer_report_doubt(&glue->renderer);
		weston_log_paced(&glue->failure_pacer, 1, 10000,
			"Output %s: GL error 0x%04x while drawing.\n", repaint->out->output->name,
			error);
	}
	return true;
}

static void serve_readers(struct repaint *repaint, pixman_region32_t *damage)
{
	repaint->glue->bound_target = repaint->target;
	glue_capture(repaint->out, repaint->target);
	wl_signal_emit(&repaint->out->output->frame_signal, damage);
	repaint->glue->bound_target = NULL;
}

/* The bounding box of what was painted, framebuffer pixels. */
static pixman_box32_t painted_box(struct repaint *repaint)
{
	unsigned width = (unsigned)repaint->target->width;
	unsigned height = (unsigned)repaint->target->height;
	pixman_region32_t fb;
	pixman_box32_t box;

	pixman_region32_init(&fb);
	glue_region_to_framebuffer(repaint->out, &fb, &repaint->paint.region);
	if (repaint->paint.borders) {
		pixman_region32_union_rect(&fb, &fb, 0, 0, width, height);
	}
	pixman_region32_intersect_rect(&fb, &fb, 0, 0, width, height);
	box = *pixman_region32_extents(&fb);
	pixman_region32_fini(&fb);
	return box;
}

/*
 * What the backend reads from memory must be there when repaint_output() returns. Drawing is
 * asynchronous: a reset may show here first. The memory keeps the last good frame then.
 */
static bool download(struct repaint *repaint)
{
	struct glue_renderbuffer *rb = repaint->rb;
	pixman_box32_t box = painted_box(repaint);
	int32_t width = rb->target.width;
	struct readback read = {
		.x = box.x1,
		.y = box.y1,
		.width = box.x2 - box.x1,
		.height = box.y2 - box.y1,
		.stride = 4 * width,
		.bgra = repaint->glue->read_bgra,
		.staged = true,
		.no_alpha = true,
	};

	if (read.width <= 0 || read.height <= 0) {
		return true;
	}
	read.pixels = (uint8_t *)(rb->pixels + (size_t)read.y * (size_t)width + read.x);
	return readback_target(repaint->gen, repaint->target, &read) &&
	       renderer_check(&repaint->glue->renderer);
}

/* Returns whether the frame is on its way to the screen. */
static bool present(struct repaint *repaint)
{
	struct glue *glue = repaint->glue;
	struct glue_output *out = repaint->out;
	struct egl_rects rects;
	enum target_result result;

	rects.count = 0;
	/* No rectangles mean the whole surface: of what the window shows nothing is known. */
	if (!repaint->rb && !repaint->paint.fresh) {
		rects_from_damage(&rects, out, &out->pending.region, out->pending.borders);
	}
	result = target_present(repaint->gen, repaint->target, rects.values, rects.count);
	repaint->swapped = result == TARGET_OK;
	if (!renderer_accept(&glue->renderer, result)) {
		weston_log_paced(&glue->failure_pacer, 1, 10000,
			"Output %s: the frame could not be presented.\n", out->output->name);
		return false;
	}
	return renderer_check(&glue->renderer);
}

static void finish(struct repaint *repaint)
{
	struct glue_output *out = repaint->out;

	if (repaint->rb) {
		pixman_region32_clear(&repaint->rb->base.damage);
		repaint->rb->borders = 0;
	} else {
		glue_output_frame_presented(out);
	}
	glue_fence_release(out, repaint->gen);
	glue_output_note_presented(out);
	glue_api_frame(out, repaint->glue->frame_ns, glue_timing_take(out));
}

static void repaint_init(
	struct repaint *repaint, struct glue_output *out, struct glue_renderbuffer *rb)
{
	*repaint = (struct repaint){
		.out = out,
		.glue = out->glue,
		.target = rb ? &rb->target : &out->window,
		.rb = rb,
	};
	repaint->paint.target = repaint->target;
	repaint->paint.area = out->area;
	pixman_region32_init(&repaint->paint.region);
}

/*
 * @damage: NULL when nobody is to be served with the frame but the screen. Returns false when no
 * good frame was presented. The status is asked before the swap too: a frame that was lost while it
 * was drawn must not take the place of the last good one.
 */
static bool paint(struct repaint *repaint, pixman_region32_t *damage)
{
	struct renderer *renderer = &repaint->glue->renderer;

	if (!begin(repaint)) {
		return false;
	}
	find_missing(repaint);
	if (!draw(repaint)) {
		return false;
	}
	if (damage) {
		serve_readers(repaint, damage);
	}
	if (!renderer_generation(renderer) || !renderer_check(renderer)) {
		return false;
	}
	if (!present(repaint) || (repaint->rb && repaint->rb->pixels && !download(repaint))) {
		repaint->target->painted_by = 0;
		return false;
	}
	finish(repaint);
	return true;
}

void glue_repaint_output(struct weston_output *output, pixman_region32_t *damage,
	struct weston_renderbuffer *renderbuffer)
{
	struct glue_output *out = output->renderer_state;
	struct glue_renderbuffer *rb = NULL;
	struct repaint repaint;

	if (!out) {
		return;
	}
	if (renderbuffer) {
		rb = wl_container_of(renderbuffer, rb, base);
	}
	if (!rb && !out->has_window) {
		glue_capture_give_up(out, "the output has nothing to draw to");
		return;
	}
	repaint_init(&repaint, out, rb);
	glue_output_add_damage(out, damage, 0);
	if (rb && wl_list_empty(&rb->link)) {
		/* Forgotten in a resize, yet painted once more. */
		pixman_region32_union(&rb->base.damage, &rb->base.damage, damage);
	}
	if (!paint(&repaint, damage)) {
		skip(&repaint);
	}
	pixman_region32_fini(&repaint.paint.region);
}

void glue_repaint_owed(struct glue_output *out)
{
	struct repaint repaint;

	if (!out->owes_swap) {
		return;
	}
	repaint_init(&repaint, out, NULL);
	if (!paint(&repaint, NULL)) {
		skip(&repaint);
	}
	pixman_region32_fini(&repaint.paint.region);
}
