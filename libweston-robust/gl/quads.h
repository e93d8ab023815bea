/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_QUADS_H
#define WR_GL_QUADS_H

#include "gl/generation.h"
#include "scene/geometry.h"

#define QUAD_INDICES 6

/**
 * The quads of a whole repaint in one vertex buffer, drawn by indices that never change and stay
 * with the generation.
 */

/**
 * Upload the quads of @list in one go, in place of those before. They
 * stay until the next one. The buffers are made on first use.
 */
void quads_upload(struct generation *gen, const struct vertex_list *list);

/** quads_draw(), where the indices reach from the present first vertex. */
static inline void quads_draw_near(struct generation *gen, uint32_t first, uint32_t count)
{
	gen->api->glDrawElements(GL_TRIANGLES, (GLsizei)(count * QUAD_INDICES), GL_UNSIGNED_SHORT,
		(const void *)(first * QUAD_INDICES * sizeof(GLushort)));
	gen->counters.draw_calls++;
}

/** quads_draw(), from wherever that is. */
void quads_draw_far(struct generation *gen, uint32_t first, uint32_t count);

/** Draw @count of them from the one numbered @first, as filled triangles. */
static inline void quads_draw(struct generation *gen, uint32_t first, uint32_t count)
{
	if (gen->quad_base == 0 && first + count <= gen->index_capacity) {
		quads_draw_near(gen, first, count);
	} else {
		quads_draw_far(gen, first, count);
	}
}

/** The outlines of the triangles of one of them. */
void quads_draw_outline(struct generation *gen, uint32_t quad);

/** What GL was told may not have reached it: to be told again. */
void quads_forget_state(struct generation *gen);

/** For generation_destroy(), with the context current. */
void quads_destroy(struct generation *gen);

#endif
