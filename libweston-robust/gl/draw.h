/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_DRAW_H
#define WR_GL_DRAW_H

#include "gl/generation.h"
#include "gl/program.h"
#include "scene/frame.h"

/** What a person debugging wants to see. */
enum draw_view {
	DRAW_VIEW_NORMAL,
	DRAW_VIEW_WIREFRAME, // outlines of the triangles
	DRAW_VIEW_BATCHES,   // a colour for each item
	DRAW_VIEW_DAMAGE,    // what this frame drew
	DRAW_VIEW_OPAQUE,    // what was drawn without blending
	DRAW_VIEW_COUNT
};

/** "normal", "wireframe", … Static. */
const char *draw_view_name(enum draw_view view);

/** Where messages of the shader compiler go; may be NULL. @text is one or more lines. */
struct draw_log {
	void (*shader_failed)(void *data, const char *text);
	void *data;
};

/**
 * Draw @frame to the target that is bound: items in order, nothing outside their triangles is
 * touched. Items whose content cannot be shown are skipped. Errors are GL's sticky ones: see
 * generation_read_errors().
 */
void draw_frame(struct generation *gen, struct frame *frame, enum draw_view view,
	const struct draw_log *log);

/**
 * Whether the current context really draws: a pattern drawn with a program and the buffers that
 * frames use must read back right. The program is one of @programs (may be NULL), or else one that
 * @gen has linked already, where these can draw a texture, or else that of a plain colour.
 */
bool draw_probe(struct generation *gen, const struct program_set *programs);

/**
 * Link @programs, and draw something with each where nobody sees it, so that the first frames find
 * them ready: drivers finish the compilation at the first use.
 *
 * Returns false when GL reported an error: the state of the context is not to be trusted then.
 */
bool draw_prepare(struct generation *gen, const struct program_set *programs);

#endif
