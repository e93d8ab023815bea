/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "weston-14/glue.h"

#include "weston-14/abi-color.h"

/** What all nodes of an output have in common. */
struct output_draw {
	struct glue_output *out;
	struct glue_paint *paint;
	struct affine from_global; // global coordinates to framebuffer pixels
	struct affine to_clip;     // to clip space
	bool only_moves;           // to framebuffer pixels, by whole ones
	int32_t x, y;              // with only_moves: by how many
	bool ragged;               // edges of some view are between pixels
	pixman_region32_t clip;    // of one node after the other, framebuffer pixels
};

/** What all parts of one paint node have in common. */
struct node_draw {
	struct frame *frame;
	struct frame_item *item;      // of the frame, the next
	struct affine to_framebuffer; // from surface coordinates
	struct boxes clip;            // framebuffer pixels
	bool moves;                   // to_framebuffer does nothing else
};

static void region_to_area(struct glue_output *out, const struct weston_geometry *area,
	pixman_region32_t *dst, pixman_region32_t *src)
{
	weston_region_global_to_output(dst, out->output, src);
	pixman_region32_translate(dst, area->x, area->y);
}

void glue_region_to_framebuffer(
	struct glue_output *out, pixman_region32_t *dst, pixman_region32_t *src)
{
	region_to_area(out, &out->area, dst, src);
}

/* From global coordinates to the framebuffer, and to clip space. */
static void set_output_transforms(struct output_draw *all)
{
	const struct weston_geometry *area = &all->paint->area;
	struct affine frame_clip = frame_to_clip(&all->out->glue->frame);
	struct affine map = affine_from_matrix4(all->out->output->matrix.d);

	map = affine_translated(&map, (float)area->x, (float)area->y);
	all->from_global = map;
	all->to_clip = affine_multiply(&frame_clip, &map);
	all->x = (int32_t)map.c;
	all->y = (int32_t)map.f;
	all->only_moves = affine_moves(&map) && map.c == (float)all->x && map.f == (float)all->y;
}

static inline bool is_whole(float value)
{
	return value == (float)(int32_t)value;
}

static inline bool only_translates(const struct weston_matrix *matrix)
{
	return (matrix->type & ~(unsigned)WESTON_MATRIX_TRANSFORM_TRANSLATE) == 0;
}

/* The same from surface coordinates. */
static void set_transforms(
	struct node_draw *draw, const struct output_draw *all, const struct weston_view *view)
{
	const struct weston_matrix *matrix = &view->transform.matrix;
	struct affine to_global;

	draw->moves = all->only_moves && only_translates(matrix);
	if (draw->moves) {
		float x = matrix->d[12], y = matrix->d[13];

		draw->to_framebuffer = (struct affine){.a = 1.0f,
			.e = 1.0f,
			.c = x + all->from_global.c,
			.f = y + all->from_global.f};
		draw->item->to_clip = all->to_clip;
		draw->item->to_clip.c += all->to_clip.a * x;
		draw->item->to_clip.f += all->to_clip.e * y;
		return;
	}
	to_global = affine_from_matrix4(matrix->d);
	draw->to_framebuffer = affine_multiply(&all->from_global, &to_global);
	draw->item->to_clip = affine_multiply(&all->to_clip, &to_global);
}

/* Returns false when the node shows nothing that could be drawn. */
static bool choose_content(
	struct node_draw *draw, struct glue *glue, struct weston_paint_node *pnode)
{
	struct glue_surface *gs = pnode->surface->renderer_state;

	if (pnode->draw_solid) {
		draw->item->solid[0] = pnode->solid.r;
		draw->item->solid[1] = pnode->solid.g;
		draw->item->solid[2] = pnode->solid.b;
		draw->item->solid[3] = pnode->solid.a;
		return true;
	}
	if (!gs || gs->content.kind == CONTENT_NONE) {
		return false;
	}
	if (gs->content.kind == CONTENT_SOLID) {
		for (int i = 0; i < 4; i++) {
			draw->item->solid[i] = gs->content.solid[i];
		}
		return true;
	}
	if (gs->content.kind == CONTENT_IMAGE) {
		glue->images_drawn = true;
		if (!glue_fence_acquire(gs)) {
			return false;
		}
	}
	gs->drawn_ns = glue->frame_ns;
	draw->item->content = &gs->content;
	draw->item->to_buffer = affine_from_matrix4(pnode->surface->surface_to_buffer_matrix.d);
	draw->item->linear = pnode->needs_filtering;
	return true;
}

/* Returns false when the node's colours can't be had. */
static bool choose_color(
	struct node_draw *draw, struct glue_output *out, struct weston_paint_node *pnode)
{
	const struct weston_output_color_outcome *outcome = out->output->color_outcome;
	struct weston_color_transform *source = pnode->surf_xform.transform;

	if (pnode->draw_solid) {
		source = outcome ? outcome->from_sRGB_to_blend : NULL;
	}
	return !source || glue_color_get(out->glue, source, &draw->item->color);
}

static inline void add_part(struct node_draw *draw, struct boxes shape, bool opaque)
{
	draw->item->opaque = opaque;
	draw->item->blend = !opaque || draw->item->alpha < 1.0f;
	frame_cover(draw->frame, draw->item, shape, &draw->to_framebuffer, draw->clip);
}

/* Opaque and blended parts of the node, in surface coordinates. */
static void add_mixed(
	struct node_draw *draw, struct weston_paint_node *pnode, pixman_region32_t *whole)
{
	const struct frame_item same = *draw->item;
	pixman_region32_t part;

	pixman_region32_init(&part);
	pixman_region32_intersect(&part, whole, &pnode->surface->opaque);
	add_part(draw, region_boxes(&part), true);
	pixman_region32_subtract(&part, whole, &pnode->surface->opaque);
	draw->item = frame_next(draw->frame);
	if (draw->item) {
		*draw->item = same;
		add_part(draw, region_boxes(&part), false);
	}
	pixman_region32_fini(&part);
}

static void add_pieces(struct node_draw *draw, struct weston_paint_node *pnode)
{
	struct weston_surface *surface = pnode->surface;
	pixman_region32_t whole;

	pixman_region32_init_rect(
		&whole, 0, 0, (unsigned)surface->width, (unsigned)surface->height);
	if (pnode->view->geometry.scissor_enabled) {
		pixman_region32_intersect(&whole, &whole, &pnode->view->geometry.scissor);
	}
	if (pnode->is_fully_opaque) {
		add_part(draw, region_boxes(&whole), true);
	} else {
		add_mixed(draw, pnode, &whole);
	}
	pixman_region32_fini(&whole);
}

/* Whether the core takes all pixels of the view, and no others, from all that is below. */
static bool covers_below(const struct weston_view *view)
{
	const pixman_region32_t *opaque = &view->transform.opaque;
	const pixman_region32_t *box = &view->transform.boundingbox;

	return !opaque->data && memcmp(&opaque->extents, &box->extents, sizeof(box->extents)) == 0;
}

static void add_parts(
	struct node_draw *draw, const struct output_draw *all, struct weston_paint_node *pnode)
{
	const struct weston_surface *surface = pnode->surface;
	const pixman_box32_t whole = {0, 0, surface->width, surface->height};
	bool opaque = pnode->is_fully_opaque;

	if (pnode->view->geometry.scissor_enabled || (!opaque && !region_empty(&surface->opaque))) {
		add_pieces(draw, pnode);
		return;
	}
	/* With ragged edges views are drawn beyond what the core takes for visible. */
	draw->item->apart = opaque && !all->ragged && draw->moves &&
			    is_whole(draw->to_framebuffer.c) && is_whole(draw->to_framebuffer.f) &&
			    covers_below(pnode->view);
	if (draw->item->apart && draw->frame->copies) {
		frame_item_offer_copy(draw->item, &draw->to_framebuffer);
	}
	if (draw->item->copy) {
		draw->item->opaque = true;
		frame_cover_copy(draw->frame, draw->item, (struct boxes){&whole, 1}, draw->clip);
	} else {
		add_part(draw, (struct boxes){&whole, 1}, opaque);
	}
}

/* Grow by a pixel on every side. */
static void dilate(pixman_region32_t *region)
{
	pixman_region32_t moved;

	pixman_region32_init(&moved);
	for (int axis = 0; axis < 2; axis++) {
		pixman_region32_copy(&moved, region);
		pixman_region32_translate(&moved, axis == 0, axis == 1);
		pixman_region32_union(region, region, &moved);
		pixman_region32_translate(&moved, axis == 0 ? -2 : 0, axis == 1 ? -2 : 0);
		pixman_region32_union(region, region, &moved);
	}
	pixman_region32_fini(&moved);
}

/* Whether what find_clip() tells of matters: to a fresh target, where not all views are at whole
 * pixels. */
static bool has_ragged_edges(const struct output_draw *all)
{
	const struct weston_paint_node *pnode;

	if (!all->paint->fresh || !all->only_moves) {
		return all->paint->fresh;
	}
	wl_list_for_each (pnode, &all->out->output->paint_node_z_order_list, z_order_link) {
		const struct weston_matrix *matrix = &pnode->view->transform.matrix;

		if (!only_translates(matrix) || !is_whole(matrix->d[12]) ||
			!is_whole(matrix->d[13])) {
			return true;
		}
	}
	return false;
}

/*
 * The core takes a pixel that the edge of a scaled or rotated view only touches for covered, and GL
 * leaves it alone: it goes on showing what was there. In a fresh target nothing was, so what is
 * behind is drawn there.
 */
static struct boxes find_clip(struct output_draw *all, pixman_region32_t *visible)
{
	struct glue_paint *paint = all->paint;
	pixman_region32_t *clip = &all->clip;

	if (all->ragged && !region_empty(visible)) {
		pixman_region32_copy(clip, visible);
		dilate(clip);
		visible = clip;
	}
	pixman_region32_intersect(clip, visible, &paint->region);
	if (!all->only_moves && !region_empty(clip)) {
		region_to_area(all->out, &paint->area, clip, clip);
	} else if (all->x || all->y) {
		pixman_region32_translate(clip, all->x, all->y);
	}
	return region_boxes(clip);
}

static void add_visible(struct output_draw *all, struct weston_paint_node *pnode)
{
	struct glue *glue = all->out->glue;
	struct node_draw draw;

	draw.clip = find_clip(all, &pnode->visible);
	if (draw.clip.count == 0) {
		return;
	}
	draw.frame = &glue->frame;
	draw.item = frame_next(&glue->frame);
	if (draw.item && choose_color(&draw, all->out, pnode) &&
		choose_content(&draw, glue, pnode)) {
		draw.item->alpha = pnode->view->alpha;
		set_transforms(&draw, all, pnode->view);
		add_parts(&draw, all, pnode);
	}
}

/* Most nodes of a desktop are none of a frame's business, and must cost it as little. */
static bool concerns(const struct output_draw *all, const struct weston_paint_node *pnode)
{
	if (pnode->plane != &all->out->output->primary_plane && !pnode->need_hole) {
		return false;
	}
	return pnode->surf_xform_valid &&
	       (all->ragged || region_extents_meet(&pnode->visible, &all->paint->region));
}

pixman_box32_t glue_border_box(const struct glue_output *out, enum gl_renderer_border_side side)
{
	const struct weston_geometry *area = &out->area;
	int32_t right = area->x + area->width, bottom = area->y + area->height;

	switch (side) {
	case GL_RENDERER_BORDER_TOP:
		return (pixman_box32_t){0, 0, out->fb_size.width, area->y};
	case GL_RENDERER_BORDER_LEFT:
		return (pixman_box32_t){0, area->y, area->x, bottom};
	case GL_RENDERER_BORDER_RIGHT:
		return (pixman_box32_t){right, area->y, out->fb_size.width, bottom};
	case GL_RENDERER_BORDER_BOTTOM:
		return (pixman_box32_t){0, bottom, out->fb_size.width, out->fb_size.height};
	}
	return (pixman_box32_t){0, 0, 0, 0};
}

/* The image is stretched to its side. */
static void add_border(struct glue_output *out, enum gl_renderer_border_side side)
{
	const struct weston_output_color_outcome *outcome = out->output->color_outcome;
	struct content *border = &out->borders[side];
	pixman_box32_t box = glue_border_box(out, side);
	struct frame_item item = {.content = border, .alpha = 1.0f};
	struct affine same = {.a = 1.0f, .e = 1.0f};

	if (border->kind != CONTENT_PIXELS || box.x1 >= box.x2 || box.y1 >= box.y2 ||
		!glue_color_get(
			out->glue, outcome ? outcome->from_sRGB_to_output : NULL, &item.color)) {
		return;
	}
	item.to_clip = frame_to_clip(&out->glue->frame);
	item.to_buffer = affine_translated(&same, (float)-box.x1, (float)-box.y1);
	item.to_buffer = affine_scaled(&item.to_buffer,
		(float)border->layout.width / (float)(box.x2 - box.x1),
		(float)border->layout.height / (float)(box.y2 - box.y1));
	frame_add(
		&out->glue->frame, &item, (struct boxes){&box, 1}, &same, (struct boxes){&box, 1});
}

static void add_borders(struct glue_output *out, const struct glue_paint *paint)
{
	for (int side = 0; paint->borders && side < BORDER_COUNT; side++) {
		if (paint->borders & (1u << side)) {
			add_border(out, (enum gl_renderer_border_side)side);
		}
	}
}

static void begin_frame(struct glue_output *out, const struct glue_paint *paint)
{
	frame_begin(&out->glue->frame, paint->target->width, paint->target->height,
		paint->target->kind == TARGET_WINDOW);
	out->glue->frame.copies = paint->target->takes_copies;
}

void glue_build_frame(struct glue_output *out, struct glue_paint *paint)
{
	struct weston_paint_node *pnode;
	struct output_draw all;

	all.out = out;
	all.paint = paint;
	out->glue->frame_ns = out->glue->host.now_ns(&out->glue->host);
	begin_frame(out, paint);
	set_output_transforms(&all);
	all.ragged = has_ragged_edges(&all);
	pixman_region32_init(&all.clip);
	wl_list_for_each_reverse (pnode, &out->output->paint_node_z_order_list, z_order_link) {
		if (concerns(&all, pnode)) {
			add_visible(&all, pnode);
		}
	}
	pixman_region32_fini(&all.clip);
	add_borders(out, paint);
}

void glue_build_layer_frame(struct glue_output *out, struct glue_paint *paint)
{
	const struct weston_output_color_outcome *outcome = out->output->color_outcome;
	const struct weston_geometry *area = &paint->area;
	struct affine same = {.a = 1.0f, .e = 1.0f};
	struct frame_item item = {.layer = &out->layer, .alpha = 1.0f};
	const pixman_box32_t shape = {
		area->x, area->y, area->x + area->width, area->y + area->height};
	pixman_region32_t clip;

	begin_frame(out, paint);
	item.to_clip = frame_to_clip(&out->glue->frame);
	item.to_buffer = affine_translated(&same, (float)-area->x, (float)-area->y);
	pixman_region32_init(&clip);
	region_to_area(out, area, &clip, &paint->region);
	if (glue_color_get(
		    out->glue, outcome ? outcome->from_blend_to_output : NULL, &item.color)) {
		frame_add(&out->glue->frame, &item, (struct boxes){&shape, 1}, &same,
			region_boxes(&clip));
	}
	pixman_region32_fini(&clip);
	add_borders(out, paint);
}
