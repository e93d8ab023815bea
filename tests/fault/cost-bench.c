/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * What the injector costs while it is off: run with and without LD_PRELOAD and compare.
 *
 * Prints ns per call of the cheapest GL call there is, and ns per frame of 200 small draws.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <GLES2/gl2ext.h>

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define CALLS 20000000
#define FRAMES 300
#define CLEARS 200

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int make_current(void)
{
	static const EGLint config_attributes[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,
		EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT, EGL_NONE};
	static const EGLint size[] = {EGL_WIDTH, 256, EGL_HEIGHT, 256, EGL_NONE};
	static const EGLint version[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};
	EGLDisplay display =
		eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	EGLConfig config;
	EGLint n = 0;

	if (!eglInitialize(display, NULL, NULL) ||
		!eglChooseConfig(display, config_attributes, &config, 1, &n) || n == 0) {
		return 0;
	}
	EGLSurface surface = eglCreatePbufferSurface(display, config, size);
	EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, version);
	return eglMakeCurrent(display, surface, surface, context);
}

static double call_ns(void)
{
	int64_t start = now_ns();

	for (int i = 0; i < CALLS; i++) {
		glViewport(0, 0, 256, 256);
	}
	return (double)(now_ns() - start) / CALLS;
}

static double frame_ns(void)
{
	int64_t start = now_ns();

	glEnable(GL_SCISSOR_TEST);
	for (int frame = 0; frame < FRAMES; frame++) {
		for (int i = 0; i < CLEARS; i++) {
			glScissor(i, i, 8, 8);
			glClearColor((float)i / CLEARS, 0, 0, 1);
			glClear(GL_COLOR_BUFFER_BIT);
		}
		glFinish();
	}
	return (double)(now_ns() - start) / FRAMES;
}

int main(void)
{
	if (!make_current()) {
		fprintf(stderr, "cost-bench: no EGL on the surfaceless platform\n");
		return 77;
	}
	call_ns();
	printf("%.2f ns per call, %.0f us per frame of %d draws\n", call_ns(), frame_ns() / 1000,
		CLEARS);
	return 0;
}
