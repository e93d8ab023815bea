/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Preload library for check-test: a driver that crashes or ends the process. BAD_DRIVER is
 * "FUNCTION:COUNT:HOW": at the COUNTth call of FUNCTION, which the program got by
 * eglGetProcAddress(), HOW is "crash", "exit" or "hang".
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <EGL/egl.h>

typedef void (*proc)(void);

static EGLBoolean (*real_initialize)(EGLDisplay display, EGLint *major, EGLint *minor);
static EGLContext (*real_create_context)(
	EGLDisplay display, EGLConfig config, EGLContext share, const EGLint *attribs);

static void misbehave(const char *function)
{
	static int calls;
	const char *plan = getenv("BAD_DRIVER");
	char name[64], how[16];
	int count;

	if (!plan || sscanf(plan, "%63[^:]:%d:%15s", name, &count, how) != 3 ||
		strcmp(name, function) != 0 || ++calls != count) {
		return;
	}
	if (strcmp(how, "crash") == 0) {
		raise(SIGSEGV);
	} else if (strcmp(how, "exit") == 0) {
		_exit(17);
	}
	raise(SIGALRM); /* what the launcher's alarm would do, after half a minute */
}

static EGLBoolean initialize(EGLDisplay display, EGLint *major, EGLint *minor)
{
	misbehave("eglInitialize");
	return real_initialize(display, major, minor);
}

static EGLContext create_context(
	EGLDisplay display, EGLConfig config, EGLContext share, const EGLint *attribs)
{
	misbehave("eglCreateContext");
	return real_create_context(display, config, share, attribs);
}

__attribute__((visibility("default"))) proc eglGetProcAddress(const char *name)
{
	proc (*next)(const char *) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "eglGetProcAddress");
	proc real;

	memcpy(&next, &symbol, sizeof(next));
	real = next(name);
	if (strcmp(name, "eglInitialize") == 0) {
		memcpy(&real_initialize, &real, sizeof(real));
		return (proc)initialize;
	}
	if (strcmp(name, "eglCreateContext") == 0) {
		memcpy(&real_create_context, &real, sizeof(real));
		return (proc)create_context;
	}
	return real;
}
