/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Random events in a random order with a random configuration, sensible and not. The rig checks
 * after each step what must hold always; here is what needs a memory. A failure is replayed with
 * TEST_SEED.
 */
#include <stddef.h>
#include <string.h>

#include "recovery-rig.h"
#include "test.h"

#define ROUNDS 300
#define STEPS 400

/* Delays of the back-off as seen from outside. */
struct delays {
	int64_t last;
	enum recovery_rung rung;
};

static int64_t random_ns(struct test_rng *rng)
{
	static const int64_t scales[] = {1, 1000, MSEC, 10 * MSEC, 100 * MSEC, SEC, 100 * SEC};
	size_t scale = test_rng_below(rng, sizeof(scales) / sizeof(scales[0]));

	return scales[scale] * (int64_t)(1 + test_rng_below(rng, 20));
}

static struct recovery_config random_config(struct test_rng *rng)
{
	struct recovery_config config;

	recovery_config_init(&config);
	/* Rarely without any rung: such a machine has a short life. */
	config.rungs = (uint32_t)test_rng_below(rng, 8);
	if (config.rungs == 0 && test_rng_below(rng, 4) != 0) {
		config.rungs = RUNG_BIT(RUNG_CONTEXT);
	}
	config.idle_poll_ns = test_rng_below(rng, 3) == 0 ? 0 : random_ns(rng);
	config.wait_limit_ns = random_ns(rng);
	config.wait_grace_ns = random_ns(rng);
	config.backoff_first_ns = random_ns(rng);
	config.failures_per_rung = (uint32_t)test_rng_below(rng, 5);
	config.give_up_after = test_rng_below(rng, 4) == 0 ? 20 : 0;
	config.max_resets = (uint32_t)test_rng_below(rng, 40);
	config.good_frames = (uint32_t)test_rng_below(rng, 4);
	config.max_guilty = (uint32_t)test_rng_below(rng, 4);
	config.max_doubts = (uint32_t)test_rng_below(rng, 4);
	config.doubt_wait_ns = random_ns(rng);
	config.quiet_ns = random_ns(rng);
	config.probe_first_ns = test_rng_below(rng, 3) == 0 ? 0 : random_ns(rng);
	return config;
}

static struct recovery_input random_input(struct test_rng *rng, const struct rig *rig)
{
	struct recovery_input in = {
		.event = (enum recovery_event)test_rng_below(rng, RECOVERY_EVENT_COUNT),
		.status = (enum reset_status)test_rng_below(rng, RESET_STATUS_PURGED + 1),
	};

	/* Rebuilds are answered for the most part, or nothing would ever run. */
	if (rig->r.state == RECOVERY_REBUILDING && test_rng_below(rng, 2) == 0) {
		in.event = test_rng_below(rng, 2) == 0 ? RECOVERY_EVENT_REBUILT
						       : RECOVERY_EVENT_REBUILD_FAILED;
	}
	/* The end comes soon enough. */
	if (in.event == RECOVERY_EVENT_STOP && test_rng_below(rng, 20) != 0) {
		in.event = RECOVERY_EVENT_FRAME;
	}
	return in;
}

/* What makes the next delay a first one again. */
static bool starts_anew(const struct delays *d, const struct rig *rig)
{
	return rig->r.confirmed || rig->r.rung != d->rung ||
	       (rig->r.state == RECOVERY_RUNNING &&
		       rig->now - rig->r.quiet_from >= rig->r.config.quiet_ns);
}

static void check_delays(struct delays *d, const struct rig *rig, enum recovery_state before)
{
	const struct recovery *r = &rig->r;
	int64_t delay = rig->timer - rig->now;

	if (starts_anew(d, rig)) {
		d->last = 0;
		d->rung = r->rung;
	}
	if (r->state != RECOVERY_BACKOFF || before == RECOVERY_BACKOFF) {
		return;
	}
	test_assert_msg(delay >= r->config.backoff_first_ns && delay <= r->config.backoff_cap_ns,
		"back-off out of bounds");
	if (d->last != 0) {
		test_assert_msg(delay >= d->last, "back-off shrank");
		test_assert_msg(delay > d->last || delay == r->config.backoff_cap_ns,
			"back-off did not grow");
	}
	d->last = delay;
}

static bool orders_nothing(const struct recovery_orders *o)
{
	return !o->state_changed && !o->drop_optional_features && !o->abandon_rebuild &&
	       o->drop == RECOVERY_DROP_NONE && !o->rebuild && !o->restore && !o->damage_all &&
	       o->timer_ns == RECOVERY_TIMER_KEEP && !o->query && !o->probe_hardware && !o->give_up;
}

/* A frame that only has its time noted is one that would have given no orders. */
static unsigned check_plain_frame(const struct rig *rig)
{
	const struct recovery_input frame = {.event = RECOVERY_EVENT_FRAME, .whole = true};
	const struct recovery_input sign = {.event = RECOVERY_EVENT_STATUS};
	struct recovery noted = rig->r, fed = rig->r;
	struct recovery_orders orders;

	if (!recovery_note_frame(&noted, rig->now)) {
		test_assert_msg(memcmp(&noted, &fed, sizeof(fed)) == 0, "it left a trace");
		return 0;
	}
	orders = recovery_step(&fed, frame, rig->now);
	test_assert_msg(orders_nothing(&orders), "orders are missing");
	recovery_step(&noted, sign, rig->now);
	recovery_step(&fed, sign, rig->now);
	test_assert_msg(memcmp(&noted, &fed, sizeof(fed)) == 0, "something else is missing");
	return 1;
}

static void one_step(struct rig *rig, struct test_rng *rng, struct delays *delays)
{
	enum recovery_state before = rig->r.state;
	struct recovery_input in = random_input(rng, rig);
	uint32_t failures = rig->r.rung_failures;

	if (in.event == RECOVERY_EVENT_TIMER && rig->timer > rig->now) {
		rig->now = rig->timer;
	} else {
		rig->now += random_ns(rng) / 10;
	}
	if (starts_anew(delays, rig)) {
		delays->last = 0;
	}
	rig_feed_status(rig, in.event, in.status);
	check_delays(delays, rig, before);
	if (in.event == RECOVERY_EVENT_FRAME && before == RECOVERY_RUNNING) {
		test_assert(rig->r.rung_failures == failures || rig->r.rung_failures == 0);
	}
	test_assert_msg(rig->r.recent_count <= RECOVERY_MAX_RESETS + 1, "ring overflow");
}

/* Whatever happened: with a working GPU, frames flow again and the counters are clean. */
static void check_it_heals(struct rig *rig)
{
	unsigned i;

	rig->manual = false;
	rig->draws = true;
	if (rig->r.state == RECOVERY_REBUILDING) {
		rig_feed(rig, RECOVERY_EVENT_REBUILT);
	}
	for (i = 0; i < 100000 && rig->timer != 0 && !recovery_can_draw(&rig->r); i++) {
		rig_advance(rig, rig->timer > rig->now ? rig->timer - rig->now : 0);
	}
	if (rig->r.state == RECOVERY_FAILED || rig->r.state == RECOVERY_STOPPED) {
		return;
	}
	test_assert_msg(recovery_can_draw(&rig->r), "never draws again, state %s",
		recovery_state_name(rig->r.state));
	for (i = 0; i < rig->r.config.good_frames; i++) {
		rig_feed(rig, RECOVERY_EVENT_FRAME);
	}
	test_assert(rig->r.confirmed);
	test_assert_int_eq(rig->r.rung_failures, 0);
}

TEST(random_events_break_no_rule)
{
	unsigned reached[RECOVERY_STATE_COUNT] = {0}, plain = 0;
	struct test_rng rng;
	unsigned round, i;

	test_rng_init(&rng, 1);
	for (round = 0; round < ROUNDS; round++) {
		struct recovery_config config = random_config(&rng);
		struct delays delays = {0};
		struct rig rig;

		rig_init(&rig, &config);
		rig.manual = true;
		for (i = 0; i < STEPS; i++) {
			one_step(&rig, &rng, &delays);
			plain += check_plain_frame(&rig);
			reached[rig.r.state]++;
		}
		check_it_heals(&rig);
	}
	for (i = 0; i < RECOVERY_STATE_COUNT; i++) {
		test_assert_msg(reached[i] > 0, "state %s was never reached",
			recovery_state_name((enum recovery_state)i));
	}
	test_assert_msg(plain > 100, "%u plain frames", plain);
}

/* A plausible world instead of noise: the caller answers, faults come at random. */
TEST(random_faults_are_survived)
{
	struct test_rng rng;
	unsigned round, i;

	test_rng_init(&rng, 2);
	for (round = 0; round < 50; round++) {
		struct rig rig;

		rig_init(&rig, NULL);
		rig.draws = true;
		for (i = 0; i < 200; i++) {
			rig.fail_rebuilds = (unsigned)test_rng_below(&rng, 4);
			rig.lose_rebuilds = (unsigned)test_rng_below(&rng, 3);
			rig.no_hardware = test_rng_below(&rng, 2) == 0;
			rig.unavailable = test_rng_below(&rng, 4) == 0;
			rig_reset(&rig,
				(enum reset_status)test_rng_below(&rng, RESET_STATUS_PURGED),
				random_ns(&rng));
			rig_advance(&rig, random_ns(&rng));
		}
		test_assert_int_eq(rig.r.bugs, 0);
		test_assert_int_eq(rig.give_ups, 0);
		rig.unavailable = false;
		rig_advance(&rig, 3600 * SEC);
		test_assert(recovery_can_draw(&rig.r));
	}
}
