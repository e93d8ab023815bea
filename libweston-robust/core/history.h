/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** The last incidents, in a ring of fixed size. Pure: no clock, no allocation, no I/O. */
#ifndef WESTON_ROBUST_CORE_HISTORY_H
#define WESTON_ROBUST_CORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recovery.h"

#define HISTORY_SIZE 32

/**
 * One reset, from its detection to the first whole frame after it.
 * Times are CLOCK_MONOTONIC nanoseconds; 0 = not reached yet.
 */
struct incident {
	uint64_t id; // from 1, never reused
	enum reset_status cause;
	uint64_t generation_from; // the lost generation
	uint64_t generation_to;   // the new one; 0 = none yet
	enum recovery_rung rung;  // on which the recovery succeeded, or the last one tried
	int64_t t_detected;
	int64_t t_over;    // the status was NONE again, or the wait was ended
	int64_t t_rebuilt; // the new generation proved itself
	int64_t t_first_frame;
	uint32_t attempts;          // rebuilds
	uint32_t surfaces_restored; // up to the first whole frame, as are the two below
	uint32_t surfaces_lost;     // that show a placeholder
	uint64_t bytes_restored;
	char guilty_task[64]; // name of the guilty program as told by the kernel; "" = unknown
	bool finished;        // set by history_finish()
	bool simulated;       // asked for, no GPU was reset
};

struct history {
	struct incident ring[HISTORY_SIZE];
	uint64_t total; // incidents ever begun; the newest has this id
};

void history_init(struct history *h);

/**
 * Open a new incident; an unfinished one before it stays as it is.
 * \return the incident, writable until HISTORY_SIZE further ones have begun
 */
struct incident *history_begin(
	struct history *h, enum reset_status cause, uint64_t generation_from, int64_t now_ns);

/** \return the newest incident while it is not finished, else NULL. Update it by writing to it. */
struct incident *history_current(struct history *h);

/** Close the newest incident. \return it, or NULL when none was open. */
const struct incident *history_finish(struct history *h);

/** How many incidents can be read. At most HISTORY_SIZE. */
size_t history_count(const struct history *h);

/** \return the incident `age` steps back, 0 = newest; NULL when age >= history_count(). */
const struct incident *history_get(const struct history *h, size_t age);

/** \return the incident with this id, NULL when it is not (or no longer) in the ring. */
const struct incident *history_find(const struct history *h, uint64_t id);

/** Set guilty_task: cut to fit, quotes and all but printable ASCII replaced by '?'. NULL clears. */
void incident_set_guilty_task(struct incident *incident, const char *task);

/**
 * The one info line of an incident, without a newline:
 *
 *   GPU reset: cause=innocent id=3 generation=1->2 rung=context detected=12345.678901
 *   wait_ms=1.1 rebuild_ms=20.4 first_frame_ms=35.0 surfaces=7 bytes=4194304 lost=0
 *   attempts=1
 *
 * `task="NAME"` follows when the guilty task is known. detected is in seconds; wait_ms counts from
 * the detection, rebuild_ms from the end of the wait, first_frame_ms from the detection. A phase
 * that was not reached reads "-". lost counts the contents that could not be restored. Keys and
 * their order are stable. \return as snprintf()
 */
int history_format(const struct incident *incident, char *buf, size_t size);

#endif
