/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Pixel pack buffers, and the fences that tell when they are filled. */
#include "fake-private.h"

#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))

void *fake_pack_memory(void *offset, size_t bytes)
{
	struct fake_object *buffer;

	if (!fake.current->pack_buffer) {
		return offset;
	}
	buffer = fake_object_get(FAKE_BUFFER, fake.current->pack_buffer);
	if (!buffer || !buffer->data || (uintptr_t)offset + bytes > buffer->bytes) {
		fake_set_error(GL_INVALID_OPERATION);
		return NULL;
	}
	return (uint8_t *)buffer->data + (uintptr_t)offset;
}

static void *GL_APIENTRY fake_glMapBufferRange(
	GLenum target, GLintptr offset, GLsizeiptr length, GLbitfield access)
{
	struct fake_object *buffer;

	if (!ENTER()) {
		return NULL;
	}
	buffer = fake_object_of_target(target);
	if (!buffer || !buffer->data || (size_t)(offset + length) > buffer->bytes ||
		buffer->mapped) {
		fake_set_error(GL_INVALID_OPERATION);
		return NULL;
	}
	buffer->mapped = true;
	return (uint8_t *)buffer->data + offset;
}

static GLboolean GL_APIENTRY fake_glUnmapBuffer(GLenum target)
{
	struct fake_object *buffer;

	if (!ENTER()) {
		return GL_FALSE;
	}
	buffer = fake_object_of_target(target);
	if (!buffer || !buffer->mapped) {
		fake_set_error(GL_INVALID_OPERATION);
		return GL_FALSE;
	}
	buffer->mapped = false;
	return GL_TRUE;
}

static GLsync GL_APIENTRY fake_glFenceSync(GLenum condition, GLbitfield flags)
{
	if (!ENTER() || fake_script.no_syncs) {
		return NULL;
	}
	return (GLsync)(uintptr_t)fake_object_create(FAKE_SYNC);
}

static GLenum GL_APIENTRY fake_glClientWaitSync(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	struct fake_object *object;

	if (!ENTER()) {
		return GL_WAIT_FAILED;
	}
	object = fake_object_get(FAKE_SYNC, (GLuint)(uintptr_t)sync);
	if (!object) {
		return GL_WAIT_FAILED;
	}
	if (object->asked < fake_script.query_latency) {
		object->asked++;
		return GL_TIMEOUT_EXPIRED;
	}
	return GL_ALREADY_SIGNALED;
}

static void GL_APIENTRY fake_glDeleteSync(GLsync sync)
{
	GLuint name = (GLuint)(uintptr_t)sync;

	fake_delete_names(FAKE_SYNC, ENTER(), 1, &name);
}

void fake_fill_pack(struct gl_api *api)
{
	api->glClientWaitSync = fake_glClientWaitSync;
	api->glDeleteSync = fake_glDeleteSync;
	api->glFenceSync = fake_glFenceSync;
	api->glMapBufferRange = fake_glMapBufferRange;
	api->glUnmapBuffer = fake_glUnmapBuffer;
}
