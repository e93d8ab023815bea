/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Clears, and what is current. */
#include "fake-private.h"

#include <math.h>
#include <string.h>

#define ENTER() fake_enter_gl(__func__ + strlen("fake_"))
#define ENTER_EGL() fake_enter_egl(__func__ + strlen("fake_"))

static void GL_APIENTRY fake_glClearColor(GLfloat red, GLfloat green, GLfloat blue, GLfloat alpha)
{
	const GLfloat color[4] = {red, green, blue, alpha};

	if (ENTER()) {
		memcpy(fake.current->clear_color, color, sizeof(color));
	}
}

static void GL_APIENTRY fake_glScissor(GLint x, GLint y, GLsizei width, GLsizei height)
{
	const GLint box[4] = {x, y, width, height};

	if (ENTER()) {
		memcpy(fake.current->scissor_box, box, sizeof(box));
	}
}

bool fake_scissored(GLint x, GLint y)
{
	const GLint *box = fake.current->scissor_box;

	return fake.current->scissor &&
	       (x < box[0] || y < box[1] || x >= box[0] + box[2] || y >= box[1] + box[3]);
}

static void GL_APIENTRY fake_glClear(GLbitfield mask)
{
	struct fake_image *image;

	if (!ENTER()) {
		return;
	}
	image = fake_draw_image();
	if (!image) {
		fake_set_error(GL_INVALID_FRAMEBUFFER_OPERATION);
		return;
	}
	for (GLint y = 0; y < image->height && !fake_zombie(); y++) {
		for (GLint x = 0; x < image->width; x++) {
			for (int c = 0; c < 4 && !fake_scissored(x, y); c++) {
				image->pixels[4 * (y * image->width + x) + c] =
					(uint8_t)lrint(fake.current->clear_color[c] * 255.0f);
			}
		}
	}
}

static EGLContext EGLAPIENTRY fake_eglGetCurrentContext(void)
{
	ENTER_EGL();
	return fake.current ? fake_context_handle(fake.current) : EGL_NO_CONTEXT;
}

static EGLDisplay EGLAPIENTRY fake_eglGetCurrentDisplay(void)
{
	ENTER_EGL();
	return fake.current ? fake_display_handle(fake.current->display) : EGL_NO_DISPLAY;
}

static EGLSurface EGLAPIENTRY fake_eglGetCurrentSurface(EGLint which)
{
	ENTER_EGL();
	return fake.draw ? fake_surface_handle(fake.draw) : EGL_NO_SURFACE;
}

static EGLenum EGLAPIENTRY fake_eglQueryAPI(void)
{
	ENTER_EGL();
	return fake.api == 0 ? EGL_OPENGL_ES_API : fake.api;
}

void fake_fill_clear(struct gl_api *api)
{
	api->eglGetCurrentContext = fake_eglGetCurrentContext;
	api->eglGetCurrentDisplay = fake_eglGetCurrentDisplay;
	api->eglGetCurrentSurface = fake_eglGetCurrentSurface;
	api->eglQueryAPI = fake_eglQueryAPI;
	api->glClear = fake_glClear;
	api->glClearColor = fake_glClearColor;
	api->glScissor = fake_glScissor;
}
