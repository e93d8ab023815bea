/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_CONTENT_H
#define WR_SCENE_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pixman.h>
#include <wayland-server-core.h>

#include "scene/digest.h"

struct image_source;
struct texture;

enum content_kind {
	CONTENT_NONE, // nothing to show
	CONTENT_PIXELS,
	CONTENT_SOLID,
	CONTENT_IMAGE, // in memory of the GPU, or of another device
};

/** Why a content's pixels can't be shown. */
enum content_loss {
	CONTENT_LOSS_NONE,
	CONTENT_LOSS_NOT_KEPT,   // the policy keeps nothing, or memory was short
	CONTENT_LOSS_EVICTED,    // let go of for the sake of the budget
	CONTENT_LOSS_UNREADABLE, // the client has truncated the pool of the buffer that is held
	CONTENT_LOSS_UPLOAD,     // they are kept, but GL would not take them
	CONTENT_LOSS_REPAINTED,  // the client has painted over them in the buffer that it was lent
};

/** A plane of an image in memory: rows of texels, each of which stands for hsub x vsub pixels. */
struct content_plane {
	size_t offset;         // bytes from the image's first one
	int32_t width, height; // texels
	int32_t stride;        // bytes from row to row
	uint8_t bytes_per_texel;
	uint8_t hsub, vsub;
};

/** Most planes that an image has in memory. */
#define CONTENT_PLANES_MAX 3

/** The layout of an image in memory, rows from top to bottom. */
struct content_layout {
	uint32_t fourcc;         // DRM_FORMAT_*; this and the next three tell the rest
	int32_t width, height;   // pixels
	int32_t stride;          // bytes from row to row of the first plane
	uint8_t bytes_per_pixel; // likewise
	uint8_t group;           // pixels of a row that share bytes of that; 0 and 1: none do
	uint8_t more_planes;     // of `more`
	struct content_plane more[CONTENT_PLANES_MAX - 1]; // behind the first one
};

/** Plane @index, counted from 0, which must exist. */
struct content_plane content_layout_plane(const struct content_layout *layout, unsigned index);

/**
 * The texels of @plane that hold @box (pixels of @layout) and what shares bytes with that, clipped
 * to the plane.
 */
pixman_box32_t content_layout_texels(const struct content_layout *layout,
	const struct content_plane *plane, const pixman_box32_t *box);

/**
 * What a surface or a window border shows: the CPU-side truth.
 *
 * Pixels come from a client's shm buffer that is held or lent, or from a copy of our own, or from
 * neither (then only a texture that was made earlier still shows them, and they cannot be
 * restored). The texture is derived from here by whichever generation draws the content first, and
 * is cleared by that generation when it goes.
 */
struct content {
	enum content_kind kind;
	struct content_layout layout; // PIXELS; of an IMAGE the format and size alone
	bool bottom_left;             // PIXELS, IMAGE: the first row in memory is the lowest one
	float solid[4];               // SOLID: premultiplied red, green, blue, alpha

	struct wl_shm_buffer
		*shm; // held or lent: valid while there is its wl_buffer; NULL: neither
	bool lent; // its client may draw to it again; as long as it does not, the pixels are there
	struct digest lent_digest; // with lent: what they were
	uint8_t *copy;             // owned, of the same layout; NULL: none
	size_t copy_bytes;
	enum content_loss gone; // why neither can be read; NONE as long as one can

	struct image_source *source; // IMAGE: borrowed
	bool renewed; // IMAGE: there may be a new picture that the texture does not know of

	struct texture *texture; // owned by a generation, which clears the pointer; may be NULL
	bool drawn;              // had a texture in some generation
	uint64_t lost_in;        // id of the generation that shows a placeholder for it; 0: none
	enum content_loss lost;  // why it does
};

/** Start as CONTENT_NONE. */
void content_init(struct content *content);

/** Free the copy. The texture must have been dropped (texture_drop()). */
void content_fini(struct content *content);

/** Whether in each plane a row fits the stride and all sizes are positive. */
bool content_layout_valid(const struct content_layout *layout);

/** Become a solid colour, premultiplied. Frees a copy. */
void content_set_solid(struct content *content, const float color[4]);

/** Whether two images lie in memory in the same way. What is behind these members follows from
 * them. */
static inline bool content_layout_equal(
	const struct content_layout *a, const struct content_layout *b)
{
	return memcmp(a, b, offsetof(struct content_layout, bytes_per_pixel)) == 0;
}

/** Become pixels of @layout, of which there are none yet. A copy of another layout is freed. */
void content_set_layout(struct content *content, const struct content_layout *layout);

/**
 * Take pixels from @shm, of @layout, until told otherwise. A copy of another layout is freed; one
 * of the same layout is kept, to be updated by content_update_copy().
 */
static inline void content_set_shm(struct content *content, struct wl_shm_buffer *shm,
	const struct content_layout *layout, bool bottom_left)
{
	if (content->kind != CONTENT_PIXELS || !content_layout_equal(&content->layout, layout)) {
		content_set_layout(content, layout);
	}
	content->bottom_left = bottom_left;
	content->shm = shm;
	content->lent = false;
	content->gone = CONTENT_LOSS_NONE;
}

/**
 * Let the client have the held buffer back, but go on taking pixels from there: each time that they
 * are read, if they are the same still. Until it is released, or its wl_buffer goes.
 *
 * Returns false when there is nothing to read; the content is unchanged then.
 */
bool content_lend(struct content *content);

/**
 * Show @source, which is borrowed until the content becomes something else, with the picture that
 * is in it now. Frees a copy.
 */
void content_set_image(struct content *content, struct image_source *source, bool bottom_left);

/** The shm buffer is not to be read any more; the copy, if any, stays the source. */
static inline void content_release_shm(struct content *content)
{
	content->shm = NULL;
	content->lent = false;
}

/**
 * Copy from the held or lent shm buffer what @damage (buffer pixels) covers, everything if there
 * was no copy yet.
 *
 * Returns false when memory is short or there is nothing to read; the content is unchanged then.
 */
bool content_update_copy(struct content *content, const pixman_region32_t *damage);

/**
 * Take @pixels (copied) as the content. Used for images that no client buffer backs. Returns false
 * when memory is short.
 */
bool content_set_pixels(
	struct content *content, const void *pixels, const struct content_layout *layout);

/** Free the copy: the held buffer is the only source again. */
void content_drop_copy(struct content *content);

/** Nothing is kept any more, because of @why: neither the shm buffer nor a copy is to be read. */
void content_forget(struct content *content, enum content_loss why);

/**
 * Whether the held buffer can still be read from end to end. To be asked before it is read for
 * another time: a client whose pool shrinks after the first upload goes unpunished by other
 * renderers. If not, there is nothing to read any more (content.gone). True when nothing is held.
 */
bool content_still_readable(struct content *content);

/** Whether the pixels can be uploaded again after a reset. Always true for a solid colour. */
bool content_restorable(const struct content *content);

/**
 * Begin reading the pixels: the held or lent buffer if there is one, else the copy; NULL when there
 * is neither, or what was lent is not what it was (content.gone). Must be paired with
 * content_end_read() unless it returned NULL. A client that shrank its pool makes reads yield zeros
 * and is killed by libwayland at the end.
 */
const uint8_t *content_begin_read(struct content *content);

void content_end_read(struct content *content);

/** Bytes from the first one of an image to its end, every row with its whole stride. */
size_t content_layout_bytes(const struct content_layout *layout);

/** Bytes of the pixels. 0 unless PIXELS. */
size_t content_bytes(const struct content *content);

#endif
