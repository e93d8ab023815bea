/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_STATE_H
#define WR_GL_STATE_H

#include "gl/generation.h"

/**
 * State of the context that is set again and again, mostly to what it is already: GL is called when
 * it changes only. Unit 0 is the active one, but for moments.
 */

/** Bind @name as GL_TEXTURE_2D to unit 0. Whoever calls glBindTexture() there otherwise, or deletes
 * textures, calls state_forget_texture(). */
static inline void state_bind_texture(struct generation *gen, GLuint name)
{
	if (gen->bound_texture != name) {
		gen->api->glBindTexture(GL_TEXTURE_2D, name);
		gen->bound_texture = name;
	}
}

static inline void state_forget_texture(struct generation *gen)
{
	gen->bound_texture = 0;
}

/** Texels from row to row of what is uploaded; 0: as many as are uploaded. */
static inline void state_set_row_length(struct generation *gen, GLint texels)
{
	if (gen->row_length != texels) {
		gen->api->glPixelStorei(GL_UNPACK_ROW_LENGTH_EXT, texels);
		gen->row_length = texels;
	}
}

static inline void state_set_blending(struct generation *gen, bool blend)
{
	if (gen->blending == (int)blend) {
		return;
	}
	if (blend) {
		gen->api->glEnable(GL_BLEND);
	} else {
		gen->api->glDisable(GL_BLEND);
	}
	gen->blending = blend;
}

#endif
