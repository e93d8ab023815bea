/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_RESET_STATUS_H
#define WR_GL_RESET_STATUS_H

#include "core/recovery.h"
#include "gl/gl-api.h"

/** glGetGraphicsResetStatus under any of its names. */
typedef PFNGLGETGRAPHICSRESETSTATUSEXTPROC gl_reset_query;

/**
 * The query that OpenGL ES contexts with reset notification offer; NULL: none.
 *
 * @version: 10 * major + minor. @extensions: of such a context, NULL when it tells none.
 */
gl_reset_query gl_reset_query_select(const struct gl_api *api, int version, const char *extensions);

/** As gl_reset_query_select(), for OpenGL contexts that were made with reset notification. */
gl_reset_query gl_reset_query_select_desktop(const struct gl_api *api);

/**
 * Ask the current context. Values that no specification defines count as none: some EGL stubs
 * return garbage.
 */
enum reset_status gl_reset_query_ask(gl_reset_query query);

#endif
