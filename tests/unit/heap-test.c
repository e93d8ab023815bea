/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Memory of which only what the C library keeps for a thread is left. */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "heap.h"
#include "test.h"

#define SIZES 64
#define OF_EACH 7
#define CHUNKS (SIZES * OF_EACH)
#define SPACER_BYTES 16384

struct heap_state {
	bool renew;
	unsigned resident; // pages of what was freed; 0: not to be told
};

static unsigned count_resident(uintptr_t begin, uintptr_t end)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	unsigned resident = 0;

	if (end < begin || end - begin > 4 * CHUNKS * SPACER_BYTES) {
		return 0;
	}
	for (uintptr_t at = begin & ~(page - 1); at < end; at += page) {
		unsigned char present = 0;

		resident += mincore((void *)at, page, &present) == 0 && (present & 1);
	}
	return resident;
}

/* A thread's first allocations, in order, are the only ones of its heap. */
static void *run_thread(void *data)
{
	struct heap_state *state = data;
	char *chunks[CHUNKS], *spacers[CHUNKS];
	uintptr_t begin, end;
	void *volatile last; // what the compiler must not leave out

	for (unsigned i = 0; i < CHUNKS; i++) {
		chunks[i] = malloc(24 + 16 * (size_t)(i % SIZES));
		spacers[i] = calloc(1, SPACER_BYTES);
	}
	last = malloc(SPACER_BYTES); /* what is free beyond the last chunk is another matter */
	begin = (uintptr_t)chunks[0];
	end = (uintptr_t)spacers[CHUNKS - 1] + SPACER_BYTES;
	for (unsigned i = 0; i < CHUNKS; i++) {
		free(chunks[i]);
	}
	for (unsigned i = 0; i < CHUNKS; i++) {
		free(spacers[i]);
	}
	if (state->renew) {
		heap_renew_cache();
	}
	heap_trim();
	state->resident = count_resident(begin, end);
	free(last);
	return NULL;
}

/* In a heap of its own: the first thread's is taken as long as that lives. */
static void *run_two(void *data)
{
	struct heap_state *states = data;
	pthread_t thread;

	run_thread(&states[0]);
	test_assert_int_eq(pthread_create(&thread, NULL, run_thread, &states[1]), 0);
	pthread_join(thread, NULL);
	return NULL;
}

TEST(what_a_thread_keeps)
{
	struct heap_state states[2] = {{.renew = false}, {.renew = true}};
	unsigned scattered, renewed;
	pthread_t thread;

	test_assert_int_eq(pthread_create(&thread, NULL, run_two, states), 0);
	pthread_join(thread, NULL);
	scattered = states[0].resident;
	renewed = states[1].resident;
	if (scattered < CHUNKS / 2 || scattered > 2 * CHUNKS) {
		test_skip("a C library that keeps freed memory like glibc's");
	}
	test_assert_msg(renewed < CHUNKS / 4, "%u pages, without %u", renewed, scattered);
}

static size_t count_large(void)
{
	return mallinfo2().hblks;
}

/* What has once been large stays so. */
TEST(large_stays_large)
{
	size_t before = count_large();
	void *volatile memory;
	bool large;

	memory = malloc(16 * SPACER_BYTES * 64);
	large = count_large() > before;
	free(memory);
	memory = malloc(SPACER_BYTES * 64);
	if (!large || count_large() > before) {
		test_skip("a C library that changes what it calls large, like glibc");
	}
	free(memory);
	heap_keep_small();
	memory = malloc(SPACER_BYTES * 64 * 4); /* more than was left there */
	test_assert_int_eq(count_large(), before + 1);
	free(memory);
}

/* Pages of 3 MiB that were freed at the end of the heap, as a frame does. */
static unsigned resident_after_frame(void)
{
	static char *chunks[3 * 1024 * 1024 / SPACER_BYTES];
	const unsigned count = sizeof(chunks) / sizeof(chunks[0]);

	for (unsigned i = 0; i < count; i++) {
		chunks[i] = calloc(1, SPACER_BYTES);
	}
	for (unsigned i = 0; i < count; i++) {
		free(chunks[i]);
	}
	return count_resident((uintptr_t)chunks[0], (uintptr_t)chunks[count - 1]);
}

TEST(frames_find_what_they_have_freed)
{
	const unsigned all = 3 * 1024 * 1024 / 4096;
	unsigned closely, at_ease;

	heap_keep_small();
	heap_cut_closely(true);
	closely = resident_after_frame();
	heap_cut_closely(false);
	at_ease = resident_after_frame();
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__)
	test_skip("glibc's malloc, which a sanitizer has taken the place of");
#endif
	test_assert_msg(closely < all / 4, "closely: %u pages of %u", closely, all);
	test_assert_msg(at_ease > all / 4 * 3, "at ease: %u pages of %u", at_ease, all);
}

TEST(twice_is_as_good)
{
	void *before = malloc(100);

	heap_renew_cache();
	heap_renew_cache();
	heap_trim();
	free(before);
}
