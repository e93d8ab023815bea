/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Explicit synchronisation: fences of clients' buffers, and of what is drawn. */
#include "weston-14/glue.h"

#include <fcntl.h>
#include <unistd.h>

#include "gl/fence.h"

/* How long a frame waits for all fences that the GPU can't wait for: one that takes longer holds
 * the desktop up no more, and its buffer is shown with what is in it. */
#define PATIENCE_NS ((int64_t)50 * 1000 * 1000)

static int patience_ms(struct glue *glue)
{
	int64_t left = glue->frame_ns + PATIENCE_NS - glue->host.now_ns(&glue->host);

	return left > 0 ? (int)(left / NS_PER_MS) : 0;
}

bool glue_fence_acquire(struct glue_surface *gs)
{
	struct weston_surface *surface = gs->surface;
	struct generation *gen = renderer_generation(&gs->glue->renderer);
	int fd = surface->acquire_fence_fd;

	/* Each view of a surface asks, and each frame does. */
	if (fd < 0 || !gen || gs->fence_passed) {
		return true;
	}
	switch (fence_wait(gen, fd, patience_ms(gs->glue))) {
	case FENCE_DONE:
		gs->fence_passed = true;
		return true;
	case FENCE_LATE:
		gs->fence_passed = true;
		weston_log_paced(&gs->glue->fence_pacer, 1, 10000,
			"a client's acquire fence is late: its buffer is drawn as it is\n");
		return true;
	case FENCE_FAILED:
		break;
	}
	if (surface->synchronization_resource) {
		linux_explicit_synchronization_send_server_error(
			surface->synchronization_resource, "the acquire fence can't be waited for");
	}
	return false;
}

static void replace_fence(struct weston_buffer_release *release, int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (own < 0) {
		return;
	}
	if (release->fence_fd >= 0) {
		close(release->fence_fd);
	}
	release->fence_fd = own;
}

/* Returns the release of a buffer that the frame has read; NULL: nobody wants to know. */
static struct weston_buffer_release *release_of(
	const struct glue_output *out, struct weston_paint_node *pnode)
{
	struct glue_surface *gs = pnode->surface->renderer_state;

	if (!gs || gs->content.kind != CONTENT_IMAGE || pnode->draw_solid ||
		pnode->plane != &out->output->primary_plane) {
		return NULL;
	}
	return gs->release_ref.buffer_release;
}

void glue_fence_release(struct glue_output *out, struct generation *gen)
{
	struct weston_paint_node *pnode;
	int fd = -1;

	if (!out->glue->images_drawn) {
		return;
	}
	out->glue->images_drawn = false;
	wl_list_for_each (pnode, &out->output->paint_node_z_order_list, z_order_link) {
		struct weston_buffer_release *release = release_of(out, pnode);

		if (release && fd < 0) {
			fd = fence_create_fd(gen);
		}
		if (release && fd < 0) {
			return;
		}
		if (release) {
			replace_fence(release, fd);
		}
	}
	if (fd >= 0) {
		close(fd);
	}
}

/* Fences of a generation that was lost would tell of nothing that can be seen. */
int glue_fence_create(struct weston_output *output)
{
	struct glue_output *out = output->renderer_state;
	struct generation *gen = out ? renderer_generation(&out->glue->renderer) : NULL;

	if (!gen || out->presented_by != gen->id ||
		!generation_make_current(gen, gen->egl->current_surface)) {
		return -1;
	}
	return fence_create_fd(gen);
}
