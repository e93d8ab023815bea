/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "retention.h"
#include "test.h"

#define HOLD RETENTION_ACTION_HOLD
#define COPY RETENTION_ACTION_COPY
#define LEND RETENTION_ACTION_LEND
#define FORGET RETENTION_ACTION_FORGET

#define T0 ((int64_t)1000 * 1000 * 1000)
#define MSEC ((int64_t)1000 * 1000)

static const enum retention_policy policies[] = {
	RETENTION_HOLD, RETENTION_COPY, RETENTION_AUTO, RETENTION_NONE};

static struct retention_facts mapped_at(int64_t now)
{
	return (struct retention_facts){.now_ns = now, .spare_buffers = 1, .mapped = true};
}

static struct retention_state attached(uint64_t buffer)
{
	struct retention_state state = {0};

	retention_attached(&state, buffer, T0);
	return state;
}

/* Has had buffers 1, 2, 3 at T0, each of them held until the next one came. */
static struct retention_state independent(void)
{
	struct retention_state state = attached(1);

	retention_attached(&state, 2, T0);
	retention_attached(&state, 3, T0);
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
	struct retention_state state = independent();
	struct retention_facts facts = mapped_at(T0);

	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
	facts.destroyed = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	facts = mapped_at(T0);
	facts.mapped = false;
	expect(&state, &facts, (enum retention_action[]){FORGET, FORGET, FORGET, FORGET});
	facts.still_drawn = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	facts.destroyed = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
}

TEST(the_first_buffer_is_held_on_trial_or_copied)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = mapped_at(T0 + RETENTION_GRACE_NS - 1);

	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, COPY, FORGET});
	facts.now_ns++;
	expect(&state, &facts, (enum retention_action[]){LEND, COPY, COPY, FORGET});
}

TEST(several_buffers_in_a_row_are_worth_a_trial)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = mapped_at(T0);

	retention_applied(&state, COPY, &facts);
	retention_attached(&state, 2, T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	retention_applied(&state, COPY, &facts);
	retention_attached(&state, 1, T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), HOLD);
	/* Nothing was replaced while it was held: the trial is short. */
	facts.now_ns = T0 + RETENTION_GRACE_NS;
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
}

TEST(patience_with_independent_clients)
{
	struct retention_state state = independent();
	struct retention_facts facts = mapped_at(T0 + RETENTION_PATIENCE_NS - 1);

	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
	facts.now_ns++;
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, COPY, FORGET});
	facts.spare_buffers = 0;
	expect(&state, &facts, (enum retention_action[]){LEND, COPY, COPY, FORGET});
}

TEST(the_same_buffer_twice_in_a_row_is_learned)
{
	struct retention_state state = attached(7);
	struct retention_facts facts = mapped_at(T0);

	retention_attached(&state, 7, T0);
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	retention_attached(&state, 8, T0);
	retention_attached(&state, 9, T0);
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	retention_attached(&state, 8, T0);
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
}

/* Given back at the end of the trial, and the next buffer comes after that time. */
static struct retention_state answer_after(struct retention_state state, int64_t trial, int64_t ns)
{
	struct retention_facts facts = mapped_at(T0 + trial);

	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	retention_applied(&state, COPY, &facts);
	retention_attached(&state, 10, T0 + trial + ns);
	return state;
}

TEST(a_prompt_answer_tells_a_wait)
{
	struct retention_state on_trial = attached(1), state;
	struct retention_facts facts;

	on_trial.distinct_run = RETENTION_DISTINCT_RUN;
	facts = mapped_at(T0 + RETENTION_GRACE_NS + 20 * MSEC);
	state = answer_after(on_trial, RETENTION_GRACE_NS, 20 * MSEC);
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	facts = mapped_at(T0 + 200 * RETENTION_GRACE_NS);
	state = answer_after(on_trial, RETENTION_GRACE_NS, 199 * RETENTION_GRACE_NS);
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
}

TEST(independence_can_be_lost)
{
	struct retention_state state =
		answer_after(independent(), RETENTION_PATIENCE_NS, 20 * MSEC);
	struct retention_facts facts = mapped_at(T0 + RETENTION_PATIENCE_NS + 20 * MSEC);

	/* On trial again, … */
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
	facts.now_ns += RETENTION_GRACE_NS;
	expect(&state, &facts, (enum retention_action[]){LEND, COPY, COPY, FORGET});
	/* … which it can pass again. */
	retention_attached(&state, 11, facts.now_ns);
	facts.now_ns += RETENTION_GRACE_NS;
	expect(&state, &facts, (enum retention_action[]){HOLD, COPY, HOLD, FORGET});
}

TEST(a_buffer_destroyed_late_tells_nothing)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = mapped_at(T0 + 2 * RETENTION_GRACE_NS);

	facts.destroyed = true;
	retention_applied(&state, COPY, &facts);
	retention_attached(&state, 2, facts.now_ns);
	facts.destroyed = false;
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), HOLD);
}

TEST(what_was_released_is_not_held_again)
{
	struct retention_state state = independent();
	struct retention_facts facts = mapped_at(T0 + RETENTION_PATIENCE_NS);

	retention_applied(&state, retention_decide(RETENTION_AUTO, &state, &facts), &facts);
	facts = mapped_at(T0);
	test_assert_int_eq(retention_decide(RETENTION_AUTO, &state, &facts), COPY);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), COPY);
	retention_attached(&state, 2, T0 + RETENTION_PATIENCE_NS);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), HOLD);
}

/* A buffer that was lent at the end of its trial. */
static struct retention_state lent(void)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = mapped_at(T0 + RETENTION_GRACE_NS);

	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), LEND);
	retention_applied(&state, LEND, &facts);
	return state;
}

TEST(what_is_lent_stays_so_while_it_can)
{
	struct retention_state state = lent();
	struct retention_facts facts = mapped_at(T0 + 100 * RETENTION_GRACE_NS);

	/* Whatever is asked for meanwhile: there is nothing that could be held or copied better. */
	expect(&state, &facts, (enum retention_action[]){LEND, LEND, LEND, FORGET});
	test_assert_int_eq(retention_deadline(RETENTION_HOLD, &state, &facts), 0);
	facts.destroyed = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	facts = mapped_at(facts.now_ns);
	facts.mapped = false;
	expect(&state, &facts, (enum retention_action[]){FORGET, FORGET, FORGET, FORGET});
	facts.still_drawn = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
	retention_applied(&state, COPY, &facts);
	facts.mapped = true;
	expect(&state, &facts, (enum retention_action[]){COPY, COPY, COPY, FORGET});
}

TEST(nobody_looks_for_spares_of_what_is_lent)
{
	struct retention_state state = independent();
	struct retention_facts facts = mapped_at(T0 + RETENTION_GRACE_NS);

	facts.spare_buffers = 0;
	test_assert(retention_needs_spares(RETENTION_HOLD, &state, facts.now_ns));
	retention_applied(&state, retention_decide(RETENTION_HOLD, &state, &facts), &facts);
	test_assert(!retention_needs_spares(RETENTION_HOLD, &state, facts.now_ns));
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &state, &facts), LEND);
}

TEST(who_draws_to_what_was_lent_is_copied)
{
	struct retention_state once = lent(), prompt = lent(), late = lent();
	const int64_t given = T0 + RETENTION_GRACE_NS;
	struct retention_facts facts = mapped_at(given + RETENTION_ANSWER_NS);

	/* The same buffer again, … */
	retention_attached(&once, 1, given + 10 * RETENTION_GRACE_NS);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &once, &facts), COPY);
	/* … or another one, as soon as it could. */
	retention_attached(&prompt, 2, given + RETENTION_ANSWER_NS - 1);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &prompt, &facts), COPY);
	retention_attached(&late, 2, given + RETENTION_ANSWER_NS);
	test_assert_int_eq(retention_decide(RETENTION_HOLD, &late, &facts), HOLD);
}

TEST(deadlines)
{
	struct retention_state state = attached(1);
	struct retention_facts facts = mapped_at(T0);
	const int64_t grace_end = T0 + RETENTION_GRACE_NS;

	test_assert_int_eq(retention_deadline(RETENTION_HOLD, &state, &facts), grace_end);
	test_assert_int_eq(retention_deadline(RETENTION_AUTO, &state, &facts), 0);
	test_assert_int_eq(retention_deadline(RETENTION_COPY, &state, &facts), 0);
	test_assert_int_eq(retention_deadline(RETENTION_NONE, &state, &facts), 0);
	state = independent();
	test_assert_int_eq(retention_deadline(RETENTION_HOLD, &state, &facts), grace_end);
	test_assert_int_eq(
		retention_deadline(RETENTION_AUTO, &state, &facts), T0 + RETENTION_PATIENCE_NS);
	/* No more timers: only the client can change anything now. */
	facts.now_ns = grace_end;
	test_assert(!retention_needs_spares(RETENTION_AUTO, &state, grace_end));
	test_assert(!retention_needs_spares(RETENTION_HOLD, &state, grace_end - 1));
	test_assert(retention_needs_spares(RETENTION_HOLD, &state, grace_end));
	test_assert_int_eq(retention_deadline(RETENTION_HOLD, &state, &facts), 0);
	facts.now_ns = T0 + RETENTION_PATIENCE_NS;
	test_assert_int_eq(retention_deadline(RETENTION_AUTO, &state, &facts), 0);
}

/** When a client draws its next frame. */
enum habit {
	ANY_FREE,  // with any buffer that is free
	LAST_FREE, // when the one it committed last is free again, whatever others it has
	ALL_FREE,  // when all of them are
};

struct strict_client {
	enum retention_policy policy;
	enum habit habit;
	unsigned buffers;
	struct retention_state state;
	bool busy[8];
	unsigned current, frames;
	int64_t now, deadline;
};

static bool may_draw(const struct strict_client *client, unsigned free)
{
	switch (client->habit) {
	case ANY_FREE:
		return free > 0;
	case LAST_FREE:
		return !client->busy[client->current];
	case ALL_FREE:
		return free == client->buffers;
	}
	return false;
}

static void draw_next(struct strict_client *client)
{
	unsigned next = client->current;

	do {
		next = (next + 1) % client->buffers;
	} while (client->busy[next]);
	client->busy[client->current] = false;
	client->busy[next] = true;
	client->current = next;
	client->frames++;
	retention_attached(&client->state, next + 1, client->now);
}

/* One refresh cycle; a client that can't draw sleeps until something is decided anew. */
static void cycle(struct strict_client *client)
{
	struct retention_facts facts = {.mapped = true};
	enum retention_action action;
	unsigned i;

	for (i = 0; i < client->buffers; i++) {
		facts.spare_buffers += !client->busy[i];
	}
	if (may_draw(client, facts.spare_buffers)) {
		draw_next(client);
	} else {
		test_assert_msg(client->deadline > 0, "policy %s, habit %d, %u buffers: stalled",
			retention_policy_name(client->policy), (int)client->habit, client->buffers);
		client->now = client->deadline > client->now ? client->deadline : client->now;
	}
	facts.now_ns = client->now;
	client->deadline = retention_deadline(client->policy, &client->state, &facts);
	action = retention_decide(client->policy, &client->state, &facts);
	retention_applied(&client->state, action, &facts);
	client->busy[client->current] = action == HOLD;
	client->now += 16 * MSEC;
}

/* 62.5 frames a second would be possible. */
static unsigned frames_in_two_seconds(
	enum retention_policy policy, enum habit habit, unsigned buffers)
{
	struct strict_client client = {
		.policy = policy, .habit = habit, .buffers = buffers, .now = T0};

	while (client.now < T0 + 2000 * MSEC) {
		cycle(&client);
	}
	return client.frames;
}

TEST(no_client_stalls_for_longer_than_one_trial)
{
	static const enum habit habits[] = {ANY_FREE, LAST_FREE, ALL_FREE};
	unsigned buffers, i, j;

	for (i = 0; i < 4; i++) {
		for (j = 0; j < 3; j++) {
			for (buffers = 1; buffers <= 4; buffers++) {
				unsigned frames =
					frames_in_two_seconds(policies[i], habits[j], buffers);

				test_assert_msg(frames >= 125 - 8,
					"%s, habit %d, %u buffers: %u of 125 frames",
					retention_policy_name(policies[i]), (int)habits[j], buffers,
					frames);
			}
		}
	}
}

/* AUTO knows no trust that could not be betrayed. */
TEST(a_client_that_begins_to_wait)
{
	struct strict_client client = {
		.policy = RETENTION_AUTO, .habit = ANY_FREE, .buffers = 3, .now = T0};
	const int64_t stalls = RETENTION_PATIENCE_NS + RETENTION_GRACE_NS + 4 * 16 * MSEC;
	unsigned frames;

	while (client.now < T0 + 1000 * MSEC) {
		cycle(&client);
	}
	frames = client.frames;
	client.habit = ALL_FREE;
	while (client.now < T0 + 4000 * MSEC) {
		cycle(&client);
	}
	test_assert_msg(client.frames - frames >= (3000 * MSEC - stalls) / (16 * MSEC),
		"%u frames in three seconds", client.frames - frames);
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
