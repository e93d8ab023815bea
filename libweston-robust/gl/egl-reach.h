/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_EGL_REACH_H
#define WR_GL_EGL_REACH_H

#include "gl/egl.h"

/** The extensions of EGL itself. Static; NULL where EGL has none. */
const char *egl_client_extensions(const struct gl_api *api);

/**
 * Ask for the display that egl->reach leads to, for the options, and for hardware or software.
 *
 * Returns EGL_NO_DISPLAY where EGL offers no such way. It may be one that was abandoned, and need
 * not be initialised; EGL owns it.
 */
EGLDisplay egl_find_display(struct egl *egl);

#endif
