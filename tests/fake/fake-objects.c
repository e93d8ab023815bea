/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Names, shaders, programs, and whether all is well. */
#include "fake-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))

/* Location = index. The attribute "position" is always at 0. */
static const char *const uniform_names[FAKE_UNIFORMS] = {
	"place", "place[1]", "place[2]", "color", "alpha", "tint", "image", "image1", "image2"};

static void gen(enum fake_kind kind, bool works, GLsizei n, GLuint *names)
{
	GLsizei i;

	for (i = 0; i < n; i++) {
		names[i] = works ? fake_object_create(kind) : 0;
	}
}

static void unbind(enum fake_kind kind, GLuint name)
{
	unsigned unit;

	if (kind != FAKE_TEXTURE && fake.current->bound[kind] == name) {
		fake.current->bound[kind] = 0;
	}
	if (kind == FAKE_FRAMEBUFFER && fake.current->read_framebuffer == name) {
		fake.current->read_framebuffer = 0;
	}
	if (kind == FAKE_BUFFER && fake.current->pack_buffer == name) {
		fake.current->pack_buffer = 0;
	}
	if (kind == FAKE_BUFFER && fake.current->element_buffer == name) {
		fake.current->element_buffer = 0;
	}
	for (unit = 0; kind == FAKE_TEXTURE && unit < FAKE_UNITS; unit++) {
		if (fake.current->textures[unit] == name) {
			fake.current->textures[unit] = 0;
		}
	}
}

static void delete_name(enum fake_kind kind, GLuint name)
{
	struct fake_object *object = fake_object_get(kind, name);

	if (!object) {
		return;
	}
	unbind(kind, name);
	fake_report.deleted[kind]++;
	fake_object_free(object);
}

void fake_delete_names(enum fake_kind kind, bool works, GLsizei n, const GLuint *names)
{
	GLsizei i;

	fake_report.deletes++;
	for (i = 0; works && i < n; i++) {
		delete_name(kind, names[i]);
	}
}

static void bind(enum fake_kind kind, bool works, GLuint name)
{
	if (!works || (name != 0 && !fake_object_get(kind, name))) {
		return;
	}
	if (kind == FAKE_TEXTURE) {
		fake.current->textures[fake.current->unit] = name;
	} else {
		fake.current->bound[kind] = name;
	}
}

#define BIND(kind, Kind)                                                                           \
	static void GL_APIENTRY fake_glBind##Kind(GLenum target, GLuint name)                      \
	{                                                                                          \
		bind(kind, ENTER(), name);                                                         \
	}

#define NAMES(kind, Kind)                                                                          \
	static void GL_APIENTRY fake_glGen##Kind##s(GLsizei n, GLuint *names)                      \
	{                                                                                          \
		gen(kind, ENTER(), n, names);                                                      \
	}                                                                                          \
	static void GL_APIENTRY fake_glDelete##Kind##s(GLsizei n, const GLuint *names)             \
	{                                                                                          \
		fake_delete_names(kind, ENTER(), n, names);                                        \
	}

NAMES(FAKE_TEXTURE, Texture)
NAMES(FAKE_BUFFER, Buffer)
NAMES(FAKE_FRAMEBUFFER, Framebuffer)
NAMES(FAKE_RENDERBUFFER, Renderbuffer)

BIND(FAKE_TEXTURE, Texture)
BIND(FAKE_RENDERBUFFER, Renderbuffer)

static void GL_APIENTRY fake_glBindBuffer(GLenum target, GLuint name)
{
	bool works = ENTER();

	if (target == GL_ELEMENT_ARRAY_BUFFER) {
		if (works && (name == 0 || fake_object_get(FAKE_BUFFER, name))) {
			fake.current->element_buffer = name;
		}
	} else if (target != GL_PIXEL_PACK_BUFFER) {
		bind(FAKE_BUFFER, works, name);
	} else if (works && (name == 0 || fake_object_get(FAKE_BUFFER, name))) {
		fake.current->pack_buffer = name;
	}
}

struct fake_object *fake_object_of_target(GLenum target)
{
	GLuint name = target == GL_ELEMENT_ARRAY_BUFFER ? fake.current->element_buffer
							: fake.current->pack_buffer;

	if (target == GL_ARRAY_BUFFER) {
		return fake_object_bound(FAKE_BUFFER);
	}
	return name ? fake_object_get(FAKE_BUFFER, name) : NULL;
}

static GLuint GL_APIENTRY fake_glCreateShader(GLenum type)
{
	GLuint name;

	if (!ENTER()) {
		return 0;
	}
	name = fake_object_create(FAKE_SHADER);
	fake.objects[name - 1].shader.type = type;
	return name;
}

static GLuint GL_APIENTRY fake_glCreateProgram(void)
{
	return ENTER() ? fake_object_create(FAKE_PROGRAM) : 0;
}

static void GL_APIENTRY fake_glDeleteShader(GLuint name)
{
	fake_delete_names(FAKE_SHADER, ENTER(), 1, &name);
}

static void GL_APIENTRY fake_glDeleteProgram(GLuint name)
{
	fake_delete_names(FAKE_PROGRAM, ENTER(), 1, &name);
}

static void read_swizzle(struct fake_shader *shader, const char *source)
{
	static const char components[] = "rgba";
	const char *at = strstr(source, "#define SWIZZLE ");
	int i;

	for (i = 0; i < 4; i++) {
		const char *component =
			at ? strchr(components, at[strlen("#define SWIZZLE ") + (size_t)i]) : NULL;

		shader->swizzle[i] = (uint8_t)(component ? component - components : i);
	}
}

static enum fake_source read_source(const char *defines)
{
	static const char *const names[] = {"#define SOLID\n", "#define RGBA\n", "#define Y_U_V\n",
		"#define Y_UV\n", "#define Y_XUXV\n", "#define XYUV\n", "#define EXTERNAL\n"};
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strstr(defines, names[i])) {
			return (enum fake_source)i;
		}
	}
	return FAKE_SOURCE_SOLID;
}

static void GL_APIENTRY fake_glShaderSource(
	GLuint name, GLsizei count, const GLchar *const *sources, const GLint *lengths)
{
	struct fake_object *object;

	if (!ENTER() || !(object = fake_object_get(FAKE_SHADER, name))) {
		return;
	}
	/* The renderer puts its defines into the first string. */
	object->shader.source = read_source(sources[0]);
	object->shader.opaque = strstr(sources[0], "#define OPAQUE") != NULL;
	object->shader.tint = strstr(sources[0], "#define TINT") != NULL;
	object->shader.faded = strstr(sources[0], "#define FADED") != NULL;
	read_swizzle(&object->shader, sources[0]);
}

static void GL_APIENTRY fake_glCompileShader(GLuint name)
{
	struct fake_object *object;

	if (ENTER() && (object = fake_object_get(FAKE_SHADER, name))) {
		object->built = true;
	}
}

static void GL_APIENTRY fake_glAttachShader(GLuint program, GLuint shader)
{
	struct fake_object *to, *from;

	if (!ENTER() || !(to = fake_object_get(FAKE_PROGRAM, program)) ||
		!(from = fake_object_get(FAKE_SHADER, shader))) {
		return;
	}
	if (from->shader.type == GL_FRAGMENT_SHADER) {
		to->shader = from->shader;
	}
}

static void GL_APIENTRY fake_glLinkProgram(GLuint name)
{
	struct fake_object *object;

	if (ENTER() && (object = fake_object_get(FAKE_PROGRAM, name))) {
		object->built = true;
		fake_report.links++;
	}
}

static void GL_APIENTRY fake_glBindAttribLocation(GLuint program, GLuint index, const GLchar *name)
{
	if (ENTER()) {
		fake_object_get(FAKE_PROGRAM, program);
	}
}

static void get_built(enum fake_kind kind, bool works, GLuint name, GLint *value)
{
	struct fake_object *object = works ? fake_object_get(kind, name) : NULL;

	if (object) {
		*value = object->built ? GL_TRUE : GL_FALSE;
	}
}

static void GL_APIENTRY fake_glGetShaderiv(GLuint name, GLenum what, GLint *value)
{
	get_built(FAKE_SHADER, ENTER(), name, value);
}

static void GL_APIENTRY fake_glGetProgramiv(GLuint name, GLenum what, GLint *value)
{
	bool works = ENTER();

	if (works && what == GL_PROGRAM_BINARY_LENGTH) {
		*value = sizeof(struct fake_shader);
		return;
	}
	get_built(FAKE_PROGRAM, works, name, value);
}

static void put_log(bool works, GLsizei size, GLsizei *length, GLchar *log)
{
	if (works && size > 0) {
		snprintf(log, (size_t)size, "the fake compiler is in a bad mood");
	}
}

static void GL_APIENTRY fake_glGetShaderInfoLog(
	GLuint name, GLsizei size, GLsizei *length, GLchar *log)
{
	put_log(ENTER(), size, length, log);
}

static void GL_APIENTRY fake_glGetProgramInfoLog(
	GLuint name, GLsizei size, GLsizei *length, GLchar *log)
{
	put_log(ENTER(), size, length, log);
}

static GLint GL_APIENTRY fake_glGetUniformLocation(GLuint program, const GLchar *name)
{
	GLint i;

	if (!ENTER() || !fake_object_get(FAKE_PROGRAM, program)) {
		return -1;
	}
	for (i = 0; i < FAKE_UNIFORMS; i++) {
		if (strcmp(name, uniform_names[i]) == 0) {
			return i;
		}
	}
	return -1;
}

static void GL_APIENTRY fake_glUseProgram(GLuint name)
{
	bind(FAKE_PROGRAM, ENTER(), name);
}

static void set_uniform(bool works, GLint location, const GLfloat *values, size_t count)
{
	struct fake_object *program = works ? fake_object_bound(FAKE_PROGRAM) : NULL;

	if (!works || location < 0) {
		return;
	}
	if (!program || (size_t)location + (count + 3) / 4 > FAKE_UNIFORMS) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	memcpy(program->uniforms[location], values, count * sizeof(values[0]));
}

static void GL_APIENTRY fake_glUniform1f(GLint location, GLfloat value)
{
	set_uniform(ENTER(), location, &value, 1);
}

static void GL_APIENTRY fake_glUniform1i(GLint location, GLint value)
{
	GLfloat converted = (GLfloat)value;

	set_uniform(ENTER(), location, &converted, 1);
}

static void GL_APIENTRY fake_glUniform4fv(GLint location, GLsizei count, const GLfloat *values)
{
	set_uniform(ENTER(), location, values, 4 * (size_t)count);
}

static void GL_APIENTRY fake_glBufferData(
	GLenum target, GLsizeiptr size, const void *data, GLenum usage)
{
	struct fake_object *buffer;

	if (!ENTER()) {
		return;
	}
	buffer = fake_object_of_target(target);
	if (!buffer) {
		fake_set_error(GL_INVALID_OPERATION);
		return;
	}
	free(buffer->data);
	buffer->data = malloc((size_t)size);
	buffer->bytes = buffer->data ? (size_t)size : 0;
	if (buffer->data && data) {
		memcpy(buffer->data, data, (size_t)size);
	}
}

static GLenum GL_APIENTRY fake_glGetError(void)
{
	GLenum error;

	fake_count("glGetError");
	if (!fake.current) {
		fake_misuse(&fake_report.no_current);
		return GL_NO_ERROR;
	}
	error = fake.current->error;
	if (!fake.current->lost || !fake_script.endless_errors) {
		fake.current->error = GL_NO_ERROR;
	}
	return error;
}

/* A context without notification always says that all is well. */
static GLenum GL_APIENTRY fake_glGetGraphicsResetStatusEXT(void)
{
	struct fake_context *context = fake.current;

	fake_count("glGetGraphicsResetStatus");
	if (!context) {
		fake_misuse(&fake_report.no_current);
		return GL_NO_ERROR;
	}
	if (!context->robust || !context->lost || context->status_left == 0) {
		return fake_script.odd_status;
	}
	if (context->status_left != UINT32_MAX) {
		context->status_left--;
		fake.reset_left = context->status_left;
	}
	return context->status;
}

void fake_fill_objects(struct gl_api *api)
{
	api->glAttachShader = fake_glAttachShader;
	api->glBindAttribLocation = fake_glBindAttribLocation;
	api->glBindBuffer = fake_glBindBuffer;
	api->glBindRenderbuffer = fake_glBindRenderbuffer;
	api->glBindTexture = fake_glBindTexture;
	api->glBufferData = fake_glBufferData;
	api->glCompileShader = fake_glCompileShader;
	api->glCreateProgram = fake_glCreateProgram;
	api->glCreateShader = fake_glCreateShader;
	api->glDeleteBuffers = fake_glDeleteBuffers;
	api->glDeleteFramebuffers = fake_glDeleteFramebuffers;
	api->glDeleteProgram = fake_glDeleteProgram;
	api->glDeleteRenderbuffers = fake_glDeleteRenderbuffers;
	api->glDeleteShader = fake_glDeleteShader;
	api->glDeleteTextures = fake_glDeleteTextures;
	api->glGenBuffers = fake_glGenBuffers;
	api->glGenFramebuffers = fake_glGenFramebuffers;
	api->glGenRenderbuffers = fake_glGenRenderbuffers;
	api->glGenTextures = fake_glGenTextures;
	api->glGetError = fake_glGetError;
	api->glGetGraphicsResetStatus = fake_glGetGraphicsResetStatusEXT;
	api->glGetGraphicsResetStatusEXT = fake_glGetGraphicsResetStatusEXT;
	api->glGetGraphicsResetStatusKHR = fake_glGetGraphicsResetStatusEXT;
	api->glGetProgramInfoLog = fake_glGetProgramInfoLog;
	api->glGetProgramiv = fake_glGetProgramiv;
	api->glGetShaderInfoLog = fake_glGetShaderInfoLog;
	api->glGetShaderiv = fake_glGetShaderiv;
	api->glGetUniformLocation = fake_glGetUniformLocation;
	api->glLinkProgram = fake_glLinkProgram;
	api->glShaderSource = fake_glShaderSource;
	api->glUniform1f = fake_glUniform1f;
	api->glUniform1i = fake_glUniform1i;
	api->glUniform4fv = fake_glUniform4fv;
	api->glUseProgram = fake_glUseProgram;
}
