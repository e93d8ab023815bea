/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * What EGL and GL ES on zink do after VK_ERROR_DEVICE_LOST: each question is put in a process of
 * its own, since some answers are crashes. Needs the environment of VK_LAYER_WR_fault and a
 * control file.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <GLES2/gl2ext.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"

#ifndef EGL_TRACK_REFERENCES_KHR
#define EGL_TRACK_REFERENCES_KHR 0x3352
#endif

#define DEVICES_MAX 8

static PFNEGLGETPLATFORMDISPLAYEXTPROC get_platform_display;
static PFNEGLQUERYDEVICESEXTPROC query_devices;
static PFNGLGETGRAPHICSRESETSTATUSEXTPROC get_reset_status;
static struct vk_control *control;

static EGLDisplay surfaceless(const EGLint *attribs)
{
	return get_platform_display(EGL_PLATFORM_SURFACELESS_MESA, NULL, attribs);
}

static EGLDisplay device(unsigned index, const EGLint *attribs)
{
	EGLDeviceEXT devices[DEVICES_MAX];
	EGLint count = 0;

	if (!query_devices(DEVICES_MAX, devices, &count) || index >= (unsigned)count) {
		return EGL_NO_DISPLAY;
	}
	return get_platform_display(EGL_PLATFORM_DEVICE_EXT, devices[index], attribs);
}

static EGLContext make_context(EGLDisplay display)
{
	static const EGLint attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 2,
		EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT, EGL_LOSE_CONTEXT_ON_RESET_EXT,
		EGL_NONE};
	EGLContext context;

	if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_ES_API)) {
		return EGL_NO_CONTEXT;
	}
	context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attribs);
	if (context == EGL_NO_CONTEXT ||
		!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
		return EGL_NO_CONTEXT;
	}
	return context;
}

/* Draws in the current context and reads back. */
static bool draws(void)
{
	GLuint texture, framebuffer;
	uint32_t pixel = 0;

	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	glClearColor(0, 1, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(3, 3, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, &pixel);
	glDeleteFramebuffers(1, &framebuffer);
	glDeleteTextures(1, &texture);
	return pixel == 0xff00ff00;
}

static const char *opens(EGLDisplay display)
{
	static char text[160];
	EGLContext context = display ? make_context(display) : EGL_NO_CONTEXT;

	if (context == EGL_NO_CONTEXT) {
		snprintf(text, sizeof(text), "no context, EGL error 0x%x", eglGetError());
	} else {
		const char *renderer = (const char *)glGetString(GL_RENDERER);
		bool drawn = draws();

		snprintf(text, sizeof(text), "status 0x%x, %s, %.4s", get_reset_status(),
			drawn ? "draws" : "draws nothing", renderer ? renderer : "?");
	}
	return text;
}

/* A context on @display, in use, whose device is then lost. */
static EGLContext lose(EGLDisplay display)
{
	EGLContext context = display ? make_context(display) : EGL_NO_CONTEXT;

	if (context == EGL_NO_CONTEXT || !draws()) {
		printf("no start: EGL error 0x%x\n", eglGetError());
		exit(1);
	}
	glFlush();
	__atomic_add_fetch(&control->request, 1, __ATOMIC_RELEASE);
	draws();
	if (!get_reset_status()) {
		printf("the loss was not told\n");
		exit(1);
	}
	return context;
}

static EGLDisplay lost_display;
static EGLContext lost_context;

static void release(void)
{
	eglMakeCurrent(lost_display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
}

static void old_status(void)
{
	printf("status 0x%x, then 0x%x, glGetError 0x%x", get_reset_status(), get_reset_status(),
		glGetError());
}

static void release_current(void)
{
	release();
	printf("EGL error 0x%x", eglGetError());
}

static void destroy_current(void)
{
	printf("%d", eglDestroyContext(lost_display, lost_context));
}

static void destroy_released(void)
{
	release();
	printf("%d", eglDestroyContext(lost_display, lost_context));
}

static void destroy_beside_new(void)
{
	printf("new one: %s; ", opens(lost_display));
	fflush(stdout);
	printf("%d", eglDestroyContext(lost_display, lost_context));
}

static void destroy_beside_other(void)
{
	printf("new one: %s; ", opens(device(0, NULL)));
	fflush(stdout);
	printf("%d", eglDestroyContext(lost_display, lost_context));
}

static void terminate_current(void)
{
	printf("%d; ", eglTerminate(lost_display));
	fflush(stdout);
	printf("again: %s", opens(lost_display));
}

static void terminate_released(void)
{
	release();
	terminate_current();
}

static void terminate_beside_other(void)
{
	printf("new one: %s; ", opens(device(0, NULL)));
	fflush(stdout);
	terminate_current();
}

static void release_thread(void)
{
	printf("%d; ", eglReleaseThread());
	fflush(stdout);
	terminate_current();
}

static void same_display(void)
{
	release();
	printf("%s", opens(lost_display));
}

static void initialize_again(void)
{
	release();
	printf("%d; %s", eglInitialize(lost_display, NULL, NULL), opens(lost_display));
}

static void tracked(void)
{
	static const EGLint attribs[] = {EGL_TRACK_REFERENCES_KHR, EGL_TRUE, EGL_NONE};
	EGLDisplay display = surfaceless(attribs);

	printf("%s; %s", display == lost_display ? "the same" : "another", opens(display));
}

static void untracked(void)
{
	static const EGLint attribs[] = {EGL_TRACK_REFERENCES_KHR, EGL_FALSE, EGL_NONE};
	EGLDisplay display = surfaceless(attribs);

	printf("%s; %s", display == lost_display ? "the same" : "another", opens(display));
}

static void devices(void)
{
	for (unsigned i = 0; i < DEVICES_MAX; i++) {
		EGLDisplay display = device(i, NULL);

		if (display != EGL_NO_DISPLAY) {
			printf("device %u: %s; ", i, opens(display));
			fflush(stdout);
		}
	}
}

static void device_tracked(void)
{
	static const EGLint attribs[] = {EGL_TRACK_REFERENCES_KHR, EGL_TRUE, EGL_NONE};

	printf("%s", opens(device(0, attribs)));
}

/* Attributes that change nothing but make another display. */
static void repeated_attributes(void)
{
	EGLint attribs[17] = {0};
	EGLDisplay seen[8];
	unsigned distinct = 0;

	for (unsigned n = 0; n < 8; n++) {
		bool known = false;

		for (unsigned i = 0; i < 2 * n; i += 2) {
			attribs[i] = EGL_TRACK_REFERENCES_KHR;
			attribs[i + 1] = EGL_TRUE;
		}
		attribs[2 * n] = EGL_NONE;
		seen[n] = surfaceless(attribs);
		for (unsigned i = 0; i < n; i++) {
			known |= seen[i] == seen[n];
		}
		distinct += seen[n] != EGL_NO_DISPLAY && !known;
	}
	printf("%u distinct; the last: %s", distinct, opens(seen[7]));
}

static const struct question {
	const char *text;
	void (*ask)(void);
} questions[] = {
	{"the old context", old_status},
	{"release it", release_current},
	{"eglDestroyContext, current", destroy_current},
	{"eglDestroyContext, released", destroy_released},
	{"eglDestroyContext, a new one on the display is current", destroy_beside_new},
	{"eglDestroyContext, one of another display is current", destroy_beside_other},
	{"eglTerminate, current", terminate_current},
	{"eglTerminate, released", terminate_released},
	{"eglTerminate, one of another display is current", terminate_beside_other},
	{"eglReleaseThread, eglTerminate", release_thread},
	{"new context, same display", same_display},
	{"eglInitialize again, new context", initialize_again},
	{"the same platform, EGL_TRACK_REFERENCES_KHR", tracked},
	{"the same platform, EGL_TRACK_REFERENCES_KHR = EGL_FALSE", untracked},
	{"each EGL device", devices},
	{"device 0, EGL_TRACK_REFERENCES_KHR", device_tracked},
	{"attributes repeated", repeated_attributes},
};

static void ask(const struct question *question)
{
	lost_display = surfaceless(NULL);
	lost_context = lose(lost_display);
	question->ask();
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *path = getenv("WR_VK_FAULT_CONTROL");
	int only = argc > 1 ? atoi(argv[1]) : -1;

	control = path ? vk_control_open(path) : NULL;
	if (!control) {
		fprintf(stderr, "zink-probe: no WR_VK_FAULT_CONTROL\n");
		return 2;
	}
	get_platform_display =
		(PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
	query_devices = (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
	get_reset_status = (PFNGLGETGRAPHICSRESETSTATUSEXTPROC)eglGetProcAddress(
		"glGetGraphicsResetStatusEXT");
	for (int i = 0; i < (int)(sizeof(questions) / sizeof(questions[0])); i++) {
		int status;
		pid_t child;

		if (only >= 0 && only != i) {
			continue;
		}
		printf("%2d %-56s ", i, questions[i].text);
		fflush(stdout);
		if (only >= 0) {
			ask(&questions[i]);
		}
		child = fork();
		if (child == 0) {
			alarm(20);
			ask(&questions[i]);
		}
		waitpid(child, &status, 0);
		if (WIFSIGNALED(status)) {
			printf("-> %s", strsignal(WTERMSIG(status)));
		}
		printf("\n");
	}
	return 0;
}
