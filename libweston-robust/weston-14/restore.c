/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Between a loss and the first frame after it there is time that nothing has been asked for: until
 * the reset is over, and from the new context to the repaint that weston schedules. Memory is made
 * ready in the one, what is visible is uploaded in the other.
 */
#include "weston-14/worker.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "gl/texture.h"

/** Memory for targets and textures, touched by a thread of its own. */
struct glue_restore {
	struct reserve reserve;
	pthread_t thread;
	atomic_bool stop;
};

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

/* Rows and columns are rounded up as llvmpipe does. */
static size_t image_bytes(int32_t width, int32_t height)
{
	return (size_t)(width + 15) / 16 * 64 * (((size_t)height + 3) / 4 * 4);
}

static void take(struct glue *glue, struct reserve *reserve)
{
	struct glue_output *out;
	struct glue_renderbuffer *rb;
	struct glue_surface *gs;

	wl_list_for_each (out, &glue->outputs, link) {
		wl_list_for_each (rb, &out->renderbuffers, link) {
			reserve_take_image(
				reserve, image_bytes(rb->target.width, rb->target.height));
		}
	}
	wl_list_for_each (gs, &glue->surfaces, link) {
		const struct content_layout *layout = &gs->content.layout;

		if (is_upload(gs)) {
			reserve_take_image(reserve, image_bytes(layout->width, layout->height));
		}
	}
}

static void *touch(void *data)
{
	struct glue_restore *restore = data;

	while (!atomic_load(&restore->stop) && reserve_touch(&restore->reserve)) {
	}
	return NULL;
}

void glue_restore_begin(struct glue *glue)
{
	size_t heap_bytes = glue->renderer.disposal->heap_bytes;
	struct glue_restore *restore;

	if (heap_bytes == 0 || glue->restore) {
		return;
	}
	glue_worker_warm(glue, heap_bytes);
	restore = calloc(1, sizeof(*restore));
	if (!restore) {
		return;
	}
	take(glue, &restore->reserve);
	if (glue_thread_create(&restore->thread, touch, restore)) {
		glue->restore = restore;
	} else {
		reserve_forget(&restore->reserve);
		free(restore);
	}
}

void glue_restore_end(struct glue *glue)
{
	struct glue_restore *restore = glue->restore;

	if (restore) {
		glue->restore = NULL;
		atomic_store(&restore->stop, true);
		pthread_join(restore->thread, NULL);
		reserve_release(&restore->reserve);
		reserve_forget(&glue->restored);
		glue->restored = restore->reserve;
		free(restore);
	}
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
