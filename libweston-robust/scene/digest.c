/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/digest.h"

/* Built in: a library more would be loaded at each start, for one function. */
#define XXH_INLINE_ALL
#include <xxhash.h>

struct digest digest_of(const void *bytes, size_t count)
{
	XXH128_hash_t hash = XXH3_128bits(bytes, count);

	return (struct digest){.low = hash.low64, .high = hash.high64};
}
