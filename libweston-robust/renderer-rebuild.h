/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_RENDERER_REBUILD_H
#define WR_RENDERER_REBUILD_H

#include "renderer.h"

/* Private to the renderer: how generations are dropped and made. The answers are for
 * recovery_step(). */

/** Drop the present generation, if any. */
void rebuild_drop(struct renderer *renderer, enum recovery_drop how);

/** Drop all of it but its context, which rebuild_start() needs. */
void rebuild_detach(struct renderer *renderer, enum recovery_drop how);

/** Begin to make another generation on @rung. Returns whether there is an @answer already. */
bool rebuild_start(
	struct renderer *renderer, enum recovery_rung rung, struct recovery_input *answer);

/** The rebuild under way never ends: leave it behind, with its display. */
void rebuild_abandon(struct renderer *renderer);

/** Does the GPU draw again? Asked while everything is drawn without it. Returns whether there is an
 * @answer already. */
bool rebuild_start_probe(struct renderer *renderer, struct recovery_input *answer);

/** @job has run: take its generation over, free it, and return its answer. */
struct recovery_input rebuild_conclude(struct renderer *renderer, struct job *job);

/** A whole frame of the present generation was seen: the lost one need not be kept any longer. */
void rebuild_leftover_due(struct renderer *renderer);

/** Begin to dispose of what rebuild_leftover_due() told of. */
void rebuild_dispose_leftover(struct renderer *renderer);

/** The job of rebuild_dispose_leftover() has run. */
void rebuild_leftover_gone(struct renderer *renderer);

/** Video memory was purged: what was derived from the contents is made anew in the same context. */
void rebuild_contents(struct renderer *renderer);

/** Wait for what is under way: nothing may run on when the display is closed. */
void rebuild_end(struct renderer *renderer);

#endif
