/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_DIGEST_H
#define WR_SCENE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is left of memory to know it again by: 128 bits, the same for the same bytes. No secret: a
 * client can make other bytes of the same digest, for its own surface. */
struct digest {
	uint64_t low, high;
};

/** About as fast as the memory is read. */
struct digest digest_of(const void *bytes, size_t count);

static inline bool digest_equal(struct digest a, struct digest b)
{
	return a.low == b.low && a.high == b.high;
}

#endif
