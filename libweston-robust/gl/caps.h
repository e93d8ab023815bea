/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_CAPS_H
#define WR_GL_CAPS_H

#include <stdbool.h>

#include "gl/gl-api.h"
#include "gl/reset-status.h"

/** What one context can do. Read once when it is created. */
struct gl_caps {
	int version;            // 10 * major + minor, e.g. 32
	GLint max_texture_size; // pixels
	bool fragment_highp;
	bool cheap_copies; // glBlitFramebuffer() moves memory, where drawing runs shaders on a CPU
	bool texture_bgra; // GL_EXT_texture_format_BGRA8888
	bool read_bgra;    // GL_EXT_read_format_bgra
	bool unpack_subimage; // GL_UNPACK_ROW_LENGTH and the SKIPs
	bool texture_rg;
	bool texture_10bit;      // UNSIGNED_INT_2_10_10_10_REV
	bool texture_16bit;      // GL_EXT_texture_norm16
	bool texture_half_float; // RGBA16F, also as a colour buffer, linearly filtered
	bool texture_3d;
	bool color_ops; // all that the colour pipeline needs: tables of floats, half-float targets
	bool egl_image; // GL_OES_EGL_image
	bool egl_image_targets;  // likewise, as renderbuffers
	bool texture_external;   // GL_OES_EGL_image_external
	bool renderbuffer_rgba8; // RGB8 and RGBA8
	bool renderbuffer_10bit; // RGB10_A2
	bool pack_reverse_rows;  // GL_ANGLE_pack_reverse_row_order
	bool pixel_pack_buffer;  // with a fence that can be asked
	bool timer_query;        // GL_EXT_disjoint_timer_query
	bool program_binary;     // of linked programs, in some format
	/** Reset status query; NULL: the context cannot tell, or was made without reset
	 * notification. */
	gl_reset_query get_reset_status;
	/** The driver's words, for whoever asks later; NULL: it says nothing. Live as long as the
	 * context. */
	const char *vendor, *renderer, *version_text;
};

/**
 * Read the capabilities of the context that is current.
 *
 * @robust: whether it was created with reset notification. Returns NULL on success, else a static
 * sentence naming what the renderer cannot do without.
 */
const char *gl_caps_read(struct gl_caps *caps, const struct gl_api *api, bool robust);

#endif
