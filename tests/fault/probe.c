/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "probe.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control-page.h"
#include "test.h"

static struct {
	char path[256];
	struct fault_page *page;
} control;

static void start_injector(const char *schedule)
{
	Dl_info where;

	if (!dladdr((void *)eglMakeCurrent, &where) || !strstr(where.dli_fname, "libfault-gl")) {
		test_skip("libfault-gl.so is not preloaded");
	}
	snprintf(control.path, sizeof control.path, "%s/fault-control", getenv("XDG_RUNTIME_DIR"));
	setenv("WR_FAULT_CONTROL", control.path, 1);
	if (schedule) {
		setenv("WR_FAULT", schedule, 1);
	}
	control.page = fault_page_map(control.path, true);
	test_assert(control.page);
}

void probe_initialise(struct probe *probe)
{
	static const EGLint config_attributes[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,
		EGL_RENDERABLE_TYPE, EGL_OPENGL_ES3_BIT, EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, 8,
		EGL_NONE};
	static const EGLint size[] = {EGL_WIDTH, PROBE_SIZE, EGL_HEIGHT, PROBE_SIZE, EGL_NONE};
	EGLint n = 0;

	if (probe->display == EGL_NO_DISPLAY || !eglInitialize(probe->display, NULL, NULL)) {
		test_skip("no EGL display on the surfaceless platform");
	}
	eglChooseConfig(probe->display, config_attributes, &probe->config, 1, &n);
	if (n == 0) {
		test_skip("no EGL config for OpenGL ES 3 and pbuffers");
	}
	probe->pbuffer = eglCreatePbufferSurface(probe->display, probe->config, size);
	test_assert(probe->pbuffer != EGL_NO_SURFACE);
}

struct probe probe_open(const char *schedule)
{
	struct probe probe;

	start_injector(schedule);
	probe.display =
		eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	probe_initialise(&probe);
	return probe;
}

void probe_close(struct probe *probe)
{
	eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglTerminate(probe->display);
	eglReleaseThread();
}

EGLContext probe_try_context(const struct probe *probe, enum probe_kind kind, EGLContext share)
{
	const EGLint robust[] = {EGL_CONTEXT_MAJOR_VERSION, 3,
		EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT, EGL_LOSE_CONTEXT_ON_RESET,
		EGL_NONE};
	const EGLint plain[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE};

	return eglCreateContext(
		probe->display, probe->config, share, kind == PROBE_ROBUST ? robust : plain);
}

EGLContext probe_context(const struct probe *probe, enum probe_kind kind)
{
	EGLContext context = probe_try_context(probe, kind, EGL_NO_CONTEXT);

	test_assert_msg(context != EGL_NO_CONTEXT, "no context: EGL error 0x%x", eglGetError());
	return context;
}

void probe_use(const struct probe *probe, EGLContext context)
{
	GLuint texture = 0;
	GLuint framebuffer = 0;

	test_assert(eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context));
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, PROBE_SIZE, PROBE_SIZE, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
}

void probe_clear(uint32_t abgr)
{
	glClearColor((float)(abgr & 0xff) / 255.0f, (float)(abgr >> 8 & 0xff) / 255.0f,
		(float)(abgr >> 16 & 0xff) / 255.0f, (float)(abgr >> 24) / 255.0f);
	glClear(GL_COLOR_BUFFER_BIT);
}

uint32_t probe_read(void)
{
	uint32_t pixel = PROBE_UNTOUCHED;

	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, &pixel);
	return pixel;
}

/* By its name the injector would hand out itself; by its path it does not. */
static int find_path(struct dl_phdr_info *info, size_t size, void *data)
{
	const char **path = data;

	if (strstr(info->dlpi_name, "/libGLESv2.so")) {
		*path = info->dlpi_name;
	}
	return 0;
}

uint32_t probe_read_driver(void)
{
	PFNGLREADPIXELSPROC read_pixels;
	uint32_t pixel = PROBE_UNTOUCHED;
	const char *path = NULL;

	dl_iterate_phdr(find_path, &path);
	test_assert(path);
	void *library = dlopen(path, RTLD_NOW);
	test_assert(library);
	*(void **)&read_pixels = dlsym(library, "glReadPixels");
	test_assert(read_pixels != glReadPixels);
	read_pixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, &pixel);
	dlclose(library);
	return pixel;
}

static void post(enum fault_request_kind kind, const char *text)
{
	test_assert(fault_page_post(control.page, control.path,
		&(struct fault_request){
			.kind = kind,
			.target = FAULT_TARGET_ALL,
			.text = text,
		}));
}

void probe_strike(const char *schedule)
{
	post(FAULT_REQUEST_STRIKE, schedule);
}

void probe_release(void)
{
	post(FAULT_REQUEST_RELEASE, NULL);
}

const struct fault_slot *probe_slot(void)
{
	for (int i = 0; i < FAULT_SLOTS; i++) {
		if (control.page->slots[i].slot.pid == getpid()) {
			return &control.page->slots[i].slot;
		}
	}
	test_fail("this process has no slot in the control page");
}
