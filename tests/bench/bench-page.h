/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_BENCH_PAGE_H
#define WR_BENCH_PAGE_H

#include <stdint.h>
#include <time.h>

#define BENCH_PAGE_MAGIC "wrbench1"

/**
 * What bench-module.so keeps in the file that WR_BENCH_PAGE names. tools/bench_world.py reads it by
 * position: all values are 64 bits wide. Times are CLOCK_MONOTONIC in ns, 0 for "never".
 */
struct bench_page {
	char magic[8];
	uint64_t frames; // really painted, over all outputs
	uint64_t first_frame_ns;
	uint64_t acknowledged; // orders
	uint64_t rectangles;   // of the damage of all frames
	uint64_t pixels;       // likewise
	uint64_t argument;     // of the next order, written by who gives it
	uint64_t refused;      // orders that could not be carried out
	uint64_t cost_ns;      // answer to the orders that measure something
	/* Answers to the order 'r', of weston-robust only: */
	uint64_t held_bytes, copied_bytes; // retained
	uint64_t status_queries;
	uint64_t incident, detected_ns, over_ns, rebuilt_ns, whole_frame_ns; // the newest
	uint64_t attempts, surfaces, bytes, lost;                            // of it
	uint64_t copy_cpu_ns; // answer to the order 'm', besides cost_ns: the thread's CPU time
	uint64_t skip;        // a second argument
	uint64_t profiles;    // written by callgrind
};

/**
 * Make a context like the current one, with notification of resets, and make it current, some
 * times; returns the median in ns, 0 where that can't be done. The current context is as it was.
 */
uint64_t bench_context_ns(void);

/** Ask the current context for its reset status many times; returns ns for one, 0 for failure. */
uint64_t bench_query_ns(void);

/**
 * Copy as many bytes, from memory and to memory that were used before; returns the median in ns of
 * that clock.
 */
uint64_t bench_copy_ns(uint64_t bytes, clockid_t clock);

#endif
