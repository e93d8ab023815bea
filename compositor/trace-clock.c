/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-clock.h"

#include <stdlib.h>

/* Reading two clocks takes less, also when the scheduler comes in between more often than not; a
 * suspend takes longer. */
#define SUSPEND_LEAST_NS ((int64_t)2 * 1000 * 1000)

/* The shortest of so many readings counts. */
#define READINGS 5

static int64_t read_system(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The offset, by the pair of readings that had the least time in between. */
static int64_t measure(struct trace_clock *clock)
{
	int64_t best = INT64_MAX, offset = 0;

	for (int i = 0; i < READINGS; i++) {
		int64_t before = clock->read(CLOCK_MONOTONIC);
		int64_t boottime = clock->read(CLOCK_BOOTTIME);
		int64_t after = clock->read(CLOCK_MONOTONIC);

		if (after - before < best) {
			best = after - before;
			offset = boottime - before - best / 2;
		}
	}
	return offset;
}

void trace_clock_init(struct trace_clock *clock, int64_t (*read)(clockid_t id))
{
	*clock = (struct trace_clock){.read = read ? read : read_system};
	clock->offset = measure(clock);
	clock->previous_offset = clock->offset;
	clock->seen = clock->read(CLOCK_MONOTONIC);
	clock->previous_seen = clock->seen;
}

int64_t trace_clock_update(struct trace_clock *clock)
{
	int64_t boottime = clock->read(CLOCK_BOOTTIME);
	int64_t monotonic = clock->read(CLOCK_MONOTONIC);
	int64_t offset;

	if (llabs(boottime - monotonic - clock->offset) > SUSPEND_LEAST_NS) {
		/* Or this thread was held up between the two. */
		offset = measure(clock);
		if (llabs(offset - clock->offset) > SUSPEND_LEAST_NS) {
			clock->previous_offset = clock->offset;
			clock->previous_seen = clock->seen;
			clock->offset = offset;
		}
	}
	clock->seen = monotonic;
	return monotonic;
}

uint64_t trace_clock_boottime(const struct trace_clock *clock, int64_t monotonic)
{
	int64_t offset = monotonic <= clock->previous_seen ? clock->previous_offset : clock->offset;

	return (uint64_t)(monotonic + offset);
}
