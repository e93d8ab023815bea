/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_RING_H
#define WR_COMPOSITOR_TRACE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A ring of entries: the newest take the place of the oldest. An entry is there as a whole or not
 * at all. Knows nothing of what entries mean, but that some are the end of what an earlier one
 * began.
 */
struct trace_ring {
	uint8_t *bytes; // owned
	size_t capacity;
	/* Positions count all bytes that ever went in; a byte is at its position modulo capacity.
	 */
	uint64_t begin, end; // of the oldest entry, and where the next one will be
	uint64_t first;      // number of the oldest entry
	uint64_t next;       // number of the next entry; the first ever is 1
	uint64_t refused;    // entries larger than the ring
};

/** What an entry takes beside its bytes. */
#define TRACE_RING_OVERHEAD 8

/** A place between two entries. */
struct trace_cursor {
	uint64_t position;
	uint64_t number; // of the entry that comes next
};

/** Returns false when there is no memory. */
bool trace_ring_init(struct trace_ring *ring, size_t capacity);
void trace_ring_fini(struct trace_ring *ring);

/**
 * Add a copy of @size bytes, dropping as many of the oldest entries as it takes.
 *
 * @opener: the number of the entry that began what this one ends, 0: none.
 * Returns the entry's number, or 0 when it is larger than the whole ring.
 */
uint64_t trace_ring_append(
	struct trace_ring *ring, const void *bytes, size_t size, uint64_t opener);

/** The oldest entry that is left, or the end when there is none. */
struct trace_cursor trace_ring_oldest(const struct trace_ring *ring);

/** Move @cursor to the oldest entry if its own is gone. Returns how many were missed. */
uint64_t trace_ring_catch_up(const struct trace_ring *ring, struct trace_cursor *cursor);

/** Bytes of the entries from @cursor on, which must not be behind, with their overhead. */
size_t trace_ring_pending(const struct trace_ring *ring, const struct trace_cursor *cursor);

/**
 * Copy entries from @cursor on, without their overhead, as many as fit into @room whole, and move
 * it past them. Entries whose opener is older than the entry @floor are left out; 0: none are.
 *
 * Returns the number of bytes. 0 with entries left means that the next does not fit.
 */
size_t trace_ring_copy(const struct trace_ring *ring, struct trace_cursor *cursor, uint64_t floor,
	uint8_t *to, size_t room);

#endif
