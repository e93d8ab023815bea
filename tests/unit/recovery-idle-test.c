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

TEST(an_idle_desktop_is_polled)
{
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	rig_advance(&rig, 10 * SEC);
	test_assert_int_eq(rig.queries, 10);
	rig.status = RESET_STATUS_INNOCENT;
	rig.status_until = rig.now + 1 * SEC + 5 * MSEC;
	rig_advance(&rig, 1 * SEC + 7 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.rebuilds, 1);

	/* Frames query by themselves: no poll as long as they come. */
	rig.queries = 0;
	for (i = 0; i < 600; i++) {
		rig_feed(&rig, RECOVERY_EVENT_FRAME);
		rig_advance(&rig, 16 * MSEC);
	}
	test_assert_int_eq(rig.queries, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.queries, 1);
}

/* The GPU may fail over what a frame asked of it when the frame is long presented. */
TEST(the_last_frame_is_asked_about_soon)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	rig.status = RESET_STATUS_GUILTY;
	rig.status_until = rig.now + 60 * MSEC;
	rig_advance(&rig, 49 * MSEC);
	test_assert_int_eq(rig.queries, 0);
	rig_advance(&rig, 20 * MSEC);
	test_assert_int_eq(rig.rebuilds, 1);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);

	/* Once, not again and again. */
	rig_advance(&rig, 100 * MSEC);
	rig.queries = 0;
	rig_advance(&rig, 10 * SEC);
	test_assert_int_eq(rig.queries, 10);
}

/* Nobody is woken for each frame, and after the last of many the poll is still soon. */
TEST(frames_in_a_row_leave_the_timer_alone)
{
	unsigned expiries = 0;
	struct rig rig;

	start(&rig, RUNGS_ALL);
	for (int i = 0; i < 600; i++) {
		rig_feed(&rig, RECOVERY_EVENT_FRAME);
		expiries += rig.timer <= rig.now + 16 * MSEC;
		rig_advance(&rig, 16 * MSEC);
	}
	test_assert_msg(expiries < 45, "%u expiries in 9.6 s of frames", expiries);
	test_assert_int_eq(rig.queries, 0);
	rig_advance(&rig, 250 * MSEC);
	test_assert_int_eq(rig.queries, 1);

	/* From the beginning: one frame, one poll. */
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	rig_advance(&rig, 50 * MSEC);
	test_assert_int_eq(rig.queries, 2);
}

/* Frames that need no step must not keep the rung of an old incident up. */
TEST(frames_forgive_after_a_quiet_time)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 5 * MSEC);
	rig_advance(&rig, 100 * MSEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert(rig.r.recent_count > 0);
	for (int i = 0; i < 10; i++) {
		rig_feed(&rig, RECOVERY_EVENT_FRAME);
	}
	test_assert(recovery_note_frame(&rig.r, rig.now));
	rig.r.rung = RUNG_DISPLAY;
	rig.now += rig.r.config.quiet_ns;
	test_assert(!recovery_note_frame(&rig.r, rig.now));
	rig_feed(&rig, RECOVERY_EVENT_FRAME);
	test_assert_int_eq(rig.r.rung, RUNG_CONTEXT);
	test_assert(recovery_note_frame(&rig.r, rig.now));
}

/* What can't be asked after a frame must be asked by the poll, however many frames come. */
TEST(frames_of_a_mute_context_are_no_signs_of_life)
{
	const struct recovery_input frame = {
		.event = RECOVERY_EVENT_FRAME, .whole = true, .unasked = true};
	struct rig rig;

	start(&rig, RUNGS_ALL);
	for (int i = 0; i < 625; i++) {
		recovery_step(&rig.r, frame, rig.now);
		rig_advance(&rig, 16 * MSEC);
	}
	test_assert_int_eq(rig.queries, 10);
}

TEST(the_idle_poll_can_be_off)
{
	struct recovery_config config = defaults(RUNGS_ALL);
	struct rig rig;

	config.idle_poll_ns = 0;
	rig_init(&rig, &config);
	test_assert_int_eq(rig.timer, 0);
	rig_advance(&rig, 100 * SEC);
	test_assert_int_eq(rig.queries, 0);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.timer, 0);
}

TEST(sleeping_outputs_are_not_polled)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_feed(&rig, RECOVERY_EVENT_OUTPUTS_SLEEP);
	test_assert_int_eq(rig.timer, 0);
	rig_advance(&rig, 1000 * SEC);
	test_assert_int_eq(rig.queries, 0);

	/* A recovery goes on in the dark, and leaves no poll behind. */
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.timer, 0);

	/* Lost while asleep, as after a suspend: found before anything is drawn. */
	rig.status = RESET_STATUS_UNKNOWN;
	rig.status_until = rig.now + 1;
	rig_feed(&rig, RECOVERY_EVENT_OUTPUTS_WAKE);
	test_assert_int_eq(rig.r.state, RECOVERY_WAITING);
	rig_advance(&rig, 1 * SEC);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert(rig.timer != 0);
}

TEST(an_early_timer_is_armed_again)
{
	struct rig rig;
	int64_t due;

	start(&rig, RUNGS_ALL);
	due = rig.timer;
	rig.now = due - 1;
	rig_feed(&rig, RECOVERY_EVENT_TIMER);
	test_assert_int_eq(rig.queries, 0);
	test_assert_int_eq(rig.timer, due);

	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	due = rig.timer;
	rig.now = due - 1;
	rig_feed(&rig, RECOVERY_EVENT_TIMER);
	test_assert_int_eq(rig.queries, 0);
	test_assert_int_eq(rig.timer, due);
	test_assert_int_eq(rig.r.bugs, 0);
}

/* Fed from within a draw: nothing is rebuilt before the timer. */
TEST(doubt_leads_to_one_rebuild)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_feed(&rig, RECOVERY_EVENT_DOUBT);
	rig_feed(&rig, RECOVERY_EVENT_DOUBT);
	test_assert_int_eq(rig.rebuilds, 0);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.rebuilds, 1);
	test_assert_int_eq(rig.r.state, RECOVERY_RUNNING);
	test_assert_int_eq(rig.r.reset_total, 0);
	rig_advance(&rig, 100 * SEC);
	test_assert_int_eq(rig.rebuilds, 1);
}

TEST(endless_doubt_is_ignored_in_the_end)
{
	int64_t begin, rebuilt_at[6] = {0};
	unsigned seen = 0;
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	begin = rig.now;
	for (i = 0; i < 100000; i++) {
		rig_feed(&rig, RECOVERY_EVENT_DOUBT);
		rig_advance(&rig, 16 * MSEC);
		if (rig.rebuilds > seen) {
			test_assert(seen < 5);
			rebuilt_at[seen++] = rig.last_rebuild - begin;
		}
	}
	test_assert_int_eq(seen, 5);
	test_assert_int_eq(rebuilt_at[0], 1 * MSEC);
	for (i = 1; i < 5; i++) {
		int64_t gap = rebuilt_at[i] - rebuilt_at[i - 1], want = (1 << (i - 1)) * SEC;

		test_assert_msg(gap >= want && gap < want + 100 * MSEC, "gap %d is %lld ms", i,
			(long long)(gap / MSEC));
	}
	/* A quiet period without errors, and errors count again. */
	rig_advance(&rig, 61 * SEC);
	rig_feed(&rig, RECOVERY_EVENT_DOUBT);
	rig_advance(&rig, 1 * MSEC);
	test_assert_int_eq(rig.rebuilds, 6);
}

static void feed_frame(struct rig *rig, bool whole)
{
	recovery_step(&rig->r,
		(struct recovery_input){.event = RECOVERY_EVENT_FRAME, .whole = whole}, rig->now);
}

/* A rebuild after which everything is drawn without an error was the cure: the next doubt is as
 * good as the first. */
TEST(a_cured_doubt_does_not_count)
{
	struct rig rig;
	int i;

	start(&rig, RUNGS_ALL);
	for (i = 1; i <= 20; i++) {
		rig_feed(&rig, RECOVERY_EVENT_DOUBT);
		rig_advance(&rig, 1 * MSEC);
		test_assert_int_eq(rig.rebuilds, i);
		feed_frame(&rig, true);
		rig_advance(&rig, 100 * MSEC);
	}
	/* Frames of some outputs prove nothing. */
	rig_feed(&rig, RECOVERY_EVENT_DOUBT);
	rig_advance(&rig, 1 * MSEC);
	feed_frame(&rig, false);
	rig_feed(&rig, RECOVERY_EVENT_DOUBT);
	rig_advance(&rig, 100 * MSEC);
	test_assert_int_eq(rig.rebuilds, 21);
}

TEST(a_recovery_settles_all_doubt)
{
	struct rig rig;

	start(&rig, RUNGS_ALL);
	rig_feed(&rig, RECOVERY_EVENT_DOUBT);
	rig_reset(&rig, RESET_STATUS_INNOCENT, 0);
	rig_advance(&rig, 500 * MSEC);
	test_assert_int_eq(rig.rebuilds, 1);
	test_assert_int_eq(rig.r.bugs, 0);
}

TEST(doubt_can_be_off)
{
	struct recovery_config config = defaults(RUNGS_ALL);
	struct rig rig;

	config.max_doubts = 0;
	rig_init(&rig, &config);
	rig_feed(&rig, RECOVERY_EVENT_DOUBT);
	rig_advance(&rig, 10 * SEC);
	test_assert_int_eq(rig.rebuilds, 0);
}
