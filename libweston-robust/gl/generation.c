/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/generation.h"

#include <stdlib.h>
#include <string.h>

#include "gl/color-luts.h"
#include "gl/draw.h"
#include "gl/image.h"
#include "gl/pixel-pack.h"
#include "gl/program.h"
#include "gl/quads.h"
#include "gl/target.h"
#include "gl/texture.h"
#include "gl/timing.h"

/* A lost context may answer the same error for ever. */
#define STICKY_ERRORS_MAX 16

static void set_fixed_state(struct generation *gen)
{
	const struct gl_api *api = gen->api;

	api->glActiveTexture(GL_TEXTURE0);
	api->glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
	api->glPixelStorei(GL_PACK_ALIGNMENT, 1);
	api->glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
}

/* A context that was born lost does not tell: then it is taken for one of the last driver that did.
 */
static void name_driver(struct generation *gen)
{
	const char *name = (const char *)gen->api->glGetString(GL_RENDERER);

	if (name) {
		gen->egl->disposal = disposal_for(name);
	}
	gen->disposal = gen->egl->disposal;
}

/* *@status tells of a reset that the context was born in. */
static const char *begin(
	struct generation *gen, const struct program_set *programs, enum reset_status *status)
{
	const char *error;

	gen->context = egl_create_context(gen->egl);
	if (gen->context.context == EGL_NO_CONTEXT) {
		return "EGL cannot create an OpenGL ES context";
	}
	if (!generation_make_current(gen, EGL_NO_SURFACE)) {
		return "EGL cannot make the new context current";
	}
	name_driver(gen);
	error = gl_caps_read(&gen->caps, gen->api, gen->context.robust);
	if (!error) {
		set_fixed_state(gen);
		error = draw_probe(gen, programs) ? NULL : "the new context does not draw";
		program_forget_uses(gen);
	}
	/* Asked last: it explains any of the errors above, and a reset may come in between. */
	*status = generation_reset_status(gen);
	if (*status == RESET_STATUS_PURGED) {
		*status = RESET_STATUS_NONE; /* there are no contents yet */
	}
	return *status == RESET_STATUS_NONE ? error : "the new context was born during a reset";
}

static struct generation *allocate(struct egl *egl, uint64_t id)
{
	struct generation *gen = calloc(1, sizeof(*gen));

	if (!gen) {
		return NULL;
	}
	gen->id = id;
	gen->egl = egl;
	gen->api = egl->api;
	gen->disposal = egl->disposal;
	wl_list_init(&gen->textures);
	wl_list_init(&gen->framebuffers);
	wl_list_init(&gen->programs);
	wl_list_init(&gen->color_luts);
	wl_list_init(&gen->images);
	wl_list_init(&gen->pixel_packs);
	wl_array_init(&gen->image_choices);
	wl_array_init(&gen->orphan_images);
	return gen;
}

struct generation *generation_create_any(struct egl *egl, uint64_t id,
	const struct program_set *programs, enum reset_status *status, const char **error)
{
	struct generation *gen = allocate(egl, id);

	*status = RESET_STATUS_NONE;
	if (gen) {
		gen->inherited = programs;
	}
	*error = gen ? begin(gen, programs, status) : "out of memory";
	if (!*error) {
		return gen;
	}
	if (*status != RESET_STATUS_NONE) {
		generation_mark_lost(gen);
		return gen;
	}
	generation_destroy(gen, true);
	return NULL;
}

struct generation *generation_create(struct egl *egl, uint64_t id, const char **error)
{
	enum reset_status status;
	struct generation *gen = generation_create_any(egl, id, NULL, &status, error);

	if (status != RESET_STATUS_NONE) {
		generation_destroy(gen, true);
		return NULL;
	}
	return gen;
}

static void dispose_of_context(struct generation *gen, bool lost)
{
	struct egl *egl = gen->egl;

	if (gen->context.context == EGL_NO_CONTEXT) {
		return;
	}
	if (lost && gen->disposal->abandon_context) {
		egl_forget_current(egl);
	} else {
		egl_make_current(egl, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	}
	egl_dispose_context(egl, gen->context.context, lost, gen->disposal);
}

static void destroy_contents(struct generation *gen, bool lost)
{
	struct texture *texture, *texture_next;
	struct framebuffer *framebuffer, *framebuffer_next;
	struct color_luts *luts, *luts_next;
	struct image *image, *image_next;

	wl_list_for_each_safe (texture, texture_next, &gen->textures, link) {
		texture_destroy(texture, lost);
	}
	wl_list_for_each_safe (framebuffer, framebuffer_next, &gen->framebuffers, link) {
		framebuffer_destroy(framebuffer, lost);
	}
	wl_list_for_each_safe (luts, luts_next, &gen->color_luts, link) {
		color_luts_destroy(luts, lost);
	}
	wl_list_for_each_safe (image, image_next, &gen->images, link) {
		image_destroy(image, lost);
	}
	pixel_packs_lose(gen, lost);
}

/* EGLImages outlive contexts, so they go one by one even if the context is lost; but not where the
 * display is to be left behind with all that is in it. */
static void destroy_orphans(struct generation *gen, bool lost)
{
	EGLImageKHR *image;

	wl_array_for_each (image, &gen->orphan_images) {
		if (!lost || !gen->disposal->abandon_context) {
			gen->api->eglDestroyImageKHR(gen->egl->display, *image);
		}
	}
	wl_array_release(&gen->orphan_images);
	wl_array_release(&gen->image_choices);
}

static void destroy_programs(struct generation *gen, bool lost)
{
	struct program *program, *program_next;

	wl_list_for_each_safe (program, program_next, &gen->programs, link) {
		program_destroy(gen, program, lost);
	}
}

void generation_strip(struct generation *gen)
{
	gen->sound = !gen->lost;
	generation_mark_lost(gen);
	destroy_contents(gen, true);
	destroy_programs(gen, true);
}

void generation_destroy(struct generation *gen, bool lost)
{
	if (!gen) {
		return;
	}
	if (!lost) {
		lost = !generation_make_current(gen, EGL_NO_SURFACE);
	}
	destroy_contents(gen, lost);
	destroy_programs(gen, lost);
	timing_destroy(gen, lost);
	if (!lost) {
		quads_destroy(gen);
	}
	destroy_orphans(gen, lost && !gen->sound);
	dispose_of_context(gen, lost && !gen->sound);
	free(gen);
}

void generation_mark_lost(struct generation *gen)
{
	gen->lost = true;
}

void generation_drop_contents(struct generation *gen, uint64_t id)
{
	destroy_contents(gen, !generation_make_current(gen, gen->egl->current_surface));
	gen->id = id;
}

bool generation_make_current(struct generation *gen, EGLSurface surface)
{
	return !gen->lost && egl_make_current(gen->egl, surface, gen->context.context);
}

bool generation_query_status(struct generation *gen, enum reset_status *status)
{
	EGLSurface surface = gen->lost ? EGL_NO_SURFACE : gen->egl->current_surface;

	if (!egl_make_current(gen->egl, surface, gen->context.context)) {
		return false;
	}
	if (gen->caps.get_reset_status) {
		*status = generation_reset_status(gen);
	} else if (gen->lost || gen->egl->no_canary) {
		*status = RESET_STATUS_NONE;
	} else {
		gen->counters.canaries++;
		*status = draw_probe(gen, NULL) ? RESET_STATUS_NONE : RESET_STATUS_UNKNOWN;
	}
	return true;
}

enum reset_status generation_reset_status(struct generation *gen)
{
	if (!gen->caps.get_reset_status) {
		return RESET_STATUS_NONE;
	}
	gen->counters.status_queries++;
	return gl_reset_query_ask(gen->caps.get_reset_status);
}

/* The call that failed may have been one that is not repeated while its value stays the same. */
static void forget_state(struct generation *gen)
{
	struct program *program;

	wl_list_for_each (program, &gen->programs, link) {
		program->alpha_set = -1.0f;
		program->color_serial = 0;
	}
	gen->bound_program = NULL;
	gen->bound_luts = NULL;
	gen->blending = -1;
	gen->bound_texture = 0;
	gen->row_length = -1;
	quads_forget_state(gen);
}

void generation_note_error(struct generation *gen, GLenum error)
{
	forget_state(gen);
	if (gen->seen_error == GL_NO_ERROR) {
		gen->seen_error = error;
	}
}

bool generation_saw_error(struct generation *gen)
{
	bool refused = false;

	for (int i = 0; i < STICKY_ERRORS_MAX; i++) {
		GLenum next = gen->api->glGetError();

		if (next == GL_NO_ERROR) {
			break;
		}
		if (next == GL_CONTEXT_LOST_KHR) {
			gen->seen_loss = true;
			continue;
		}
		refused = true;
		generation_note_error(gen, next);
	}
	return refused;
}

bool generation_read_errors(struct generation *gen, GLenum *error)
{
	bool lost;

	generation_saw_error(gen);
	*error = gen->seen_error;
	lost = gen->seen_loss;
	gen->seen_error = GL_NO_ERROR;
	gen->seen_loss = false;
	return lost;
}
