/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_BENCH_SCENES_H
#define WR_BENCH_SCENES_H

#include "scene.h"

#define ACTOR_BUFFERS 3

/** A window that changes with each step, by taking turns with buffers that are painted before. */
struct actor {
	struct window *window;
	struct window_buffer *buffers[ACTOR_BUFFERS];
	int n_buffers;
	struct window_area damage; // buffer pixels
};

#define MAX_ACTORS 1024

/** What is measured: still windows, actors, and perhaps one that moves. */
struct bench {
	struct scene_display display;
	struct scene scene;
	struct actor actors[MAX_ACTORS];
	int n_actors;
	struct window *mover;
	int steps;     // taken so far
	int unpainted; // frame callbacks that have not come
};

/**
 * Set up the scene of that name on the outputs that there are. False when there is none of that
 * name. Everything is committed and has been on the screen at return.
 */
bool bench_show(struct bench *bench, const char *name);

/**
 * One step: every actor shows its next buffer, the mover moves. Returns when all of that has been
 * painted; false when the connection is lost.
 */
bool bench_step(struct bench *bench);

/** The names, one after the other; NULL after the last. */
const char *bench_scene_name(size_t n);

#endif
