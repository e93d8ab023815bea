/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What clients have drawn anew: to their textures, and kept. Each commit comes by here. */
#include "weston-14/retention.h"

#include "gl/texture.h"
#include "scene/geometry.h"

/* The clock is read once for all surfaces of a repaint. */
GLUE_RARE static void read_clock(struct glue *glue)
{
	glue->repaint_start = glue->compositor->last_repaint_start;
	glue->flushed_ns = glue->host.now_ns(&glue->host);
}

static int64_t flush_time(struct glue *glue)
{
	const struct timespec *start = &glue->compositor->last_repaint_start;

	if (start->tv_nsec != glue->repaint_start.tv_nsec ||
		start->tv_sec != glue->repaint_start.tv_sec) {
		read_clock(glue);
	}
	return glue->flushed_ns;
}

/* The client is known to take turns with several buffers: the new one is held. Returns false, with
 * nothing done, where more is to be found out, or there is an old copy. */
static bool keep_in_turn(struct glue_surface *gs)
{
	struct glue *glue = gs->glue;
	int64_t now_ns = flush_time(glue);
	const struct glue_buffer *gb;

	if (!gs->content.shm || gs->content.copy || !gs->surface->is_mapped) {
		return false;
	}
	gb = gs->buffer_ref.buffer->renderer_private;
	if (!retention_hold_in_turn(
		    glue->retention, &gs->retention, gb->serial, now_ns, &gs->deadline_ns)) {
		return false;
	}
	gs->drawn_ns = now_ns;
	glue_retention_arm(glue, gs->deadline_ns);
	return true;
}

/* The client is known to have one buffer: it is copied. */
static bool keep_again(struct glue_surface *gs, uint64_t buffer, int64_t now_ns)
{
	if (!gs->content.copy || !gs->surface->is_mapped ||
		!retention_copy_again(gs->glue->retention, &gs->retention, buffer, now_ns) ||
		!content_update_copy(&gs->content, &gs->damage)) {
		return false;
	}
	glue_retention_copied(gs);
	return true;
}

static void keep(struct glue_surface *gs)
{
	struct glue_buffer *gb = gs->buffer_ref.buffer->renderer_private;
	int64_t now_ns = flush_time(gs->glue);

	gs->drawn_ns = now_ns; /* as it will be before long */
	if (!keep_again(gs, gb->serial, now_ns)) {
		retention_attached(&gs->retention, gb->serial, now_ns);
		glue_retention_decide(gs, false, now_ns);
	}
}

/* Its client may have damaged less than the placeholder covers. */
void glue_replace_placeholder(struct glue_surface *gs)
{
	struct weston_surface *surface = gs->surface;

	if (gs->content.lost_in && gs->fresh) {
		gs->content.lost_in = 0;
		pixman_region32_union_rect(&surface->damage, &surface->damage, 0, 0,
			(unsigned)surface->width, (unsigned)surface->height);
	}
}

static void take_damage(struct glue_surface *gs)
{
	struct weston_surface *surface = gs->surface;
	unsigned width = (unsigned)gs->content.layout.width;
	unsigned height = (unsigned)gs->content.layout.height;
	pixman_region32_t damage;

	if (region_empty(&gs->damage)) {
		weston_surface_to_buffer_region(surface, &surface->damage, &gs->damage);
	} else {
		pixman_region32_init(&damage);
		weston_surface_to_buffer_region(surface, &surface->damage, &damage);
		pixman_region32_union(&gs->damage, &gs->damage, &damage);
		pixman_region32_fini(&damage);
	}
	pixman_region32_intersect_rect(&gs->damage, &gs->damage, 0, 0, width, height);
}

/* Asked for each paint node of each frame, most of which have nothing new. */
static bool unchanged(const struct glue_surface *gs)
{
	return !gs->fresh && !gs->content.lost_in && region_empty(&gs->surface->damage) &&
	       region_empty(&gs->damage);
}

static bool on_primary_plane(const struct weston_paint_node *pnode)
{
	return pnode->plane == &pnode->output->primary_plane;
}

/* The next buffer of a client that takes turns with several: nothing but its upload is left to be
 * done. Returns false where there is more. */
static bool flush_in_turn(struct glue_surface *gs, const struct weston_paint_node *pnode)
{
	struct texture *texture = gs->content.texture;

	if (!gs->fresh || gs->content.lost_in || !texture || !region_empty(&texture->dirty) ||
		!region_empty(&gs->damage) || !on_primary_plane(pnode) ||
		gs->surface->compositor->test_data.test_quirks.gl_force_full_upload ||
		!keep_in_turn(gs)) {
		return false;
	}
	gs->fresh = false;
	weston_surface_to_buffer_region(gs->surface, &gs->surface->damage, &texture->dirty);
	return true;
}

__attribute__((noinline)) static void flush_any(
	struct glue_surface *gs, const struct weston_paint_node *pnode)
{
	const struct weston_testsuite_quirks *quirks =
		&gs->surface->compositor->test_data.test_quirks;

	glue_replace_placeholder(gs);
	take_damage(gs);
	if (quirks->gl_force_full_upload && pixman_region32_not_empty(&gs->damage)) {
		pixman_region32_fini(&gs->damage);
		pixman_region32_init_rect(&gs->damage, 0, 0, (unsigned)gs->content.layout.width,
			(unsigned)gs->content.layout.height);
	}
	/* Uploaded when it is drawn, by whichever view of the surface, on whichever plane this one
	 * is. */
	texture_damage(&gs->content, &gs->damage);
	if (!on_primary_plane(pnode) || !gs->content.shm || gs->content.lent ||
		(!gs->fresh && !pixman_region32_not_empty(&gs->damage))) {
		return;
	}
	keep(gs);
	gs->fresh = false;
	pixman_region32_clear(&gs->damage);
}

void glue_flush_damage(struct weston_paint_node *pnode)
{
	struct glue_surface *gs = pnode->surface->renderer_state;

	if (gs && gs->content.kind == CONTENT_PIXELS && !unchanged(gs) &&
		!flush_in_turn(gs, pnode)) {
		flush_any(gs, pnode);
	}
}
