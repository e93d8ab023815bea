/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* What a lost context does, and what one does not get away with. */
#include "probe.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control-page.h"

#ifndef EGL_CONTEXT_LOST
#define EGL_CONTEXT_LOST 0x300E
#endif

static EGLContext draw_red(const struct probe *probe, enum probe_kind kind)
{
	EGLContext context = probe_context(probe, kind);

	probe_use(probe, context);
	probe_clear(PROBE_RED);
	test_assert_int_eq(probe_read(), PROBE_RED);
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
	return context;
}

static void assert_dead(void)
{
	GLuint name = 77;

	probe_clear(PROBE_GREEN);
	test_assert_int_eq(glGetError(), GL_CONTEXT_LOST);
	test_assert_int_eq(probe_read(), PROBE_UNTOUCHED);
	test_assert_int_eq(glCreateShader(GL_VERTEX_SHADER), 0);
	glGenTextures(1, &name);
	test_assert_int_eq(name, 77);
	test_assert_int_eq(glCheckFramebufferStatus(GL_FRAMEBUFFER), 0);
	test_assert(!glMapBufferRange(GL_ARRAY_BUFFER, 0, 4, GL_MAP_READ_BIT));
	test_assert(!glGetString(GL_VERSION));
	test_assert_int_eq(glGetError(), GL_CONTEXT_LOST);
	/* Loops that fetch errors until there is none have to end. */
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
}

PROBE_TEST(nothing_happens_without_a_fault, NULL)
{
	draw_red(probe, PROBE_ROBUST);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	test_assert_int_eq(probe_slot()->losses, 0);
	test_assert_int_eq(probe_slot()->dead_calls, 0);
}

PROBE_TEST(robust_context_tells_its_status_then_no_error, NULL)
{
	draw_red(probe, PROBE_ROBUST);
	probe_strike("cause=innocent queries=3");
	for (int i = 0; i < 3; i++) {
		test_assert_int_eq(glGetGraphicsResetStatus(), GL_INNOCENT_CONTEXT_RESET);
	}
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	assert_dead();
	test_assert_int_eq(probe_slot()->status_answers, 3);
	test_assert_int_eq(probe_slot()->contexts_lost, 1);
}

PROBE_TEST(causes, NULL)
{
	draw_red(probe, PROBE_ROBUST);
	probe_strike("cause=guilty queries=1");
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_GUILTY_CONTEXT_RESET);
	draw_red(probe, PROBE_ROBUST);
	probe_strike("cause=unknown queries=1");
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_UNKNOWN_CONTEXT_RESET);
	test_assert_int_eq(probe_slot()->losses, 2);
}

PROBE_TEST(calls_on_a_lost_context_never_reach_the_driver, NULL)
{
	draw_red(probe, PROBE_ROBUST);
	probe_strike("queries=0");
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(probe_read(), PROBE_UNTOUCHED);
	test_assert_int_eq(probe_read_driver(), PROBE_RED);
}

PROBE_TEST(plain_context_dies_without_a_word, NULL)
{
	draw_red(probe, PROBE_PLAIN);
	probe_strike("cause=guilty queries=3");
	for (int i = 0; i < 5; i++) {
		test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	}
	assert_dead();
	/* Nobody could have asked for the status, so the reset must not go on for ever. */
	draw_red(probe, PROBE_PLAIN);
}

PROBE_TEST(lost_for_ever_even_when_made_current_again, NULL)
{
	EGLContext context = draw_red(probe, PROBE_ROBUST);

	probe_strike("queries=1");
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_INNOCENT_CONTEXT_RESET);
	for (int i = 0; i < 3; i++) {
		eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
		test_assert(
			eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context));
		assert_dead();
	}
}

PROBE_TEST(still_dead_after_a_living_context_was_current, NULL)
{
	EGLContext old = draw_red(probe, PROBE_ROBUST);

	probe_strike("queries=0");
	assert_dead();
	draw_red(probe, PROBE_ROBUST);
	test_assert(eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, old));
	assert_dead();
	test_assert_int_eq(probe_read_driver(), PROBE_RED);
}

PROBE_TEST(new_context_works_after_the_reset, NULL)
{
	EGLContext old = draw_red(probe, PROBE_ROBUST);

	probe_strike("queries=2");
	while (glGetGraphicsResetStatus() != GL_NO_ERROR) {
	}
	test_assert(eglDestroyContext(probe->display, old));
	draw_red(probe, PROBE_ROBUST);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	test_assert_int_eq(probe_slot()->contexts_dead, 0);
	test_assert_int_eq(probe_slot()->objects_alive[FAULT_OBJECT_CONTEXT], 1);
}

PROBE_TEST(context_born_during_the_reset_is_dead, NULL)
{
	draw_red(probe, PROBE_ROBUST);
	probe_strike("cause=unknown forever");
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_UNKNOWN_CONTEXT_RESET);
	EGLContext born = probe_context(probe, PROBE_ROBUST);
	test_assert(eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, born));
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_UNKNOWN_CONTEXT_RESET);
	assert_dead();
	probe_release();
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	assert_dead();
	draw_red(probe, PROBE_ROBUST);
	test_assert_int_eq(probe_slot()->contexts_born_dead, 1);
}

PROBE_TEST(share_group_dies_together, NULL)
{
	EGLContext one = probe_context(probe, PROBE_ROBUST);
	EGLContext two = probe_try_context(probe, PROBE_ROBUST, one);

	probe_use(probe, one);
	probe_strike("cause=guilty queries=1");
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_GUILTY_CONTEXT_RESET);
	test_assert(eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, two));
	/* The reset is over, but this context has not been told. */
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_GUILTY_CONTEXT_RESET);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	assert_dead();
	EGLContext three = probe_try_context(probe, PROBE_ROBUST, two);
	test_assert(eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, three));
	test_assert(glGetGraphicsResetStatus() != GL_NO_ERROR);
	assert_dead();
}

PROBE_TEST(reset_by_time, NULL)
{
	const struct timespec pause = {.tv_nsec = 150 * 1000000};

	draw_red(probe, PROBE_ROBUST);
	probe_strike("ms=100");
	for (int i = 0; i < 10; i++) {
		test_assert_int_eq(glGetGraphicsResetStatus(), GL_INNOCENT_CONTEXT_RESET);
	}
	nanosleep(&pause, NULL);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	draw_red(probe, PROBE_ROBUST);
}

PROBE_TEST(swap_says_context_lost, NULL)
{
	EGLContext context = probe_context(probe, PROBE_ROBUST);

	test_assert(eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, context));
	test_assert(eglSwapBuffers(probe->display, probe->pbuffer));
	probe_strike("queries=1");
	test_assert_int_eq(eglSwapBuffers(probe->display, probe->pbuffer), EGL_FALSE);
	test_assert_int_eq(eglGetError(), EGL_CONTEXT_LOST);
	test_assert_int_eq(eglGetError(), EGL_SUCCESS);
	test_assert_int_eq(probe_slot()->frames, 1);
}

PROBE_TEST(polling_ends, NULL)
{
	GLint signaled = 0;
	GLuint available = 0;
	GLuint result = 77;
	GLuint query;

	draw_red(probe, PROBE_ROBUST);
	GLsync sync = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	glGenQueries(1, &query);
	glBeginQuery(GL_ANY_SAMPLES_PASSED, query);
	glEndQuery(GL_ANY_SAMPLES_PASSED);
	probe_strike("forever");
	glGetSynciv(sync, GL_SYNC_STATUS, 1, NULL, &signaled);
	test_assert_int_eq(signaled, GL_SIGNALED);
	test_assert_int_eq(glClientWaitSync(sync, 0, ~0ull), GL_ALREADY_SIGNALED);
	glGetQueryObjectuiv(query, GL_QUERY_RESULT_AVAILABLE, &available);
	test_assert_int_eq(available, GL_TRUE);
	glGetQueryObjectuiv(query, GL_QUERY_RESULT, &result);
	test_assert_int_eq(result, 77);
	test_assert_int_eq(glGetError(), GL_CONTEXT_LOST);
}

PROBE_TEST(images_of_a_lost_context, NULL)
{
	EGLContext context = draw_red(probe, PROBE_ROBUST);

	probe_strike("queries=1");
	test_assert(eglCreateImage(probe->display, context, EGL_GL_TEXTURE_2D, (EGLClientBuffer)1,
			    NULL) == EGL_NO_IMAGE);
	test_assert_int_eq(eglGetError(), EGL_CONTEXT_LOST);
}

/* The way of our own renderer: nothing but names from eglGetProcAddress(). */
PROBE_TEST(by_proc_address, NULL)
{
	PFNGLCLEARPROC clear = (PFNGLCLEARPROC)eglGetProcAddress("glClear");
	PFNGLCLEARCOLORPROC clear_color = (PFNGLCLEARCOLORPROC)eglGetProcAddress("glClearColor");
	PFNGLREADPIXELSPROC read_pixels = (PFNGLREADPIXELSPROC)eglGetProcAddress("glReadPixels");
	PFNGLGETGRAPHICSRESETSTATUSEXTPROC status_ext =
		(PFNGLGETGRAPHICSRESETSTATUSEXTPROC)eglGetProcAddress(
			"glGetGraphicsResetStatusEXT");
	PFNGLGETGRAPHICSRESETSTATUSKHRPROC status_khr =
		(PFNGLGETGRAPHICSRESETSTATUSKHRPROC)eglGetProcAddress(
			"glGetGraphicsResetStatusKHR");
	uint32_t pixel = PROBE_UNTOUCHED;

	draw_red(probe, PROBE_ROBUST);
	clear_color(0, 1, 0, 1);
	clear(GL_COLOR_BUFFER_BIT);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
	test_assert_int_eq(status_ext(), GL_NO_ERROR);
	test_assert_int_eq(status_khr(), GL_NO_ERROR);
	probe_strike("cause=guilty queries=2");
	test_assert_int_eq(status_ext(), GL_GUILTY_CONTEXT_RESET);
	test_assert_int_eq(status_khr(), GL_GUILTY_CONTEXT_RESET);
	test_assert_int_eq(status_khr(), GL_NO_ERROR);
	clear_color(0, 0, 1, 1);
	clear(GL_COLOR_BUFFER_BIT);
	read_pixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, &pixel);
	test_assert_int_eq(pixel, PROBE_UNTOUCHED);
	test_assert_int_eq(probe_read_driver(), PROBE_GREEN);
	test_assert(!eglGetProcAddress("glNoSuchThingWR") ||
		    eglGetProcAddress("glNoSuchThingWR") != (void (*)(void))clear);
}

/* The way of libepoxy and SDL. */
PROBE_TEST(by_dlopen, NULL)
{
	PFNEGLMAKECURRENTPROC make_current;
	PFNGLCLEARPROC clear;
	void *egl = dlopen("libEGL.so.1", RTLD_LAZY | RTLD_LOCAL);
	void *gles = dlopen("libGLESv2.so.2", RTLD_LAZY | RTLD_LOCAL);

	test_assert(egl && gles);
	*(void **)&make_current = dlsym(egl, "eglMakeCurrent");
	*(void **)&clear = dlsym(gles, "glClear");
	draw_red(probe, PROBE_ROBUST);
	probe_strike("queries=0");
	glClearColor(0, 1, 0, 1);
	clear(GL_COLOR_BUFFER_BIT);
	test_assert_int_eq(glGetError(), GL_CONTEXT_LOST);
	test_assert_int_eq(probe_read_driver(), PROBE_RED);
	test_assert(make_current == eglMakeCurrent);
	test_assert(!dlopen("libno-such-thing.so", RTLD_LAZY));
	test_assert(strstr(dlerror(), "libno-such-thing.so"));
}

PROBE_TEST(names_are_counted_and_lost, NULL)
{
	GLuint textures[5];

	draw_red(probe, PROBE_ROBUST);
	glGenTextures(5, textures);
	glDeleteTextures(2, textures);
	glDeleteTextures(1, textures);
	glDeleteProgram(glCreateProgram());
	test_assert_int_eq(probe_slot()->names_alive[FAULT_NAME_TEXTURE], 1 + 3);
	test_assert_int_eq(probe_slot()->names_created[FAULT_NAME_TEXTURE], 1 + 5);
	test_assert_int_eq(probe_slot()->names_alive[FAULT_NAME_FRAMEBUFFER], 1);
	test_assert_int_eq(probe_slot()->names_alive[FAULT_NAME_PROGRAM], 0);
	probe_strike("queries=0");
	glFlush();
	test_assert_int_eq(probe_slot()->names_alive[FAULT_NAME_TEXTURE], 0);
	test_assert_int_eq(probe_slot()->names_alive[FAULT_NAME_FRAMEBUFFER], 0);
	test_assert_int_eq(probe_slot()->names_lost, 5);
	/* Deleting what is gone must not count below zero. */
	glDeleteTextures(5, textures);
	test_assert_int_eq(probe_slot()->names_alive[FAULT_NAME_TEXTURE], 0);
}

static const struct probe *thread_probe;
static EGLContext thread_context;
static pthread_barrier_t barrier;

static void *second_thread(void *data)
{
	probe_use(thread_probe, thread_context);
	probe_clear(PROBE_BLUE);
	test_assert_int_eq(probe_read(), PROBE_BLUE);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	assert_dead();
	/* A thread that ends with a context current would keep it, and its memory, for ever. */
	eglReleaseThread();
	return NULL;
}

PROBE_TEST(a_loss_in_one_thread_reaches_the_others, NULL)
{
	pthread_t thread;

	thread_probe = probe;
	thread_context = probe_context(probe, PROBE_ROBUST);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, second_thread, NULL);
	draw_red(probe, PROBE_ROBUST);
	pthread_barrier_wait(&barrier);
	probe_strike("queries=1");
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_INNOCENT_CONTEXT_RESET);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

PROBE_TEST(a_scheduled_loss_reaches_the_other_threads, "at=frame queries=1")
{
	pthread_t thread;

	thread_probe = probe;
	thread_context = probe_context(probe, PROBE_ROBUST);
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, second_thread, NULL);
	draw_red(probe, PROBE_ROBUST);
	pthread_barrier_wait(&barrier);
	glFinish();
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_INNOCENT_CONTEXT_RESET);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

PROBE_TEST(signal_loses, NULL)
{
	if (!getenv("WR_FAULT_SIGNAL")) {
		test_skip("WR_FAULT_SIGNAL is not set");
	}
	draw_red(probe, PROBE_ROBUST);
	raise(SIGRTMIN + 3);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_GUILTY_CONTEXT_RESET);
	assert_dead();
}

PROBE_TEST(a_forked_child_has_a_slot_of_its_own, NULL)
{
	int status;

	draw_red(probe, PROBE_ROBUST);
	uint64_t calls = probe_slot()->gl_calls;
	pid_t child = fork();
	if (child == 0) {
		glGetError();
		_exit(probe_slot()->pid == getpid() ? 0 : 1);
	}
	test_assert_int_eq(waitpid(child, &status, 0), child);
	test_assert_int_eq(status, 0);
	test_assert_int_eq(probe_slot()->gl_calls, calls);
}
