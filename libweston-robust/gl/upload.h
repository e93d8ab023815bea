/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_UPLOAD_H
#define WR_GL_UPLOAD_H

#include "gl/texture.h"

/**
 * Upload from @pixels, which lie as texture.content.layout says, what is in texture.dirty; all of
 * them and the storage as well unless texture.filled. texture.dirty must be within the texture.
 * Straight from there: nothing is copied on the way. Errors are GL's.
 */
void upload_dirty(struct texture *texture, const uint8_t *pixels);

#endif
