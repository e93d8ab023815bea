/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Whether malloc() finds what was made ready for it. */
#include "reserve.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "heap.h"
#include "test.h"

#define IMAGE_BYTES ((size_t)8 * 1024 * 1024)
#define SMALL_BYTES ((size_t)4 * 1024 * 1024)

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

static long pages(size_t bytes)
{
	return (long)(bytes / (size_t)sysconf(_SC_PAGESIZE));
}

/* Page faults of an image that is allocated and written to. */
static long draw_image(void)
{
	long before = faults();
	void *image = memalign(64, IMAGE_BYTES);
	long count;

	test_assert(image);
	memset(image, 1, IMAGE_BYTES);
	/* Or a compiler may leave it out. */
	__asm__ volatile("" : : "r"(image) : "memory");
	count = faults() - before;
	free(image);
	return count;
}

/* Sanitizers have a malloc of their own, and huge pages few faults. */
static void need_plain_memory(void)
{
	long count;

	heap_keep_small();
	count = draw_image();
	if (count < pages(IMAGE_BYTES) / 2 || count > 2 * pages(IMAGE_BYTES) ||
		madvise(NULL, 0, MADV_POPULATE_WRITE) < 0 || mallinfo2().arena == 0) {
		test_skip("glibc's malloc on a kernel that maps page by page, and ahead if told");
	}
}

TEST(an_image_finds_its_memory)
{
	struct reserve reserve = {0};
	long count;

	need_plain_memory();
	for (int i = 0; i < 3; i++) {
		reserve_take_image(&reserve, IMAGE_BYTES);
		while (reserve_touch(&reserve)) {
		}
		reserve_release(&reserve);
		count = draw_image();
		test_assert_msg(count < pages(IMAGE_BYTES) / 16, "%ld faults", count);
		malloc_trim(0);
	}
	reserve_forget(&reserve);
}

static long use_small(void)
{
	void **list = NULL;
	long before = faults();

	for (size_t i = 0; i < SMALL_BYTES / 4096; i++) {
		void **piece = malloc(2000);

		test_assert(piece);
		*piece = list;
		list = piece;
	}
	before = faults() - before;
	while (list) {
		void **next = *list;

		free(list);
		list = next;
	}
	return before;
}

TEST(small_requests_find_theirs)
{
	struct reserve reserve = {0};
	size_t taken = 0;
	long count;

	need_plain_memory();
	malloc_trim(0);
	while (taken < SMALL_BYTES) {
		taken += reserve_take_small(&reserve);
	}
	reserve_release(&reserve);
	count = use_small();
	test_assert_msg(count < pages(SMALL_BYTES) / 16, "%ld faults", count);
	reserve_forget(&reserve);
}

TEST(nothing_is_no_trouble)
{
	struct reserve reserve = {0};

	test_assert(!reserve_touch(&reserve));
	reserve_release(&reserve);
	reserve_take_image(&reserve, 0);
	reserve_take_image(&reserve, SIZE_MAX);
	test_assert(!reserve_touch(&reserve));
	reserve_forget(&reserve);
	reserve_forget(&reserve);
}
