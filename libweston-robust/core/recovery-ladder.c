/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "recovery-private.h"

bool ladder_has(const struct recovery *r, enum recovery_rung rung)
{
	return (r->config.rungs & RUNG_BIT(rung)) != 0;
}

/* The lowest available rung from `from` up, RUNG_COUNT when there is none. */
static enum recovery_rung rung_from(const struct recovery *r, enum recovery_rung from)
{
	while (from < RUNG_COUNT && !ladder_has(r, from)) {
		from++;
	}
	return from;
}

/* The configuration may have changed since the rung was chosen. */
void ladder_fit(struct recovery *r)
{
	enum recovery_rung fit = rung_from(r, r->rung);

	if (fit == RUNG_COUNT) {
		fit = rung_from(r, RUNG_CONTEXT);
	}
	if (fit != RUNG_COUNT) {
		r->rung = fit;
	}
}

bool ladder_climb(struct recovery *r)
{
	enum recovery_rung next = rung_from(r, r->rung + 1);

	if (next == RUNG_COUNT) {
		return false;
	}
	r->rung = next;
	r->rung_failures = 0;
	r->backoff_ns = r->config.backoff_first_ns;
	return true;
}

void ladder_note_failure(struct recovery *r)
{
	r->rung_failures++;
	if (r->rung_failures >= r->config.failures_per_rung) {
		ladder_climb(r);
	}
}

bool ladder_exhausted(const struct recovery *r)
{
	return r->config.rungs == 0 ||
	       (r->config.give_up_after > 0 && r->rung_failures >= r->config.give_up_after &&
		       rung_from(r, r->rung + 1) == RUNG_COUNT);
}

static bool storming(const struct recovery *r, int64_t now)
{
	uint32_t max = r->config.max_resets;
	uint32_t size = RECOVERY_MAX_RESETS + 1;

	if (max == 0 || r->recent_count <= max) {
		return false;
	}
	return r->recent[(r->recent_next + size - 1 - max) % size] >
	       now - r->config.reset_window_ns;
}

void ladder_count_reset(struct recovery *r, int64_t now)
{
	uint32_t size = RECOVERY_MAX_RESETS + 1;

	r->reset_total++;
	r->quiet_from = now;
	r->recent[r->recent_next] = now;
	r->recent_next = (r->recent_next + 1) % size;
	if (r->recent_count < size) {
		r->recent_count++;
	}
}

static void note_guilt(struct recovery *r, struct recovery_orders *o)
{
	if (r->guilty_counted) {
		return;
	}
	r->guilty_counted = true;
	r->guilty++;
	if (r->config.max_guilty > 0 && r->guilty >= r->config.max_guilty && !r->features_dropped) {
		r->features_dropped = true;
		o->drop_optional_features = true;
	}
}

/* A later, more precise report of the same loss replaces a vague one. */
void ladder_note_cause(struct recovery *r, enum reset_status status, struct recovery_orders *o)
{
	if (status == RESET_STATUS_GUILTY || r->cause == RESET_STATUS_NONE ||
		(status == RESET_STATUS_INNOCENT && r->cause == RESET_STATUS_UNKNOWN)) {
		r->cause = status;
	}
	if (status == RESET_STATUS_GUILTY) {
		note_guilt(r, o);
	}
}

static void forget_doubts(struct recovery *r)
{
	r->doubts = 0;
	r->doubt_from = 0;
	r->doubt_ns = r->config.doubt_wait_ns;
	r->doubt_unproven = false;
}

static void forgive_doubts(struct recovery *r, int64_t now)
{
	if (now - r->doubted_at >= r->config.doubt_quiet_ns) {
		forget_doubts(r);
	}
}

void ladder_forgive(struct recovery *r, int64_t now)
{
	forgive_doubts(r, now);
	if (now - r->quiet_from < r->config.quiet_ns) {
		return;
	}
	r->confirmed = true;
	r->throttled = false;
	r->stuck = false;
	r->guilty = 0;
	r->recent_count = 0;
	r->rung_failures = 0;
	r->backoff_ns = r->config.backoff_first_ns;
	r->probe_ns = r->config.probe_first_ns;
	r->rung = RUNG_CONTEXT;
	ladder_fit(r);
}

void ladder_note_frame(struct recovery *r, const struct recovery_input *frame, int64_t now)
{
	/* The rebuild was the cure: everything was drawn anew, and nothing failed. */
	if (frame->whole && r->doubt_unproven) {
		forget_doubts(r);
	}
	if (!frame->unasked) {
		r->last_sign_at = now;
	}
	if (r->confirmed) {
		return;
	}
	r->good_frames++;
	if (r->good_frames < r->config.good_frames) {
		return;
	}
	r->confirmed = true;
	r->rung_failures = 0;
	/* Only failures make the pauses grow: a desktop that came back is worth bringing back
	 * again. */
	r->backoff_ns = r->config.backoff_first_ns;
	if (!storming(r, now)) {
		r->throttled = false;
	}
}

/* Too many resets: the next rung at once, or where there is none, some patience. */
void ladder_calm_storm(struct recovery *r, enum recovery_rung failed, int64_t now)
{
	if (!storming(r, now)) {
		return;
	}
	if (r->rung != failed || ladder_climb(r)) {
		/* The new rung gets a chance of its own. */
		r->recent_count = 0;
	} else {
		r->throttled = true;
	}
}
