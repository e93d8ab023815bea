/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PIXEL_PACK_H
#define WR_GL_PIXEL_PACK_H

#include "gl/readback.h"

/**
 * Pixels of a target on their way from the GPU to the CPU, in a pixel pack buffer (OpenGL ES 3.0,
 * section 4.3.1): nobody has to wait for them. Owned by whoever began it. What it has in GL is its
 * generation's, and is lost with it; the pack then goes on without.
 */
struct pixel_pack;

/**
 * Have the rectangle of @read copied, in its byte order, from the target that is bound; @read's
 * memory and stride are not looked at.
 *
 * Returns NULL where that can't be: OpenGL ES 2.0, no memory, or GL refuses. Nothing was read then,
 * and readback_target() may be tried.
 */
struct pixel_pack *pixel_pack_begin(
	struct generation *gen, const struct target *target, const struct readback *read);

/** Whether it was lost with its generation: the pixels will never come. */
bool pixel_pack_is_lost(const struct pixel_pack *pack);

/** A sync_file, the pack's, that is readable when the pixels are there; -1: there is none, so
 * pixel_pack_arrived() is to be asked now and then. */
int pixel_pack_fd(const struct pixel_pack *pack);

/** Whether the pixels are there, or never will be. Does not wait. The generation's context must be
 * current, unless the pack is lost. */
bool pixel_pack_arrived(const struct pixel_pack *pack);

/**
 * Copy them to @pixels, where the top left one goes, with @stride bytes from row to row. The
 * generation's context must be current. Waits for them if they are not there. Returns false, with
 * the memory as it was, when GL does not give them.
 */
bool pixel_pack_read(struct pixel_pack *pack, uint8_t *pixels, int32_t stride);

/** NULL is allowed. Makes the generation's context current, unless the pack is lost. */
void pixel_pack_destroy(struct pixel_pack *pack);

/** For the generation: take back what its packs have in GL. @lost: it is gone already. */
void pixel_packs_lose(struct generation *gen, bool lost);

#endif
