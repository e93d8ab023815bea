/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "reserve.h"

#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__GLIBC__) && defined(MADV_POPULATE_WRITE)

/* What glibc looks for when it is asked for @bytes that lie as llvmpipe has its images lie, in 64
 * bytes each: a smaller piece would not be found again, a larger one not the next time. */
#define ALIGNED_BYTES(bytes) ((((bytes) + 23) & ~(size_t)15) + 64 + 32)

/* What is smaller has few pages. */
#define IMAGE_MIN ((size_t)64 * 1024)

/* Of all images together. */
#define BYTES_MAX ((size_t)128 * 1024 * 1024)

/* More than malloc keeps for a thread, and less than a page: so each page of them is written to. */
#define SMALL_BYTES ((size_t)3 * 1024)

/* More in one call would hold up others who map memory. */
#define STEP_BYTES ((size_t)256 * 1024)

/* glibc's own. */
#define MMAP_MAX 65536

/** At the piece's own beginning. */
struct reserve_piece {
	struct reserve_piece *next;
	size_t size, touched;
};

/* It is not to be mapped by itself, or it would be unmapped again when it is freed. */
static void *take_from_heap(size_t bytes)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	void *memory;

	pthread_mutex_lock(&lock);
	mallopt(M_MMAP_MAX, 0);
	memory = malloc(ALIGNED_BYTES(bytes));
	mallopt(M_MMAP_MAX, MMAP_MAX);
	pthread_mutex_unlock(&lock);
	return memory;
}

/* Whoever has tuned malloc shall have it so. */
static bool is_tuned(void)
{
	const char *tunables = getenv("GLIBC_TUNABLES");

	return getenv("MALLOC_MMAP_MAX_") || (tunables && strstr(tunables, "glibc.malloc."));
}

void reserve_take_image(struct reserve *reserve, size_t bytes)
{
	struct reserve_piece *piece = NULL;

	if (bytes >= IMAGE_MIN && bytes <= BYTES_MAX - reserve->bytes && !is_tuned()) {
		piece = take_from_heap(bytes);
	}
	if (piece) {
		*piece = (struct reserve_piece){.next = reserve->pieces, .size = bytes};
		reserve->pieces = piece;
		reserve->touching = piece;
		reserve->bytes += bytes;
		reserve->end = (uintptr_t)piece > reserve->end ? (uintptr_t)piece : reserve->end;
		reserve->largest = bytes > reserve->largest ? bytes : reserve->largest;
	}
}

bool reserve_touch(struct reserve *reserve)
{
	struct reserve_piece *piece = reserve->touching;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first;
	size_t step;

	if (!piece) {
		return false;
	}
	first = ((uintptr_t)piece + piece->touched) / page * page;
	step = piece->size - piece->touched;
	step = step < STEP_BYTES ? step : STEP_BYTES;
	/* Older kernels do not know it, and where memory is short nothing is to be taken ahead. */
	if (madvise((void *)first, step, MADV_POPULATE_WRITE) < 0) {
		reserve->touching = NULL;
		return false;
	}
	piece->touched += step;
	if (piece->touched == piece->size) {
		reserve->touching = piece->next;
	}
	return reserve->touching != NULL;
}

size_t reserve_take_small(struct reserve *reserve)
{
	size_t taken = 0;

	while (taken < STEP_BYTES) {
		struct reserve_piece *piece = malloc(SMALL_BYTES);

		if (!piece) {
			break;
		}
		piece->next = reserve->pieces;
		reserve->pieces = piece;
		taken += SMALL_BYTES;
	}
	return taken;
}

/* What is large lies behind all others unless they have found holes, and keeps its place as it
 * shrinks. Among small pieces, the last one is the one behind. */
static void leave_guard(struct reserve *reserve)
{
	struct reserve_piece *last = reserve->pieces;
	void *guard;

	if (reserve->largest == 0) {
		reserve->pieces = last ? last->next : NULL;
		reserve->guard = last;
		return;
	}
	guard = take_from_heap(reserve->largest);
	if ((uintptr_t)guard < reserve->end) {
		free(guard); /* a hole: then the others have found some too */
		guard = NULL;
	}
	reserve->guard = guard ? realloc(guard, SMALL_BYTES) : NULL;
}

void reserve_release(struct reserve *reserve)
{
	void *before = reserve->guard;

	if (!reserve->pieces) {
		return;
	}
	leave_guard(reserve);
	free(before);
	while (reserve->pieces) {
		struct reserve_piece *next = reserve->pieces->next;

		free(reserve->pieces);
		reserve->pieces = next;
	}
	reserve->touching = NULL;
	reserve->bytes = 0;
	reserve->end = 0;
	reserve->largest = 0;
}

void reserve_forget(struct reserve *reserve)
{
	reserve_release(reserve);
	free(reserve->guard);
	reserve->guard = NULL;
}

#else

void reserve_take_image(struct reserve *reserve, size_t bytes)
{
}

bool reserve_touch(struct reserve *reserve)
{
	return false;
}

size_t reserve_take_small(struct reserve *reserve)
{
	return 0;
}

void reserve_release(struct reserve *reserve)
{
}

void reserve_forget(struct reserve *reserve)
{
}

#endif
