/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Calls whose numbers and bytes tests/tools/bench-test.py knows, some by symbol, some by pointer.
 */
#include <stdbool.h>
#include <stdio.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl3.h>

#ifndef EGL_PLATFORM_SURFACELESS_MESA
#define EGL_PLATFORM_SURFACELESS_MESA 0x31DD
#endif

static bool make_context(void)
{
	static const EGLint attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 3, EGL_NONE};
	EGLDisplay display =
		eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);

	if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_ES_API)) {
		return false;
	}
	EGLContext context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attribs);
	return eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
}

/* 64x64 of 4 bytes, then 10x10 of rows that are longer, then 7x3 of 2 bytes; none from NULL. */
static void upload(void)
{
	static unsigned char pixels[64 * 64 * 4];
	GLuint texture;

	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 64, 64, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 64);
	glTexSubImage2D(GL_TEXTURE_2D, 0, 1, 2, 10, 10, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB, 7, 3, 0, GL_RGB, GL_UNSIGNED_SHORT_5_6_5, pixels);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 64, 64, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
}

/* No program is in use, so nothing is drawn; the calls count. */
static void draw(void)
{
	static const float corners[8];
	static const GLushort indices[6] = {0, 1, 2, 1, 2, 3};
	GLuint buffer;

	glEnableVertexAttribArray(0);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glDrawElements(GL_TRIANGLES, 6, GL_UNSIGNED_SHORT, indices);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof corners, corners, GL_STATIC_DRAW);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

int main(void)
{
	unsigned char pixels[4 * 4 * 4];

	if (!make_context()) {
		fputs("count-probe: no context on the surfaceless platform\n", stderr);
		return 77;
	}
	upload();
	draw();
	glReadPixels(0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	void (*flush)(void) = eglGetProcAddress("glFlush");
	GLenum (*status)(void) = (GLenum(*)(void))eglGetProcAddress("glGetGraphicsResetStatusEXT");
	for (int i = 0; i < 3; i++) {
		flush();
		if (status) {
			status();
		}
	}
	return 0;
}
