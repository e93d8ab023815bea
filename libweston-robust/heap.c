/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "heap.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__

/* glibc's own to begin with, for both thresholds; to be set is what makes it stay. */
#define LARGE_BYTES (128 * 1024)

/* What frames free at a heap's end and take again: a software driver, with each of 50 windows that
 * are uploaded, 2 MiB and more. */
#define ROOM_BYTES (8 * 1024 * 1024)

/* glibc's glibc.malloc.tcache_count and tcache_max, unless someone has tuned them. */
#define CHUNKS_PER_SIZE 7
#define SMALLEST (3 * sizeof(void *))
#define LARGEST 1032
#define SIZE_STEP (2 * sizeof(void *))

static bool is_tuned(void)
{
	const char *tunables = getenv("GLIBC_TUNABLES");

	return getenv("MALLOC_MMAP_THRESHOLD_") || getenv("MALLOC_TRIM_THRESHOLD_") ||
	       (tunables && strstr(tunables, "glibc.malloc."));
}

/* The thresholds are ours. Other threads look here, since none may read the environment while this
 * one changes it. */
static atomic_bool kept_small;

void heap_keep_small(void)
{
	static bool called;

	if (!called && !is_tuned()) {
		mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
		mallopt(M_TRIM_THRESHOLD, ROOM_BYTES);
		malloc_trim(0);
		kept_small = true;
	}
	called = true;
}

void heap_cut_closely(bool closely)
{
	if (kept_small) {
		mallopt(M_TRIM_THRESHOLD, closely ? LARGE_BYTES : ROOM_BYTES);
	}
}

struct chunk {
	struct chunk *next;
};

/* As many chunks as may be kept: the ones that are kept come first. */
static struct chunk *take(void)
{
	struct chunk *list = NULL;

	for (size_t size = SMALLEST; size <= LARGEST; size += SIZE_STEP) {
		for (int i = 0; i < CHUNKS_PER_SIZE; i++) {
			struct chunk *chunk = malloc(size);

			if (chunk) {
				chunk->next = list;
				list = chunk;
			}
		}
	}
	return list;
}

static void give(struct chunk *list)
{
	while (list) {
		struct chunk *next = list->next;

		free(list);
		list = next;
	}
}

/* What is freed first is kept, and keeps the rest out. */
void heap_renew_cache(void)
{
	struct chunk *kept = take();
	struct chunk *fresh = take();

	give(fresh);
	give(kept);
}

void heap_trim(void)
{
	malloc_trim(0);
}

#else

void heap_keep_small(void)
{
}

void heap_cut_closely(bool closely)
{
}

void heap_renew_cache(void)
{
}

void heap_trim(void)
{
}

#endif
