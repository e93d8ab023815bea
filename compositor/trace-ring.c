/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-ring.h"

#include <stdlib.h>
#include <string.h>

struct header {
	uint32_t size;   // of what follows
	uint32_t opener; // so many entries back; 0: none
};

_Static_assert(sizeof(struct header) == TRACE_RING_OVERHEAD, "the header is the overhead");

bool trace_ring_init(struct trace_ring *ring, size_t capacity)
{
	*ring = (struct trace_ring){.capacity = capacity, .first = 1, .next = 1};
	ring->bytes = malloc(capacity);
	return ring->bytes != NULL;
}

void trace_ring_fini(struct trace_ring *ring)
{
	free(ring->bytes);
	ring->bytes = NULL;
}

/* How many of @size bytes from @position on lie before the ring's end. */
static size_t before_wrap(const struct trace_ring *ring, uint64_t position, size_t size)
{
	size_t left = ring->capacity - (size_t)(position % ring->capacity);

	return left < size ? left : size;
}

static void put(struct trace_ring *ring, const void *from, size_t size)
{
	size_t part = before_wrap(ring, ring->end, size);

	memcpy(ring->bytes + ring->end % ring->capacity, from, part);
	memcpy(ring->bytes, (const uint8_t *)from + part, size - part);
	ring->end += size;
}

static void get(const struct trace_ring *ring, uint64_t position, void *to, size_t size)
{
	size_t part = before_wrap(ring, position, size);

	memcpy(to, ring->bytes + position % ring->capacity, part);
	memcpy((uint8_t *)to + part, ring->bytes, size - part);
}

static struct header header_at(const struct trace_ring *ring, uint64_t position)
{
	struct header header;

	get(ring, position, &header, sizeof(header));
	return header;
}

static void step(const struct trace_ring *ring, struct trace_cursor *cursor)
{
	cursor->position += sizeof(struct header) + header_at(ring, cursor->position).size;
	cursor->number++;
}

static void drop_oldest(struct trace_ring *ring)
{
	struct trace_cursor cursor = trace_ring_oldest(ring);

	step(ring, &cursor);
	ring->begin = cursor.position;
	ring->first = cursor.number;
}

uint64_t trace_ring_append(struct trace_ring *ring, const void *bytes, size_t size, uint64_t opener)
{
	struct header header = {.size = (uint32_t)size};

	if (size > UINT32_MAX || sizeof(header) + size > ring->capacity) {
		ring->refused++;
		return 0;
	}
	/* Too far back for 32 bits is as good as gone: whoever reads leaves the entry out. */
	if (opener) {
		uint64_t back = ring->next - opener;
		header.opener = back < UINT32_MAX ? (uint32_t)back : UINT32_MAX;
	}
	while (ring->end - ring->begin + sizeof(header) + size > ring->capacity) {
		drop_oldest(ring);
	}
	put(ring, &header, sizeof(header));
	put(ring, bytes, size);
	return ring->next++;
}

struct trace_cursor trace_ring_oldest(const struct trace_ring *ring)
{
	return (struct trace_cursor){.position = ring->begin, .number = ring->first};
}

uint64_t trace_ring_catch_up(const struct trace_ring *ring, struct trace_cursor *cursor)
{
	uint64_t missed = 0;

	if (cursor->number < ring->first) {
		missed = ring->first - cursor->number;
		*cursor = trace_ring_oldest(ring);
	}
	return missed;
}

size_t trace_ring_pending(const struct trace_ring *ring, const struct trace_cursor *cursor)
{
	return (size_t)(ring->end - cursor->position);
}

size_t trace_ring_copy(const struct trace_ring *ring, struct trace_cursor *cursor, uint64_t floor,
	uint8_t *to, size_t room)
{
	size_t used = 0;

	while (cursor->number < ring->next) {
		struct header header = header_at(ring, cursor->position);
		bool orphan = header.opener && cursor->number < floor + header.opener;

		if (!orphan) {
			if (header.size > room - used) {
				break;
			}
			get(ring, cursor->position + sizeof(header), to + used, header.size);
			used += header.size;
		}
		step(ring, cursor);
	}
	return used;
}
