/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Stock releases a wl_shm buffer as soon as it has been uploaded; after a reset nothing is left to
 * upload again. Two ways out, each with a price:
 *
 *   hold   keep the buffer busy until the client replaces it. Costs nothing, but a client that
 *          waits for this very buffer before it draws again waits for ever.
 *   copy   copy the pixels, release at once. No client notices; costs the memory once more and the
 *          time to copy what is damaged.
 *
 * From outside, a client that waits looks like one that has nothing to draw. So holding is a trial,
 * and it is the client's doing that ends it:
 *
 *   it commits the same buffer twice in a row         it has only one for this surface: copy
 *   it replaces the buffer while that is held         it does not wait: hold on (independent)
 *   it does neither for RETENTION_GRACE_NS            release, which ends any wait, and copy before
 *                                                     (AUTO) or lend (HOLD); if it draws at once
 *                                                     then, it did wait: copy from now on
 *
 * HOLD begins the trial with the first buffer, AUTO when several different buffers have come in a
 * row: most clients take a second one only where the first stays busy, and are left alone so.
 *
 * What is lent is the client's to draw to. Most clients that stand still leave it alone: the pixels
 * are there to be had for nothing, and whether they are still the same can be seen from them. Of
 * one that has begun to draw its next frame, the present one is lost in a reset.
 *
 * An independent client may still wait one day, say for all of its buffers in order to resize them.
 * AUTO copies and releases after RETENTION_PATIENCE_NS, whoever the client is. HOLD holds on for as
 * long as the client has another buffer to draw to.
 */
#include "retention.h"

#include <string.h>

static void learn_from_timing(struct retention_state *state, uint64_t buffer, int64_t now_ns)
{
	if (state->given_back_ns != 0 && now_ns - state->given_back_ns < RETENTION_ANSWER_NS) {
		state->waits |= !state->independent;
		state->independent = false;
	} else if (state->buffer != 0 && state->buffer != buffer && !state->released) {
		state->independent = true;
	}
}

static void learn_from_identity(struct retention_state *state, uint64_t buffer)
{
	if (buffer == state->buffer) {
		state->single_buffered = true;
		state->distinct_run = 0;
	} else if (state->distinct_run < RETENTION_DISTINCT_RUN) {
		state->distinct_run++;
	}
	if (state->distinct_run >= RETENTION_DISTINCT_RUN) {
		state->single_buffered = false;
	}
}

void retention_attached(struct retention_state *state, uint64_t buffer, int64_t now_ns)
{
	learn_from_timing(state, buffer, now_ns);
	learn_from_identity(state, buffer);
	state->buffer = buffer;
	state->taken_ns = now_ns;
	state->given_back_ns = 0;
	state->released = false;
	state->lent = false;
}

void retention_applied(struct retention_state *state, enum retention_action action,
	const struct retention_facts *facts)
{
	if (action == RETENTION_ACTION_HOLD) {
		return;
	}
	if (!state->released && facts->mapped && !facts->destroyed &&
		facts->now_ns - state->taken_ns >= RETENTION_GRACE_NS) {
		state->given_back_ns = facts->now_ns;
	}
	state->released = true;
	state->lent = action == RETENTION_ACTION_LEND;
}

static bool needs_it_back(enum retention_policy policy, const struct retention_state *state)
{
	return policy == RETENTION_COPY || state->single_buffered || state->waits ||
	       (policy == RETENTION_AUTO && state->distinct_run < RETENTION_DISTINCT_RUN);
}

bool retention_needs_spares(
	enum retention_policy policy, const struct retention_state *state, int64_t now_ns)
{
	return policy == RETENTION_HOLD && state->independent && !state->released &&
	       now_ns - state->taken_ns >= RETENTION_GRACE_NS;
}

static int64_t trial_ns(enum retention_policy policy, const struct retention_state *state)
{
	return policy == RETENTION_AUTO && state->independent ? RETENTION_PATIENCE_NS
							      : RETENTION_GRACE_NS;
}

static bool trial_over(enum retention_policy policy, const struct retention_state *state,
	const struct retention_facts *facts)
{
	if (retention_needs_spares(policy, state, facts->now_ns)) {
		return facts->spare_buffers == 0;
	}
	return facts->now_ns - state->taken_ns >= trial_ns(policy, state);
}

enum retention_action retention_decide(enum retention_policy policy,
	const struct retention_state *state, const struct retention_facts *facts)
{
	if (policy == RETENTION_NONE || (!facts->mapped && !facts->still_drawn)) {
		return RETENTION_ACTION_FORGET;
	}
	/* What is unmapped or destroyed is the client's again; what was released is no longer ours.
	 */
	if (!facts->mapped || facts->destroyed) {
		return RETENTION_ACTION_COPY;
	}
	if (state->lent) {
		return RETENTION_ACTION_LEND;
	}
	if (state->released || needs_it_back(policy, state)) {
		return RETENTION_ACTION_COPY;
	}
	if (trial_over(policy, state, facts)) {
		return policy == RETENTION_HOLD ? RETENTION_ACTION_LEND : RETENTION_ACTION_COPY;
	}
	return RETENTION_ACTION_HOLD;
}

int64_t retention_deadline(enum retention_policy policy, const struct retention_state *state,
	const struct retention_facts *facts)
{
	int64_t end_ns = state->taken_ns + trial_ns(policy, state);

	if (retention_decide(policy, state, facts) != RETENTION_ACTION_HOLD) {
		return 0;
	}
	return facts->now_ns < end_ns ? end_ns : 0;
}

void retention_budget_add(struct retention_budget *budget, uint64_t bytes)
{
	uint64_t room = UINT64_MAX - budget->used_bytes;

	budget->used_bytes += bytes < room ? bytes : room;
}

void retention_budget_remove(struct retention_budget *budget, uint64_t bytes)
{
	budget->used_bytes -= bytes < budget->used_bytes ? bytes : budget->used_bytes;
}

uint64_t retention_budget_excess(const struct retention_budget *budget)
{
	if (budget->limit_bytes == 0 || budget->used_bytes <= budget->limit_bytes) {
		return 0;
	}
	return budget->used_bytes - budget->limit_bytes;
}

static bool eligible(const struct retention_candidate *c, bool visible)
{
	return c->bytes > 0 && c->visible == visible;
}

/* When the least recently drawn of one visibility was drawn; INT64_MAX when there is none. */
static int64_t oldest(const struct retention_candidate *c, size_t count, bool visible)
{
	int64_t found = INT64_MAX;
	size_t i;

	for (i = 0; i < count; i++) {
		if (eligible(&c[i], visible) && c[i].last_drawn_ns < found) {
			found = c[i].last_drawn_ns;
		}
	}
	return found;
}

static ptrdiff_t choose(const struct retention_candidate *c, size_t count, bool visible)
{
	int64_t from = oldest(c, count, visible);
	ptrdiff_t best = -1;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!eligible(&c[i], visible) ||
			c[i].last_drawn_ns - from > RETENTION_AGE_SLACK_NS) {
			continue;
		}
		if (best < 0 || c[i].bytes > c[best].bytes) {
			best = (ptrdiff_t)i;
		}
	}
	return best;
}

ptrdiff_t retention_choose_victim(const struct retention_candidate *candidates, size_t count)
{
	ptrdiff_t hidden = choose(candidates, count, false);

	return hidden >= 0 ? hidden : choose(candidates, count, true);
}

static const char *const policy_names[] = {
	[RETENTION_HOLD] = "hold",
	[RETENTION_COPY] = "copy",
	[RETENTION_AUTO] = "auto",
	[RETENTION_NONE] = "none",
};

#define POLICY_COUNT (sizeof(policy_names) / sizeof(policy_names[0]))

const char *retention_policy_name(enum retention_policy policy)
{
	return (unsigned)policy < POLICY_COUNT ? policy_names[policy] : "invalid";
}

bool retention_policy_from_name(const char *name, enum retention_policy *policy)
{
	size_t i;

	for (i = 0; i < POLICY_COUNT; i++) {
		if (strcmp(name, policy_names[i]) == 0) {
			*policy = (enum retention_policy)i;
			return true;
		}
	}
	return false;
}
