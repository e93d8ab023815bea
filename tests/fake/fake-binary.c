/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Programs as binaries. */
#include "fake-private.h"

#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))

static void GL_APIENTRY fake_glGetProgramBinary(
	GLuint name, GLsizei size, GLsizei *length, GLenum *format, void *bytes)
{
	struct fake_object *object;

	if (ENTER() && (object = fake_object_get(FAKE_PROGRAM, name)) && object->built &&
		size >= (GLsizei)sizeof(object->shader)) {
		memcpy(bytes, &object->shader, sizeof(object->shader));
		*length = sizeof(object->shader);
		*format = 1;
	}
}

static void GL_APIENTRY fake_glProgramBinary(
	GLuint name, GLenum format, const void *bytes, GLsizei size)
{
	struct fake_object *object;

	if (!ENTER() || !(object = fake_object_get(FAKE_PROGRAM, name))) {
		return;
	}
	if (format != 1 || size != (GLsizei)sizeof(object->shader)) {
		fake.current->error = GL_INVALID_ENUM;
		return;
	}
	object->built = !fake_script.refuse_binaries;
	memcpy(&object->shader, bytes, sizeof(object->shader));
	fake_report.binaries += object->built;
}

void fake_fill_binary(struct gl_api *api)
{
	api->glGetProgramBinary = fake_glGetProgramBinary;
	api->glProgramBinary = fake_glProgramBinary;
}
