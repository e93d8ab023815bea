/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * The recovery state machine: what to do, and when, after a GPU reset.
 *
 * Pure: no GL, no libweston, no clock, no allocation, no I/O. Events and the present time
 * (CLOCK_MONOTONIC, nanoseconds) go in, orders come out as a value. doc/recovery.md holds the
 * state table that the code follows.
 */
#ifndef WESTON_ROBUST_CORE_RECOVERY_H
#define WESTON_ROBUST_CORE_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

/** Graphics reset status of a context; the values of GL_EXT_robustness and the NV purge status. */
enum reset_status {
	RESET_STATUS_NONE,     // no reset, or the reset is over
	RESET_STATUS_GUILTY,   // this context caused the reset
	RESET_STATUS_INNOCENT, // another context caused it
	RESET_STATUS_UNKNOWN,  // a reset of unknown cause, or a bare EGL_CONTEXT_LOST
	RESET_STATUS_PURGED,   // the context lives, the contents of its video memory are gone
};

enum recovery_state {
	RECOVERY_RUNNING,    // drawing on the GPU
	RECOVERY_WAITING,    // a loss was seen; the old context is asked until the reset is over
	RECOVERY_REBUILDING, // a rebuild was ordered, its answer is awaited
	RECOVERY_BACKOFF,    // no generation; the next rebuild comes with the timer
	RECOVERY_SOFTWARE,   // drawing, without the GPU
	RECOVERY_FAILED,     // nothing left to try in this process; final
	RECOVERY_STOPPED,    // shut down; final
	RECOVERY_STATE_COUNT
};

/** The ladder. A higher rung is more thorough and costs more. */
enum recovery_rung {
	RUNG_CONTEXT,  // new context, same EGLDisplay, native window surfaces kept where needed
	RUNG_DISPLAY,  // new EGLDisplay, everything anew
	RUNG_SOFTWARE, // new EGLDisplay on a software device
	RUNG_COUNT
};

/** Bit of a rung in recovery_config.rungs. */
#define RUNG_BIT(rung) (1u << (unsigned)(rung))

enum recovery_event {
	RECOVERY_EVENT_LOST,               // the context is lost (status)
	RECOVERY_EVENT_STATUS,             // answer to the order query (status)
	RECOVERY_EVENT_STATUS_UNAVAILABLE, // answer to query: the old context can't be asked
	RECOVERY_EVENT_REBUILT,            // answer to rebuild: the new generation proved itself
	RECOVERY_EVENT_REBUILD_FAILED, // answer to rebuild: no new generation, or no proof of life
	RECOVERY_EVENT_FRAME,          // a whole frame was presented, no error after it
	RECOVERY_EVENT_TIMER,          // the timer of the orders expired
	RECOVERY_EVENT_OUTPUTS_SLEEP,  // no output is awake any more
	RECOVERY_EVENT_OUTPUTS_WAKE,   // at least one output is awake again
	RECOVERY_EVENT_FORCED,         // rebuild although nothing was lost (API)
	RECOVERY_EVENT_PURGED,         // contents gone, context kept
	RECOVERY_EVENT_DOUBT,          // a frame was drawn with GL errors, none of them a loss
	RECOVERY_EVENT_PROBE_OK,       // answer to probe_hardware: the GPU works again
	RECOVERY_EVENT_PROBE_FAILED,   // answer to probe_hardware: it does not
	RECOVERY_EVENT_STOP,           // the renderer shuts down
	RECOVERY_EVENT_COUNT
};

struct recovery_input {
	enum recovery_event event;
	enum reset_status status; // LOST and STATUS only; LOST with NONE counts as UNKNOWN
	bool whole;   // FRAME only: every output shows the present generation, none with GL errors
	bool unasked; // FRAME only: its context does not tell of resets: no sign that it lives
};

/** How to get rid of the present generation. Dropping when there is none is a no-op. */
enum recovery_drop {
	RECOVERY_DROP_NONE = 0,
	RECOVERY_DROP_LOST,  // its context is lost, unusable or a zombie: no GL call may touch it
	RECOVERY_DROP_ALIVE, // its context works: delete everything in the ordinary way
};

/** recovery_orders.timer_ns: leave the timer as it is. */
#define RECOVERY_TIMER_KEEP ((int64_t)0)
/** recovery_orders.timer_ns: switch the timer off. */
#define RECOVERY_TIMER_DISARM ((int64_t)-1)

/**
 * What the caller has to do, in the order of the members. A zeroed value means: nothing.
 *
 * At most one of rebuild, query and probe_hardware is set: one question, one answer. There is one
 * single-shot timer; its time may have come already. Carry all orders of a value out before the
 * next event is fed; the answer may be fed at once afterwards, in a loop, not by recursion.
 * While the answer to rebuild is awaited, other events go on being fed.
 */
struct recovery_orders {
	bool state_changed;          // notify; the new state is in struct recovery
	bool drop_optional_features; // from now on: no partial update, no effects, … (kept for
				     // good)
	bool abandon_rebuild;    // the rebuild under way never answers: leave it and its display
				 // behind, its answer must not be fed any more
	enum recovery_drop drop; // drop the present generation, and what a failed rebuild left
	bool rebuild;            // build a generation on `rung`, prove it, feed its one answer:
				 // REBUILT, REBUILD_FAILED, or LOST; soon, or much later
	enum recovery_rung rung; // valid with rebuild
	bool restore;            // drop derived contents only, the context is kept (purge)
	bool damage_all;         // damage and repaint every output
	int64_t timer_ns;        // absolute time to feed TIMER (round up), or KEEP, or DISARM
	bool query;              // query the context's status, feed STATUS or STATUS_UNAVAILABLE
	bool probe_hardware;     // try the GPU beside the running generation, feed PROBE_OK/_FAILED
	bool give_up;            // FAILED was entered: offer what lies outside this process
};

/** Times in nanoseconds. See recovery_config_init() for the defaults. */
struct recovery_config {
	uint32_t rungs; // RUNG_BIT()s that this machine and backend can take; 0: a loss is FAILED

	int64_t idle_poll_ns; // status query of an idle desktop; 0 = off
	int64_t settle_ns;    // the first query after the last frame: what that frame asked of the
			      // GPU shows by then; 0 = no other than idle_poll_ns

	int64_t wait_first_ns;       // from the loss to the first query
	int64_t wait_cap_ns;         // longest interval between two queries; each is twice the last
	int64_t wait_limit_ns;       // then rebuild on the next rung although the reset is not over
	int64_t wait_limit_again_ns; // the limit after a wait that ran into wait_limit_ns, until
				     // forgiven
	int64_t wait_grace_ns; // STATUS_UNAVAILABLE counts as over after this

	int64_t rebuild_limit_ns; // a rebuild without an answer is abandoned after this, where
				  // there is a next rung

	int64_t backoff_first_ns; // after the first failed rebuild on a rung; each is twice the
				  // last
	int64_t backoff_cap_ns;
	uint32_t failures_per_rung; // this many failures in a row, then the next rung; at least 1
	uint32_t give_up_after;     // failures in a row on the last rung until FAILED; 0 = never

	uint32_t max_resets; // more than this many within reset_window_ns: next rung at once;
			     // 0 = no limit, at most RECOVERY_MAX_RESETS
	int64_t reset_window_ns;
	uint32_t max_guilty;  // this many guilty resets: drop_optional_features; 0 = never
	uint32_t good_frames; // frames until a rebuild is believed to last; at least 1
	int64_t quiet_ns;     // all counters are forgiven this long after the last reset

	uint32_t max_doubts; // rebuilds because of DOUBT without success, then it is ignored until
			     // forgiven; 0 = always ignored
	int64_t doubt_quiet_ns; // without DOUBT: they are forgiven
	int64_t doubt_wait_ns;  // from the first of them to the second; each is twice the last

	int64_t probe_first_ns; // SOFTWARE: first probe of the hardware; each interval is twice the
				// last; 0 = never probe
	int64_t probe_cap_ns;
};

/** Upper bound of recovery_config.max_resets. */
#define RECOVERY_MAX_RESETS 31

/** The machine. The caller owns the memory; members are for reading only. */
struct recovery {
	struct recovery_config config;
	enum recovery_state state;

	enum reset_status cause; // of the present or last incident; NONE when nothing was lost
	enum recovery_rung
		rung;      // of the present rebuild; while drawing: where the next incident starts
	uint32_t attempts; // rebuilds ordered in the present or last incident

	bool asleep;            // all outputs sleep
	bool confirmed;         // config.good_frames were presented since REBUILT
	bool throttled;         // the next rebuild has to pass through BACKOFF
	bool stuck;             // a wait ran into its limit, not forgiven yet
	bool grace;             // WAITING: the timer ends the wait
	bool unsettled;         // while drawing: a frame was presented since the newest query
	bool guilty_counted;    // the present incident is in `guilty`
	bool doubt_unproven;    // the rebuild that a DOUBT led to has not shown a whole frame yet
	bool features_dropped;  // drop_optional_features was ordered
	uint32_t good_frames;   // frames since REBUILT, until confirmed
	uint32_t rung_failures; // failures in a row on `rung`
	uint32_t guilty;        // guilty resets, until forgiven
	uint32_t doubts;        // rebuilds because of DOUBT, until forgiven

	int64_t timer_at;     // when the timer is armed: its time; else RECOVERY_TIMER_DISARM
	int64_t lost_at;      // WAITING: when the loss was seen
	int64_t quiet_from;   // newest reset or rebuild
	int64_t last_sign_at; // while drawing: newest frame or query, the idle poll counts from it
	int64_t no_poll_before; // while drawing: frames came at a steady pace; 0: they did not
	int64_t probe_at;       // SOFTWARE: next probe
	int64_t doubt_at;       // while drawing: when doubt leads to a rebuild; 0 = no doubt
	int64_t doubt_from;     // no such rebuild earlier than this
	int64_t doubted_at;     // newest DOUBT
	int64_t wait_ns;        // WAITING: present interval
	int64_t backoff_ns;     // next interval
	int64_t probe_ns;       // next interval
	int64_t doubt_ns;       // next interval

	int64_t recent[RECOVERY_MAX_RESETS + 1]; // ring of reset times
	uint32_t recent_count;                   // filled entries
	uint32_t recent_next;                    // where the next one goes

	uint64_t reset_total; // resets seen since init
	uint64_t bugs;        // events that can't happen in the state they came in
};

/** Fill in the defaults; rungs = RUNG_CONTEXT only. */
void recovery_config_init(struct recovery_config *config);

/** Bring values out of range into range; recovery_init() and recovery_configure() do it themselves.
 */
void recovery_config_sanitize(struct recovery_config *config);

/**
 * Start in RUNNING with a working hardware generation.
 * \return the first orders (the idle poll)
 *
 * Values out of range are brought into range. `config` is copied.
 */
struct recovery_orders recovery_init(
	struct recovery *r, const struct recovery_config *config, int64_t now_ns);

/** Take a new configuration at run time. \return orders, as from recovery_step() */
struct recovery_orders recovery_configure(
	struct recovery *r, const struct recovery_config *config, int64_t now_ns);

/** The dispatcher: one event, the orders that follow from it. */
struct recovery_orders recovery_step(struct recovery *r, struct recovery_input in, int64_t now_ns);

/** May the renderer draw? True in RUNNING and SOFTWARE. */
static inline bool recovery_can_draw(const struct recovery *r)
{
	return r->state == RECOVERY_RUNNING || r->state == RECOVERY_SOFTWARE;
}

/**
 * A frame like all others, of a context that tells of resets: the same as FRAME, where that gives
 * no orders and does nothing but note the time. Returns false, having done nothing, where FRAME has
 * to be fed: also where there is something to forgive after a quiet time.
 */
static inline bool recovery_note_frame(struct recovery *r, int64_t now_ns)
{
	if (r->state != RECOVERY_RUNNING || !r->confirmed || r->doubt_unproven || !r->unsettled) {
		return false;
	}
	if (r->recent_count > 0 && now_ns - r->quiet_from >= r->config.quiet_ns) {
		return false;
	}
	r->last_sign_at = now_ns;
	return true;
}

/** Stable lower-case names for logs and the protocol; "invalid" for values out of range. */
const char *reset_status_name(enum reset_status status);
const char *recovery_state_name(enum recovery_state state);
const char *recovery_event_name(enum recovery_event event);
const char *recovery_rung_name(enum recovery_rung rung);

#endif
