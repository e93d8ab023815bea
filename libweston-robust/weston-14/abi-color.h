/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_ABI_COLOR_H
#define WR_WESTON_14_ABI_COLOR_H

/*
 * libweston 14.0.2's colour management types, which no installed header has. Read off the binary:
 * see abi.h.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wayland-server-core.h>

struct weston_color_transform;

/** Fills @values, which has room for the table of edge or length @len. */
typedef void (*weston_color_fill_in)(
	struct weston_color_transform *transform, float *values, unsigned int len);

enum weston_color_curve_type {
	WESTON_COLOR_CURVE_TYPE_IDENTITY,
	WESTON_COLOR_CURVE_TYPE_LUT_3x1D,
	WESTON_COLOR_CURVE_TYPE_LINPOW,
	WESTON_COLOR_CURVE_TYPE_POWLIN,
};

/** All of red, then all of green, then all of blue; the first entry for 0.0, the last for 1.0. */
struct weston_color_curve_lut_3x1d {
	weston_color_fill_in fill_in;
	unsigned int optimal_len;
};

/** Indexed by channel, then g, a, b, c, d and five that are not used. */
struct weston_color_curve_parametric {
	float params[3][10];
	bool clamped_input;
};

struct weston_color_curve {
	enum weston_color_curve_type type;
	union {
		struct weston_color_curve_lut_3x1d lut_3x1d;
		struct weston_color_curve_parametric parametric;
		char size[128];
	} u;
};

enum weston_color_mapping_type {
	WESTON_COLOR_MAPPING_TYPE_IDENTITY,
	WESTON_COLOR_MAPPING_TYPE_3D_LUT,
	WESTON_COLOR_MAPPING_TYPE_MATRIX,
};

/** Triples of red, green and blue, red's index running fastest. */
struct weston_color_mapping_3dlut {
	weston_color_fill_in fill_in;
	unsigned int optimal_len;
};

/** Columns first. */
struct weston_color_mapping_matrix {
	float matrix[9];
};

struct weston_color_mapping {
	enum weston_color_mapping_type type;
	union {
		struct weston_color_mapping_3dlut lut3d;
		struct weston_color_mapping_matrix mat;
		char size[40];
	} u;
};

/** Immutable while it lives. */
struct weston_color_transform {
	struct weston_color_manager *cm;
	int ref_count;
	uint32_t id;
	struct wl_signal destroy_signal; // data: the transform
	struct weston_color_curve pre_curve;
	struct weston_color_mapping mapping;
	struct weston_color_curve post_curve;
};

/** Transforms may be NULL: identity. Owned by the output. */
struct weston_output_color_outcome {
	struct weston_color_transform *from_sRGB_to_output;  // for borders
	struct weston_color_transform *from_sRGB_to_blend;   // for solid placeholders
	struct weston_color_transform *from_blend_to_output; // not NULL: blending needs a layer
							     /* hdr_meta follows: the backend's */
};

static_assert(sizeof(struct weston_color_curve) == 136, "weston_color_curve");
static_assert(offsetof(struct weston_color_curve, u) == 8, "weston_color_curve.u");
static_assert(offsetof(struct weston_color_curve_parametric, clamped_input) == 120,
	"weston_color_curve_parametric.clamped_input");
static_assert(sizeof(struct weston_color_mapping) == 48, "weston_color_mapping");
static_assert(sizeof(struct weston_color_transform) == 352, "weston_color_transform");
static_assert(offsetof(struct weston_color_transform, pre_curve) == 32, "pre_curve");
static_assert(offsetof(struct weston_color_transform, mapping) == 168, "mapping");
static_assert(offsetof(struct weston_color_transform, post_curve) == 216, "post_curve");

#endif
