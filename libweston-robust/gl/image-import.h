/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_IMAGE_IMPORT_H
#define WR_GL_IMAGE_IMPORT_H

#include "gl/image.h"

/** A way to get at the picture of an image source. */
enum image_way {
	IMAGE_WAY_2D,        // one image, of a 2D texture
	IMAGE_WAY_EXTERNAL,  // one image, of an external texture: the driver converts
	IMAGE_WAY_PLANES,    // an image for each texture that the format is made of: we convert
	IMAGE_WAY_WL_BUFFER, // as EGL has told
	IMAGE_WAY_COUNT
};

/** Ways to try, the best one first. */
struct image_ways {
	enum image_way list[IMAGE_WAY_COUNT];
	unsigned count;
};

/** The ways that there are for @source in @gen. */
struct image_ways image_ways(const struct generation *gen, const struct image_source *source);

/** Make the EGLImages of @image.source. Returns false, with none made, where EGL refuses. */
bool image_import(struct image *image, enum image_way way);

#endif
