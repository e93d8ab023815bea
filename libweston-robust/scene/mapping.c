/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/mapping.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#ifndef DMA_BUF_MAGIC
#define DMA_BUF_MAGIC 0x444d4142
#endif

size_t mapping_bytes_from(const void *address)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t begin, end, at = (uintptr_t)address;
	char *line = NULL;
	size_t size = 0, bytes = 0;

	if (!maps) {
		return 0;
	}
	while (!bytes && getline(&line, &size, maps) > 0) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &begin, &end) == 2 && begin <= at &&
			at < end) {
			bytes = end - at;
		}
	}
	free(line);
	fclose(maps);
	return bytes;
}

static bool is_dmabuf(int fd)
{
	struct statfs info;

	/* Before Linux 5.3 they had no file system of their own. */
	return fstatfs(fd, &info) == 0 &&
	       (info.f_type == DMA_BUF_MAGIC || info.f_type == ANON_INODE_FS_MAGIC);
}

int64_t mapping_file_bytes(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	if (!(seals >= 0 && seals & F_SEAL_SHRINK) && !is_dmabuf(fd)) {
		return -1;
	}
	return lseek(fd, 0, SEEK_END);
}
