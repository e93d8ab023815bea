/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_TARGET_H
#define WR_GL_TARGET_H

#include "gl/generation.h"

struct image_source;

enum target_kind {
	TARGET_WINDOW, // an EGLSurface of a native window; row 0 at the bottom, as GL has it
	TARGET_IMAGE,  // a renderbuffer or texture; its top row at GL's y = 0
	TARGET_LAYER,  // an RGBA texture of half floats, to be drawn from; its top row at y = 0
};

/** The framebuffer object of a TARGET_IMAGE or TARGET_LAYER. Belongs to one generation. */
struct framebuffer {
	struct wl_list link; // generation.framebuffers
	struct generation *gen;
	struct target *target; // whose .framebuffer points back here
	GLuint name;
	GLuint renderbuffer; // IMAGE
	GLuint texture;      // LAYER, and IMAGE that takes copies
};

/**
 * Something that is drawn to. The target outlives generations: a window keeps its EGLSurface (on
 * GBM that owns the buffer that is on the screen), an image has its framebuffer made anew on first
 * use in each.
 */
struct target {
	enum target_kind kind;
	struct egl *egl;       // borrowed
	int32_t width, height; // pixels

	struct egl_native_window window; // WINDOW
	struct egl_visuals visuals;      // WINDOW
	struct egl_window egl_window;    // WINDOW: its surface

	uint32_t fourcc;                 // IMAGE
	struct image_source *source;     // IMAGE: what is drawn to; NULL: memory of GL's
	struct framebuffer *framebuffer; // IMAGE, LAYER: owned by a generation, which clears the
					 // pointer; may be NULL

	/* IMAGE, while it is bound: pixels can be copied here from textures of GL_BGRA_EXT bytes,
	 * whatever is in place of their alpha, for nobody looks at that. */
	bool takes_copies;

	uint64_t painted_by; // id of the generation that painted it last; 0: contents undefined
};

enum target_result {
	TARGET_OK,
	TARGET_LOST,   // EGL_CONTEXT_LOST
	TARGET_FAILED, // any other error
};

/** A window of which the backend owns the native part. The surface is made by target_prepare(). */
void target_init_window(struct target *target, struct egl *egl, struct egl_native_window window,
	const struct egl_visuals *visuals, int32_t width, int32_t height);

/** An image of DRM format @fourcc. The framebuffer is made by target_prepare(). */
void target_init_image(
	struct target *target, struct egl *egl, uint32_t fourcc, int32_t width, int32_t height);

/** The dmabuf @source, borrowed until target_fini(). The framebuffer is made by target_prepare().
 */
void target_init_dmabuf(struct target *target, struct egl *egl, struct image_source *source);

/** Needs gl_caps.texture_half_float. The framebuffer is made by target_prepare(). */
void target_init_layer(struct target *target, struct egl *egl, int32_t width, int32_t height);

/** Destroy the EGLSurface, or the framebuffer. */
void target_fini(struct target *target);

/** Make the surface of a window, if it is missing. Needs the display, but no context. */
enum target_result target_prepare_window(struct target *target);

/** Make what is missing of the surface or framebuffer. */
enum target_result target_prepare(struct generation *gen, struct target *target);

/** target_prepare(), and direct GL at the target: context and surface current, framebuffer bound,
 * viewport set. */
enum target_result target_bind(struct generation *gen, struct target *target);

/**
 * Age of a window's back buffer (EGL_EXT_buffer_age), in successful presents; 0: contents
 * undefined, or not known. The target must be bound, and nothing drawn yet.
 */
int target_buffer_age(struct generation *gen, struct target *target);

/**
 * Tell a window which part will be drawn (EGL_KHR_partial_update). @rects: count times x, y, width,
 * height, bottom-left origin.
 */
void target_set_damage(struct generation *gen, struct target *target, EGLint *rects, EGLint count);

/**
 * Finish the frame: swap a window, naming what changed (as in target_set_damage()), or flush.
 */
enum target_result target_present(
	struct generation *gen, struct target *target, EGLint *rects, EGLint count);

/** For generation_destroy(). */
void framebuffer_destroy(struct framebuffer *framebuffer, bool lost);

#endif
