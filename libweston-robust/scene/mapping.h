/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_SCENE_MAPPING_H
#define WR_SCENE_MAPPING_H

#include <stddef.h>
#include <stdint.h>

/**
 * How many bytes from @address on belong to the same memory mapping of this process; 0 where there
 * is none, or the kernel does not tell.
 *
 * libwayland checks height * stride bytes of a buffer against its pool, whatever the format, and
 * keeps the pool's size for itself. What lies behind that has to be checked by other means.
 */
size_t mapping_bytes_from(const void *address);

/**
 * The size of the memory behind @fd, bytes, where that can't shrink while it is mapped: a dmabuf,
 * or a memfd that is sealed. Any other file can be truncated by its owner, and reading from it then
 * ends the process. -1: it is such a file, or none.
 */
int64_t mapping_file_bytes(int fd);

#endif
