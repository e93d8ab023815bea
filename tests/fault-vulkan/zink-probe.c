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

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"

#define DEVICES_MAX 8
#define EXPLICIT_MAX 64
#define BACK_MS 100

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

static void other_display(void)
{
	printf("%s", opens(device(0, NULL)));
}

/* The device attribute, n times: allowed on any platform by EGL_EXT_explicit_device. */
static EGLDisplay explicit_display(unsigned n)
{
	EGLAttrib attribs[2 * EXPLICIT_MAX + 1];
	EGLDeviceEXT first;
	EGLint count = 0;

	if (!query_devices(1, &first, &count) || count < 1) {
		return EGL_NO_DISPLAY;
	}
	for (unsigned i = 0; i < n; i++) {
		attribs[2 * i] = EGL_DEVICE_EXT;
		attribs[2 * i + 1] = (EGLAttrib)first;
	}
	attribs[2 * n] = EGL_NONE;
	return eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, NULL, attribs);
}

static void explicit_displays(void)
{
	EGLDisplay seen[EXPLICIT_MAX];
	unsigned distinct = 0;

	for (unsigned n = 0; n < EXPLICIT_MAX; n++) {
		bool known = false;

		seen[n] = explicit_display(n + 1);
		for (unsigned i = 0; i < n; i++) {
			known |= seen[i] == seen[n];
		}
		distinct += seen[n] != EGL_NO_DISPLAY && !known && seen[n] != lost_display;
	}
	printf("%u of %u are displays of their own; the last: %s", distinct, EXPLICIT_MAX,
		opens(seen[EXPLICIT_MAX - 1]));
}

/* The device works again: what is left is what zink remembers of the loss. */
static void device_back(void)
{
	usleep(2 * BACK_MS * 1000);
	printf("same display: %s; ", opens(lost_display));
	printf("another: %s", opens(explicit_display(1)));
}

static void software(void)
{
	unsetenv("MESA_LOADER_DRIVER_OVERRIDE");
	setenv("GALLIUM_DRIVER", "llvmpipe", 1);
	printf("%s", opens(explicit_display(1)));
}

static void *make_current(void *data)
{
	eglBindAPI(EGL_OPENGL_ES_API);
	eglMakeCurrent(lost_display, EGL_NO_SURFACE, EGL_NO_SURFACE, lost_context);
	return NULL;
}

/* A context that is current somewhere is not destroyed, not even with its display. */
static void terminate_beside_thread(void)
{
	pthread_t thread;

	release();
	if (pthread_create(&thread, NULL, make_current, NULL) == 0) {
		pthread_join(thread, NULL);
	}
	terminate_current();
}

static const struct question {
	const char *text;
	void (*ask)(void);
	uint32_t back_ms; // 0: the device is lost for good
} questions[] = {
	{"the old context", old_status, 0},
	{"release it", release_current, 0},
	{"eglDestroyContext, current", destroy_current, 0},
	{"eglDestroyContext, released", destroy_released, 0},
	{"eglDestroyContext, a new one on the display is current", destroy_beside_new, 0},
	{"eglDestroyContext, one of another display is current", destroy_beside_other, 0},
	{"eglTerminate, current", terminate_current, 0},
	{"eglTerminate, released", terminate_released, 0},
	{"eglTerminate, one of another display is current", terminate_beside_other, 0},
	{"eglReleaseThread, eglTerminate", release_thread, 0},
	{"new context, same display", same_display, 0},
	{"eglInitialize again, new context", initialize_again, 0},
	{"another display of the device", other_display, 0},
	{"EGL_DEVICE_EXT named 1 to 64 times", explicit_displays, 0},
	{"new contexts after the device came back", device_back, BACK_MS},
	{"another display, software by environment", software, 0},
	{"eglTerminate, current in a thread that has ended", terminate_beside_thread, 0},
};

static void ask(const struct question *question)
{
	control->back_ms = question->back_ms;
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
