/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_TEXTURE_H
#define WR_GL_TEXTURE_H

#include <pixman.h>

#include "gl/format.h"
#include "gl/generation.h"
#include "gl/program.h"
#include "gl/state.h"
#include "scene/content.h"

/** One of the textures of an image that is uploaded. */
struct texture_plane {
	struct format_upload gl;
	struct content_plane memory; // in texels of the texture
	GLint row_length;            // texels from row to row of that; 0: no whole number of them
	bool grouped;                // pixels share texels, or bytes
};

/** The GL image of a content's pixels: one texture, or several. Belongs to one generation. */
struct texture {
	struct wl_list link; // generation.textures
	struct generation *gen;
	struct content *content;     // whose .texture points back here
	const struct format *format; // of uploaded pixels; NULL: it shows an image
	int32_t width, height;       // pixels
	float pixel_x, pixel_y;      // how much of it a pixel is
	enum format_sampling sampling;
	struct program_key key; // of the program that draws it, alone and as it is
	GLenum target;
	GLuint names[FORMAT_TEXTURES_MAX];
	unsigned count;                                   // of names
	struct texture_plane planes[FORMAT_TEXTURES_MAX]; // with format
	int32_t layout_stride;   // content.layout.stride that the planes are for; 0: none yet
	GLuint framebuffer;      // of copy.c: to read from it; 0: not made yet
	bool readable;           // it is good for that
	GLint filter;            // as set: GL_NEAREST or GL_LINEAR
	pixman_region32_t dirty; // pixels of the buffer that were not uploaded yet
	bool filled;             // every pixel was uploaded once
};

/**
 * The texture of @content in @gen, created and filled on first use, and brought up to date with the
 * damage reported since.
 *
 * What cannot be read now (the buffer is gone and nothing was kept) leaves an earlier texture as it
 * is. Returns NULL when there is nothing that could be shown: nothing to read, or GL refused it.
 */
struct texture *texture_get(struct generation *gen, struct content *content);

/** texture_bind(), whatever it is made of. */
void texture_bind_all(struct texture *texture, GLint filter);

/**
 * Bind the textures to the units from 0 on, filtered linearly or not at all. The active unit is 0,
 * before and after.
 */
static inline void texture_bind(struct texture *texture, bool linear)
{
	GLint filter = linear ? GL_LINEAR : GL_NEAREST;

	if (texture->filter == filter && texture->count == 1 && texture->target == GL_TEXTURE_2D) {
		state_bind_texture(texture->gen, texture->names[0]);
	} else {
		texture_bind_all(texture, filter);
	}
}

/** Bind the texture numbered @index to unit 0, filtered as it was. */
void texture_bind_alone(const struct texture *texture, unsigned index);

/**
 * Note that a placeholder is drawn for @content, of which there is no texture, and why: in
 * content.lost_in and content.lost, once in each generation. Content that GL refused and that was
 * never shown is too much for GL, and not lost.
 */
void texture_note_placeholder(struct generation *gen, struct content *content);

/** Report damage (buffer pixels, may reach beyond the buffer) that the next texture_get() uploads.
 */
void texture_damage(struct content *content, const pixman_region32_t *damage);

/** Delete the content's texture, if there is one, at once or, where its generation is lost, with
 * that. */
void texture_drop(struct content *content);

/** For generation_destroy(): free without touching GL when @lost. */
void texture_destroy(struct texture *texture, bool lost);

#endif
