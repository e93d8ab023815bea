/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_PREFIX "weston-gpu-recovery-"
#define FILE_SUFFIX ".pftrace"

/* Programs are named in a trace: it is the owner's to give away. */
#define FILE_MODE 0600

static int write_all(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno != EINTR) {
			return -errno;
		}
		if (written > 0) {
			bytes += written;
			size -= (size_t)written;
		}
	}
	return 0;
}

static int move_away(const struct trace_stream *stream)
{
	char *older = NULL;
	int error = 0;

	if (asprintf(&older, "%s.1", stream->path) < 0) {
		return -ENOMEM;
	}
	if (rename(stream->path, older) < 0 && errno != ENOENT) {
		error = -errno;
	}
	free(older);
	return error;
}

static int begin_file(struct trace_stream *stream)
{
	int error = move_away(stream);

	if (error) {
		return error;
	}
	if (stream->fd >= 0) {
		close(stream->fd);
	}
	stream->fd = open(stream->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	stream->size = 0;
	return stream->fd < 0 ? -errno : 0;
}

int trace_stream_write(struct trace_stream *stream, const struct trace_load *load)
{
	size_t skipped = load->head_needed ? 0 : load->head_size;
	int error = 0;

	if (stream->fd < 0 || stream->size + load->size > stream->limit) {
		error = begin_file(stream);
		skipped = 0;
	}
	if (!error) {
		error = write_all(stream->fd, load->bytes + skipped, load->size - skipped);
		if (error) {
			/* What was there before is whole, and stays it. */
			return ftruncate(stream->fd, (off_t)stream->size) < 0 ? -errno : error;
		}
		stream->size += load->size - skipped;
	}
	return error;
}

void trace_stream_fini(struct trace_stream *stream)
{
	if (stream->fd >= 0) {
		close(stream->fd);
	}
	free(stream->path);
}

static int is_ours(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(FILE_SUFFIX);

	return length > suffix && strcmp(entry->d_name + length - suffix, FILE_SUFFIX) == 0 &&
	       strncmp(entry->d_name, FILE_PREFIX, strlen(FILE_PREFIX)) == 0;
}

/* The names sort by age. */
static void remove_oldest(int folder_fd, unsigned keep)
{
	struct dirent **entries;
	int count = scandirat(folder_fd, ".", &entries, is_ours, alphasort);

	for (int i = 0; i < count; i++) {
		if (count - i > (int)keep) {
			unlinkat(folder_fd, entries[i]->d_name, 0);
		}
		free(entries[i]);
	}
	if (count >= 0) {
		free(entries);
	}
}

static void make_name(char *name, size_t size, const struct trace_load *load)
{
	time_t now = time(NULL);
	struct tm tm;
	char when[32];

	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(name, size, FILE_PREFIX "%s-%d-%06llu" FILE_SUFFIX, when, (int)load->pid,
		(unsigned long long)load->incident);
}

static int write_as(int folder_fd, const char *name, const struct trace_load *load)
{
	char part[128];
	int fd, error;

	snprintf(part, sizeof(part), ".%s.part", name);
	fd = openat(folder_fd, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd < 0) {
		return -errno;
	}
	error = write_all(fd, load->bytes, load->size);
	if (close(fd) < 0 && !error) {
		error = -errno;
	}
	if (!error && renameat(folder_fd, part, folder_fd, name) < 0) {
		error = -errno;
	}
	if (error) {
		unlinkat(folder_fd, part, 0);
	}
	return error;
}

int trace_folder_write(const struct trace_folder *folder, const struct trace_load *load)
{
	int folder_fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[96];
	int error;

	if (folder_fd < 0) {
		return -errno;
	}
	make_name(name, sizeof(name), load);
	error = write_as(folder_fd, name, load);
	if (!error) {
		remove_oldest(folder_fd, folder->keep);
	}
	close(folder_fd);
	return error;
}

void trace_folder_fini(struct trace_folder *folder)
{
	free(folder->path);
}
