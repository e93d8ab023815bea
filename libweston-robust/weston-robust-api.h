/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * What a compositor plugin can ask of the weston-robust GL renderer, and tell it.
 *
 * Fetch it in wet_module_init(), after the backend has made its renderer:
 *
 *     const struct weston_robust_api *api = weston_robust_get_api(compositor);
 *     if (!api) { … the renderer in use is another one, or another version of this one … }
 *
 * All calls come from the thread of the compositor's event loop. All times are CLOCK_MONOTONIC
 * nanoseconds, and 0 means "not reached" unless said otherwise. Enumerations and structures grow at
 * their end only, together with the number in WESTON_ROBUST_API_NAME.
 */
#ifndef WESTON_ROBUST_API_H
#define WESTON_ROBUST_API_H

#ifdef __cplusplus
extern "C" {
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wayland-util.h>

#include <libweston/plugin-registry.h>

struct weston_compositor;
struct weston_surface;

#define WESTON_ROBUST_API_NAME "weston_robust_v1"

/** Cause of a reset: the graphics reset status of GL_EXT_robustness and
 * EGL_NV_robustness_video_memory_purge. */
enum weston_robust_cause {
	WESTON_ROBUST_CAUSE_NONE,
	WESTON_ROBUST_CAUSE_GUILTY,   // this renderer's own context hung the GPU
	WESTON_ROBUST_CAUSE_INNOCENT, // another context did
	WESTON_ROBUST_CAUSE_UNKNOWN,
	WESTON_ROBUST_CAUSE_PURGED, // the context lives, the contents of video memory are gone
};

enum weston_robust_state {
	WESTON_ROBUST_STATE_RUNNING,    // drawing on the GPU
	WESTON_ROBUST_STATE_WAITING,    // a reset was seen, and is not over yet
	WESTON_ROBUST_STATE_REBUILDING, // new contexts are being made
	WESTON_ROBUST_STATE_BACKOFF,    // the last try failed, the next one comes later
	WESTON_ROBUST_STATE_SOFTWARE,   // drawing, without the GPU
	WESTON_ROBUST_STATE_FAILED,     // nothing is left to try in this process; final
};

/** The steps of the ladder. */
enum weston_robust_rung {
	WESTON_ROBUST_RUNG_CONTEXT,  // new context on the same EGLDisplay
	WESTON_ROBUST_RUNG_DISPLAY,  // new EGLDisplay, everything anew
	WESTON_ROBUST_RUNG_SOFTWARE, // new EGLDisplay on a software device
};

#define WESTON_ROBUST_RUNG_BIT(rung) (1u << (unsigned)(rung))

/** What is kept of the clients' wl_shm buffers, to be uploaded again after a reset. */
enum weston_robust_retention {
	WESTON_ROBUST_RETENTION_HOLD, // the client's own buffer, until it is replaced or drawn to
	WESTON_ROBUST_RETENTION_COPY, // a copy; the client has its buffer back at once
	WESTON_ROBUST_RETENTION_AUTO, // hold, but copy where the client needs its buffer back
	WESTON_ROBUST_RETENTION_NONE, // nothing
};

/** Why a surface's content could not be restored. */
enum weston_robust_loss {
	WESTON_ROBUST_LOSS_NOT_KEPT,   // nothing was kept: retention none
	WESTON_ROBUST_LOSS_EVICTED,    // the copy was dropped for the sake of the budget
	WESTON_ROBUST_LOSS_UNREADABLE, // the kept buffer can't be read any more (pool truncated)
	WESTON_ROBUST_LOSS_UPLOAD,     // GL would not take it
	WESTON_ROBUST_LOSS_REPAINTED,  // the client has begun to draw to the buffer that had it
};

/** See weston_robust_api.get_config() for the values in use. Values out of range are brought into
 * range. */
struct weston_robust_config {
	uint32_t rungs;             // WESTON_ROBUST_RUNG_BIT()s that may be used; 0: none at all
	int64_t idle_poll_ns;       // status query while nothing is drawn; 0: off
	int64_t wait_limit_ns;      // a reset that lasts longer: next step of the ladder
	int64_t backoff_first_ns;   // pause after the first failed try; each is twice the last
	int64_t backoff_cap_ns;     // longest pause
	uint32_t failures_per_rung; // failed tries on a step before the next; at least 1
	uint32_t give_up_after;     // failed tries on the last step until FAILED; 0: never
	uint32_t max_resets;        // more in reset_window_ns: next step at once; 0: no limit
	int64_t reset_window_ns;
	uint32_t max_guilty;    // own guilty resets until optional features go; 0: never
	int64_t quiet_ns;       // without a reset: all these counts start anew
	int64_t probe_first_ns; // SOFTWARE: first try of the hardware; 0: never
	int64_t probe_cap_ns;   // longest interval; each is twice the last
	enum weston_robust_retention retention;
	uint64_t retention_budget_bytes; // of copies, over all surfaces; 0: no limit
	bool canary;  // without reset notification: draw and read back a pixel in its place
	bool uevents; // listen to the kernel's events about GPU resets
};

/** One reset, from its detection to the first whole frame after it. */
struct weston_robust_incident {
	uint64_t id; // from 1, never reused
	enum weston_robust_cause cause;
	uint64_t generation_from;
	uint64_t generation_to;       // 0: none
	enum weston_robust_rung rung; // that helped, or the last one tried
	int64_t detected_ns;
	int64_t over_ns;        // the reset was over, or the wait was ended
	int64_t rebuilt_ns;     // the new context proved itself
	int64_t first_frame_ns; // every output showed a whole frame
	uint32_t attempts;
	uint32_t surfaces_restored; // up to the first whole frame, as are the two below
	uint32_t surfaces_lost;     // that show a placeholder
	uint64_t bytes_restored;
	const char *guilty_task; // as the kernel named it; "": unknown. Valid as long as the struct
	bool finished;
	bool simulated; // by weston_robust_api.simulate()
};

/** Sums since the renderer was made. */
struct weston_robust_counters {
	uint64_t frames;
	uint64_t draw_calls;
	uint64_t uploaded_bytes;
	uint64_t status_queries; // of the graphics reset status
	uint64_t canaries;       // drawn in its place
	uint64_t resets;
	uint64_t recoveries; // incidents that ended with a whole frame
	uint64_t restored_surfaces;
	uint64_t restored_bytes;
	uint64_t lost_surfaces;
	/* As they are now: */
	uint64_t textures;
	uint64_t retained_held_bytes;   // in clients' buffers, held or lent
	uint64_t retained_copied_bytes; // in copies of our own
};

struct weston_robust_status {
	enum weston_robust_state state;
	uint64_t generation;
	enum weston_robust_rung rung; // on which the present generation was made
	bool notification;            // the driver tells of resets
	bool canary;                  // a canary stands in for it
	bool reduced;                 // optional features were dropped
	uint32_t rungs;               // WESTON_ROBUST_RUNG_BIT()s that this machine can take
	/* Borrowed; valid until the compositor's next dispatch. "" while there is no context. */
	const char *gl_vendor;
	const char *gl_renderer;
	const char *gl_version;
	const char *egl_vendor;
	const char *egl_version;
};

/** A part of a recovery, told when it ends. */
enum weston_robust_phase {
	WESTON_ROBUST_PHASE_WAIT,        // for the reset to be over
	WESTON_ROBUST_PHASE_BACKOFF,     // before another try
	WESTON_ROBUST_PHASE_REBUILD,     // one try on one rung
	WESTON_ROBUST_PHASE_FIRST_FRAME, // from there to the first whole frame
	WESTON_ROBUST_PHASE_PROBE,       // a try of the hardware, while drawing without
};

struct weston_robust_span {
	uint64_t incident; // 0: none (a probe)
	enum weston_robust_phase phase;
	enum weston_robust_rung rung; // of a rebuild
	int64_t begin_ns;
	int64_t end_ns;
	bool ok;
};

/** One repaint of one output. */
struct weston_robust_frame {
	const char *output; // its name; borrowed for the call
	int64_t begin_ns;
	int64_t end_ns;
	int64_t gpu_ns; // time that the GPU took for an earlier frame; -1: not known
	const struct weston_robust_counters *counters; // after the frame; borrowed for the call
};

/**
 * Told of what happens. Any callback may be NULL; one that is not NULL costs something. None of
 * them may call simulate() or configure(), or destroy surfaces or outputs: use an idle task. The
 * listener may be removed in a callback.
 */
struct weston_robust_listener {
	struct wl_list link; // the renderer's
	/** A reset was seen. @incident is open. */
	void (*began)(struct weston_robust_listener *listener,
		const struct weston_robust_incident *incident);
	/** Its incident is closed, by a whole frame if first_frame_ns is not 0. */
	void (*ended)(struct weston_robust_listener *listener,
		const struct weston_robust_incident *incident);
	/** The state changed. */
	void (*state)(struct weston_robust_listener *listener, enum weston_robust_state state);
	/** @surface shows a placeholder: its content could not be restored. Once per reset. */
	void (*surface_lost)(struct weston_robust_listener *listener,
		struct weston_surface *surface, enum weston_robust_loss why);
	void (*span)(
		struct weston_robust_listener *listener, const struct weston_robust_span *span);
	void (*frame)(
		struct weston_robust_listener *listener, const struct weston_robust_frame *frame);
	/** FAILED was entered: what lies outside of this process is all that is left. */
	void (*exhausted)(struct weston_robust_listener *listener);
};

/** The table that weston_robust_get_api() returns. Valid as long as the compositor lives. */
struct weston_robust_api {
	/** The version of the renderer, "major.minor.micro". */
	const char *(*get_version)(void);

	/** The configuration in use; the defaults until configure() was called. */
	void (*get_config)(
		struct weston_compositor *compositor, struct weston_robust_config *config);

	/** Use another configuration from now on. @config is copied. */
	void (*configure)(
		struct weston_compositor *compositor, const struct weston_robust_config *config);

	void (*get_status)(
		struct weston_compositor *compositor, struct weston_robust_status *status);

	void (*get_counters)(
		struct weston_compositor *compositor, struct weston_robust_counters *counters);

	/**
	 * The incident @age steps back, 0 being the newest. Returns false when there is none: the
	 * last 32 are kept. The struct is valid until the next dispatch.
	 */
	bool (*get_incident)(struct weston_compositor *compositor, size_t age,
		struct weston_robust_incident *incident);

	/**
	 * Behave as if the driver had told of a reset, from the event loop, soon. The GPU itself is
	 * not touched. Returns false when @cause is none of the four, or a recovery is under way.
	 */
	bool (*simulate)(struct weston_compositor *compositor, enum weston_robust_cause cause);

	/** @listener is borrowed until it is removed. */
	void (*add_listener)(
		struct weston_compositor *compositor, struct weston_robust_listener *listener);

	/** Also allowed after the renderer is gone. */
	void (*remove_listener)(struct weston_robust_listener *listener);
};

/** Returns NULL when the renderer in use offers no such table. */
static inline const struct weston_robust_api *weston_robust_get_api(
	struct weston_compositor *compositor)
{
	return (const struct weston_robust_api *)weston_plugin_api_get(
		compositor, WESTON_ROBUST_API_NAME, sizeof(struct weston_robust_api));
}

#ifdef __cplusplus
}
#endif

#endif
