/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * The life of one incident, by the ladder:
 *
 *   RUNNING --loss--> WAITING --over--> REBUILDING --proved--> RUNNING or SOFTWARE
 *                        ^                | ^
 *                        '-- lost again --' '--failed--> BACKOFF --timer--'
 *
 * A rung that fails config.failures_per_rung times in a row gives way to the next one. So does a
 * rung that leads to too many resets in too little time, and a reset that never ends. Where
 * there is no next rung the last one is tried on, at growing intervals: the session is worth more
 * than the log. Three things are kept beyond an incident until a quiet period forgives them: the
 * rung that helped (what failed a moment ago is not tried first), the resets in the window, and
 * that a wait ran into its limit (such a driver would cost the whole limit each time).
 *
 * doc/recovery.md has the table; each handler below is one of its rows.
 */
#include "recovery-private.h"

/* States: one handler each */

static void bug(struct recovery *r)
{
	r->bugs++;
}

/* What RUNNING and SOFTWARE have in common. */
static void on_drawing(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	switch (in.event) {
	case RECOVERY_EVENT_LOST:
		steps_lose(r, in.status, now, o);
		break;
	case RECOVERY_EVENT_STATUS:
		if (in.status != RESET_STATUS_NONE) {
			steps_lose(r, in.status, now, o);
		}
		break;
	case RECOVERY_EVENT_STATUS_UNAVAILABLE:
		steps_lose(r, RESET_STATUS_UNKNOWN, now, o);
		break;
	case RECOVERY_EVENT_FRAME:
		ladder_note_frame(r, &in, now);
		if (!in.unasked) {
			steps_settle(r, o);
		}
		break;
	case RECOVERY_EVENT_DOUBT:
		steps_doubt(r, now, o);
		break;
	case RECOVERY_EVENT_TIMER:
		steps_tick(r, now, o);
		break;
	case RECOVERY_EVENT_OUTPUTS_WAKE:
		steps_query(r, now, o);
		steps_schedule(r, o);
		break;
	case RECOVERY_EVENT_OUTPUTS_SLEEP:
		steps_schedule(r, o);
		break;
	case RECOVERY_EVENT_FORCED:
		steps_force(r, now, o);
		break;
	case RECOVERY_EVENT_PURGED:
		steps_purge(o);
		break;
	case RECOVERY_EVENT_STOP:
		steps_stop(r, o);
		break;
	case RECOVERY_EVENT_REBUILT:
	case RECOVERY_EVENT_REBUILD_FAILED:
	case RECOVERY_EVENT_PROBE_OK:
	case RECOVERY_EVENT_PROBE_FAILED:
	case RECOVERY_EVENT_COUNT:
		bug(r);
		break;
	}
}

static void on_running(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	ladder_forgive(r, now);
	on_drawing(r, in, now, o);
}

static void on_waiting(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	switch (in.event) {
	case RECOVERY_EVENT_LOST:
		ladder_note_cause(r, in.status, o);
		break;
	case RECOVERY_EVENT_STATUS:
		if (in.status == RESET_STATUS_NONE) {
			steps_over(r, now, o);
		} else {
			ladder_note_cause(r, in.status, o);
		}
		break;
	case RECOVERY_EVENT_STATUS_UNAVAILABLE:
		steps_wait_grace(r, now, o);
		break;
	case RECOVERY_EVENT_TIMER:
		steps_wait_tick(r, now, o);
		break;
	case RECOVERY_EVENT_STOP:
		steps_stop(r, o);
		break;
	case RECOVERY_EVENT_OUTPUTS_SLEEP:
	case RECOVERY_EVENT_OUTPUTS_WAKE:
	case RECOVERY_EVENT_FORCED:
	case RECOVERY_EVENT_PURGED:
	case RECOVERY_EVENT_DOUBT:
	case RECOVERY_EVENT_PROBE_OK:
	case RECOVERY_EVENT_PROBE_FAILED:
		break;
	case RECOVERY_EVENT_REBUILT:
	case RECOVERY_EVENT_REBUILD_FAILED:
	case RECOVERY_EVENT_FRAME:
	case RECOVERY_EVENT_COUNT:
		bug(r);
		break;
	}
}

static void on_rebuilding(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	switch (in.event) {
	case RECOVERY_EVENT_LOST:
		steps_lose(r, in.status, now, o);
		break;
	case RECOVERY_EVENT_REBUILT:
		steps_rebuilt(r, now, o);
		break;
	case RECOVERY_EVENT_REBUILD_FAILED:
		steps_rebuild_failed(r, now, o);
		break;
	case RECOVERY_EVENT_TIMER:
		steps_rebuild_late(r, now, o);
		break;
	case RECOVERY_EVENT_PURGED:
		o->restore = true;
		break;
	case RECOVERY_EVENT_STOP:
		steps_stop(r, o);
		break;
	case RECOVERY_EVENT_OUTPUTS_SLEEP:
	case RECOVERY_EVENT_OUTPUTS_WAKE:
	case RECOVERY_EVENT_FORCED:
	case RECOVERY_EVENT_DOUBT:
	case RECOVERY_EVENT_PROBE_OK:
	case RECOVERY_EVENT_PROBE_FAILED:
		break;
	case RECOVERY_EVENT_STATUS:
	case RECOVERY_EVENT_STATUS_UNAVAILABLE:
	case RECOVERY_EVENT_FRAME:
	case RECOVERY_EVENT_COUNT:
		bug(r);
		break;
	}
}

static void on_backoff(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	switch (in.event) {
	case RECOVERY_EVENT_LOST:
		ladder_note_cause(r, in.status, o);
		break;
	case RECOVERY_EVENT_TIMER:
	case RECOVERY_EVENT_FORCED:
		steps_rebuild(r, RECOVERY_DROP_LOST, now, o);
		break;
	case RECOVERY_EVENT_STOP:
		steps_stop(r, o);
		break;
	case RECOVERY_EVENT_OUTPUTS_SLEEP:
	case RECOVERY_EVENT_OUTPUTS_WAKE:
	case RECOVERY_EVENT_PURGED:
	case RECOVERY_EVENT_DOUBT:
	case RECOVERY_EVENT_PROBE_OK:
	case RECOVERY_EVENT_PROBE_FAILED:
		break;
	case RECOVERY_EVENT_STATUS:
	case RECOVERY_EVENT_STATUS_UNAVAILABLE:
	case RECOVERY_EVENT_REBUILT:
	case RECOVERY_EVENT_REBUILD_FAILED:
	case RECOVERY_EVENT_FRAME:
	case RECOVERY_EVENT_COUNT:
		bug(r);
		break;
	}
}

static void on_software(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	switch (in.event) {
	case RECOVERY_EVENT_PROBE_OK:
		steps_return_to_hardware(r, now, o);
		break;
	case RECOVERY_EVENT_PROBE_FAILED:
		break;
	case RECOVERY_EVENT_LOST:
	case RECOVERY_EVENT_STATUS:
	case RECOVERY_EVENT_STATUS_UNAVAILABLE:
	case RECOVERY_EVENT_FRAME:
	case RECOVERY_EVENT_DOUBT:
	case RECOVERY_EVENT_TIMER:
	case RECOVERY_EVENT_OUTPUTS_SLEEP:
	case RECOVERY_EVENT_OUTPUTS_WAKE:
	case RECOVERY_EVENT_FORCED:
	case RECOVERY_EVENT_PURGED:
	case RECOVERY_EVENT_STOP:
	case RECOVERY_EVENT_REBUILT:
	case RECOVERY_EVENT_REBUILD_FAILED:
	case RECOVERY_EVENT_COUNT:
		on_drawing(r, in, now, o);
		break;
	}
}

static void on_failed(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	switch (in.event) {
	case RECOVERY_EVENT_STOP:
		steps_stop(r, o);
		break;
	case RECOVERY_EVENT_LOST:
	case RECOVERY_EVENT_OUTPUTS_SLEEP:
	case RECOVERY_EVENT_OUTPUTS_WAKE:
	case RECOVERY_EVENT_FORCED:
	case RECOVERY_EVENT_PURGED:
	case RECOVERY_EVENT_DOUBT:
	case RECOVERY_EVENT_PROBE_OK:
	case RECOVERY_EVENT_PROBE_FAILED:
		break;
	case RECOVERY_EVENT_STATUS:
	case RECOVERY_EVENT_STATUS_UNAVAILABLE:
	case RECOVERY_EVENT_REBUILT:
	case RECOVERY_EVENT_REBUILD_FAILED:
	case RECOVERY_EVENT_FRAME:
	case RECOVERY_EVENT_TIMER:
	case RECOVERY_EVENT_COUNT:
		bug(r);
		break;
	}
}

/* Dispatcher */

/* Bring the several ways to say the same into one form. \return false: not to be handled */
static bool normalize(struct recovery *r, struct recovery_input *in)
{
	bool has_status = in->event == RECOVERY_EVENT_LOST || in->event == RECOVERY_EVENT_STATUS;

	if ((unsigned)in->event >= RECOVERY_EVENT_COUNT ||
		(has_status && (unsigned)in->status > RESET_STATUS_PURGED)) {
		bug(r);
		return false;
	}
	if (has_status && in->status == RESET_STATUS_PURGED) {
		in->event = RECOVERY_EVENT_PURGED;
	} else if (in->event == RECOVERY_EVENT_LOST && in->status == RESET_STATUS_NONE) {
		in->status = RESET_STATUS_UNKNOWN;
	}
	return true;
}

/* \return false: the timer is not due, or was never armed */
static bool take_timer(struct recovery *r, int64_t now, struct recovery_orders *o)
{
	if (r->timer_at == RECOVERY_TIMER_DISARM) {
		bug(r);
		return false;
	}
	if (now < r->timer_at) {
		/* The caller's timer is coarser than ours. */
		o->timer_ns = r->timer_at;
		return false;
	}
	r->timer_at = RECOVERY_TIMER_DISARM;
	return true;
}

static void dispatch(
	struct recovery *r, struct recovery_input in, int64_t now, struct recovery_orders *o)
{
	switch (r->state) {
	case RECOVERY_RUNNING:
		on_running(r, in, now, o);
		break;
	case RECOVERY_WAITING:
		on_waiting(r, in, now, o);
		break;
	case RECOVERY_REBUILDING:
		on_rebuilding(r, in, now, o);
		break;
	case RECOVERY_BACKOFF:
		on_backoff(r, in, now, o);
		break;
	case RECOVERY_SOFTWARE:
		on_software(r, in, now, o);
		break;
	case RECOVERY_FAILED:
		on_failed(r, in, now, o);
		break;
	case RECOVERY_STOPPED:
		/* Whatever is still on its way has nobody to tell. */
		break;
	case RECOVERY_STATE_COUNT:
		bug(r);
		break;
	}
}

struct recovery_orders recovery_step(struct recovery *r, struct recovery_input in, int64_t now_ns)
{
	struct recovery_orders o = {.timer_ns = RECOVERY_TIMER_KEEP};
	enum recovery_state before = r->state;

	if (!normalize(r, &in)) {
		return o;
	}
	if (in.event == RECOVERY_EVENT_TIMER && !take_timer(r, now_ns, &o)) {
		return o;
	}
	if (in.event == RECOVERY_EVENT_OUTPUTS_SLEEP || in.event == RECOVERY_EVENT_OUTPUTS_WAKE) {
		r->asleep = in.event == RECOVERY_EVENT_OUTPUTS_SLEEP;
	}
	dispatch(r, in, now_ns, &o);
	o.state_changed = r->state != before;
	return o;
}

static void take_config(struct recovery *r, const struct recovery_config *config)
{
	r->config = *config;
	recovery_config_sanitize(&r->config);
	r->backoff_ns = r->config.backoff_first_ns;
	r->probe_ns = r->config.probe_first_ns;
	r->doubt_ns = r->config.doubt_wait_ns;
}

struct recovery_orders recovery_init(
	struct recovery *r, const struct recovery_config *config, int64_t now_ns)
{
	struct recovery_orders o = {.timer_ns = RECOVERY_TIMER_KEEP};

	*r = (struct recovery){
		.state = RECOVERY_RUNNING,
		.confirmed = true,
		.timer_at = RECOVERY_TIMER_DISARM,
		.quiet_from = now_ns,
		.last_sign_at = now_ns,
	};
	take_config(r, config);
	ladder_fit(r);
	steps_schedule(r, &o);
	return o;
}

struct recovery_orders recovery_configure(
	struct recovery *r, const struct recovery_config *config, int64_t now_ns)
{
	struct recovery_orders o = {.timer_ns = RECOVERY_TIMER_KEEP};

	take_config(r, config);
	ladder_fit(r);
	if (recovery_can_draw(r)) {
		r->probe_at = now_ns + r->probe_ns;
		steps_schedule(r, &o);
	}
	return o;
}
