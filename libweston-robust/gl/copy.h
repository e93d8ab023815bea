/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_COPY_H
#define WR_GL_COPY_H

#include "gl/generation.h"
#include "scene/frame.h"

/**
 * Show what needs no shader by copying it, where that is cheaper (gl_caps.cheap_copies): a driver
 * without a GPU moves memory then, instead of running a program for each pixel. Images only: into
 * windows llvmpipe's blits run a program as well, and are slower than draws to begin with.
 *
 * Copies those of @frame's items that can be (frame_item.copy; the frame's target takes copies,
 * and is bound) and whose textures are up to date; others, and all of them unless they @may be
 * copied, lose frame_item.copy and are made ready to be drawn. The target is bound to be
 * read from, too, when it returns. Returns how many were copied.
 */
uint32_t copy_items(struct generation *gen, struct frame *frame, bool may);

#endif
