/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The short ways of a commit, for clients that are known, must lead where the long one does. */
#include "retention.h"
#include "test.h"

#define HOLD RETENTION_ACTION_HOLD
#define COPY RETENTION_ACTION_COPY

#define T0 ((int64_t)1000 * 1000 * 1000)
#define MSEC ((int64_t)1000 * 1000)

static const enum retention_policy policies[] = {
	RETENTION_HOLD, RETENTION_COPY, RETENTION_AUTO, RETENTION_NONE};

static void expect_same_state(const struct retention_state *a, const struct retention_state *b)
{
	test_assert_int_eq(a->buffer, b->buffer);
	test_assert_int_eq(a->taken_ns, b->taken_ns);
	test_assert_int_eq(a->given_back_ns, b->given_back_ns);
	test_assert_int_eq(a->distinct_run, b->distinct_run);
	test_assert_int_eq(a->single_buffered, b->single_buffered);
	test_assert_int_eq(a->independent, b->independent);
	test_assert_int_eq(a->waits, b->waits);
	test_assert_int_eq(a->released, b->released);
	test_assert_int_eq(a->lent, b->lent);
}

/** How often the short ways were taken. */
struct short_ways {
	unsigned hold, copy, neither;
};

/* A commit by the short ways, and by the long one. */
static void compare_ways(enum retention_policy policy, const struct retention_state *before,
	uint64_t buffer, int64_t now_ns, struct short_ways *taken)
{
	struct retention_state hold = *before, copy = *before, state = *before;
	struct retention_facts facts = {.now_ns = now_ns, .mapped = true};
	int64_t deadline_ns = -1;
	bool holds = retention_hold_in_turn(policy, &hold, buffer, now_ns, &deadline_ns);
	bool copies = retention_copy_again(policy, &copy, buffer, now_ns);

	if (!holds) {
		expect_same_state(&hold, before);
		test_assert_int_eq(deadline_ns, -1);
	}
	if (!copies) {
		expect_same_state(&copy, before);
	}
	taken->hold += holds;
	taken->copy += copies;
	taken->neither += !holds && !copies;
	retention_attached(&state, buffer, now_ns);
	if (holds) {
		expect_same_state(&hold, &state);
		test_assert_int_eq(retention_decide(policy, &state, &facts), HOLD);
		test_assert_int_eq(deadline_ns, retention_deadline(policy, &state, &facts));
	}
	if (copies) {
		test_assert_int_eq(retention_decide(policy, &state, &facts), COPY);
		retention_applied(&state, COPY, &facts);
		expect_same_state(&copy, &state);
	}
}

/* Each value that can make a difference, of each member. */
static void compare_ways_in_state(unsigned index, struct short_ways *taken)
{
	static const int64_t times[] = {T0, T0 + RETENTION_ANSWER_NS - 1, T0 + RETENTION_ANSWER_NS,
		T0 + RETENTION_GRACE_NS, T0 + RETENTION_PATIENCE_NS};
	struct retention_state state = {
		.buffer = index / 128,
		.taken_ns = T0 - RETENTION_GRACE_NS,
		.distinct_run = index / 32 % 4,
		.single_buffered = index & 1,
		.independent = index & 2,
		.waits = index & 4,
		.released = index & 8,
		.given_back_ns = index & 16 ? T0 : 0,
	};
	unsigned time, policy;
	uint64_t buffer;

	if (state.given_back_ns != 0 && !state.released) {
		return; /* can't be */
	}
	for (time = 0; time < sizeof(times) / sizeof(times[0]); time++) {
		for (policy = 0; policy < 4; policy++) {
			for (buffer = 1; buffer <= 2; buffer++) {
				compare_ways(policies[policy], &state, buffer, times[time], taken);
			}
		}
	}
}

TEST(short_ways_decide_as_the_long_one_in_all_states)
{
	struct short_ways taken = {0};
	unsigned index;

	test_assert_int_eq(RETENTION_DISTINCT_RUN, 3);
	for (index = 0; index < 3 * 128; index++) {
		compare_ways_in_state(index, &taken);
	}
	test_assert(taken.hold > 0 && taken.copy > 0 && taken.neither > 0);
}

/* The point of them: after a few commits there is no other way. */
TEST(short_ways_are_those_of_most_clients)
{
	static const enum retention_policy holding[] = {RETENTION_HOLD, RETENTION_AUTO};
	struct retention_state state;
	int64_t now = T0, deadline;
	unsigned i, frame;

	for (i = 0; i < 2; i++) {
		struct retention_facts facts = {.now_ns = now, .mapped = true};

		state = (struct retention_state){0};
		for (frame = 0; frame < 5; frame++) {
			retention_attached(&state, frame % 2 + 1, now);
			retention_applied(
				&state, retention_decide(holding[i], &state, &facts), &facts);
		}
		for (; frame < 20; frame++, now += 16 * MSEC) {
			test_assert(retention_hold_in_turn(
				holding[i], &state, frame % 2 + 1, now, &deadline));
		}
		state = (struct retention_state){0};
		for (frame = 0; frame < 20; frame++) {
			facts.now_ns = now += 16 * MSEC;
			if (!retention_copy_again(holding[i], &state, 1, now)) {
				test_assert(frame < 2);
				retention_attached(&state, 1, now);
				retention_applied(&state,
					retention_decide(holding[i], &state, &facts), &facts);
			}
		}
	}
}
