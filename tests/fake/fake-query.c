/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The questions that GL answers; GL_EXT_disjoint_timer_query, on a clock that each draw call
 * advances. */
#include "fake-private.h"

#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))

static const GLubyte *GL_APIENTRY fake_glGetString(GLenum name)
{
	if (!ENTER()) {
		return NULL;
	}
	switch (name) {
	case GL_EXTENSIONS:
		return (const GLubyte *)fake_script.gl_extensions;
	case GL_VERSION:
		return (const GLubyte *)fake_script.gl_version;
	case GL_RENDERER:
		return (const GLubyte *)fake_script.gl_renderer;
	default:
		return (const GLubyte *)"fake";
	}
}

static GLint answer(GLenum name)
{
	switch (name) {
	case GL_MAX_TEXTURE_SIZE:
		return 4096;
	case GL_ELEMENT_ARRAY_BUFFER_BINDING:
		return (GLint)fake.current->element_buffer;
	case GL_ARRAY_BUFFER_BINDING:
		return (GLint)fake.current->bound[FAKE_BUFFER];
	case GL_NUM_PROGRAM_BINARY_FORMATS:
		return !fake_script.no_binaries;
	default:
		return 0;
	}
}

static void GL_APIENTRY fake_glGetIntegerv(GLenum name, GLint *value)
{
	if (!ENTER()) {
		return;
	}
	if (name == GL_SCISSOR_BOX) {
		memcpy(value, fake.current->scissor_box, sizeof(fake.current->scissor_box));
		return;
	}
	*value = answer(name);
	if (name == GL_GPU_DISJOINT_EXT) {
		*value = fake_script.disjoint;
		fake_script.disjoint = false;
	}
}

static void GL_APIENTRY fake_glGetShaderPrecisionFormat(
	GLenum shader, GLenum precision, GLint *range, GLint *bits)
{
	if (ENTER()) {
		range[0] = 127;
		range[1] = 127;
		*bits = 23;
	}
}

/* As much of the clock as its counter has bits for. */
static uint64_t gpu_now(void)
{
	unsigned bits = fake_script.timer_bits;

	return bits < 64 ? fake_script.gpu_time & ((1ull << bits) - 1) : fake_script.gpu_time;
}

static void GL_APIENTRY fake_glGenQueriesEXT(GLsizei n, GLuint *names)
{
	bool works = ENTER();

	for (GLsizei i = 0; i < n; i++) {
		names[i] = works ? fake_object_create(FAKE_QUERY) : 0;
	}
}

static void GL_APIENTRY fake_glDeleteQueriesEXT(GLsizei n, const GLuint *names)
{
	bool works = ENTER();

	fake_report.deletes++;
	for (GLsizei i = 0; works && i < n; i++) {
		struct fake_object *query = fake_object_get(FAKE_QUERY, names[i]);

		if (query) {
			fake_report.deleted[FAKE_QUERY]++;
			fake_object_free(query);
		}
	}
}

/* GL refuses the name 0 here. */
static struct fake_object *get_query(GLuint name)
{
	if (name == 0) {
		fake_set_error(GL_INVALID_OPERATION);
	}
	return fake_object_get(FAKE_QUERY, name);
}

static void finish_query(struct fake_object *query, uint64_t result)
{
	query->result = result;
	query->ended = true;
	query->asked = 0;
	query->order = ++fake.queries_ended;
}

static void GL_APIENTRY fake_glQueryCounterEXT(GLuint name, GLenum target)
{
	struct fake_object *query = ENTER() ? get_query(name) : NULL;

	if (query && (target != GL_TIMESTAMP_EXT || fake_script.durations_only)) {
		fake_set_error(GL_INVALID_ENUM);
	} else if (query) {
		finish_query(query, gpu_now());
	}
}

static void GL_APIENTRY fake_glBeginQueryEXT(GLenum target, GLuint name)
{
	struct fake_object *query = ENTER() ? get_query(name) : NULL;

	if (!query) {
		return;
	}
	if (target != GL_TIME_ELAPSED_EXT || fake.current->bound[FAKE_QUERY]) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	fake.current->bound[FAKE_QUERY] = name;
	query->ended = false;
	query->result = fake_script.gpu_time;
}

static void GL_APIENTRY fake_glEndQueryEXT(GLenum target)
{
	struct fake_object *query;

	if (!ENTER()) {
		return;
	}
	query = fake_object_bound(FAKE_QUERY);
	if (target != GL_TIME_ELAPSED_EXT || !query) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	fake.current->bound[FAKE_QUERY] = 0;
	finish_query(query, fake_script.gpu_time - query->result);
}

/* A query that was never ended can't be asked. */
static struct fake_object *ended_query(GLuint name)
{
	struct fake_object *query = get_query(name);

	if (query && !query->ended) {
		fake_set_error(GL_INVALID_OPERATION);
		return NULL;
	}
	return query;
}

static void GL_APIENTRY fake_glGetQueryObjectuivEXT(GLuint name, GLenum pname, GLuint *value)
{
	struct fake_object *query = ENTER() ? ended_query(name) : NULL;

	if (!query || pname != GL_QUERY_RESULT_AVAILABLE_EXT) {
		return;
	}
	*value = query->asked++ >= fake_script.query_latency;
	/* The GPU works in order: all before it are done as well. */
	if (*value && fake.queries_done < query->order) {
		fake.queries_done = query->order;
	}
}

static void GL_APIENTRY fake_glGetQueryObjectui64vEXT(GLuint name, GLenum pname, GLuint64 *value)
{
	struct fake_object *query = ENTER() ? ended_query(name) : NULL;

	if (!query || pname != GL_QUERY_RESULT_EXT) {
		return;
	}
	/* Here a driver would wait for the GPU. */
	fake_report.waits += query->order > fake.queries_done;
	*value = query->result;
}

static void GL_APIENTRY fake_glGetQueryivEXT(GLenum target, GLenum pname, GLint *value)
{
	if (ENTER() && pname == GL_QUERY_COUNTER_BITS_EXT) {
		bool none = target == GL_TIMESTAMP_EXT && fake_script.durations_only;

		*value = none ? 0 : (GLint)fake_script.timer_bits;
	}
}

static void GL_APIENTRY fake_glGetInteger64vEXT(GLenum name, GLint64 *value)
{
	if (ENTER() && name == GL_TIMESTAMP_EXT) {
		fake_script.gpu_time += fake_script.clock_read_ns;
		*value = (GLint64)gpu_now();
	}
}

void fake_fill_query(struct gl_api *api)
{
	api->glBeginQueryEXT = fake_glBeginQueryEXT;
	api->glDeleteQueriesEXT = fake_glDeleteQueriesEXT;
	api->glEndQueryEXT = fake_glEndQueryEXT;
	api->glGenQueriesEXT = fake_glGenQueriesEXT;
	api->glGetInteger64vEXT = fake_glGetInteger64vEXT;
	api->glGetIntegerv = fake_glGetIntegerv;
	api->glGetQueryivEXT = fake_glGetQueryivEXT;
	api->glGetQueryObjectui64vEXT = fake_glGetQueryObjectui64vEXT;
	api->glGetQueryObjectuivEXT = fake_glGetQueryObjectuivEXT;
	api->glGetShaderPrecisionFormat = fake_glGetShaderPrecisionFormat;
	api->glGetString = fake_glGetString;
	api->glQueryCounterEXT = fake_glQueryCounterEXT;
}
