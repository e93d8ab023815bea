/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_GENERATION_H
#define WR_GL_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include <wayland-util.h>

#include "core/recovery.h"
#include "gl/caps.h"
#include "gl/disposal.h"
#include "gl/egl.h"

struct color_luts;
struct program;
struct program_set;
struct timing;

/** What has been asked of GL since the generation was made. Never reset. */
struct generation_counters {
	uint64_t uploaded_bytes;
	uint64_t draw_calls;
	uint64_t status_queries;
	uint64_t canaries;          // drawn in their place
	uint64_t restored_surfaces; // contents whose texture had been lost with an earlier
				    // generation
	uint64_t restored_bytes;
	uint64_t placeholders;  // drawn in place of a content that could not be restored
	uint64_t lost_surfaces; // contents, each counted once, that they were drawn for
};

/**
 * One GL context and every GL object made in it.
 *
 * All that lives in GL belongs to exactly one generation and stands on one of its lists. When the
 * context is lost the generation is destroyed as a whole, and the next one derives its objects
 * anew, on first use, from what is kept on the CPU side. The EGLDisplay and the window surfaces are
 * no part of it: they outlive it.
 */
struct generation {
	uint64_t id;              // grows, never used twice
	struct egl *egl;          // borrowed
	const struct gl_api *api; // borrowed, == egl->api
	struct egl_context context;
	struct gl_caps caps;
	const struct disposal *disposal; // static
	struct generation_counters counters;

	struct wl_list textures;            // struct texture.link
	struct wl_list framebuffers;        // struct framebuffer.link
	struct wl_list programs;            // struct program.link
	struct wl_list color_luts;          // struct color_luts.link
	struct wl_list images;              // struct image.link
	struct wl_list pixel_packs;         // struct pixel_pack.link
	struct wl_array image_choices;      // private to image.c
	struct wl_array orphan_images;      // EGLImageKHR: they go with the context
	struct timing *timing;              // NULL: not asked for yet
	GLuint vertex_buffer, index_buffer; // of quads.c; 0: not made yet
	bool buffers_bound;                 // both of them are
	uint32_t index_capacity;            // quads that there are indices for
	bool indices_doubtful;              // GL may not have taken them
	uint32_t quad_base;                 // where the vertices begin that indices count from

	/* Programs of generations before, whose binaries save a link; borrowed, by the one thread
	 * that has the generation, or NULL. */
	const struct program_set *inherited;

	GLenum seen_error; // by generation_saw_error(), not read yet; 0: none
	bool seen_loss;    // likewise GL_CONTEXT_LOST
	bool lost;  // told so by generation_mark_lost(): GL is not called any more, only asked for
		    // its status
	bool sound; // stripped while nothing was wrong with its context, which any driver can
		    // destroy
	struct program *bound_program;       // NULL: none yet
	const struct color_luts *bound_luts; // NULL: nobody knows
	GLuint bound_texture;                // GL_TEXTURE_2D of unit 0; 0: nobody knows
	GLuint bound_framebuffer;            // by target_bind(), to be drawn to
	GLint row_length;                    // GL_UNPACK_ROW_LENGTH; negative: nobody knows
	int blending; // GL_BLEND is enabled: 1, disabled: 0; negative: nobody knows
};

/**
 * Create a context on @egl, prove that it draws, and set it up for drawing.
 *
 * A context is believed only when it has drawn a known pattern and it was read back right: drivers
 * are known that hand out healthy looking contexts after a device loss that draw nothing. The new
 * context is current, without a surface, on return.
 *
 * Returns NULL on failure; *@error is then a static sentence.
 */
struct generation *generation_create(struct egl *egl, uint64_t id, const char **error);

/**
 * Like generation_create(), but a context that was born during a reset is returned as well: marked
 * lost, with *@error set, and *@status telling the cause. Its status can be queried until the reset
 * is over, then it has to be destroyed as lost.
 *
 * @programs: what the proof of life may draw with, see draw_probe(); may be NULL. Becomes
 * generation.inherited, which is for the caller to end or to exchange.
 */
struct generation *generation_create_any(struct egl *egl, uint64_t id,
	const struct program_set *programs, enum reset_status *status, const char **error);

/**
 * Destroy the generation and all that belongs to it; clears the back-pointers that others hold to
 * its textures.
 *
 * @lost: the context is lost, so no GL name is deleted (the names died with it); only the context
 * itself is destroyed. NULL is allowed.
 */
void generation_destroy(struct generation *gen, bool lost);

/**
 * Free everything but the context itself, without touching GL: the names go with the context. What
 * is left counts as lost from then on. It may be given to another thread for generation_destroy(),
 * as lost, once the context is current on no thread.
 */
void generation_strip(struct generation *gen);

/** The context was seen to be lost: from now on generation_make_current() refuses it. */
void generation_mark_lost(struct generation *gen);

/**
 * The contents of video memory were purged: drop textures and framebuffers, keep the context, and
 * go on as generation @id, so that nothing trusts what was painted before.
 */
void generation_drop_contents(struct generation *gen, uint64_t id);

/**
 * Make the generation's context current with @surface (EGL_NO_SURFACE: for framebuffer objects).
 * Fails when it is lost.
 */
bool generation_make_current(struct generation *gen, EGLSurface surface);

/**
 * Ask a context that may be lost: makes it current, without a surface if it was marked lost.
 *
 * A context without reset notification is asked to draw something instead (a canary): if it does
 * not, that is an unknown reset. Once marked lost such a context has nothing more to tell, and the
 * reset counts as over: the next generation has to prove itself anyway.
 *
 * Returns false when it cannot be asked because EGL will not make it current; else *@status is set.
 */
bool generation_query_status(struct generation *gen, enum reset_status *status);

/**
 * The graphics reset status of the context, which must be current. Values that no specification
 * defines count as none: some EGL stubs return garbage. RESET_STATUS_NONE as well where the context
 * cannot tell.
 */
enum reset_status generation_reset_status(struct generation *gen);

/**
 * Reads GL's sticky errors until there are none (at most a few: a lost context may repeat one for
 * ever).
 *
 * Returns whether GL_CONTEXT_LOST was among them; *@error is the first other error or GL_NO_ERROR.
 */
bool generation_read_errors(struct generation *gen, GLenum *error);

/**
 * Whether GL has refused something since this or generation_read_errors() was called last. What was
 * seen is kept for generation_read_errors(). A loss is no refusal: it returns false.
 */
bool generation_saw_error(struct generation *gen);

/** Something failed that GL raises no error for: generation_read_errors() will tell of @error. */
void generation_note_error(struct generation *gen, GLenum error);

#endif
