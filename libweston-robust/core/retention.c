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
 * AUTO holds unless the client is known to need its buffer back. How it becomes known:
 *
 *   the client has no other buffer                    copy at the first attach
 *   it commits the same buffer twice in a row         it has only one for this surface: copy from
 *                                                     now on, until several different ones come
 *                                                     in a row
 *   it does nothing for RETENTION_GRACE_NS            is it idle, or does it wait? When it has
 *   after its last commit                             another buffer for its next frame it can't
 *                                                     be waiting: hold on. Else copy and release:
 *                                                     that ends any wait after at most the grace.
 *
 * The last rule holds for HOLD too: no policy may stop a client that runs under stock.
 */
#include "retention.h"

#include <string.h>

void retention_attached(struct retention_state *state, uint64_t buffer, int64_t now_ns)
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
	state->buffer = buffer;
	state->taken_ns = now_ns;
	state->released = false;
}

bool retention_takes_turns(const struct retention_state *state)
{
	return state->distinct_run >= RETENTION_DISTINCT_RUN;
}

void retention_applied(struct retention_state *state, enum retention_action action)
{
	if (action != RETENTION_ACTION_HOLD) {
		state->released = true;
	}
}

/* The client may be waiting for this buffer and can't draw without it. */
static bool may_stall(const struct retention_state *state, const struct retention_facts *facts)
{
	return facts->spare_buffers == 0 && facts->now_ns - state->taken_ns >= RETENTION_GRACE_NS;
}

static bool needs_it_back(const struct retention_state *state, const struct retention_facts *facts)
{
	return state->single_buffered || facts->client_buffers <= 1;
}

enum retention_action retention_decide(enum retention_policy policy,
	const struct retention_state *state, const struct retention_facts *facts)
{
	if (policy == RETENTION_NONE || (!facts->mapped && !facts->still_drawn)) {
		return RETENTION_ACTION_FORGET;
	}
	/* What is unmapped or destroyed is the client's again; what was released is no longer ours.
	 */
	if (!facts->mapped || facts->destroyed || state->released) {
		return RETENTION_ACTION_COPY;
	}
	if (policy == RETENTION_COPY || may_stall(state, facts)) {
		return RETENTION_ACTION_COPY;
	}
	if (policy == RETENTION_AUTO && needs_it_back(state, facts)) {
		return RETENTION_ACTION_COPY;
	}
	return RETENTION_ACTION_HOLD;
}

int64_t retention_deadline(enum retention_policy policy, const struct retention_state *state,
	const struct retention_facts *facts)
{
	int64_t grace_end = state->taken_ns + RETENTION_GRACE_NS;

	if (retention_decide(policy, state, facts) != RETENTION_ACTION_HOLD) {
		return 0;
	}
	if (facts->now_ns < grace_end) {
		return grace_end;
	}
	/* A spare buffer exists; nobody tells us when the client spends it elsewhere. */
	return facts->now_ns + RETENTION_RECHECK_NS;
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
