/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_GL_PROGRAM_STORE_H
#define WR_GL_PROGRAM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct generation;
struct program_binary;

/** Most binaries in a store, and most bytes of one that is encoded. */
#define PROGRAM_STORE_MAX 32
#define PROGRAM_STORE_BYTES_MAX (4u * 1024 * 1024)

/** Program binaries from one session to the next, of any drivers. Zeroed: empty. */
struct program_store {
	struct program_binary *binaries[PROGRAM_STORE_MAX]; // references
	unsigned count;
};

/** The binary that @gen's driver gave for the shaders @source; NULL: none. Borrowed. */
struct program_binary *program_store_find(
	const struct program_store *store, const struct generation *gen, uint64_t source);

/**
 * Add what @gen has linked. Where there is no room, other drivers' binaries give way.
 *
 * Returns whether anything has changed.
 */
bool program_store_take(struct program_store *store, const struct generation *gen);

/** @store as bytes (malloc'ed, caller frees), *@size of them; NULL when memory is short, or when
 * there would be more than PROGRAM_STORE_BYTES_MAX. */
void *program_store_encode(const struct program_store *store, size_t *size);

/**
 * Fill @store, which is empty, with what program_store_encode() has made. Returns false, and leaves
 * it empty, where anything about @bytes is not as it was then: nothing in them is trusted.
 */
bool program_store_decode(struct program_store *store, const void *bytes, size_t size);

/** Give all references back. */
void program_store_fini(struct program_store *store);

#endif
