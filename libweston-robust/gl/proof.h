/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROOF_H
#define WR_GL_PROOF_H

#include "gl/gl-api.h"

/**
 * Whether the current context draws: clears a small image in two colours and reads it back. Needs
 * nothing but framebuffer objects, so it works in OpenGL ES and OpenGL of any version.
 *
 * For a fresh context: bindings, clear colour, scissor test and errors are left at GL's defaults,
 * the scissor box as it was.
 */
bool gl_proof_draw(const struct gl_api *api);

#endif
