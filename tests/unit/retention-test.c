/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "retention.h"
#include "test.h"

#define HOLD RETENTION_ACTION_HOLD
#define COPY RETENTION_ACTION_COPY
#define FORGET RETENTION_ACTION_FORGET

#define T0 ((int64_t)1000 * 1000 * 1000)
#define MSEC ((int64_t)1000 * 1000)

static const enum retention_policy policies[] = {
	RETENTION_HOLD, RETENTION_COPY, RETENTION_AUTO, RETENTION_NONE};

/* A mapped surface of a client with two buffers, one of which is free. */
static struct retention_facts double_buffered(int64_t now)
{
	return (struct retention_facts){
		.now_ns = now, .client_buffers = 2, .spare_buffers = 1, .mapped = true};
}

static struct retention_facts single_buffered(int64_t now)
{
	return (struct retention_facts){.now_ns = now, .client_buffers = 1, .mapped = true};
}

static struct retention_state attached(uint64_t buffer)
{
	struct retention_state state = {0};

	retention_attached(&state, buffer, T0);
	return state;
}

TEST(policy_names)
{
	enum retention_policy policy;
	size_t i;

	for (i = 0; i < 4; i++) {
		test_assert(
			retention_policy_from_name(retention_policy_name(policies[i]), &policy));
		test_assert_int_eq(policy, policies[i]);
	}
	policy = RETENTION_COPY;
	test_assert(!retention_policy_from_name("keep", &policy));
	test_assert(!retention_policy_from_name("", &policy));
	test_assert_int_eq(policy, RETENTION_COPY);
	test_assert_str_eq(retention_policy_name((enum retention_policy)4), "invalid");
}

/* hold, copy, auto, none */
static void expect(const struct retention_state *state, const struct retention_facts *facts,
	const enum retention_action wanted[4])
{
	size_t i;

	for (i = 0; i < 4; i++) {
		enum retention_action got = retention_decide(policies[i], state, facts);

		test_assert_msg(got == wanted[i], "policy %s: action %d, expected %d",
			retention_policy_name(policies[i]), (int)got, (int)wanted[i]);
	}
}

TEST(each_policy_in_each_situation)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = double_buffered(T0);

	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
	facts = single_buffered(T0);
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, COPY, FORGET});
	facts = double_buffered(T0);
	facts.destroyed = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	facts = double_buffered(T0);
	facts.mapped = false;
	expect(&state, &facts, (enum retention_action[]){FORGET, FORGET, FORGET, FORGET});
	facts.still_drawn = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	facts.destroyed = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
}

TEST(the_grace_ends_a_stall_under_every_policy)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = double_buffered(T0 + 40 * MSEC - 1);

	facts.spare_buffers = 0;
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
	facts.now_ns++;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	facts.spare_buffers = 1;
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
}

TEST(the_same_buffer_twice_in_a_row_is_learned)
{
	struct retention_state state = attached(7);
	struct retention_facts facts = double_buffered(T0);

	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), HOLD);
	retention_applied(&state, HOLD);
	facts.now_ns = T0 + 40 * MSEC;
	facts.spare_buffers = 0;
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	retention_applied(&state, COPY);

	retention_attached(&state, 7, T0 + 50 * MSEC);
	facts = double_buffered(T0 + 50 * MSEC);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), HOLD);
}

TEST(what_was_learned_is_forgotten_after_different_buffers)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = double_buffered(T0);

	retention_attached(&state, 1, T0);
	retention_attached(&state, 2, T0);
	retention_attached(&state, 3, T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	retention_attached(&state, 2, T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), HOLD);
	retention_attached(&state, 2, T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	/* The run begins anew. */
	retention_attached(&state, 3, T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
}

TEST(what_was_released_is_not_held_again)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = single_buffered(T0);

	retention_applied(&state, retention_decide(RETENTION_AUTO, &state, &facts));
	facts = double_buffered(T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), COPY);
	retention_attached(&state, 2, T0);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), HOLD);
}

TEST(deadlines)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = double_buffered(T0);

	test_assert_int_eq(
		retention_deadline(RETENTION_AUTO, &state, &facts), T0 + RETENTION_GRACE_NS);
	test_assert_int_eq(retention_deadline(RETENTION_COPY, &state, &facts), 0);
	test_assert_int_eq(retention_deadline(RETENTION_NONE, &state, &facts), 0);
	/* Held beyond the grace thanks to a spare buffer: look again, but rarely. */
	facts.now_ns = T0 + RETENTION_GRACE_NS;
	test_assert_int_eq(retention_deadline(RETENTION_HOLD, &state, &facts),
		facts.now_ns + RETENTION_RECHECK_NS);
	facts.spare_buffers = 0;
	test_assert_int_eq(retention_deadline(RETENTION_HOLD, &state, &facts), 0);
}

/*
 * A client that owns `buffers` and draws its next frame only with one that is free, the strictest
 * there is. It must go on under every policy.
 */
static void run_strict_client(enum retention_policy policy, unsigned buffers)
{
	struct retention_state state = {0};
	bool busy[8] = {false};
	unsigned frames = 0, current = 0;
	int64_t now = T0, deadline = 0;

	while (now < T0 + 1000 * MSEC) {
		struct retention_facts facts = {
			.client_buffers = buffers, .mapped = true, .now_ns = now};
		unsigned i, free_one = buffers;

		for (i = 0; i < buffers; i++) {
			facts.spare_buffers += !busy[i];
			free_one = !busy[i] && free_one == buffers ? i : free_one;
		}
		if (free_one < buffers) {
			busy[current] = false;
			current = free_one;
			busy[current] = true;
			retention_attached(&state, current + 1, now);
			facts.spare_buffers = buffers - 1;
			frames++;
		} else {
			test_assert_msg(deadline > 0 && deadline <= now + RETENTION_GRACE_NS,
				"stalled for ever");
			now = deadline > now ? deadline : now;
			facts.now_ns = now;
		}
		deadline = retention_deadline(policy, &state, &facts);
		if (retention_decide(policy, &state, &facts) != HOLD) {
			retention_applied(&state, retention_decide(policy, &state, &facts));
			busy[current] = false;
		}
		now += 16 * MSEC;
	}
	test_assert_msg(frames >= 15, "%s, %u buffers: %u frames in a second",
		retention_policy_name(policy), buffers, frames);
	if (policy != RETENTION_HOLD || buffers > 1) {
		test_assert_msg(frames >= 60, "%s, %u buffers: %u frames in a second",
			retention_policy_name(policy), buffers, frames);
	}
}

TEST(no_client_stalls)
{
	unsigned buffers, i;

	for (i = 0; i < 4; i++) {
		for (buffers = 1; buffers <= 4; buffers++) {
			run_strict_client(policies[i], buffers);
		}
	}
}

TEST(budget_counts)
{
	struct retention_budget budget = {.limit_bytes = 100};

	test_assert_int_eq(retention_budget_excess(&budget), 0);
	retention_budget_add(&budget, 100);
	test_assert_int_eq(retention_budget_excess(&budget), 0);
	retention_budget_add(&budget, 30);
	test_assert_int_eq(retention_budget_excess(&budget), 30);
	retention_budget_remove(&budget, 50);
	test_assert_int_eq(budget.used_bytes, 80);
	retention_budget_remove(&budget, 1000);
	test_assert_int_eq(budget.used_bytes, 0);
	retention_budget_add(&budget, UINT64_MAX);
	retention_budget_add(&budget, 10);
	test_assert(budget.used_bytes == UINT64_MAX);
	budget.limit_bytes = 0;
	test_assert_int_eq(retention_budget_excess(&budget), 0);
}

TEST(eviction_order)
{
	struct retention_candidate c[] = {
		{.bytes = 900, .last_drawn_ns = 50 * T0, .visible = true},
		{.bytes = 100, .last_drawn_ns = 10 * T0, .visible = false},
		{.bytes = 300, .last_drawn_ns = 10 * T0 + 1, .visible = false},
		{.bytes = 800, .last_drawn_ns = 40 * T0, .visible = false},
		{.bytes = 200, .last_drawn_ns = 50 * T0 - 1, .visible = true},
	};
	static const ptrdiff_t order[] = {2, 1, 3, 0, 4, -1};
	size_t i, count = sizeof(c) / sizeof(c[0]);

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		ptrdiff_t victim = retention_choose_victim(c, count);

		test_assert_int_eq(victim, order[i]);
		if (victim >= 0) {
			c[victim].bytes = 0;
		}
	}
	test_assert_int_eq(retention_choose_victim(NULL, 0), -1);
}

TEST(eviction_comes_to_an_end)
{
	struct retention_candidate c[50];
	struct retention_budget budget = {.limit_bytes = 5000};
	struct test_rng rng;
	unsigned evicted = 0;
	size_t i;

	test_rng_init(&rng, 3);
	for (i = 0; i < 50; i++) {
		c[i].bytes = test_rng_below(&rng, 1000);
		c[i].last_drawn_ns = (int64_t)test_rng_below(&rng, 100) * T0;
		c[i].visible = test_rng_below(&rng, 2) == 0;
		retention_budget_add(&budget, c[i].bytes);
	}
	while (retention_budget_excess(&budget) > 0) {
		ptrdiff_t victim = retention_choose_victim(c, 50);

		test_assert(victim >= 0 && c[victim].bytes > 0);
		retention_budget_remove(&budget, c[victim].bytes);
		c[victim].bytes = 0;
		test_assert(++evicted <= 50);
	}
	for (i = 0; i < 50; i++) {
		/* No visible one goes while a hidden one is left. */
		test_assert(c[i].bytes == 0 || c[i].visible || evicted < 50);
	}
}
