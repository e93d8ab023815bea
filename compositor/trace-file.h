/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_FILE_H
#define WR_COMPOSITOR_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Where packets go in a file system. All functions may block: they are for a thread. */

/** One file that grows, and the one before it. */
struct trace_stream {
	char *path; // owned
	int fd;
	uint64_t size, limit; // bytes
};

/** Numbered files in a directory. */
struct trace_folder {
	char *path; // owned
	unsigned keep;
};

/** What is to be written. */
struct trace_load {
	uint8_t *bytes;   // owned: the head, and the packets that follow
	size_t head_size; // bytes
	size_t size;      // bytes of all
	bool head_needed; // also where the file goes on
	uint64_t incident;
	int32_t pid;
};

/**
 * Write @load to the file's end, without its head if that is not needed there. A file that would
 * grow over its limit is renamed to the same name with ".1" at its end before, and a new one begun.
 * Returns 0 or a negative errno.
 */
int trace_stream_write(struct trace_stream *stream, const struct trace_load *load);
void trace_stream_fini(struct trace_stream *stream);

/**
 * Write @load to a new file, which gets its name when it is complete, and remove the oldest of its
 * like. Returns 0 or a negative errno.
 */
int trace_folder_write(const struct trace_folder *folder, const struct trace_load *load);
void trace_folder_fini(struct trace_folder *folder);

#endif
