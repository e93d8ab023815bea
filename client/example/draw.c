/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Drawing. Nothing here knows how a reset is survived: it only asks whether its work was any good.
 */
#include "example.h"

#include <stdio.h>
#include <string.h>

static bool enter(struct example *example, struct gpu_recovery_context *context, EGLSurface surface)
{
	EGLContext handle = gpu_recovery_context_handle(context);

	return handle != EGL_NO_CONTEXT &&
	       eglMakeCurrent(gpu_recovery_display(example->recovery), surface, surface, handle);
}

/* Goes by the CPU, as these contexts share nothing with the window's. The last picture stays. */
static bool draw_apart(struct example *example)
{
	unsigned char pixels[sizeof(example->apart_pixels)];

	if (!example->apart_drawing || !enter(example, example->apart, EGL_NO_SURFACE)) {
		return false;
	}
	if (!offscreen_paint(&example->apart_image, example->number + 16)) {
		return false;
	}
	offscreen_read(pixels);
	if (!gpu_recovery_context_frame_done(example->apart, EGL_TRUE)) {
		return false;
	}
	memcpy(example->apart_pixels, pixels, sizeof(pixels));
	return true;
}

/* A context that is made when it is first needed, in the midst of it all. */
static bool draw_late(struct example *example)
{
	if (!example->late && example->shown >= 2) {
		example->late = gpu_recovery_context_create(example->screen_group, NULL, NULL);
	}
	if (!example->late || !enter(example, example->late, EGL_NO_SURFACE)) {
		return false;
	}
	offscreen_paint(&example->late_image, example->number);
	return gpu_recovery_context_frame_done(example->late, EGL_TRUE);
}

static void compose(struct example *example, GLuint field, bool late)
{
	struct painter *painter = &example->painter;
	int width = example->window.width, height = example->window.height;

	painter_fill(painter, width, height, field);
	if (late) {
		painter_place(painter, width, height, example->late_image.texture, 16, 16);
	}
	painter_place_pixels(painter, width, height, example->apart_pixels, width - 80, 16);
	painter_sweep(width, height, example->number);
}

/* A still picture is complete when all contexts have taken part in it. */
static void note_shown(struct example *example, bool whole)
{
	bool news = example->first || (example->still && example->shown_number != example->number);

	example->shown++;
	if (example->still && !whole) {
		return;
	}
	example->shown_number = example->number;
	example->first = false;
	if (example->report && news) {
		printf("drawn generation=%llu number=%u\n",
			(unsigned long long)gpu_recovery_group_generation(example->screen_group),
			example->number);
		fflush(stdout);
	}
}

static void present(struct example *example, bool whole)
{
	EGLBoolean shown;

	/* Not before it is known to be good: what was drawn in a lost context is nothing. */
	if (!gpu_recovery_context_check(example->screen)) {
		example->drawing = false;
		return;
	}
	window_await_frame(&example->window);
	shown = eglSwapBuffers(gpu_recovery_display(example->recovery), example->surface);
	if (!gpu_recovery_context_frame_done(example->screen, shown)) {
		example->drawing = false;
	}
	if (shown) {
		note_shown(example, whole);
	} else {
		window_forget_frame(&example->window);
	}
}

static bool settled(const struct example *example)
{
	return example->still && !example->first && example->shown_number == example->number;
}

void example_draw(struct example *example)
{
	GLuint field;
	bool late, apart;

	if (!example->drawing || example->window.frame || settled(example)) {
		return;
	}
	if (!example->still) {
		example->number++;
	}
	field = worker_picture(&example->worker, example->number, example->still);
	if (field == 0) {
		return; /* the worker will wake us */
	}
	apart = draw_apart(example);
	late = draw_late(example);
	if (!enter(example, example->screen, example->surface)) {
		example->drawing = gpu_recovery_context_check(example->screen);
		return;
	}
	compose(example, field, late);
	present(example, late && apart);
}
