/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * From the new context to the repaint that weston schedules there is time that nothing has been
 * asked for: what is visible is uploaded in it.
 */
#include "weston-14/worker.h"

#include "gl/texture.h"

static bool is_visible(const struct glue_surface *gs)
{
	struct weston_paint_node *pnode;

	wl_list_for_each (pnode, &gs->surface->paint_node_list, surface_link) {
		if (pixman_region32_not_empty(&pnode->visible)) {
			return true;
		}
	}
	return false;
}

/* Images are their clients' memory, and fences may have to be waited for. */
static bool is_upload(const struct glue_surface *gs)
{
	return gs->content.kind == CONTENT_PIXELS && is_visible(gs);
}

void glue_restore_ahead(struct glue *glue)
{
	struct generation *gen = renderer_generation(&glue->renderer);
	struct glue_output *out;
	struct glue_renderbuffer *rb;
	struct glue_surface *gs;

	if (!gen) {
		return;
	}
	wl_list_for_each (out, &glue->outputs, link) {
		wl_list_for_each (rb, &out->renderbuffers, link) {
			/* A failure shows again when it is to be drawn to. */
			target_prepare(gen, &rb->target);
		}
	}
	if (!generation_make_current(gen, gen->egl->current_surface)) {
		return;
	}
	wl_list_for_each (gs, &glue->surfaces, link) {
		if (is_upload(gs)) {
			texture_get(gen, &gs->content);
		}
	}
}
