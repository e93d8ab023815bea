/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * What is kept of a client's wl_shm buffer so that it can be uploaded again after a reset.
 *
 * Pure: no libweston, no clock, no allocation. The caller counts, copies, holds and releases; this
 * file only decides. One struct retention_state per content.
 */
#ifndef WESTON_ROBUST_CORE_RETENTION_H
#define WESTON_ROBUST_CORE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum retention_policy {
	RETENTION_HOLD, // keep the buffer until it is replaced; lend it, or copy, where that may
			// stall a client
	RETENTION_COPY, // always a CPU copy, the buffer is released at once as stock does
	RETENTION_AUTO, // copy, but hold for clients that take turns with several buffers
	RETENTION_NONE, // keep nothing, accept the loss
};

enum retention_action {
	RETENTION_ACTION_HOLD, // keep the busy reference, no copy
	RETENTION_ACTION_COPY, // bring the copy up to date (by damage if there is one), release;
			       // once released: keep the copy, there is nothing more to do
	RETENTION_ACTION_LEND, // release, but remember what the pixels were: as long as the client
			       // does not draw to the buffer, they can be had from there
	RETENTION_ACTION_FORGET, // release, free the copy
};

/** How long a buffer is held on trial: its client may be waiting for it. */
#define RETENTION_GRACE_NS ((int64_t)100 * 1000 * 1000)

/** AUTO: how long a buffer is held at most. */
#define RETENTION_PATIENCE_NS ((int64_t)1000 * 1000 * 1000)

/** A client that draws within this time of getting its buffer back was waiting for it. */
#define RETENTION_ANSWER_NS ((int64_t)50 * 1000 * 1000)

/** So many different buffers in a row show that a client takes turns with several. */
#define RETENTION_DISTINCT_RUN 3

/** What has been learned about the client of one content. Zero-initialise; members are private. */
struct retention_state {
	uint64_t buffer;       // serial of the buffer attached last; 0 = none yet
	int64_t taken_ns;      // when that one was uploaded
	int64_t given_back_ns; // when it was given back after a trial; 0 = it was not; released
			       // only
	uint32_t distinct_run; // attaches in a row that each brought another buffer
	bool single_buffered;  // the same buffer came twice in a row
	bool independent;      // has replaced a buffer that was held
	bool waits;            // draws only once it has its buffer back
	bool released;         // the present buffer was given back already
	bool lent;             // and is watched since
};

/** What the caller knows at the moment of the decision. */
struct retention_facts {
	int64_t now_ns;

	/**
	 * Live wl_shm wl_buffers that the client can use for this surface's next frame: not held by
	 * us, of the same size and format. Needs to be right where retention_needs_spares() only.
	 */
	uint32_t spare_buffers;

	bool mapped;      // the surface has content for its client (false after a NULL attach)
	bool still_drawn; // not mapped, but drawn on: a close animation
	bool destroyed;   // the wl_buffer is being destroyed; its pixels are readable for the last
			  // time
};

/**
 * Tell that a buffer was attached and uploaded. Call once per commit that attached one, before
 * retention_decide().
 * \param buffer identity of the wl_buffer, never 0 and never reused (a serial, not a pointer)
 */
void retention_attached(struct retention_state *state, uint64_t buffer, int64_t now_ns);

/** Whether retention_facts.spare_buffers has a say at that time. */
bool retention_needs_spares(
	enum retention_policy policy, const struct retention_state *state, int64_t now_ns);

/**
 * Tell that an action was carried out, on the facts that led to it. A content that was released
 * can't be held again.
 */
void retention_applied(struct retention_state *state, enum retention_action action,
	const struct retention_facts *facts);

/**
 * What to do with the present buffer. To be asked after retention_attached(), at
 * retention_deadline(), when a spare buffer that was counted is destroyed or held, when the surface
 * is unmapped or no longer drawn, and when the wl_buffer is destroyed. Asking at other times does
 * no harm.
 */
enum retention_action retention_decide(enum retention_policy policy,
	const struct retention_state *state, const struct retention_facts *facts);

/** When to decide anew about a buffer that is held, absolute; 0 = time changes nothing. */
int64_t retention_deadline(enum retention_policy policy, const struct retention_state *state,
	const struct retention_facts *facts);

/**
 * retention_attached(), retention_decide() and retention_deadline() in one, for the next commit of
 * a client that is known to take turns with several buffers: that is each commit of most clients,
 * and costs next to nothing. The surface must be mapped.
 * \return true, with the deadline in *deadline_ns, where RETENTION_ACTION_HOLD is the decision;
 * false, with nothing changed, where it takes the three to tell
 */
static inline bool retention_hold_in_turn(enum retention_policy policy,
	struct retention_state *state, uint64_t buffer, int64_t now_ns, int64_t *deadline_ns)
{
	if ((policy != RETENTION_HOLD && policy != RETENTION_AUTO) || !state->independent ||
		state->single_buffered || state->waits || state->released ||
		state->distinct_run < RETENTION_DISTINCT_RUN || buffer == state->buffer) {
		return false;
	}
	state->buffer = buffer;
	state->taken_ns = now_ns;
	*deadline_ns =
		now_ns + (policy == RETENTION_AUTO ? RETENTION_PATIENCE_NS : RETENTION_GRACE_NS);
	return true;
}

/**
 * retention_attached(), retention_decide() and retention_applied() in one, for the next commit of a
 * client that is known to have this one buffer. The surface must be mapped.
 * \return true, where RETENTION_ACTION_COPY is the decision; false, with nothing changed, where it
 * takes the three to tell
 */
static inline bool retention_copy_again(enum retention_policy policy, struct retention_state *state,
	uint64_t buffer, int64_t now_ns)
{
	if (policy == RETENTION_NONE || !state->single_buffered || !state->released ||
		state->given_back_ns != 0 || buffer != state->buffer) {
		return false;
	}
	state->distinct_run = 0;
	state->taken_ns = now_ns;
	return true;
}

/** Bytes in copies, over all contents. Zero-initialise; limit 0 = no limit. */
struct retention_budget {
	uint64_t limit_bytes;
	uint64_t used_bytes;
};

/** Account for a copy made or freed. Sums saturate instead of wrapping. */
void retention_budget_add(struct retention_budget *budget, uint64_t bytes);
void retention_budget_remove(struct retention_budget *budget, uint64_t bytes);

/** \return how many bytes are to be evicted now; 0 = within the limit. */
uint64_t retention_budget_excess(const struct retention_budget *budget);

/** One content that has a copy. */
struct retention_candidate {
	uint64_t bytes;
	int64_t last_drawn_ns; // 0 = never
	bool visible;
};

/** Contents drawn within this time of the one drawn least recently count as equally old. */
#define RETENTION_AGE_SLACK_NS ((int64_t)1000 * 1000 * 1000)

/**
 * Which copy to free first: a hidden one before a visible one, and then the largest one among
 * those drawn least recently. Candidates with 0 bytes are skipped. Call again until there is no
 * excess. \return an index, or -1 when there is nothing to evict
 */
ptrdiff_t retention_choose_victim(const struct retention_candidate *candidates, size_t count);

/** "hold", "copy", "auto", "none". */
const char *retention_policy_name(enum retention_policy policy);

/** \return false and leaves *policy alone when the name is none of those four. */
bool retention_policy_from_name(const char *name, enum retention_policy *policy);

#endif
