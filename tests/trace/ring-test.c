/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "trace-ring.h"

#define CAPACITY 301 /* odd: wraps fall anywhere */
#define ENTRIES 20000
#define LONGEST 120

/* What the ring ought to hold: all that ever went in, and which of it is left. */
struct model {
	uint8_t bytes[ENTRIES + 1][LONGEST];
	size_t size[ENTRIES + 1];
	uint64_t opener[ENTRIES + 1];
	uint64_t first, next;
	size_t used;
};

static struct model model;

static void model_append(const uint8_t *bytes, size_t size, uint64_t opener)
{
	while (model.used + size + TRACE_RING_OVERHEAD > CAPACITY) {
		model.used -= model.size[model.first++] + TRACE_RING_OVERHEAD;
	}
	memcpy(model.bytes[model.next], bytes, size);
	model.size[model.next] = size;
	model.opener[model.next] = opener;
	model.used += size + TRACE_RING_OVERHEAD;
	model.next++;
}

static size_t model_copy(uint64_t *from, uint64_t floor, uint8_t *to, size_t room)
{
	size_t used = 0;

	for (; *from < model.next; (*from)++) {
		if (model.opener[*from] && model.opener[*from] < floor) {
			continue;
		}
		if (model.size[*from] > room - used) {
			break;
		}
		memcpy(to + used, model.bytes[*from], model.size[*from]);
		used += model.size[*from];
	}
	return used;
}

static void compare(const struct trace_ring *ring, struct test_rng *rng)
{
	struct trace_cursor cursor = trace_ring_oldest(ring);
	uint64_t number = model.first;
	uint64_t floor = test_rng_below(rng, 2) ? model.first : 0;
	uint8_t got[CAPACITY], want[CAPACITY];

	test_assert_int_eq(ring->first, model.first);
	test_assert_int_eq(ring->next, model.next);
	test_assert_int_eq(trace_ring_pending(ring, &cursor), model.used);
	/* In pieces: what does not fit comes with the next one, whole. */
	while (number < model.next) {
		size_t room = test_rng_below(rng, CAPACITY) + 1;
		size_t size = trace_ring_copy(ring, &cursor, floor, got, room);

		test_assert_int_eq(size, model_copy(&number, floor, want, room));
		test_assert_int_eq(cursor.number, number);
		test_assert(memcmp(got, want, size) == 0);
		if (size == 0 && number < model.next && room >= LONGEST) {
			test_fail("stuck at entry %llu", (unsigned long long)number);
		}
	}
	test_assert_int_eq(trace_ring_pending(ring, &cursor), 0);
}

TEST(what_goes_in_comes_out_byte_for_byte)
{
	struct trace_ring ring;
	struct test_rng rng;
	uint8_t bytes[LONGEST];

	test_rng_init(&rng, 1);
	test_assert(trace_ring_init(&ring, CAPACITY));
	model.first = model.next = 1;
	while (model.next <= ENTRIES) {
		size_t size = test_rng_below(&rng, LONGEST + 1);
		uint64_t opener = test_rng_below(&rng, 4) ? 0 : test_rng_below(&rng, model.next);

		for (size_t i = 0; i < size; i++) {
			bytes[i] = (uint8_t)test_rng_next(&rng);
		}
		test_assert_int_eq(trace_ring_append(&ring, bytes, size, opener), model.next);
		model_append(bytes, size, opener);
		if (test_rng_below(&rng, 8) == 0) {
			compare(&ring, &rng);
		}
	}
	/* It wrapped around many times, at ever other places. */
	test_assert(ring.end / CAPACITY > 1000);
	trace_ring_fini(&ring);
}

TEST(what_fills_the_ring_exactly_fits)
{
	uint8_t bytes[CAPACITY] = {1, 2, 3}, got[CAPACITY];
	struct trace_ring ring;
	struct trace_cursor cursor;

	test_assert(trace_ring_init(&ring, CAPACITY));
	test_assert_int_eq(trace_ring_append(&ring, bytes, 5, 0), 1);
	test_assert_int_eq(trace_ring_append(&ring, bytes, CAPACITY - TRACE_RING_OVERHEAD, 0), 2);
	test_assert_int_eq(ring.first, 2);
	cursor = trace_ring_oldest(&ring);
	test_assert_int_eq(
		trace_ring_copy(&ring, &cursor, 0, got, CAPACITY), CAPACITY - TRACE_RING_OVERHEAD);
	test_assert(memcmp(got, bytes, CAPACITY - TRACE_RING_OVERHEAD) == 0);
	trace_ring_fini(&ring);
}

TEST(what_is_larger_than_the_ring_is_refused)
{
	uint8_t bytes[CAPACITY] = {0};
	struct trace_ring ring;

	test_assert(trace_ring_init(&ring, CAPACITY));
	test_assert_int_eq(trace_ring_append(&ring, bytes, 5, 0), 1);
	test_assert_int_eq(
		trace_ring_append(&ring, bytes, CAPACITY - TRACE_RING_OVERHEAD + 1, 0), 0);
	test_assert_int_eq(ring.refused, 1);
	/* … and costs nobody his place. */
	test_assert_int_eq(ring.first, 1);
	test_assert_int_eq(ring.next, 2);
	trace_ring_fini(&ring);
}

TEST(a_reader_that_was_overtaken_is_told)
{
	uint8_t bytes[92] = {0}, got[CAPACITY];
	struct trace_ring ring;
	struct trace_cursor cursor;

	test_assert(trace_ring_init(&ring, CAPACITY));
	cursor = trace_ring_oldest(&ring);
	for (int i = 0; i < 3; i++) {
		trace_ring_append(&ring, bytes, sizeof(bytes), 0);
	}
	test_assert_int_eq(trace_ring_catch_up(&ring, &cursor), 0);
	test_assert_int_eq(trace_ring_copy(&ring, &cursor, 0, got, 100), 92);
	for (int i = 0; i < 5; i++) {
		trace_ring_append(&ring, bytes, sizeof(bytes), 0);
	}
	/* Of eight, the reader had the first, and the last three are left. */
	test_assert_int_eq(trace_ring_catch_up(&ring, &cursor), 4);
	test_assert_int_eq(cursor.number, 6);
	test_assert_int_eq(trace_ring_catch_up(&ring, &cursor), 0);
	trace_ring_fini(&ring);
}

TEST(an_empty_ring_has_nothing)
{
	struct trace_ring ring;
	struct trace_cursor cursor;
	uint8_t got[1];

	test_assert(trace_ring_init(&ring, CAPACITY));
	cursor = trace_ring_oldest(&ring);
	test_assert_int_eq(trace_ring_pending(&ring, &cursor), 0);
	test_assert_int_eq(trace_ring_copy(&ring, &cursor, 0, got, sizeof(got)), 0);
	trace_ring_fini(&ring);
}
