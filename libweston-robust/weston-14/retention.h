/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_RETENTION_H
#define WR_WESTON_14_RETENTION_H

#include "weston-14/glue.h"

/* Which of the clients' buffers are held, copied, released. */

/** Hold, copy or forget the buffer of @gs, on what its client has done so far. @destroyed: its
 * wl_buffer goes now. */
void glue_retention_decide(struct glue_surface *gs, bool destroyed, int64_t now_ns);

/** Whether anything of @surface is to be seen on any output. */
bool glue_surface_visible(const struct weston_surface *surface);

/** There is a copy now: release the buffer, and evict copies until they keep to the budget. */
void glue_retention_copied(struct glue_surface *gs);

/** Have the timer come at that time, instead of at the one that it was set to. */
GLUE_RARE void glue_retention_set_timer(struct glue *glue, int64_t when_ns);

/** There will be something to decide at that time. Deadlines move on with each commit; the timer
 * stays with the first one, and looks for the others then. */
static inline void glue_retention_arm(struct glue *glue, int64_t when_ns)
{
	if (!glue->retention_due_ns || when_ns < glue->retention_due_ns) {
		glue_retention_set_timer(glue, when_ns);
	}
}

/** Stop reading the client's buffer and let it have it back. */
void glue_retention_release(struct glue_surface *gs);

/** Begin reading @buffer, which must have a shm buffer of @layout. */
void glue_retention_hold(
	struct glue_surface *gs, struct weston_buffer *buffer, const struct content_layout *layout);

/** glue.retention_timer's handler. */
int glue_retention_timer(void *data);

/** weston_surface.unmap_signal */
void glue_retention_unmapped(struct wl_listener *listener, void *data);

/** Destruction of the wl_buffer that is held or lent: the last chance to read it. */
void glue_retention_buffer_destroyed(struct wl_listener *listener, void *data);

/** Destruction of the wl_buffer that is why another one can be held on. */
void glue_retention_spare_gone(struct wl_listener *listener, void *data);

/** Bytes in clients' buffers that are held or lent, and in copies, of surfaces. */
void glue_retention_sums(struct glue *glue, uint64_t *held, uint64_t *copied);

#endif
