/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_COMPOSITOR_TRACE_CLOCK_H
#define WR_COMPOSITOR_TRACE_CLOCK_H

#include <stdint.h>
#include <time.h>

/**
 * From CLOCK_MONOTONIC, in which the renderer tells times, to CLOCK_BOOTTIME, in which system
 * traces are.
 *
 * They differ by the time that the machine was suspended: a number that changes with each suspend
 * and is constant in between. It is kept until it is seen to have changed, so that two events keep
 * their distance and order exactly. Times are nanoseconds.
 */
struct trace_clock {
	int64_t (*read)(clockid_t id); // the system's, or a test's
	int64_t offset;                // CLOCK_BOOTTIME - CLOCK_MONOTONIC
	int64_t seen;                  // CLOCK_MONOTONIC when it was last seen to hold
	int64_t previous_offset;       // before the last suspend
	int64_t previous_seen;
};

/** @read: NULL for the system's clocks. */
void trace_clock_init(struct trace_clock *clock, int64_t (*read)(clockid_t id));

/** Look whether the machine was suspended. Returns CLOCK_MONOTONIC. */
int64_t trace_clock_update(struct trace_clock *clock);

/** @monotonic as CLOCK_BOOTTIME. Right across one suspend, for times up to the last update before
 * it.
 */
uint64_t trace_clock_boottime(const struct trace_clock *clock, int64_t monotonic);

#endif
