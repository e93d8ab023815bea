/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * From the new context to the repaint that weston schedules there is time that nothing has been
 * asked for: what is visible is uploaded in it.
 */
#include "weston-14/worker.h"

#include "gl/texture.h"
#include "weston-14/retention.h"

/* After so long others have their turn. */
#define SLICE_NS (2 * NS_PER_MS)

/* Images are their clients' memory, and fences may have to be waited for. */
static bool is_upload(const struct glue_surface *gs)
{
	return gs->content.kind == CONTENT_PIXELS && glue_surface_visible(gs->surface);
}

/* Where nothing is left to do it costs next to nothing. */
static void prepare_targets(struct glue *glue, struct generation *gen)
{
	struct glue_output *out;
	struct glue_renderbuffer *rb;

	wl_list_for_each (out, &glue->outputs, link) {
		wl_list_for_each (rb, &out->renderbuffers, link) {
			/* A failure shows again when it is to be drawn to. */
			target_prepare(gen, &rb->target);
		}
	}
}

/* Once each: what is refused is not tried again before it is drawn. */
static bool is_next(const struct glue_surface *gs, const struct generation *gen)
{
	return gs->restored_in != gen->id && is_upload(gs);
}

bool glue_restore_ahead(struct glue *glue)
{
	struct generation *gen = renderer_generation(&glue->renderer);
	int64_t end_ns = glue->host.now_ns(&glue->host) + SLICE_NS;
	struct glue_surface *gs;

	if (!gen) {
		return false;
	}
	prepare_targets(glue, gen);
	if (!generation_make_current(gen, gen->egl->current_surface)) {
		return false;
	}
	wl_list_for_each (gs, &glue->surfaces, link) {
		if (!is_next(gs, gen)) {
			continue;
		}
		if (glue->host.now_ns(&glue->host) >= end_ns) {
			return true;
		}
		gs->restored_in = gen->id;
		texture_get(gen, &gs->content);
	}
	return false;
}
