/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

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

TEST(frames_are_counted_before_a_rebuild_is_believed)
{
	struct recovery_config config = defaults(RUNGS_ALL);
	struct rig rig;

	config.good_frames = 3;
	rig_init(&rig, &config);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig.fail_rebuilds = 2;
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	test_assert_int_eq(rig.r.rung_failures, 2);
	test_assert(!rig.r.confirmed);
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	test_assert_int_eq(rig.r.rung_failures, 0);
	test_assert(rig.r.confirmed);

	/* Each rebuild anew. */
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * MSEC);
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	test_assert(!rig.r.confirmed);
}

TEST(the_sixth_reset_in_a_minute_degrades_at_once)
{
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	for (i = 0; i < 5; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 11 * SEC);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 5);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 5);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);

	/* The new rung has five of its own. */
	for (i = 0; i < 5; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 1 * SEC);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 6);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_SOFTWARE], 1);
}

TEST(one_loss_climbs_one_rung)
{
	struct recovery_config config = defaults(RUNGS_ALL);
	struct rig rig;
	int i;

	/* The third loss is the third failure of the rung and the third reset in a row, too. */
	config.max_resets = 2;
	config.failures_per_rung = 2;
	rig_init(&rig, &config);
	for (i = 0; i < 3; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 100 * MSEC);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 2);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);
}

/* The lowest rung need not be the first one of the enum: a storm leads from it to the next one. */
TEST(forgiveness_leads_to_a_rung_that_exists)
{
	struct rig rig;
	int i;

	start(&rig, RUNG_BIT(RUNG_DISPLAY) | RUNG_BIT(RUNG_SOFTWARE));
	rig_advance(&rig, 100 * SEC);
	test_assert_int_eq(rig.r.rung, RUNG_DISPLAY);
	for (i = 0; i < 6; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 1 * SEC);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 5);
	test_assert_int_eq(rig.rebuilds_on[RUNG_SOFTWARE], 1);
}

TEST(a_stuck_wait_is_forgiven)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_reset(&rig, RESET_STATUS_GUILTY, 1000 * SEC);
	rig_advance(&rig, 10 * SEC);
	rig_advance(&rig, 61 * SEC);
	rig_reset(&rig, RESET_STATUS_GUILTY, 1000 * SEC);
	rig_advance(&rig, 9 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_WAITING);
}

TEST(resets_a_little_further_apart_do_not_degrade)
{
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	for (i = 0; i < 50; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 12 * SEC);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 50);
}

TEST(a_storm_on_the_last_rung_is_throttled_and_served)
{
	struct rig rig;
	int64_t begin, longest = 0;
	int i;

	start(&rig, RUNG_BIT(RUNG_CONTEXT));
	for (i = 0; i < 40; i++) {
		begin = rig.now;
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		while (!recovery_can_draw(&rig.r)) {
			rig_advance(&rig, 1 * MSEC);
		}
		longest = rig.now - begin > longest ? rig.now - begin : longest;
		if (i < 5) {
			test_assert(longest <= 2 * MSEC);
		}
	}
	test_assert_int_eq(rig.rebuilds, 40);
	/* The pause does not grow: each of these rebuilds brought the desktop back. */
	test_assert_msg(longest >= 10 * MSEC && longest <= 13 * MSEC, "%lld ms",
		(long long)(longest / MSEC));

	/* The next minute is quiet: all is forgiven. */
	rig_advance(&rig, 61 * SEC);
	begin = rig.now;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.last_rebuild - begin, 1 * MSEC);
}

TEST(no_limit_on_resets)
{
	struct recovery_config config = defaults(RUNGS_ALL);
	struct rig rig;
	int i;

	config.max_resets = 0;
	rig_init(&rig, &config);
	rig.draws = true;
	for (i = 0; i < 1000; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 1 * MSEC);
		test_assert_int_eq(rig.last_rebuild, rig.now);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 1000);
}

TEST(a_quiet_period_brings_the_lowest_rung_back)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig.fail_rebuilds = 3;
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);

	rig_advance(&rig, 50 * SEC);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 2);

	rig_advance(&rig, 61 * SEC);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 2);
	test_assert_int_eq(rig.rebuilds_on[RUNG_CONTEXT], 4);
}

TEST(guilty_twice_drops_optional_features_once)
{
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	for (i = 0; i < 4; i++) {
		rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
		rig_advance(&rig, 1 * SEC);
	}
	test_assert_int_eq(rig.feature_drops, 0);
	rig_reset(&rig, RESET_STATUS_GUILTY, 100 * MSEC);
	/* Reported again while waiting: still one. */
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_GUILTY);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.feature_drops, 0);
	test_assert_int_eq(rig.r.guilty, 1);
	rig_reset(&rig, RESET_STATUS_GUILTY, 0);
	test_assert_int_eq(rig.feature_drops, 1);
	rig_advance(&rig, 1 * SEC);
	rig_reset(&rig, RESET_STATUS_GUILTY, 0);
	test_assert_int_eq(rig.feature_drops, 1);
}

TEST(guilt_is_forgiven)
{
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	for (i = 0; i < 5; i++) {
		rig_reset(&rig, RESET_STATUS_GUILTY, 0);
		rig_advance(&rig, 62 * SEC);
	}
	test_assert_int_eq(rig.feature_drops, 0);
}

TEST(a_vague_cause_becomes_precise)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_NONE);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_UNKNOWN);
	rig.status = RESET_STATUS_INNOCENT;
	rig.status_until = rig.now + 2 * MSEC;
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_INNOCENT);
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_UNKNOWN);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_INNOCENT);
	rig_feed_status(&rig, RECOVERY_EVENT_LOST, RESET_STATUS_GUILTY);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_GUILTY);
	test_assert_int_eq(rig.r.guilty, 1);
	rig_advance(&rig, 1 * SEC);

	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	test_assert_int_eq(rig.r.cause, RESET_STATUS_INNOCENT);
}

static void go_software(struct rig *rig)
{
	start(rig, RUNGS_ALL);
	rig->works_from = RUNG_SOFTWARE;
	rig->no_hardware = true;
	rig_reset(rig, RESET_STATUS_INNOCENT, 0);
	while (rig->r.state != RECOVERY_SOFTWARE) {
		rig_advance(rig, 1 * MSEC);
	}
}

TEST(software_probes_the_hardware_less_and_less_often)
{
	struct rig rig;

	go_software(&rig);
	rig_advance(&rig, 29 * SEC);
	test_assert_int_eq(rig.probes, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.probes, 1);
	rig_advance(&rig, 30 * SEC);
	test_assert_int_eq(rig.probes, 2);
	rig_advance(&rig, 60 * SEC);
	test_assert_int_eq(rig.probes, 3);
	rig_advance(&rig, 3600 * SEC);
	rig.probes = 0;
	rig_advance(&rig, 6000 * SEC);
	test_assert_int_eq(rig.probes, 10);

	rig.no_hardware = false;
	rig.works_from = RUNG_CONTEXT;
	rig.rebuilds_on[RUNG_DISPLAY] = 0;
	while (rig.r.state != RECOVERY_RUNNING) {
		rig_advance(&rig, 1 * SEC);
	}
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);

	/* Fresh from an hour in software, nothing is forgiven yet … */
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 2);
	test_assert_int_eq(rig.r.probe_ns, 600 * SEC);
	/* … after a minute it is. */
	rig_advance(&rig, 61 * SEC);
	test_assert_int_eq(rig.r.probe_ns, 30 * SEC);
	test_assert_int_eq(rig.r.rung, RUNG_CONTEXT);
}

TEST(a_probe_that_promised_too_much_costs_one_rebuild)
{
	struct rig rig;

	go_software(&rig);
	rig.no_hardware = false;
	rig.rebuilds_on[RUNG_DISPLAY] = 0;
	rig.rebuilds_on[RUNG_SOFTWARE] = 0;
	rig_advance(&rig, 31 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_SOFTWARE);
	test_assert_int_eq(rig.rebuilds_on[RUNG_DISPLAY], 1);
	test_assert_int_eq(rig.rebuilds_on[RUNG_SOFTWARE], 1);
	/* And the next probe comes later, not sooner. */
	rig.probes = 0;
	rig_advance(&rig, 58 * SEC);
	test_assert_int_eq(rig.probes, 0);
	rig_advance(&rig, 3 * SEC);
	test_assert_int_eq(rig.probes, 1);
}

TEST(software_sleeps_too)
{
	struct rig rig;

	go_software(&rig);
	rig_feed(&rig, RECOVERY_EVENT_OUTPUTS_SLEEP);
	rig_advance(&rig, 3600 * SEC);
	test_assert_int_eq(rig.probes, 0);
	rig_feed(&rig, RECOVERY_EVENT_OUTPUTS_WAKE);
	rig_advance(&rig, 1);
	test_assert_int_eq(rig.probes, 1);
}

TEST(software_can_be_lost)
{
	struct rig rig;

	go_software(&rig);
	rig_reset(&rig, RESET_STATUS_UNKNOWN, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_SOFTWARE);
	test_assert_int_eq(rig.rebuilds_on[RUNG_SOFTWARE], 2);
}
