/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_TEST_SHM_BUFFER_H
#define WR_TEST_SHM_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wayland-client.h>

/** One wl_buffer in a wl_shm pool of its own. */
struct shm_buffer {
	struct wl_buffer *buffer; // may be NULL after the owner destroyed it
	int fd;                   // the pool's file, for clients that misuse it
	uint8_t *data;            // mapping of the whole pool
	size_t size;              // bytes mapped
	int width, height;        // buffer pixels
	int stride;               // bytes per row
};

/**
 * Create a zeroed buffer.
 *
 * format is a wl_shm code; stride is in bytes and goes to the compositor as it is. The pool has
 * stride * height bytes. Returns false, with *self untouched, when the file cannot be made;
 * protocol errors show up later on the connection.
 */
bool shm_buffer_init(struct shm_buffer *self, struct wl_shm *shm, uint32_t format, int width,
	int height, int stride);

/** The same with another size of the pool: formats of several planes need more. */
bool shm_buffer_init_sized(struct shm_buffer *self, struct wl_shm *shm, uint32_t format, int width,
	int height, int stride, size_t bytes);

/** Destroy the wl_buffer (if still there), unmap and close. Works on a zeroed struct. */
void shm_buffer_finish(struct shm_buffer *self);

#endif
