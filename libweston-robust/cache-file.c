/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "cache-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "weston-robust"

/* A file that is being written, and when its writer has died over it. */
#define NEW_SUFFIX ".new"
#define NEW_DEAD_S 60

/* Returns false where the user has no cache. */
static bool base_path(char path[PATH_MAX])
{
	const char *cache = secure_getenv("XDG_CACHE_HOME");
	const char *home = secure_getenv("HOME");
	int length = -1;

	if (cache && cache[0] == '/') {
		length = snprintf(path, PATH_MAX, "%s", cache);
	} else if (home && home[0] == '/') {
		length = snprintf(path, PATH_MAX, "%s/.cache", home);
	}
	return length > 0 && length < PATH_MAX;
}

/* Others may have put anything into what they can write to. */
static bool is_private(const struct stat *info)
{
	return info->st_uid == geteuid() && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Returns -1 where there is no such folder, or it is not to be trusted. */
static int open_folder(bool create)
{
	char path[PATH_MAX];
	struct stat info;
	int base, folder;

	if (!base_path(path)) {
		return -1;
	}
	if (create) {
		mkdir(path, S_IRWXU);
	}
	base = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (base < 0) {
		return -1;
	}
	if (create) {
		mkdirat(base, FOLDER, S_IRWXU);
	}
	folder = openat(base, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	close(base);
	if (folder >= 0 && (fstat(folder, &info) < 0 || !is_private(&info))) {
		close(folder);
		folder = -1;
	}
	return folder;
}

/* Returns false unless all of it was read. */
static bool read_all(int fd, char *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read(fd, bytes + done, size - done);

		if (n == 0 || (n < 0 && errno != EINTR)) {
			return false;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = write(fd, bytes + done, size - done);

		if (n < 0 && errno != EINTR) {
			return false;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static void *read_open(int fd, size_t limit, size_t *size)
{
	struct stat info;
	char *bytes;

	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || !is_private(&info) ||
		info.st_size <= 0 || (uintmax_t)info.st_size > limit) {
		return NULL;
	}
	*size = (size_t)info.st_size;
	bytes = malloc(*size);
	if (bytes && !read_all(fd, bytes, *size)) {
		free(bytes);
		bytes = NULL;
	}
	return bytes;
}

void *cache_file_read(const char *name, size_t limit, size_t *size)
{
	int folder = open_folder(false);
	void *bytes = NULL;
	int fd;

	*size = 0;
	if (folder < 0) {
		return NULL;
	}
	/* O_NONBLOCK: a pipe of that name would have to be waited for. */
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(folder);
	if (fd >= 0) {
		bytes = read_open(fd, limit, size);
		close(fd);
	}
	return bytes;
}

void cache_file_remove(const char *name)
{
	int folder = open_folder(false);

	if (folder >= 0) {
		unlinkat(folder, name, 0);
		close(folder);
	}
}

/* Two at once would spoil each other's: there is one name for it, and who finds it taken leaves it
 * at that. */
static int create_new(int folder, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, name, flags, S_IRUSR | S_IWUSR);
	struct stat info;

	if (fd < 0 && errno == EEXIST && fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		llabs((long long)time(NULL) - (long long)info.st_mtime) > NEW_DEAD_S &&
		unlinkat(folder, name, 0) == 0) {
		fd = openat(folder, name, flags, S_IRUSR | S_IWUSR);
	}
	return fd;
}

bool cache_file_write(const char *name, const void *bytes, size_t size)
{
	char new_name[NAME_MAX];
	int folder = open_folder(true);
	bool ok = false;
	int fd;

	if (folder < 0) {
		return false;
	}
	snprintf(new_name, sizeof(new_name), "%s" NEW_SUFFIX, name);
	fd = create_new(folder, new_name);
	if (fd >= 0) {
		ok = write_all(fd, bytes, size);
		ok &= close(fd) == 0;
		ok = ok && renameat(folder, new_name, folder, name) == 0;
		if (!ok) {
			unlinkat(folder, new_name, 0);
		}
	}
	close(folder);
	return ok;
}
