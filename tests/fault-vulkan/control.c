/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE_SIZE_BYTES 4096

int64_t vk_control_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Whoever comes first writes the header, under the lock that the others wait for. */
static int prepare(int fd)
{
	const struct vk_control header = {.magic = VK_CONTROL_MAGIC, .version = VK_CONTROL_VERSION};
	struct vk_control found = {0};
	struct stat st;
	int error = 0;

	if (flock(fd, LOCK_EX) || fstat(fd, &st)) {
		return errno;
	}
	if (st.st_size == 0) {
		if (ftruncate(fd, PAGE_SIZE_BYTES) ||
			pwrite(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header)) {
			error = errno;
		}
	} else if (pread(fd, &found, sizeof(found), 0) != (ssize_t)sizeof(found) ||
		   found.magic != VK_CONTROL_MAGIC || found.version != VK_CONTROL_VERSION ||
		   st.st_size != PAGE_SIZE_BYTES) {
		error = EINVAL;
	}
	flock(fd, LOCK_UN);
	return error;
}

struct vk_control *vk_control_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *page = MAP_FAILED;
	int error;

	if (fd < 0) {
		return NULL;
	}
	error = prepare(fd);
	if (!error) {
		page = mmap(NULL, PAGE_SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		error = errno;
	}
	close(fd);
	errno = error;
	return page == MAP_FAILED ? NULL : page;
}
