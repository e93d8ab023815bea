/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Entry points of GL whose answer in a lost context is more than "nothing": error and status, and
 * those that a program polls until they say "done" (GL_KHR_robustness, issue "polling").
 */
#include "fault.h"

GLenum fault_glGetError(void)
{
	struct fault_context *context;

	fault_start();
	fault_poll(FN_glGetError);
	context = fault_thread.context;
	if (context && context->gl_error != GL_NO_ERROR) {
		GLenum error = context->gl_error;
		context->gl_error = GL_NO_ERROR;
		return error;
	}
	if ((context && context->dead) || !fault_real_find(FN_glGetError)) {
		return GL_NO_ERROR;
	}
	return REAL(glGetError)();
}

static GLenum reset_status(enum fault_fn fn)
{
	GLenum status;

	fault_start();
	fault_poll(fn);
	fault_spoil_purged();
	if (fault_reset_status(&status)) {
		return status;
	}
	return fault_real_find(fn) ? ((PFNGLGETGRAPHICSRESETSTATUSPROC)fault_real[fn])()
				   : GL_NO_ERROR;
}

GLenum fault_glGetGraphicsResetStatus(void)
{
	return reset_status(FN_glGetGraphicsResetStatus);
}

GLenum fault_glGetGraphicsResetStatusEXT(void)
{
	return reset_status(FN_glGetGraphicsResetStatusEXT);
}

GLenum fault_glGetGraphicsResetStatusKHR(void)
{
	return reset_status(FN_glGetGraphicsResetStatusKHR);
}

/* Only where nothing is swapped does a flush end a frame, and only if something was drawn. */
static bool flush_ends_frame(void)
{
	return fault_thread.context && fault_thread.draw == EGL_NO_SURFACE && fault_thread.drew;
}

void fault_flush_begins(enum fault_fn fn)
{
	if (flush_ends_frame()) {
		fault_frame_ends(fn);
	}
}

void fault_flush_done(void)
{
	if (flush_ends_frame()) {
		fault_frame_done();
	}
}

void fault_glFlush(void)
{
	fault_flush_begins(FN_glFlush);
	if (fault_gl_enter(FN_glFlush)) {
		REAL(glFlush)();
	}
	fault_flush_done();
}

void fault_glFinish(void)
{
	fault_flush_begins(FN_glFinish);
	if (fault_gl_enter(FN_glFinish)) {
		REAL(glFinish)();
	}
	fault_flush_done();
}

static GLsync sync_created(GLsync sync)
{
	if (sync) {
		fault_name_count(FAULT_NAME_SYNC, 1);
	}
	return sync;
}

GLsync fault_glFenceSync(GLenum condition, GLbitfield flags)
{
	return fault_gl_enter(FN_glFenceSync) ? sync_created(REAL(glFenceSync)(condition, flags))
					      : NULL;
}

GLsync fault_glFenceSyncAPPLE(GLenum condition, GLbitfield flags)
{
	return fault_gl_enter(FN_glFenceSyncAPPLE)
		       ? sync_created(REAL(glFenceSyncAPPLE)(condition, flags))
		       : NULL;
}

void fault_glDeleteSync(GLsync sync)
{
	if (fault_gl_enter(FN_glDeleteSync)) {
		REAL(glDeleteSync)(sync);
		fault_name_count(FAULT_NAME_SYNC, sync ? -1 : 0);
	}
}

void fault_glDeleteSyncAPPLE(GLsync sync)
{
	if (fault_gl_enter(FN_glDeleteSyncAPPLE)) {
		REAL(glDeleteSyncAPPLE)(sync);
		fault_name_count(FAULT_NAME_SYNC, sync ? -1 : 0);
	}
}

GLenum fault_glClientWaitSync(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	if (fault_gl_enter(FN_glClientWaitSync)) {
		return REAL(glClientWaitSync)(sync, flags, timeout);
	}
	return GL_ALREADY_SIGNALED;
}

GLenum fault_glClientWaitSyncAPPLE(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	if (fault_gl_enter(FN_glClientWaitSyncAPPLE)) {
		return REAL(glClientWaitSyncAPPLE)(sync, flags, timeout);
	}
	return GL_ALREADY_SIGNALED;
}

static void answer_signaled(GLenum pname, GLsizei count, GLsizei *length, GLint *values)
{
	if (pname == GL_SYNC_STATUS && count > 0 && values) {
		values[0] = GL_SIGNALED;
		if (length) {
			*length = 1;
		}
	}
}

void fault_glGetSynciv(GLsync sync, GLenum pname, GLsizei count, GLsizei *length, GLint *values)
{
	if (fault_gl_enter(FN_glGetSynciv)) {
		REAL(glGetSynciv)(sync, pname, count, length, values);
	} else {
		answer_signaled(pname, count, length, values);
	}
}

void fault_glGetSyncivAPPLE(
	GLsync sync, GLenum pname, GLsizei count, GLsizei *length, GLint *values)
{
	if (fault_gl_enter(FN_glGetSyncivAPPLE)) {
		REAL(glGetSyncivAPPLE)(sync, pname, count, length, values);
	} else {
		answer_signaled(pname, count, length, values);
	}
}

/* Results of queries: five types, one rule. */
#define QUERY_OBJECT(name, id, pname, params)                                                      \
	if (fault_gl_enter(FN_##name)) {                                                           \
		REAL(name)(id, pname, params);                                                     \
	} else if (pname == GL_QUERY_RESULT_AVAILABLE && params) {                                 \
		*params = GL_TRUE;                                                                 \
	}

void fault_glGetQueryObjectuiv(GLuint id, GLenum pname, GLuint *params)
{
	QUERY_OBJECT(glGetQueryObjectuiv, id, pname, params)
}

void fault_glGetQueryObjectuivEXT(GLuint id, GLenum pname, GLuint *params)
{
	QUERY_OBJECT(glGetQueryObjectuivEXT, id, pname, params)
}

void fault_glGetQueryObjectivEXT(GLuint id, GLenum pname, GLint *params)
{
	QUERY_OBJECT(glGetQueryObjectivEXT, id, pname, params)
}

void fault_glGetQueryObjecti64vEXT(GLuint id, GLenum pname, GLint64 *params)
{
	QUERY_OBJECT(glGetQueryObjecti64vEXT, id, pname, params)
}

void fault_glGetQueryObjectui64vEXT(GLuint id, GLenum pname, GLuint64 *params)
{
	QUERY_OBJECT(glGetQueryObjectui64vEXT, id, pname, params)
}
