/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/reset-status.h"

#include <stddef.h>

/* EGL_NV_robustness_video_memory_purge; no Khronos header has the GL token. */
#define GL_PURGED_CONTEXT_RESET_NV 0x92BB

/*
 * The three names stand for one function: GL_EXT_robustness, GL_KHR_robustness, and OpenGL ES 3.2,
 * section 2.3.2. A context that is lost from the start tells no extensions;
 * EGL_EXT_create_context_robustness implies the first name.
 */
gl_reset_query gl_reset_query_select(const struct gl_api *api, int version, const char *extensions)
{
	if ((!extensions || gl_extension_in_list(extensions, "GL_EXT_robustness")) &&
		api->glGetGraphicsResetStatusEXT) {
		return api->glGetGraphicsResetStatusEXT;
	}
	if (gl_extension_in_list(extensions, "GL_KHR_robustness") &&
		api->glGetGraphicsResetStatusKHR) {
		return (gl_reset_query)api->glGetGraphicsResetStatusKHR;
	}
	return version >= 32 ? (gl_reset_query)api->glGetGraphicsResetStatus : NULL;
}

/* OpenGL's name has no suffix in GL_KHR_robustness and OpenGL 4.5; GL_ARB_robustness has its own. A
 * driver that makes such contexts has one of them. */
gl_reset_query gl_reset_query_select_desktop(const struct gl_api *api)
{
	return (gl_reset_query)(api->glGetGraphicsResetStatus ? api->glGetGraphicsResetStatus
							      : api->glGetGraphicsResetStatusARB);
}

enum reset_status gl_reset_query_ask(gl_reset_query query)
{
	switch (query()) {
	case GL_GUILTY_CONTEXT_RESET_EXT:
		return RESET_STATUS_GUILTY;
	case GL_INNOCENT_CONTEXT_RESET_EXT:
		return RESET_STATUS_INNOCENT;
	case GL_UNKNOWN_CONTEXT_RESET_EXT:
		return RESET_STATUS_UNKNOWN;
	case GL_PURGED_CONTEXT_RESET_NV:
		return RESET_STATUS_PURGED;
	default:
		return RESET_STATUS_NONE;
	}
}
