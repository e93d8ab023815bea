/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Faults beyond a clean loss, and when they strike. */
#include "probe.h"

#include <stdlib.h>
#include <string.h>

#include "control-page.h"
#include "schedule.h"

#ifndef EGL_CONTEXT_LOST
#define EGL_CONTEXT_LOST 0x300E
#endif
#ifndef GL_PURGED_CONTEXT_RESET_NV
#define GL_PURGED_CONTEXT_RESET_NV 0x92BB
#endif
#define EGL_GENERATE_RESET_ON_PURGE 0x334C

static EGLContext start(const struct probe *probe)
{
	EGLContext context = probe_context(probe, PROBE_ROBUST);

	probe_use(probe, context);
	probe_clear(PROBE_RED);
	return context;
}

static void finish_reset(void)
{
	while (glGetGraphicsResetStatus() != GL_NO_ERROR) {
	}
}

PROBE_TEST(make_current_of_a_lost_context_can_fail, NULL)
{
	EGLContext context = start(probe);

	probe_strike("mode=lost+make-current-error queries=0");
	test_assert_int_eq(
		eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context), EGL_FALSE);
	test_assert_int_eq(eglGetError(), EGL_CONTEXT_LOST);
	test_assert(eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
}

PROBE_TEST(make_current_and_swap_errors_without_a_status, NULL)
{
	EGLContext context = start(probe);

	probe_strike("mode=make-current-error+swap-error:2");
	test_assert_int_eq(
		eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, context), EGL_FALSE);
	test_assert_int_eq(eglGetError(), EGL_CONTEXT_LOST);
	test_assert(eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, context));
	for (int i = 0; i < 2; i++) {
		test_assert_int_eq(eglSwapBuffers(probe->display, probe->pbuffer), EGL_FALSE);
		test_assert_int_eq(eglGetError(), EGL_CONTEXT_LOST);
	}
	test_assert(eglSwapBuffers(probe->display, probe->pbuffer));
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	test_assert_int_eq(probe_slot()->losses, 0);
	test_assert_int_eq(probe_slot()->faults, 3);
}

PROBE_TEST(context_creation_fails_n_times, NULL)
{
	start(probe);
	probe_strike("mode=lost+create-fails:2 queries=1");
	finish_reset();
	for (int i = 0; i < 2; i++) {
		test_assert(
			probe_try_context(probe, PROBE_ROBUST, EGL_NO_CONTEXT) == EGL_NO_CONTEXT);
		test_assert_int_eq(eglGetError(), EGL_BAD_ALLOC);
	}
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
}

PROBE_TEST(context_creation_fails_on_the_old_display, NULL)
{
	start(probe);
	probe_strike("mode=lost+create-fails:display queries=1");
	finish_reset();
	for (int i = 0; i < 5; i++) {
		test_assert(
			probe_try_context(probe, PROBE_ROBUST, EGL_NO_CONTEXT) == EGL_NO_CONTEXT);
	}
	eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	test_assert(eglTerminate(probe->display));
	probe_initialise(probe);
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
}

PROBE_TEST(upload_runs_out_of_memory, NULL)
{
	static const uint32_t green[PROBE_SIZE * PROBE_SIZE] = {PROBE_GREEN};

	start(probe);
	probe_strike("mode=oom-upload");
	glTexSubImage2D(
		GL_TEXTURE_2D, 0, 0, 0, PROBE_SIZE, PROBE_SIZE, GL_RGBA, GL_UNSIGNED_BYTE, green);
	test_assert_int_eq(glGetError(), GL_OUT_OF_MEMORY);
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
	test_assert_int_eq(probe_read(), PROBE_RED);
	glTexSubImage2D(
		GL_TEXTURE_2D, 0, 0, 0, PROBE_SIZE, PROBE_SIZE, GL_RGBA, GL_UNSIGNED_BYTE, green);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
}

PROBE_TEST(image_creation_fails, NULL)
{
	EGLContext context = start(probe);
	GLint texture;

	glGetIntegerv(GL_TEXTURE_BINDING_2D, &texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	probe_strike("mode=image-fails");
	EGLClientBuffer buffer = (EGLClientBuffer)(uintptr_t)texture;
	test_assert(eglCreateImage(probe->display, context, EGL_GL_TEXTURE_2D, buffer, NULL) ==
		    EGL_NO_IMAGE);
	test_assert_int_eq(eglGetError(), EGL_BAD_ALLOC);
	test_assert(eglCreateImage(probe->display, context, EGL_GL_TEXTURE_2D, buffer, NULL) !=
		    EGL_NO_IMAGE);
	test_assert_int_eq(probe_slot()->objects_alive[FAULT_OBJECT_IMAGE], 1);
}

PROBE_TEST(zombie_says_no_error_and_draws_nothing, NULL)
{
	start(probe);
	probe_strike("mode=zombie:1 queries=1");
	finish_reset();
	start(probe);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
	test_assert(probe_read() != PROBE_RED);
	test_assert_int_eq(probe_slot()->first_frame_ns, 0);
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
}

PROBE_TEST(zombies_as_long_as_the_display_lives, NULL)
{
	start(probe);
	probe_strike("mode=zombie:display queries=1");
	finish_reset();
	for (int i = 0; i < 3; i++) {
		start(probe);
		test_assert(probe_read() != PROBE_RED);
	}
	eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	test_assert(eglTerminate(probe->display));
	test_assert_int_eq(probe_slot()->objects_alive[FAULT_OBJECT_CONTEXT], 0);
	test_assert_int_eq(probe_slot()->objects_alive[FAULT_OBJECT_SURFACE], 0);
	probe_initialise(probe);
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
}

PROBE_TEST(silent_loss_tells_nobody, NULL)
{
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
	probe_strike("mode=silent");
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
	test_assert(probe_read() != PROBE_GREEN);
	test_assert_int_eq(probe_slot()->losses, 1);
	test_assert_int_eq(probe_slot()->first_frame_ns, 0);
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
}

PROBE_TEST(surviving_back_buffer_is_spoiled, NULL)
{
	EGLContext old = probe_context(probe, PROBE_ROBUST);

	test_assert(eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, old));
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
	probe_strike("mode=garbage queries=1");
	finish_reset();
	EGLContext new = probe_context(probe, PROBE_ROBUST);
	test_assert(eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, new));
	test_assert_int_eq(probe_read(), PROBE_MAGENTA);
	probe_clear(PROBE_BLUE);
	test_assert(eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, new));
	test_assert_int_eq(probe_read(), PROBE_BLUE);
}

PROBE_TEST(without_garbage_the_back_buffer_keeps_its_pixels, NULL)
{
	EGLContext old = probe_context(probe, PROBE_ROBUST);

	test_assert(eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, old));
	probe_clear(PROBE_GREEN);
	probe_strike("queries=1");
	finish_reset();
	EGLContext new = probe_context(probe, PROBE_ROBUST);
	test_assert(eglMakeCurrent(probe->display, probe->pbuffer, probe->pbuffer, new));
	test_assert_int_eq(probe_read(), PROBE_GREEN);
}

static EGLImage image_of_texture(struct probe *probe, EGLContext context)
{
	GLint texture;

	glGetIntegerv(GL_TEXTURE_BINDING_2D, &texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	EGLImage image = eglCreateImage(probe->display, context, EGL_GL_TEXTURE_2D,
		(EGLClientBuffer)(uintptr_t)texture, NULL);
	test_assert(image != EGL_NO_IMAGE);
	return image;
}

static void bind_image(EGLImage image)
{
	PFNGLEGLIMAGETARGETTEXTURE2DOESPROC bind =
		(PFNGLEGLIMAGETARGETTEXTURE2DOESPROC)eglGetProcAddress(
			"glEGLImageTargetTexture2DOES");

	bind(GL_TEXTURE_2D, image);
}

static uint32_t read_image(struct probe *probe, EGLImage image)
{
	probe_use(probe, probe_context(probe, PROBE_ROBUST));
	bind_image(image);
	return probe_read();
}

PROBE_TEST(surviving_images_are_spoiled, NULL)
{
	EGLImage image = image_of_texture(probe, start(probe));

	test_assert_int_eq(probe_read(), PROBE_RED);
	probe_strike("mode=garbage queries=1");
	finish_reset();
	test_assert_int_eq(read_image(probe, image), PROBE_MAGENTA);
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
}

PROBE_TEST(without_garbage_images_keep_their_pixels, NULL)
{
	EGLImage image = image_of_texture(probe, start(probe));

	probe_strike("queries=1");
	finish_reset();
	test_assert_int_eq(read_image(probe, image), PROBE_RED);
}

PROBE_TEST(one_call_fails, NULL)
{
	start(probe);
	probe_strike("mode=call-fails");
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
	probe_clear(PROBE_GREEN); /* two calls, of which glClearColor is the first */
	test_assert_int_eq(glGetError(), GL_OUT_OF_MEMORY);
	test_assert_int_eq(probe_read(), PROBE_RED);
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
	probe_strike("mode=call-fails");
	test_assert(probe_try_context(probe, PROBE_ROBUST, EGL_NO_CONTEXT) == EGL_NO_CONTEXT);
	test_assert_int_eq(eglGetError(), EGL_BAD_ALLOC);
}

PROBE_TEST(requests_queue_up_for_an_idle_program, NULL)
{
	start(probe);
	probe_strike("call=glClear");
	probe_release();
	probe_strike("mode=oom-upload");
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
	test_assert_int_eq(probe_slot()->losses, 0);
	glBufferData(GL_ARRAY_BUFFER, 4, NULL, GL_STATIC_DRAW);
	test_assert_int_eq(glGetError(), GL_OUT_OF_MEMORY);
}

PROBE_TEST(losses_that_queue_up_are_one, NULL)
{
	start(probe);
	probe_strike("queries=1");
	probe_strike("queries=1");
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_INNOCENT_CONTEXT_RESET);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
	test_assert_int_eq(probe_slot()->losses, 1);
}

PROBE_TEST(used_up_clauses_make_room, NULL)
{
	start(probe);
	for (int i = 0; i < 3 * FAULT_MAX_CLAUSES; i++) {
		probe_strike("call=glClear mode=call-fails");
		probe_clear(PROBE_GREEN);
		test_assert_int_eq(glGetError(), GL_OUT_OF_MEMORY);
	}
	test_assert_int_eq(probe_slot()->faults, 3 * FAULT_MAX_CLAUSES);
}

PROBE_TEST(strikes_at_the_third_clear, "call=glClear space=2 queries=1")
{
	start(probe);
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
	probe_clear(PROBE_BLUE);
	test_assert_int_eq(probe_slot()->losses, 1);
	test_assert_str_eq(probe_slot()->struck_call, "glClear");
	test_assert_int_eq(probe_read_driver(), PROBE_GREEN);
}

PROBE_TEST(strikes_at_the_second_frame, "at=frame space=1")
{
	start(probe);
	glFlush();
	glFlush(); /* nothing drawn: no frame */
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	probe_clear(PROBE_GREEN);
	glFlush();
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_INNOCENT_CONTEXT_RESET);
	test_assert_int_eq(probe_slot()->frames, 1);
}

PROBE_TEST(strikes_again_during_the_rebuild,
	"at=frame queries=1;call=glGenTextures mode=during-rebuild queries=1")
{
	start(probe);
	glFlush();
	finish_reset();
	test_assert_int_eq(probe_slot()->losses, 1);
	start(probe);
	finish_reset();
	test_assert_int_eq(probe_slot()->losses, 2);
	test_assert_str_eq(probe_slot()->struck_call, "glGenTextures");
	start(probe);
	test_assert_int_eq(probe_read(), PROBE_RED);
}

PROBE_TEST(robustness_is_hidden, "hide-robustness=1")
{
	const char *extensions = eglQueryString(probe->display, EGL_EXTENSIONS);
	GLint n = 0;

	test_assert(!strstr(extensions, "EGL_EXT_create_context_robustness"));
	test_assert(strstr(extensions, "EGL_KHR_create_context"));
	test_assert(probe_try_context(probe, PROBE_ROBUST, EGL_NO_CONTEXT) == EGL_NO_CONTEXT);
	test_assert_int_eq(eglGetError(), EGL_BAD_ATTRIBUTE);
	probe_use(probe, probe_context(probe, PROBE_PLAIN));
	test_assert(!strstr((const char *)glGetString(GL_EXTENSIONS), "robustness"));
	test_assert(strstr((const char *)glGetString(GL_EXTENSIONS), "GL_OES_EGL_image"));
	glGetIntegerv(GL_NUM_EXTENSIONS, &n);
	test_assert(n > 10);
	for (GLint i = 0; i < n; i++) {
		const char *name = (const char *)glGetStringi(GL_EXTENSIONS, (GLuint)i);
		test_assert(name && !strstr(name, "_robustness"));
	}
	test_assert(!glGetStringi(GL_EXTENSIONS, (GLuint)n));
	test_assert(!eglGetProcAddress("glGetGraphicsResetStatusEXT"));
}

PROBE_TEST(any_extension_is_hidden, "hide=EGL_KHR_image_base,GL_OES_EGL_image")
{
	const char *extensions = eglQueryString(probe->display, EGL_EXTENSIONS);

	test_assert(!strstr(extensions, "EGL_KHR_image_base"));
	test_assert(strstr(extensions, "EGL_EXT_create_context_robustness"));
	start(probe);
	extensions = (const char *)glGetString(GL_EXTENSIONS);
	test_assert(!strstr(extensions, "GL_OES_EGL_image "));
	test_assert(strstr(extensions, "GL_OES_EGL_image_external "));
}

PROBE_TEST(the_driver_has_another_name, "renderer=some-GPU")
{
	start(probe);
	test_assert_str_eq((const char *)glGetString(GL_RENDERER), "some-GPU");
	test_assert(strncmp((const char *)glGetString(GL_VERSION), "OpenGL ES", 9) == 0);
	probe_clear(PROBE_GREEN);
	test_assert_int_eq(probe_read(), PROBE_GREEN);
}

static EGLContext context_told_of_purges(struct probe *probe)
{
	const EGLint attributes[] = {EGL_CONTEXT_MAJOR_VERSION, 3,
		EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT, EGL_LOSE_CONTEXT_ON_RESET,
		EGL_GENERATE_RESET_ON_PURGE, EGL_TRUE, EGL_NONE};
	EGLContext context =
		eglCreateContext(probe->display, probe->config, EGL_NO_CONTEXT, attributes);

	test_assert(context != EGL_NO_CONTEXT);
	probe_use(probe, context);
	return context;
}

PROBE_TEST(memory_purge_is_told_and_loses_no_context, "offer-purge=1")
{
	test_assert(strstr(eglQueryString(probe->display, EGL_EXTENSIONS),
		"EGL_NV_robustness_video_memory_purge"));
	context_told_of_purges(probe);
	probe_clear(PROBE_GREEN);
	probe_strike("cause=purged");
	test_assert_int_eq(probe_read(), PROBE_MAGENTA);
	test_assert_int_eq(glGetError(), GL_NO_ERROR);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_PURGED_CONTEXT_RESET_NV);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_NO_ERROR);
	probe_clear(PROBE_RED);
	test_assert_int_eq(probe_read(), PROBE_RED);
	test_assert_int_eq(probe_slot()->losses, 0);
}

PROBE_TEST(memory_purge_spares_images, "offer-purge=1")
{
	EGLImage image = image_of_texture(probe, start(probe));

	context_told_of_purges(probe);
	bind_image(image);
	probe_strike("cause=purged");
	test_assert_int_eq(probe_read(), PROBE_RED);
	test_assert_int_eq(glGetGraphicsResetStatus(), GL_PURGED_CONTEXT_RESET_NV);
}
