/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_MAPPING_H
#define WR_SCENE_MAPPING_H

#include <stddef.h>

/**
 * How many bytes from @address on belong to the same memory mapping of this process; 0 where there
 * is none, or the kernel does not tell.
 *
 * libwayland checks height * stride bytes of a buffer against its pool, whatever the format, and
 * keeps the pool's size for itself. What lies behind that has to be checked by other means.
 */
size_t mapping_bytes_from(const void *address);

#endif
