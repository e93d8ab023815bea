/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_FAULT_SCHEDULE_H
#define WR_FAULT_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A fault schedule: which fault strikes a process, and when.
 *
 * The words are those of the kernel's fault injection (Documentation/fault-injection): space,
 * interval, probability, times. The text form is described in doc/fault-injection.md. This part
 * knows no GL, no clock and no process; it takes opportunities and answers which clauses strike.
 */

#define FAULT_MAX_CLAUSES 16
#define FAULT_CALL_MAX 64
#define FAULT_HIDE_MAX 512
#define FAULT_RENDERER_MAX 64
/** Share groups that a ring can name. */
#define FAULT_RING_MAX 32
#define FAULT_PROBABILITY_ONE 1000000u
/** A count that never runs out. */
#define FAULT_UNLIMITED (-1)
/** A count that is tied to the EGLDisplays known at the loss instead of a number. */
#define FAULT_PER_DISPLAY (-2)

enum fault_point {
	FAULT_AT_NOW, /**< at the first call made while a living context exists */
	FAULT_AT_CALL,
	FAULT_AT_FRAME,
	FAULT_AT_TIME,
};

enum fault_cause {
	FAULT_CAUSE_GUILTY,
	FAULT_CAUSE_INNOCENT,
	FAULT_CAUSE_UNKNOWN,
	FAULT_CAUSE_PURGED,
};

enum fault_mode {
	FAULT_MODE_LOST,
	FAULT_MODE_ZOMBIE,
	FAULT_MODE_SWAP_ERROR,
	FAULT_MODE_MAKE_CURRENT_ERROR,
	FAULT_MODE_CREATE_FAILS,
	FAULT_MODE_OOM_UPLOAD,
	FAULT_MODE_IMAGE_FAILS,
	FAULT_MODE_GARBAGE,
	FAULT_MODE_DURING_REBUILD,
	FAULT_MODE_CALL_FAILS,
	FAULT_MODE_SILENT,
	FAULT_MODE_COUNT,
};

struct fault_clause {
	enum fault_point at;
	char call[FAULT_CALL_MAX]; /**< at call: fnmatch pattern of names, empty for all */
	int64_t space;             /**< opportunities (at time: ms) before the first one */
	int64_t interval;          /**< every n-th opportunity (at time: ms between two) */
	uint32_t probability;      /**< in millionths */
	uint64_t seed;
	int64_t times; /**< how often it strikes at most, or FAULT_UNLIMITED */
	enum fault_cause cause;
	int64_t queries; /**< non-zero status answers until the reset is over, -1: not by count */
	int64_t ms;      /**< time until the reset is over, -1: not by time */
	bool forever;    /**< the reset ends only when it is released */
	uint32_t ring;   /**< bit set of 1 << (number of a share group - 1); 0: all groups */
	int64_t guilty;  /**< this one of the contexts that are lost; 0: cause holds for all */
	uint32_t modes;  /**< bit set of 1 << enum fault_mode */
	int64_t counts[FAULT_MODE_COUNT]; /**< N of `mode=name:N` */

	/* Run-time state, owned by fault_schedule_step() and fault_schedule_elapse(). */
	int64_t seen;
	int64_t struck;
	uint64_t random;
};

struct fault_schedule {
	int n_clauses;
	struct fault_clause clauses[FAULT_MAX_CLAUSES];
	bool hide_robustness;
	bool offer_purge;
	char hide[FAULT_HIDE_MAX];         /**< extension names, each followed by one space */
	char renderer[FAULT_RENDERER_MAX]; /**< GL_RENDERER; empty: the driver's own */
};

/**
 * Parse a schedule.
 *
 * Returns false and leaves a one-line reason in error (at most error_size bytes, always
 * terminated) when text is not a schedule; the schedule is then empty. Never allocates.
 */
bool fault_schedule_parse(
	struct fault_schedule *schedule, const char *text, char *error, size_t error_size);

/**
 * Offer one opportunity to every clause of that point.
 *
 * call is the entry point's name (at call only, else NULL). rebuilding tells whether a context has
 * been lost and no whole frame has been drawn since: clauses of mode during-rebuild count only such
 * opportunities. Returns the bit set of the clauses that strike.
 */
uint32_t fault_schedule_step(
	struct fault_schedule *schedule, enum fault_point point, const char *call, bool rebuilding);

/**
 * Offer the time since the schedule was armed, in ms, to the clauses at time.
 *
 * A moment that has gone by unseen strikes at the next opportunity, once.
 */
uint32_t fault_schedule_elapse(
	struct fault_schedule *schedule, int64_t elapsed_ms, bool rebuilding);

/** Whether any clause of that point can still strike. */
bool fault_schedule_armed(const struct fault_schedule *schedule, enum fault_point point);

/** Drop the clauses that can strike no more. */
void fault_schedule_prune(struct fault_schedule *schedule);

static inline bool fault_clause_has(const struct fault_clause *clause, enum fault_mode mode)
{
	return clause->modes & (1u << mode);
}

/** Whether the clause makes contexts lost (and does not only make some calls fail). */
bool fault_clause_loses(const struct fault_clause *clause);

/** The word of the language for a cause, a static string. */
const char *fault_cause_name(enum fault_cause cause);

#endif
