/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "scene/image-source.h"

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

static void close_planes(struct image_source *source, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		close(source->planes[i].fd);
	}
}

bool image_source_readable(const struct image_source *source)
{
	return source->kind == IMAGE_SOURCE_DMABUF ? source->plane_count > 0
						   : source->wl_buffer != NULL;
}

bool image_source_keep_fds(struct image_source *source)
{
	for (unsigned i = 0; i < source->plane_count && !source->owns_fds; i++) {
		int fd = fcntl(source->planes[i].fd, F_DUPFD_CLOEXEC, 0);

		if (fd < 0) {
			close_planes(source, i);
			source->plane_count = 0;
			return false;
		}
		source->planes[i].fd = fd;
	}
	source->owns_fds = true;
	return true;
}

void image_source_forget(struct image_source *source)
{
	if (source->owns_fds) {
		close_planes(source, source->plane_count);
		source->owns_fds = false;
	}
	source->plane_count = 0;
	source->wl_buffer = NULL;
}

void image_source_fini(struct image_source *source)
{
	image_source_forget(source);
}
