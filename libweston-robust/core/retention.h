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
	RETENTION_HOLD, // keep the client's buffer until it is replaced; copy only to end a stall
	RETENTION_COPY, // always a CPU copy, the buffer is released at once as stock does
	RETENTION_AUTO, // hold, but copy at once for clients known to need their buffer back
	RETENTION_NONE, // keep nothing, accept the loss
};

enum retention_action {
	RETENTION_ACTION_HOLD,   // keep the busy reference, no copy
	RETENTION_ACTION_COPY,   // bring the copy up to date (by damage if there is one), release;
				 // once released: keep the copy, there is nothing more to do
	RETENTION_ACTION_FORGET, // release, free the copy
};

/** Time without a new attach after which a held buffer may be wanted back by its client. */
#define RETENTION_GRACE_NS ((int64_t)40 * 1000 * 1000)

/** How often a buffer that is held beyond the grace is looked at again. */
#define RETENTION_RECHECK_NS ((int64_t)1000 * 1000 * 1000)

/** So many different buffers in a row end the belief that a client owns only one. */
#define RETENTION_DISTINCT_RUN 3

/** What has been learned about the client of one content. Zero-initialise; members are private. */
struct retention_state {
	uint64_t buffer;       // serial of the buffer attached last; 0 = none yet
	int64_t taken_ns;      // when that one was uploaded
	uint32_t distinct_run; // attaches in a row that each brought another buffer
	bool single_buffered;  // the same buffer came twice in a row
	bool released;         // the present buffer was given back already
};

/** What the caller knows at the moment of the decision. */
struct retention_facts {
	int64_t now_ns;

	/** Live wl_shm wl_buffers of this client, this one included (not counted when destroyed).
	 */
	uint32_t client_buffers;

	/**
	 * Those of them which the client can use for this surface's next frame: not held by us, of
	 * the same size and format, and last attached to this surface or to none. Where the caller
	 * does not know all that: client_buffers less those that are held.
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

/**
 * Whether the content's client is known to use several buffers in turn: then retention_decide()
 * needs no counts right after an attach, and client_buffers and spare_buffers may be given as 2
 * and 1.
 */
bool retention_takes_turns(const struct retention_state *state);

/** Tell that an action was carried out. A content that was released can't be held again. */
void retention_applied(struct retention_state *state, enum retention_action action);

/**
 * What to do with the present buffer. To be asked after retention_attached(), at
 * retention_deadline(), when the surface is unmapped or no longer drawn, and when the wl_buffer is
 * destroyed. Asking at other times does no harm.
 */
enum retention_action retention_decide(enum retention_policy policy,
	const struct retention_state *state, const struct retention_facts *facts);

/** When to decide anew for a buffer that is held, absolute; 0 = no need. */
int64_t retention_deadline(enum retention_policy policy, const struct retention_state *state,
	const struct retention_facts *facts);

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
