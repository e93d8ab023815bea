/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_CHECK_H
#define WR_TEST_CHECK_H

#include "capture.h"
#include "model.h"
#include "reference-seat-client-protocol.h"
#include "scene.h"

#define CHECK_MAX_LAYERS 12

/** How near the picture must come to the model's, in 1/255 per channel beyond rounding. */
#define TOLERANCE_EXACT 0    // every texel on a pixel of its own, opaque
#define TOLERANCE_BLENDED 1  // blended in 8 bits
#define TOLERANCE_FILTERED 3 // interpolated with weights of 8 bits

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_SKIP,
};

/** A window and what the model knows of it. */
struct card {
	struct window *window;
	struct layer layer;
};

/** A running case. */
struct check {
	struct scene_display display;
	struct scene scene;
	struct wr_reference_seat_v1 *pointer_control; // NULL without reference-seat.so
	struct wl_pointer *pointer;                   // NULL without a seat
	uint32_t pointer_serial;                      // of the last enter event; 0: none yet
	enum light light;
	bool resets;         // contexts are lost now and then
	bool full_upload;    // the compositor has the quirk gl_force_full_upload
	bool mistake;        // the model leaves the topmost layer out: pictures must fail
	int pictures;        // taken of everything that is to be seen, one after the other
	const char *out_dir; // for pictures of failures; NULL: none
	const char *case_name;
	struct card cards[CHECK_MAX_LAYERS];
	const struct layer *order[CHECK_MAX_LAYERS]; // lowest first
	int n_cards, n_order;
	enum verdict verdict;
	char why[256];
};

/** A buffer's contents and its mapping; zero members are defaults. */
struct card_look {
	const char *format; // NULL: XRGB8888
	int width, height;  // buffer pixels
	enum pattern pattern;
	enum alpha alpha;
	uint32_t seed;
	int transform, scale; // of the buffer; scale 0: 1
};

void check_fail(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** For what the compositor lacks; see also scene->problem. */
void check_skip(struct check *check, const char *why);

/**
 * A new window with its buffer attached and damaged, and its layer; neither committed nor shown.
 *
 * The model's order is not changed.
 */
struct card *check_card(struct check *check, const struct card_look *look);

/** A new window of solid colour by wp_single_pixel_buffer_manager_v1; 32 bit fractions. */
struct card *check_solid(struct check *check, const uint32_t rgba[4]);

/** Show it at x, y of the output, above all others. Commits. */
void check_show(struct check *check, struct card *card, double x, double y);

/** Put it on top of the model's layers, for windows that are shown by other means. */
void check_raise(struct check *check, struct card *card);

/** Source rectangle (width 0: none) and destination (width 0: none); not committed. */
void check_viewport(struct check *check, struct card *card, const double source[4],
	const double destination[2]);

/** Paint the model's texture of a look; the window is left alone. */
void check_texture(struct texture *texture, const struct card_look *look);

/** `sharp` where a buffer of that scale has a pixel of its own for each texel, else interpolated.
 */
double check_sharp(const struct check *check, int buffer_scale, double sharp);

/** Take a picture of the output, and require it to be what the model says. */
void check_picture(struct check *check, double tolerance);

/** The same, by the two-norm of a pixel's colour error. */
void check_picture_norm(struct check *check, double tolerance);

/** Take a picture. Returns false, with the verdict set, when there is none. */
bool check_capture(struct check *check, uint32_t source, struct image *image);

/** The model's picture; NULL when memory is short. Freed by the caller. */
struct color *check_expected(struct check *check);

/** Pictures of a failure: PNGs of what was got, and of what was expected if that is not NULL. */
void check_keep(struct check *check, const struct image *image, const struct color *expected);

/** Drop all windows and layers. */
void check_clear(struct check *check);

/** The groups of cases that a compositor is run for. */
enum group {
	GROUP_PLAIN = 1,    // an output of scale 1, not transformed
	GROUP_OUTPUT = 2,   // outputs of all transforms and scales
	GROUP_DAMAGE = 4,   // with the quirks of libweston's test suite
	GROUP_COLOR = 8,    // colour-managed outputs
	GROUP_BORDERS = 16, // outputs with decorations
	/* Each alone in its compositor: what ends one must not end the others. */
	GROUP_SOURCE_GONE = 32,
	GROUP_BUFFER_GONE = 64,
};

/** One case. */
struct check_case {
	const char *name;
	unsigned groups;
	void (*run)(struct check *check, int param);
	int param;
};

/** A table of cases, ended by one without a name. */
extern const struct check_case buffer_cases[];
extern const struct check_case view_cases[];
extern const struct check_case damage_cases[];
extern const struct check_case capture_cases[];
extern const struct check_case yuv_cases[];

#endif
