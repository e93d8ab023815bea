/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Memory that a driver is about to ask malloc() for, made to be there before it does: at the first
 * touch the kernel takes up to 1 us for each page, on the thread that needs it.
 *
 * What is taken here and given back is what malloc() finds again for requests of the same sizes.
 * Where it is not glibc's, nothing happens.
 */
#ifndef WESTON_ROBUST_RESERVE_H
#define WESTON_ROBUST_RESERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Zero-initialised: nothing. */
struct reserve {
	struct reserve_piece *pieces;
	struct reserve_piece *touching; // the first that is not touched as a whole
	size_t bytes, largest;          // images
	uintptr_t end;                  // of them, the highest address
	void *guard;
};

/** Take what an image of @bytes will take of the calling thread's heap, untouched. Not where
 * it is small, or all of them are beyond 128 MiB. */
void reserve_take_image(struct reserve *reserve, size_t bytes);

/**
 * Have the next 256 KiB of the images backed by memory, on any thread, one at a time. Takes 0.1 to
 * 0.3 ms. Returns false when there is nothing left to do.
 */
bool reserve_touch(struct reserve *reserve);

/** Take up to 256 KiB of the calling thread's heap in small pieces, touched: first where the heap
 * has holes. Returns how much. */
size_t reserve_take_small(struct reserve *reserve);

/** Give it back to the heap that it came from. A small guard stays, lest the heap be cut down at
 * once. */
void reserve_release(struct reserve *reserve);

/** Give the guard back as well. */
void reserve_forget(struct reserve *reserve);

#endif
