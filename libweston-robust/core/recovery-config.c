/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "recovery.h"

#define MSEC ((int64_t)1000 * 1000)
#define SEC (1000 * MSEC)

/* A bound for configured times that keeps sums with any clock far from overflow. */
#define LONGEST ((int64_t)400 * 24 * 3600 * SEC)

/* The resolution of event loop timers; shorter intervals would be a busy loop. */
#define SHORTEST (1 * MSEC)

static int64_t clamp_ns(int64_t value, int64_t low)
{
	if (value < low) {
		return low;
	}
	return value > LONGEST ? LONGEST : value;
}

/* 0 means off; no timer runs hotter than this. */
static int64_t clamp_period(int64_t value)
{
	return value <= 0 ? 0 : clamp_ns(value, SHORTEST);
}

static uint32_t at_least_one(uint32_t value)
{
	return value == 0 ? 1 : value;
}

void recovery_config_init(struct recovery_config *config)
{
	*config = (struct recovery_config){
		.rungs = RUNG_BIT(RUNG_CONTEXT),
		.idle_poll_ns = 1 * SEC,
		.settle_ns = 50 * MSEC,
		.wait_first_ns = 1 * MSEC,
		.wait_cap_ns = 50 * MSEC,
		.wait_limit_ns = 10 * SEC,
		.wait_limit_again_ns = 1 * SEC,
		.wait_grace_ns = 20 * MSEC,
		.rebuild_limit_ns = 10 * SEC,
		.backoff_first_ns = 10 * MSEC,
		.backoff_cap_ns = 1 * SEC,
		.failures_per_rung = 3,
		.give_up_after = 0,
		.max_resets = 5,
		.reset_window_ns = 60 * SEC,
		.max_guilty = 2,
		.good_frames = 1,
		.quiet_ns = 60 * SEC,
		.doubt_quiet_ns = 3 * SEC,
		.max_doubts = 5,
		.doubt_wait_ns = 1 * SEC,
		.probe_first_ns = 30 * SEC,
		.probe_cap_ns = 600 * SEC,
	};
}

void recovery_config_sanitize(struct recovery_config *config)
{
	struct recovery_config *c = config;

	c->rungs &= RUNG_BIT(RUNG_COUNT) - 1;
	c->idle_poll_ns = clamp_period(c->idle_poll_ns);
	c->settle_ns = clamp_period(c->settle_ns);
	c->wait_first_ns = clamp_ns(c->wait_first_ns, SHORTEST);
	c->wait_cap_ns = clamp_ns(c->wait_cap_ns, c->wait_first_ns);
	c->wait_limit_ns = clamp_ns(c->wait_limit_ns, SHORTEST);
	c->wait_limit_again_ns = clamp_ns(c->wait_limit_again_ns, SHORTEST);
	c->wait_grace_ns = clamp_ns(c->wait_grace_ns, SHORTEST);
	c->rebuild_limit_ns = clamp_ns(c->rebuild_limit_ns, SHORTEST);
	c->backoff_first_ns = clamp_ns(c->backoff_first_ns, SHORTEST);
	c->backoff_cap_ns = clamp_ns(c->backoff_cap_ns, c->backoff_first_ns);
	c->failures_per_rung = at_least_one(c->failures_per_rung);
	if (c->max_resets > RECOVERY_MAX_RESETS) {
		c->max_resets = RECOVERY_MAX_RESETS;
	}
	c->reset_window_ns = clamp_ns(c->reset_window_ns, SHORTEST);
	c->good_frames = at_least_one(c->good_frames);
	c->quiet_ns = clamp_ns(c->quiet_ns, SHORTEST);
	c->doubt_quiet_ns = clamp_ns(c->doubt_quiet_ns, SHORTEST);
	c->doubt_wait_ns = clamp_ns(c->doubt_wait_ns, SHORTEST);
	c->probe_first_ns = clamp_period(c->probe_first_ns);
	c->probe_cap_ns = clamp_ns(c->probe_cap_ns, c->probe_first_ns);
}
