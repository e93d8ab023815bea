/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "test.h"
#include "trace-clock.h"

#define SEC ((int64_t)1000 * 1000 * 1000)
#define HOUR (3600 * SEC)

static int64_t monotonic, suspended, held_up;

/* Each reading takes a little, and one may be held up before it. */
static int64_t read_fake(clockid_t id)
{
	monotonic += 30 + held_up;
	held_up = 0;
	return id == CLOCK_BOOTTIME ? monotonic + suspended : monotonic;
}

static void start(struct trace_clock *clock)
{
	monotonic = 100 * SEC;
	suspended = 5 * SEC;
	trace_clock_init(clock, read_fake);
}

TEST(the_offset_is_measured_closely)
{
	struct trace_clock clock;
	int64_t error;

	start(&clock);
	error = (int64_t)trace_clock_boottime(&clock, monotonic) - (monotonic + suspended);
	test_assert_msg(error > -100 && error < 100, "%lld ns off", (long long)error);
}

TEST(events_keep_their_distance)
{
	struct trace_clock clock;
	uint64_t first, second;

	start(&clock);
	first = trace_clock_boottime(&clock, monotonic);
	for (int i = 0; i < 1000; i++) {
		/* The scheduler comes in between. */
		held_up = i % 3 == 0 ? SEC / 20 : i % 5;
		trace_clock_update(&clock);
	}
	second = trace_clock_boottime(&clock, 100 * SEC + 7);
	test_assert_int_eq(second - trace_clock_boottime(&clock, 100 * SEC), 7);
	test_assert(first < trace_clock_boottime(&clock, monotonic));
	test_assert_int_eq(clock.offset, clock.previous_offset);
}

TEST(a_suspend_comes_in_between)
{
	struct trace_clock clock;
	int64_t before, after, error;

	start(&clock);
	before = trace_clock_update(&clock);
	suspended += HOUR;
	monotonic += SEC;
	after = trace_clock_update(&clock);
	error = (int64_t)trace_clock_boottime(&clock, before) - (before + 5 * SEC);
	test_assert_msg(error > -100 && error < 100, "before: %lld ns off", (long long)error);
	error = (int64_t)trace_clock_boottime(&clock, after) - (after + 5 * SEC + HOUR);
	test_assert_msg(error > -100 && error < 100, "after: %lld ns off", (long long)error);
}

TEST(the_system_has_these_clocks)
{
	struct trace_clock clock;
	struct timespec ts;
	int64_t now, error;

	trace_clock_init(&clock, NULL);
	now = trace_clock_update(&clock);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	error = ts.tv_sec * SEC + ts.tv_nsec - (int64_t)trace_clock_boottime(&clock, now);
	test_assert_msg(error > -SEC / 100 && error < SEC, "%lld ns off", (long long)error);
}
