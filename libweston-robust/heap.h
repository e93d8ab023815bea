/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * What the C library keeps of freed memory. Nothing here changes what a program sees, and where
 * the C library keeps nothing in the way that glibc does, nothing happens.
 */
#ifndef WESTON_ROBUST_HEAP_H
#define WESTON_ROBUST_HEAP_H

#include <stdbool.h>

/**
 * Have what is large go back to the system as soon as it is freed, always; and at once what is free
 * by now.
 *
 * glibc raises the sizes that it calls large, to 32 MiB and more, by what has been freed: what a
 * software driver has used stays in the heaps then, where heap_trim() does not reach the end of any
 * but the main one. For the whole process, unless its user has set the same by environment
 * variables; what is large is not allocated in each frame. Once is enough, further calls cost
 * nothing; one thread's matter.
 */
void heap_keep_small(void);

/**
 * What is free at the end of a heap stays, up to 8 MiB: the next frame takes what this one frees,
 * and the kernel would have to make it anew each time. While @closely all but 128 KiB go back to
 * the system when they are freed: for a thread that frees what will not be used again. From any
 * thread; for the whole process; nothing before heap_keep_small().
 */
void heap_cut_closely(bool closely);

/**
 * Exchange the freed chunks that the C library keeps for the calling thread.
 *
 * glibc keeps up to seven of each size below 1 KiB, in no heap's free list, so each of the 448 may
 * keep a page from being given back: whichever page it was in that a dead generation has had. They
 * go back to their heaps, and others take their places, which lie where memory is in use anyway.
 * Costs 0.1 to 0.3 ms; heap_trim() makes use of it.
 */
void heap_renew_cache(void);

/**
 * Give the pages of free memory back to the system, of all threads' heaps. Each heap is locked for
 * up to 1 ms, which its threads may have to wait for.
 */
void heap_trim(void);

#endif
