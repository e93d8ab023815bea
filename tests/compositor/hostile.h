/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_HOSTILE_H
#define WR_TEST_HOSTILE_H

#include "scene.h"

/** A client that is up to something. */
struct hostile {
	struct scene_display display;
	struct wl_surface *surface;
};

/** One thing to do. */
struct hostile_mode {
	const char *name;
	void (*run)(struct hostile *self);
};

/** With dmabufs; ends with a mode without name. */
extern const struct hostile_mode hostile_dmabuf_modes[];

/** Show the surface with this buffer. */
void hostile_show(struct hostile *self, struct wl_buffer *buffer);

/** Round trips and a pause, so that frames are drawn with what was done. */
void hostile_let_it_draw(struct hostile *self);

#endif
