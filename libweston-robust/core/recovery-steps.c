/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "recovery-private.h"

/* The least delay of an order that must not be carried out within a draw. */
#define SOON ((int64_t)1000 * 1000)

#define A_DAY ((int64_t)24 * 3600 * 1000 * SOON)

#define RUNGS_HARDWARE (RUNG_BIT(RUNG_CONTEXT) | RUNG_BIT(RUNG_DISPLAY))

static int64_t min_ns(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void set_timer(struct recovery *r, int64_t at, struct recovery_orders *o)
{
	r->timer_at = at > 0 ? at : 1;
	o->timer_ns = r->timer_at;
}

static void stop_timer(struct recovery *r, struct recovery_orders *o)
{
	if (r->timer_at != RECOVERY_TIMER_DISARM) {
		r->timer_at = RECOVERY_TIMER_DISARM;
		o->timer_ns = RECOVERY_TIMER_DISARM;
	}
}

static bool may_poll(const struct recovery *r)
{
	return !r->asleep && r->config.idle_poll_ns > 0;
}

static bool may_probe(const struct recovery *r)
{
	return r->state == RECOVERY_SOFTWARE && !r->asleep && r->config.probe_first_ns > 0 &&
	       (r->config.rungs & RUNGS_HARDWARE) != 0;
}

static int64_t next_poll(const struct recovery *r)
{
	int64_t idle = r->last_sign_at + r->config.idle_poll_ns;
	int64_t settled = r->last_sign_at + r->config.settle_ns;

	if (!r->unsettled) {
		return idle;
	}
	return min_ns(idle, settled > r->no_poll_before ? settled : r->no_poll_before);
}

/* Each frame asks for itself. While they keep coming, looking whether they still do may be rarer
 * than the first poll after the last one would be: it wakes a processor. */
static void put_off(struct recovery *r, int64_t now)
{
	if (r->unsettled) {
		r->no_poll_before = now + r->config.idle_poll_ns / 4;
	}
}

/* While drawing one timer serves the idle poll, the probe and the doubt. */
void steps_schedule(struct recovery *r, struct recovery_orders *o)
{
	int64_t at = INT64_MAX;

	if (may_poll(r)) {
		at = next_poll(r);
	}
	if (may_probe(r)) {
		at = min_ns(at, r->probe_at);
	}
	if (r->doubt_at != 0) {
		at = min_ns(at, r->doubt_at);
	}
	if (at == INT64_MAX) {
		stop_timer(r, o);
	} else {
		set_timer(r, at, o);
	}
}

void steps_query(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	r->last_sign_at = now;
	r->unsettled = false;
	r->no_poll_before = 0;
	o->query = true;
}

/* The timer is touched by the first frame after a query only: the others push the query back. */
void steps_settle(struct recovery *r, struct recovery_orders *o)
{
	if (!r->unsettled && may_poll(r) && r->config.settle_ns > 0) {
		r->unsettled = true;
		steps_schedule(r, o);
	}
}

void steps_stop(struct recovery *r, struct recovery_orders *o)
{
	r->state = RECOVERY_STOPPED;
	stop_timer(r, o);
}

static void fail(struct recovery *r, struct recovery_orders *o)
{
	r->state = RECOVERY_FAILED;
	stop_timer(r, o);
	o->drop = RECOVERY_DROP_LOST;
	o->give_up = true;
}

static void begin_incident(struct recovery *r)
{
	r->cause = RESET_STATUS_NONE;
	r->attempts = 0;
}

void steps_rebuild(
	struct recovery *r, enum recovery_drop drop, int64_t now, struct recovery_orders *o)
{
	if (r->config.rungs == 0) {
		fail(r, o);
		return;
	}
	ladder_fit(r);
	r->state = RECOVERY_REBUILDING;
	r->confirmed = false;
	r->attempts++;
	r->doubt_at = 0;
	set_timer(r, now + r->config.rebuild_limit_ns, o);
	o->drop = drop;
	o->rebuild = true;
	o->rung = r->rung;
}

static void back_off(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	r->state = RECOVERY_BACKOFF;
	r->throttled = false;
	o->drop = RECOVERY_DROP_LOST;
	set_timer(r, now + r->backoff_ns, o);
	r->backoff_ns = min_ns(2 * r->backoff_ns, r->config.backoff_cap_ns);
}

void steps_lose(
	struct recovery *r, enum reset_status status, int64_t now, struct recovery_orders *o)
{
	enum recovery_rung failed = r->rung;

	r->guilty_counted = false;
	if (r->confirmed) {
		begin_incident(r);
	} else {
		/* Lost before it was of any use: the rung did not help. */
		ladder_note_failure(r);
		r->throttled = true;
	}
	ladder_note_cause(r, status, o);
	ladder_count_reset(r, now);
	ladder_calm_storm(r, failed, now);
	if (ladder_exhausted(r)) {
		fail(r, o);
		return;
	}

	r->state = RECOVERY_WAITING;
	r->lost_at = now;
	r->grace = false;
	r->wait_ns = r->config.wait_first_ns;
	set_timer(r, now + r->wait_ns, o);
}

void steps_purge(struct recovery_orders *o)
{
	o->restore = true;
	o->damage_all = true;
}

void steps_over(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	if (r->throttled) {
		back_off(r, now, o);
	} else {
		steps_rebuild(r, RECOVERY_DROP_LOST, now, o);
	}
}

void steps_wait_tick(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	int64_t end =
		r->lost_at + (r->stuck ? r->config.wait_limit_again_ns : r->config.wait_limit_ns);

	if (r->grace) {
		steps_over(r, now, o);
	} else if (now >= end) {
		r->stuck = true;
		/* A new display owes nothing to the old context; climbing further helps nobody. */
		if (r->rung == RUNG_CONTEXT) {
			ladder_climb(r);
		}
		steps_over(r, now, o);
	} else {
		o->query = true;
		r->wait_ns = min_ns(2 * r->wait_ns, r->config.wait_cap_ns);
		set_timer(r, min_ns(now + r->wait_ns, end), o);
	}
}

void steps_wait_grace(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	if (!r->grace) {
		r->grace = true;
		set_timer(r, now + r->config.wait_grace_ns, o);
	}
}

void steps_rebuilt(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	r->state = r->rung == RUNG_SOFTWARE ? RECOVERY_SOFTWARE : RECOVERY_RUNNING;
	r->confirmed = false;
	r->good_frames = 0;
	r->unsettled = false;
	r->quiet_from = now;
	r->last_sign_at = now;
	r->probe_at = now + r->probe_ns;
	o->damage_all = true;
	steps_schedule(r, o);
}

void steps_rebuild_failed(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	ladder_note_failure(r);
	if (ladder_exhausted(r)) {
		fail(r, o);
	} else {
		back_off(r, now, o);
	}
}

void steps_rebuild_late(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	/* A driver call can't be ended from outside. Without another rung there is nothing better
	 * to do than to wait for it. */
	if (ladder_climb(r)) {
		o->abandon_rebuild = true;
		back_off(r, now, o);
	} else {
		set_timer(r, now + r->config.rebuild_limit_ns, o);
	}
}

void steps_force(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	if (r->config.rungs != 0) {
		begin_incident(r);
		steps_rebuild(r, RECOVERY_DROP_ALIVE, now, o);
	}
}

void steps_doubt(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	r->doubted_at = now;
	r->doubt_unproven = false;
	if (r->doubt_at != 0 || r->doubts >= r->config.max_doubts || r->config.rungs == 0) {
		return;
	}
	r->doubt_at = now + SOON > r->doubt_from ? now + SOON : r->doubt_from;
	steps_schedule(r, o);
}

static void resolve_doubt(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	r->doubts++;
	r->doubt_unproven = true;
	r->doubt_from = now + r->doubt_ns;
	r->doubt_ns = min_ns(2 * r->doubt_ns, A_DAY);
	steps_force(r, now, o);
}

/* One question at a time: what is due as well comes with the next expiry, at once. */
void steps_tick(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	if (r->doubt_at != 0 && now >= r->doubt_at) {
		resolve_doubt(r, now, o);
		return;
	}
	if (may_probe(r) && now >= r->probe_at) {
		o->probe_hardware = true;
		r->probe_at = now + r->probe_ns;
		r->probe_ns = min_ns(2 * r->probe_ns, r->config.probe_cap_ns);
	} else if (may_poll(r) && now >= next_poll(r)) {
		steps_query(r, now, o);
	} else {
		put_off(r, now);
	}
	steps_schedule(r, o);
}

void steps_return_to_hardware(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	/* A late answer, after the configuration took the hardware away. */
	if ((r->config.rungs & RUNGS_HARDWARE) == 0) {
		return;
	}
	r->rung = ladder_has(r, RUNG_DISPLAY) ? RUNG_DISPLAY : RUNG_CONTEXT;
	/* The session works: one failed try sends it back to where it works. */
	r->rung_failures = r->config.failures_per_rung - 1;
	r->backoff_ns = r->config.backoff_first_ns;
	steps_force(r, now, o);
}
