/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "bench-page.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl3.h>
#include <GLES2/gl2ext.h>

#define TIMES 7
#define QUERIES 2000
#define CACHES_BYTES (128u << 20)

/* From the library itself, though others be preloaded: none shall count these, or divert them. */
struct egl_calls {
	EGLContext (*create)(EGLDisplay, EGLConfig, EGLContext, const EGLint *);
	EGLBoolean (*destroy)(EGLDisplay, EGLContext);
	EGLBoolean (*make_current)(EGLDisplay, EGLSurface, EGLSurface, EGLContext);
	EGLBoolean (*query)(EGLDisplay, EGLContext, EGLint, EGLint *);
	EGLContext (*context)(void);
	EGLDisplay (*display)(void);
	EGLSurface (*surface)(EGLint);
	void (*(*proc)(const char *))(void);
};

static bool load(struct egl_calls *egl)
{
	const struct {
		const char *name;
		void *member;
	} calls[] = {
		{"eglCreateContext", &egl->create},
		{"eglDestroyContext", &egl->destroy},
		{"eglMakeCurrent", &egl->make_current},
		{"eglQueryContext", &egl->query},
		{"eglGetCurrentContext", &egl->context},
		{"eglGetCurrentDisplay", &egl->display},
		{"eglGetCurrentSurface", &egl->surface},
		{"eglGetProcAddress", &egl->proc},
	};
	void *(*open_library)(const char *, int);

	*(void **)&open_library = dlsym(RTLD_NEXT, "dlopen");
	void *library = open_library("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; library && i < sizeof(calls) / sizeof(calls[0]); i++) {
		void *symbol = dlsym(library, calls[i].name);

		if (!symbol) {
			return false;
		}
		memcpy(calls[i].member, &symbol, sizeof(symbol));
	}
	return library && egl->context() != EGL_NO_CONTEXT;
}

static uint64_t read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t median(uint64_t times[TIMES])
{
	qsort(times, TIMES, sizeof(times[0]), compare_times);
	return times[TIMES / 2];
}

/* Returns 0 where the driver refuses. */
static uint64_t make_one(const struct egl_calls *egl, EGLDisplay display, EGLint version)
{
	const EGLint attribs[] = {
		EGL_CONTEXT_CLIENT_VERSION,
		version,
		EGL_CONTEXT_OPENGL_ROBUST_ACCESS_EXT,
		EGL_TRUE,
		EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT,
		EGL_LOSE_CONTEXT_ON_RESET_EXT,
		EGL_NONE,
	};
	uint64_t start = read_ns(CLOCK_MONOTONIC);
	EGLContext made = egl->create(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attribs);

	if (made == EGL_NO_CONTEXT) {
		return 0;
	}
	EGLBoolean current = egl->make_current(display, EGL_NO_SURFACE, EGL_NO_SURFACE, made);
	uint64_t took = read_ns(CLOCK_MONOTONIC) - start;
	egl->make_current(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	egl->destroy(display, made);
	return current ? took : 0;
}

uint64_t bench_context_ns(void)
{
	struct egl_calls egl;
	uint64_t times[TIMES];
	EGLint version = 3;

	if (!load(&egl)) {
		return 0;
	}
	EGLDisplay display = egl.display();
	EGLContext context = egl.context();
	EGLSurface draw = egl.surface(EGL_DRAW), read = egl.surface(EGL_READ);
	egl.query(display, context, EGL_CONTEXT_CLIENT_VERSION, &version);
	for (int i = 0; i < TIMES; i++) {
		times[i] = make_one(&egl, display, version);
	}
	egl.make_current(display, draw, read, context);
	return median(times);
}

uint64_t bench_query_ns(void)
{
	struct egl_calls egl;
	PFNGLGETGRAPHICSRESETSTATUSEXTPROC ask;

	if (!load(&egl)) {
		return 0;
	}
	void (*proc)(void) = egl.proc("glGetGraphicsResetStatusEXT");
	memcpy(&ask, &proc, sizeof(ask));
	if (!ask) {
		return 0;
	}
	uint64_t start = read_ns(CLOCK_MONOTONIC);
	for (int i = 0; i < QUERIES; i++) {
		ask();
	}
	return (read_ns(CLOCK_MONOTONIC) - start + QUERIES - 1) / QUERIES;
}

/* Beyond any processor's caches: what is copied in life has not been touched a moment ago either.
 */
uint64_t bench_copy_ns(uint64_t bytes, clockid_t clock)
{
	uint64_t slices = CACHES_BYTES / (bytes ? bytes : 1) + 1;
	char *from = malloc(slices * bytes), *to = malloc(slices * bytes);
	uint64_t times[TIMES] = {0};

	if (from && to) {
		memset(from, 1, slices * bytes);
		memset(to, 2, slices * bytes);
		for (uint64_t i = 0; i < TIMES; i++) {
			uint64_t at = i % slices * bytes;
			uint64_t start = read_ns(clock);

			memcpy(to + at, from + at, bytes);
			/* The copy must be there, or a compiler may leave it out. */
			__asm__ volatile("" : : "r"(to) : "memory");
			times[i] = read_ns(clock) - start;
		}
	}
	free(from);
	free(to);
	return median(times);
}
