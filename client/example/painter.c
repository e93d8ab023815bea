/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "painter.h"

#include <stddef.h>

static const char vertex_source[] =
	"attribute vec2 corner;\n"
	"uniform vec4 rect;\n"
	"varying vec2 place;\n"
	"void main() {\n"
	"	gl_Position = vec4(mix(rect.xy, rect.zw, corner), 0.0, 1.0);\n"
	"	place = corner;\n"
	"}\n";

static const char fragment_source[] = "precision mediump float;\n"
				      "uniform sampler2D image;\n"
				      "varying vec2 place;\n"
				      "void main() {\n"
				      "	gl_FragColor = texture2D(image, place);\n"
				      "}\n";

static GLuint compile(GLenum type, const char *source)
{
	GLuint shader = glCreateShader(type);

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	return shader;
}

bool painter_begin_context(struct painter *painter)
{
	static const GLfloat corners[] = {0, 0, 1, 0, 0, 1, 1, 1};
	GLuint vertex = compile(GL_VERTEX_SHADER, vertex_source);
	GLuint fragment = compile(GL_FRAGMENT_SHADER, fragment_source);
	GLint linked = GL_FALSE;

	painter->program = glCreateProgram();
	glAttachShader(painter->program, vertex);
	glAttachShader(painter->program, fragment);
	glBindAttribLocation(painter->program, 0, "corner");
	glLinkProgram(painter->program);
	glDeleteShader(vertex);
	glDeleteShader(fragment);
	glGetProgramiv(painter->program, GL_LINK_STATUS, &linked);
	painter->rect = glGetUniformLocation(painter->program, "rect");
	glUseProgram(painter->program);

	glGenBuffers(1, &painter->buffer);
	glBindBuffer(GL_ARRAY_BUFFER, painter->buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(corners), corners, GL_STATIC_DRAW);
	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);

	glGenTextures(1, &painter->texture);
	glBindTexture(GL_TEXTURE_2D, painter->texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	return linked;
}

/* Pixels from the upper left corner to clip space. */
static void draw(struct painter *painter, int width, int height, GLuint texture, int x, int y,
	int right, int bottom)
{
	glViewport(0, 0, width, height);
	glBindTexture(GL_TEXTURE_2D, texture);
	glUniform4f(painter->rect, 2.0f * (float)x / (float)width - 1.0f,
		1.0f - 2.0f * (float)y / (float)height, 2.0f * (float)right / (float)width - 1.0f,
		1.0f - 2.0f * (float)bottom / (float)height);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

void painter_fill(struct painter *painter, int width, int height, GLuint texture)
{
	draw(painter, width, height, texture, 0, 0, width, height);
}

void painter_place(struct painter *painter, int width, int height, GLuint texture, int x, int y)
{
	draw(painter, width, height, texture, x, y, x + 2 * PAINTER_IMAGE_SIZE,
		y + 2 * PAINTER_IMAGE_SIZE);
}

void painter_place_pixels(
	struct painter *painter, int width, int height, const void *pixels, int x, int y)
{
	glBindTexture(GL_TEXTURE_2D, painter->texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, PAINTER_IMAGE_SIZE, PAINTER_IMAGE_SIZE, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, pixels);
	painter_place(painter, width, height, painter->texture, x, y);
}

void painter_sweep(int width, int height, unsigned number)
{
	glEnable(GL_SCISSOR_TEST);
	glScissor((int)(number * 4) % width, 0, 8, height);
	glClearColor(1.0f, 1.0f, 1.0f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glDisable(GL_SCISSOR_TEST);
}

static bool begin_offscreen(struct offscreen *offscreen)
{
	glGenTextures(1, &offscreen->texture);
	glBindTexture(GL_TEXTURE_2D, offscreen->texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, PAINTER_IMAGE_SIZE, PAINTER_IMAGE_SIZE, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glGenFramebuffers(1, &offscreen->framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, offscreen->framebuffer);
	glFramebufferTexture2D(
		GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, offscreen->texture, 0);
	return glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

bool offscreen_paint(struct offscreen *offscreen, unsigned number)
{
	int place = (int)(number % PAINTER_IMAGE_SIZE);

	if (offscreen->framebuffer == 0 && !begin_offscreen(offscreen)) {
		return false;
	}
	glClearColor(0.0f, 0.4f, 0.2f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glEnable(GL_SCISSOR_TEST);
	glScissor(place, place, 8, 8);
	glClearColor(1.0f, 0.8f, 0.0f, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
	glDisable(GL_SCISSOR_TEST);
	glFinish();
	return true;
}

void offscreen_read(void *pixels)
{
	glReadPixels(
		0, 0, PAINTER_IMAGE_SIZE, PAINTER_IMAGE_SIZE, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
}
