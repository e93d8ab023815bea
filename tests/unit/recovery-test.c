/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <string.h>

#include "recovery-rig.h"
#include "test.h"

static struct recovery_config defaults(uint32_t rungs)
{
	struct recovery_config config;

	recovery_config_init(&config);
	config.rungs = rungs;
	return config;
}

static void start(struct rig *rig, uint32_t rungs)
{
	struct recovery_config config = defaults(rungs);

	rig_init(rig, &config);
	rig->draws = true;
}

TEST(names)
{
	test_assert_str_eq(reset_status_name(RESET_STATUS_GUILTY), "guilty");
	test_assert_str_eq(reset_status_name((enum reset_status)5), "invalid");
	test_assert_str_eq(reset_status_name((enum reset_status) - 1), "invalid");
	test_assert_str_eq(recovery_state_name(RECOVERY_STOPPED), "stopped");
	test_assert_str_eq(recovery_state_name(RECOVERY_STATE_COUNT), "invalid");
	test_assert_str_eq(recovery_event_name(RECOVERY_EVENT_STOP), "stop");
	test_assert_str_eq(recovery_event_name(RECOVERY_EVENT_COUNT), "invalid");
	test_assert_str_eq(recovery_rung_name(RUNG_SOFTWARE), "software");
	test_assert_str_eq(recovery_rung_name(RUNG_COUNT), "invalid");
}

TEST(a_clean_loss_is_recovered)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	test_assert_int_eq(rig.r.state, RECOVERY_WAITING);
	test_assert(!recovery_can_draw(&rig.r));
	test_assert_int_eq(rig.drops, 0);

	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_INNOCENT);
	test_assert_int_eq(rig.r.attempts, 1);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 1);
	test_assert_int_eq(rig.rebuilds, 1);
	test_assert_int_eq(rig.drops, 1);
	test_assert_int_eq(rig.damages, 1);
	test_assert_int_eq(rig.queries, 1);
	test_assert(rig.r.confirmed);
	test_assert_int_eq(rig.r.bugs, 0);
}

/* 1, 2, 4, …, 32, then every 50 ms. */
TEST(waiting_queries_less_and_less_often)
{
	static const int64_t at_ms[] = {1, 3, 7, 15, 31, 63, 113, 163, 213};
	struct rig rig;
	int64_t begin;
	size_t i;

	start(&rig, RUNGS_ALL);
	begin = rig.now;
	rig_reset(&rig, RESET_STATUS_GUILTY, 3 * SEC);
	for (i = 0; i < sizeof(at_ms) / sizeof(at_ms[0]); i++) {
		test_assert_int_eq(rig.timer - begin, at_ms[i] * MSEC);
		rig_advance(&rig, rig.timer - rig.now);
		test_assert_int_eq(rig.queries, i + 1);
	}
	rig_advance(&rig, 3 * SEC - (rig.now - begin));
	test_assert_int_eq(rig.r.state, RECOVERY_WAITING);
	rig_advance(&rig, 50 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 1);
}

TEST(a_status_that_never_clears_ends_on_the_next_rung)
{
	struct rig rig;
	int64_t begin;

	start(&rig, RUNGS_ALL);
	begin = rig.now;
	rig_reset(&rig, RESET_STATUS_GUILTY, 1000 * SEC);
	rig_advance(&rig, 10 * SEC - 1);
	test_assert_int_eq(rig.rebuilds, 0);
	rig_advance(&rig, 1);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.rebuilds, 1);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);
	test_assert_int_eq(rig.last_rebuild - begin, 10 * SEC);

	/* The next one starts on the rung that helped, and does not cost ten seconds again. */
	rig_advance(&rig, 5 * SEC);
	rig.status = RESET_STATUS_NONE;
	begin = rig.now;
	rig_reset(&rig, RESET_STATUS_GUILTY, 1000 * SEC);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 2);
	test_assert_int_eq(rig.last_rebuild - begin, 1 * SEC);
}

TEST(a_status_that_never_clears_on_the_only_rung)
{
	struct rig rig;

	start(&rig, RUNG_BIT(RUNG_CONTEXT));
	rig_reset(&rig, RESET_STATUS_GUILTY, 10 * SEC);
	rig_advance(&rig, 10 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 1);
}

TEST(a_context_that_cannot_be_asked_counts_as_over)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.unavailable = true;
	rig_reset(&rig, RESET_STATUS_UNKNOWN, 10 * SEC);
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_WAITING);
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_UNKNOWN);
	rig_advance(&rig, 20 * MSEC - 1);
	test_assert_int_eq(rig.rebuilds, 0);
	rig.unavailable = false;
	rig_advance(&rig, 1);
	test_assert_int_eq(rig.rebuilds, 1);
	test_assert_int_eq(rig.queries, 1);

	/* The next loss is asked about as usual. */
	rig_reset(&rig, RESET_STATUS_UNKNOWN, 5 * MSEC);
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.queries, 2);
	test_assert_int_eq(rig.rebuilds, 1);
	rig_advance(&rig, 6 * MSEC);
	test_assert_int_eq(rig.rebuilds, 2);
}

TEST(a_lost_answer_does_not_end_the_recovery)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.manual = true;
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_INNOCENT);
	rig_advance(&rig, 9 * SEC);
	test_assert(rig.queries > 100);
	test_assert_int_eq(rig.r.state, RECOVERY_WAITING);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_REBUILDING);
}

TEST(failed_rebuilds_are_tried_again_later_and_later)
{
	struct recovery_config config = defaults(RUNG_BIT(RUNG_CONTEXT));
	int64_t expected = 10 * MSEC, before;
	struct rig rig;
	int i;

	rig_init(&rig, &config);
	rig.works_from = RUNG_COUNT;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * MSEC);
	for (i = 0; i < 20; i++) {
		test_assert_int_eq(rig.r.state, RECOVERY_BACKOFF);
		before = rig.now;
		test_assert_int_eq(rig.timer - before, expected);
		rig_advance(&rig, rig.timer - before);
		test_assert_int_eq(rig.last_rebuild, rig.now);
		expected = 2 * expected < SEC ? 2 * expected : SEC;
	}
	test_assert_int_eq(rig.r.attempts, 21);
	test_assert_int_eq(rig.give_ups, 0);

	rig.works_from = RUNG_CONTEXT;
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert(rig.r.rung_failures > 0);
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	test_assert_int_eq(rig.r.rung_failures, 0);
	test_assert_int_eq(rig.r.backoff_ns, 10 * MSEC);
}

TEST(three_failures_lead_to_the_next_rung)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.works_from = RUNG_SOFTWARE;
	rig.no_hardware = true;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 3);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 3);
	test_assert_int_eq(rig.rebuilds_on[RUNG_SOFTWARE], 1);
	test_assert_int_eq(rig.r.state, RECOVERY_SOFTWARE);
	test_assert(recovery_can_draw(&rig.r));
	test_assert_int_eq(rig.r.attempts, 7);
}

TEST(a_new_rung_starts_with_a_short_interval)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.fail_rebuilds = 3;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	while (rig.r.rung == RUNG_CONTEXT) {
		rig_advance(&rig, 1 * MSEC);
	}
	test_assert_int_eq(rig.r.state, RECOVERY_BACKOFF);
	test_assert_int_eq(rig.timer - rig.last_rebuild, 10 * MSEC);
}

TEST(a_missing_rung_is_passed_over)
{
	struct rig rig;

	start(&rig, RUNG_BIT(RUNG_CONTEXT) | RUNG_BIT(RUNG_SOFTWARE));
	rig.works_from = RUNG_SOFTWARE;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 0);
	test_assert_int_eq(rig.rebuilds_on[RUNG_SOFTWARE], 1);
}

TEST(lost_during_the_rebuild_is_normal)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.lose_rebuilds = 2;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_WAITING);
	/* What is lost at once is not rebuilt at once. */
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_BACKOFF);
	rig_advance(&rig, 100 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 3);
	test_assert_int_eq(rig.r.reset_total, 3);
	test_assert_int_eq(rig.r.attempts, 3);
	test_assert_int_eq(rig.r.bugs, 0);
}

TEST(a_rung_that_is_lost_again_and_again_is_left)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.lose_rebuilds = 3;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 3);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
}

/* It passes its proof, and is lost before any frame: that is no success. */
TEST(lost_before_the_first_frame_is_a_failure_of_the_rung)
{
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	rig.draws = false;
	for (i = 0; i < 4; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 100 * MSEC);
		test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 3);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);
}

TEST(a_purge_restores_contents_only)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.r.config.settle_ns = 0; // the rig tells of one purge for a while
	rig_feed(&rig, RECOVERY_EVENT_PURGED);
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_PURGED);
	rig.status = RESET_STATUS_PURGED;
	rig.status_until = rig.now + 1001 * MSEC;
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.restores, 3);
	test_assert_int_eq(rig.damages, 3);
	test_assert_int_eq(rig.drops, 0);
	test_assert_int_eq(rig.changes, 0);
	test_assert_int_eq(rig.r.reset_total, 0);
}

TEST(forced_rebuilds_drop_a_living_generation)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_feed(&rig, RECOVERY_EVENT_FORCED);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.rebuilds, 1);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_NONE);
	test_assert_int_eq(rig.r.reset_total, 0);

	rig.fail_rebuilds = 2;
	rig_feed(&rig, RECOVERY_EVENT_FORCED);
	test_assert_int_eq(rig.r.state, RECOVERY_BACKOFF);
	rig_feed(&rig, RECOVERY_EVENT_FORCED);
	test_assert_int_eq(rig.rebuilds, 3);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.r.bugs, 0);
}

TEST(without_rungs_a_loss_is_final)
{
	struct rig rig;

	start(&rig, 0);
	rig_feed(&rig, RECOVERY_EVENT_FORCED);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	rig_reset(&rig, RESET_STATUS_GUILTY, 0);
	test_assert_int_eq(rig.r.state, RECOVERY_FAILED);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_GUILTY);
	test_assert_int_eq(rig.give_ups, 1);
	rig_advance(&rig, 1000 * SEC);
	rig_reset(&rig, RESET_STATUS_GUILTY, 0);
	rig_feed(&rig, RECOVERY_EVENT_FORCED);
	test_assert_int_eq(rig.give_ups, 1);
}

TEST(giving_up_can_be_configured)
{
	struct recovery_config config = defaults(RUNGS_ALL);
	struct rig rig;

	config.give_up_after = 5;
	rig_init(&rig, &config);
	rig.works_from = RUNG_COUNT;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 60 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_FAILED);
	test_assert_int_eq(rig.rebuilds, 3 + 3 + 5);
	test_assert_int_eq(rig.give_ups, 1);
}

TEST(stop_ends_everything)
{
	enum recovery_state state;
	struct rig rig;

	for (state = 0; state < RECOVERY_STATE_COUNT; state++) {
		rig_init(&rig, NULL);
		rig_enter(&rig, state);
		rig_feed(&rig, RECOVERY_EVENT_STOP);
		test_assert_int_eq(rig.r.state, RECOVERY_STOPPED);
		test_assert_int_eq(rig.timer, 0);
		rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_GUILTY);
		test_assert_int_eq(rig.r.bugs, 0);
	}
}

TEST(nonsense_is_counted_and_ignored)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, (enum reset_status)0x8253);
	rig_feed_status(&rig, RECOVERY_EVENT_STATUS, (enum reset_status) - 1);
	rig_feed(&rig, RECOVERY_EVENT_COUNT);
	rig_feed(&rig, (enum recovery_event) - 1);
	test_assert_int_eq(rig.r.bugs, 4);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
}

TEST(the_configuration_can_change)
{
	struct recovery_config config = defaults(RUNG_BIT(RUNG_CONTEXT));
	struct recovery_orders o;
	struct rig rig;

	rig_init(&rig, NULL);
	config.idle_poll_ns = 0;
	o = recovery_configure(&rig.r, &config, rig.now);
	test_assert_int_eq(o.timer_ns, RECOVERY_TIMER_DISARM);
	config.idle_poll_ns = 2 * SEC;
	o = recovery_configure(&rig.r, &config, rig.now);
	test_assert_int_eq(o.timer_ns, rig.now + 2 * SEC);
}

/* A rung that is no longer there is not taken, whatever was decided before. */
TEST(a_rung_can_vanish)
{
	struct recovery_config config = defaults(RUNG_BIT(RUNG_CONTEXT));
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.fail_rebuilds = 4;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	while (rig.r.rung != RUNG_DISPLAY) {
		rig_advance(&rig, 1 * MSEC);
	}
	recovery_configure(&rig.r, &config, rig.now);
	rig.rebuilds_on[RUNG_DISPLAY] = 0;
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 0);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
}

TEST(silly_configuration_is_brought_into_range)
{
	struct recovery_config config;
	struct rig rig;

	memset(&config, 0, sizeof(config));
	config.rungs = 0xffffffff;
	config.idle_poll_ns = INT64_MIN;
	config.wait_limit_ns = INT64_MAX;
	config.backoff_cap_ns = INT64_MAX;
	config.max_resets = UINT32_MAX;
	rig_init(&rig, &config);
	test_assert_int_eq(rig.r.config.rungs, RUNGS_ALL);
	rig.fail_rebuilds = 5;
	rig.draws = true;
	rig_reset(&rig, RESET_STATUS_GUILTY, 1 * SEC);
	rig_advance(&rig, 2 * SEC);
	test_assert(recovery_can_draw(&rig.r));
}
