/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "recovery-rig.h"

#include <string.h>

#include "test.h"

#define START (1000 * SEC)

static void check_final(enum recovery_state before, const struct recovery *r)
{
	if (before == RECOVERY_STOPPED) {
		test_assert_int_eq(r->state, RECOVERY_STOPPED);
	}
	if (before == RECOVERY_FAILED) {
		test_assert(r->state == RECOVERY_FAILED || r->state == RECOVERY_STOPPED);
	}
}

static void check_orders(
	enum recovery_state before, const struct recovery *r, const struct recovery_orders *o)
{
	bool could_draw = before == RECOVERY_RUNNING || before == RECOVERY_SOFTWARE;

	test_assert_int_eq(o->state_changed, before != r->state);
	if (before == RECOVERY_FAILED || before == RECOVERY_STOPPED) {
		test_assert(!o->rebuild && !o->drop && !o->query && !o->give_up && !o->restore &&
			    !o->probe_hardware && !o->damage_all);
	}
	test_assert_msg(o->rebuild + o->query + o->probe_hardware <= 1, "two questions at once");
	if (o->rebuild) {
		test_assert_int_eq(r->state, RECOVERY_REBUILDING);
		test_assert_msg(o->drop != RECOVERY_DROP_NONE, "rebuild without drop");
		test_assert_msg((r->config.rungs & RUNG_BIT(o->rung)) != 0, "no such rung");
		test_assert_int_eq(o->rung, r->rung);
	}
	if (o->drop == RECOVERY_DROP_ALIVE) {
		test_assert_msg(could_draw, "what can't draw is not alive");
	}
	if (o->query) {
		test_assert_msg(recovery_can_draw(r) || r->state == RECOVERY_WAITING,
			"query in state %s", recovery_state_name(r->state));
	}
	if (o->probe_hardware) {
		test_assert_int_eq(r->state, RECOVERY_SOFTWARE);
	}
	test_assert_int_eq(o->give_up, r->state == RECOVERY_FAILED && before != r->state);
}

static void check_timer(const struct rig *rig)
{
	const struct recovery *r = &rig->r;

	test_assert_int_eq(r->timer_at, rig->timer == 0 ? RECOVERY_TIMER_DISARM : rig->timer);
	switch (r->state) {
	case RECOVERY_WAITING:
	case RECOVERY_BACKOFF:
	case RECOVERY_REBUILDING:
		test_assert_msg(rig->timer != 0, "nothing will ever happen again");
		break;
	case RECOVERY_FAILED:
	case RECOVERY_STOPPED:
		test_assert_msg(
			rig->timer == 0, "timer armed in state %s", recovery_state_name(r->state));
		break;
	case RECOVERY_RUNNING:
	case RECOVERY_SOFTWARE:
	case RECOVERY_STATE_COUNT:
		break;
	}
	if (recovery_can_draw(r)) {
		test_assert_msg(rig->generation, "drawing with nothing");
	}
}

static void take_orders(struct rig *rig, const struct recovery_orders *o)
{
	rig->changes += o->state_changed;
	rig->feature_drops += o->drop_optional_features;
	rig->drops += o->drop != RECOVERY_DROP_NONE;
	rig->rebuilds += o->rebuild;
	rig->restores += o->restore;
	rig->damages += o->damage_all;
	rig->queries += o->query;
	rig->probes += o->probe_hardware;
	rig->give_ups += o->give_up;
	if (o->drop) {
		rig->generation = false;
	}
	if (o->rebuild) {
		rig->rebuilds_on[o->rung]++;
		rig->last_rebuild = rig->now;
	}
	if (o->timer_ns == RECOVERY_TIMER_DISARM) {
		rig->timer = 0;
	} else if (o->timer_ns != RECOVERY_TIMER_KEEP) {
		test_assert(o->timer_ns > 0);
		rig->timer = o->timer_ns;
	}
}

static void step(struct rig *rig, struct recovery_input in)
{
	enum recovery_state before = rig->r.state;

	if (in.event == RECOVERY_EVENT_TIMER) {
		rig->timer = 0;
	}
	if (in.event == RECOVERY_EVENT_REBUILT && before == RECOVERY_REBUILDING) {
		/* A new context has a status of its own. */
		rig->generation = true;
		rig->status_until = 0;
	}
	rig->orders = recovery_step(&rig->r, in, rig->now);
	take_orders(rig, &rig->orders);
	check_final(before, &rig->r);
	check_orders(before, &rig->r, &rig->orders);
	check_timer(rig);
}

static enum reset_status status_now(const struct rig *rig)
{
	return rig->now < rig->status_until ? rig->status : RESET_STATUS_NONE;
}

static struct recovery_input answer_rebuild(struct rig *rig, enum recovery_rung rung)
{
	if (rung < rig->works_from) {
		return (struct recovery_input){.event = RECOVERY_EVENT_REBUILD_FAILED};
	}
	if (rig->lose_rebuilds > 0) {
		rig->lose_rebuilds--;
		return (struct recovery_input){
			.event = RECOVERY_EVENT_LOST, .status = RESET_STATUS_INNOCENT};
	}
	if (rig->fail_rebuilds > 0) {
		rig->fail_rebuilds--;
		return (struct recovery_input){.event = RECOVERY_EVENT_REBUILD_FAILED};
	}
	return (struct recovery_input){.event = RECOVERY_EVENT_REBUILT};
}

/* \return false when the orders ask for no answer */
static bool answer(struct rig *rig, struct recovery_input *in)
{
	const struct recovery_orders *o = &rig->orders;

	if (o->rebuild) {
		*in = answer_rebuild(rig, o->rung);
	} else if (o->query && rig->unavailable) {
		*in = (struct recovery_input){.event = RECOVERY_EVENT_STATUS_UNAVAILABLE};
	} else if (o->query) {
		*in = (struct recovery_input){
			.event = RECOVERY_EVENT_STATUS, .status = status_now(rig)};
	} else if (o->probe_hardware) {
		in->event =
			rig->no_hardware ? RECOVERY_EVENT_PROBE_FAILED : RECOVERY_EVENT_PROBE_OK;
	} else if (o->damage_all && rig->draws && recovery_can_draw(&rig->r)) {
		*in = (struct recovery_input){.event = RECOVERY_EVENT_FRAME};
	} else {
		return false;
	}
	return true;
}

void rig_init(struct rig *rig, const struct recovery_config *config)
{
	struct recovery_config all;

	recovery_config_init(&all);
	all.rungs = RUNGS_ALL;
	memset(rig, 0, sizeof(*rig));
	rig->now = START;
	rig->generation = true;
	rig->orders = recovery_init(&rig->r, config ? config : &all, rig->now);
	take_orders(rig, &rig->orders);
	check_timer(rig);
}

void rig_feed_status(struct rig *rig, enum recovery_event event, enum reset_status status)
{
	struct recovery_input in = {.event = event, .status = status};
	unsigned rounds = 0;

	do {
		step(rig, in);
		test_assert_msg(rounds++ < 1000, "the orders never end");
	} while (!rig->manual && answer(rig, &in));
}

void rig_feed(struct rig *rig, enum recovery_event event)
{
	rig_feed_status(rig, event, RESET_STATUS_NONE);
}

void rig_advance(struct rig *rig, int64_t ns)
{
	int64_t until = rig->now + ns;

	while (rig->timer != 0 && rig->timer <= until) {
		if (rig->timer > rig->now) {
			rig->now = rig->timer;
		}
		rig_feed(rig, RECOVERY_EVENT_TIMER);
	}
	rig->now = until;
}

void rig_reset(struct rig *rig, enum reset_status status, int64_t ns)
{
	rig->status = status;
	rig->status_until = rig->now + ns;
	rig_feed_status(rig, RECOVERY_EVENT_LOST, status);
}

static void fail_until_rung(struct rig *rig, enum recovery_rung rung)
{
	while (rig->r.rung != rung) {
		rig_feed(rig, RECOVERY_EVENT_REBUILD_FAILED);
		rig->now = rig->timer;
		rig_feed(rig, RECOVERY_EVENT_TIMER);
	}
}

void rig_enter(struct rig *rig, enum recovery_state state)
{
	rig->manual = true;
	if (state == RECOVERY_STOPPED) {
		rig_feed(rig, RECOVERY_EVENT_STOP);
	}
	if (state == RECOVERY_FAILED) {
		rig->r.config.rungs = 0;
	}
	if (state == RECOVERY_RUNNING || state == RECOVERY_STOPPED) {
		return;
	}
	rig_feed_status(rig, RECOVERY_EVENT_LOST, RESET_STATUS_INNOCENT);
	rig->now += MSEC / 2;
	if (state == RECOVERY_WAITING || state == RECOVERY_FAILED) {
		return;
	}
	rig_feed(rig, RECOVERY_EVENT_STATUS);
	rig->now += MSEC / 2;
	if (state == RECOVERY_BACKOFF) {
		rig_feed(rig, RECOVERY_EVENT_REBUILD_FAILED);
	}
	if (state == RECOVERY_SOFTWARE) {
		fail_until_rung(rig, RUNG_SOFTWARE);
		rig_feed(rig, RECOVERY_EVENT_REBUILT);
	}
	test_assert_int_eq(rig->r.state, state);
}
