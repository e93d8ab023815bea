/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_FAULT_H
#define WR_FAULT_H

/*
 * Inside of libfault-gl.so.
 *
 * Flow of a call: the wrapper (generated, or written by hand in egl-*.c and gl-*.c) asks
 * fault_gl_enter() or fault_egl_enter() whether the call may go on to the driver. The common case
 * costs two integer comparisons; everything else (a request, a signal, an armed schedule, a lost
 * context) takes the slow path in libfault-gl.c.
 *
 * Locking: fault_lock guards the lists of contexts, share groups, surfaces and name sets, and the
 * schedule. It is never held while a real EGL or GL function runs: drivers call back.
 */

#define EGL_NO_X11
#define EGL_EGLEXT_PROTOTYPES
#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES3/gl32.h>
#include <GLES2/gl2ext.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "control-page.h"
#include "fault-wrappers.h"
#include "schedule.h"

#define FAULT_EXPORT __attribute__((visibility("default")))
#define likely(x) __builtin_expect(!!(x), 1)

#ifndef EGL_CONTEXT_LOST
#define EGL_CONTEXT_LOST 0x300E
#endif
#ifndef GL_PURGED_CONTEXT_RESET_NV
#define GL_PURGED_CONTEXT_RESET_NV 0x92BB
#endif
#ifndef EGL_GENERATE_RESET_ON_VIDEO_MEMORY_PURGE_NV
#define EGL_GENERATE_RESET_ON_VIDEO_MEMORY_PURGE_NV 0x334C
#endif

typedef void (*fault_proc)(void);

enum fault_fn_flags {
	FAULT_FN_CORE = 1 << 0, /**< exported by libEGL or libGLESv2, not only by name */
	FAULT_FN_EGL = 1 << 1,
	FAULT_FN_DRAW = 1 << 2,   /**< changes pixels or buffers by the GPU */
	FAULT_FN_UPLOAD = 1 << 3, /**< allocates or fills memory of the GPU */
};

struct fault_entry {
	const char *name;
	fault_proc wrapper;
	unsigned flags; /**< enum fault_fn_flags */
};

/** All wrapped entry points, sorted by name; generated. */
extern const struct fault_entry fault_entries[FAULT_FN_COUNT];
/** The driver's functions. Extensions are NULL until eglGetProcAddress() asks for them. */
extern fault_proc fault_real[FAULT_FN_COUNT];
#define REAL(name) ((__typeof__(&name))fault_real[FN_##name])

/* real.c */
/** Load libEGL, libGLESv2 and their core functions. Called once, on the first intercepted call. */
void fault_real_load(void);
/** The driver's function of a wrapped entry point, looked up when needed; NULL: there is none. */
fault_proc fault_real_find(enum fault_fn fn);
/** The index of a wrapped entry point by name, or -1. */
int fault_fn_by_name(const char *name);

/* divert.c */
/** dlopen() itself, never the wrapper that hands out this library in libEGL's place. */
void *fault_real_dlopen(const char *file, int flags);

/* names.c */
struct fault_name_set {
	uint64_t *bits; // may be NULL
	uint32_t words;
	uint64_t alive;
};

/** Contexts that share objects, and the names of those objects. */
struct fault_share_group {
	int refs;   // contexts in it
	int number; // from 1: the lowest that no living group had when it was made
	bool dead;
	struct fault_name_set names[FAULT_NAME_SHARED_COUNT];
	struct fault_name_set borrowed; // textures whose memory is an EGLImage's; not counted
};

struct fault_context {
	struct fault_context *next;
	EGLDisplay display;
	EGLContext handle; // of the driver, which is also what the program sees
	uint64_t serial;   // grows with each context
	struct fault_share_group *group;
	bool robust;             // EGL_LOSE_CONTEXT_ON_RESET
	bool purge_notify;       // EGL_NV_robustness_video_memory_purge was asked for
	bool destroyed;          // by the program; it lives on while current
	_Atomic bool dead;       // lost, for ever
	bool told;               // a non-zero status has been answered since the loss
	bool make_current_fails; // EGL_CONTEXT_LOST from eglMakeCurrent
	bool zombie;
	bool purged;  // its memory was purged and this was not yet told
	bool spoiled; // by that purge
	enum fault_cause cause;
	GLenum gl_error;                               // injected, not yet fetched by glGetError
	int current;                                   // threads that have it current
	struct fault_name_set names[FAULT_NAME_COUNT]; // only the kinds that are not shared
};

struct fault_thread {
	uint32_t seen_attention;
	uint32_t seen_request;
	uint64_t gl_calls; // since the last flush to the slot
	bool drew;         // since the last end of a frame
	EGLint egl_error;  // injected, EGL_SUCCESS for none
	struct fault_context *context;
	EGLDisplay display;
	EGLSurface draw;
	EGLSurface read;
};

#define FAULT_MAX_DISPLAYS 16
#define FAULT_MAX_URGENT 8

struct fault_display {
	EGLDisplay handle;
	uint32_t marks; // 1 << enum fault_mode: modes whose count is ":display"
};

struct fault_globals {
	_Atomic uint32_t attention; // changes whenever threads must take the slow path
	_Atomic uint32_t *request;  // of the control page, or of a stand-in
	_Atomic bool started;
	_Atomic bool signalled;
	bool verbose;
	int32_t pid;
	bool compositor;
	struct fault_page *page; // may be NULL
	struct fault_slot *slot; // never NULL: a stand-in without a page
	struct fault_schedule schedule;
	struct fault_clause urgent[FAULT_MAX_URGENT]; // at=now, waiting for a living context
	int n_urgent;
	int64_t urgent_ns; // when the last of them was asked for
	uint32_t seen_request;
	int64_t start_ns;
	struct fault_context *contexts; // struct fault_context.next
	uint64_t last_serial;
	struct fault_display displays[FAULT_MAX_DISPLAYS];
	int n_displays;
	int64_t standing[FAULT_MODE_COUNT]; // calls that are still to fail, FAULT_UNLIMITED for all

	struct {
		bool active;
		bool forever;
		int64_t queries; // answers left, -1: not by count
		int64_t end_ns;  // 0: not by time
		enum fault_cause cause;
		uint32_t ring; // as in the clause
	} reset;
	bool rebuilding; // lost, and no frame by a living context since
	bool garbage;    // surviving contents are spoiled
};

extern struct fault_globals fault;
extern pthread_mutex_t fault_lock;
extern _Thread_local struct fault_thread fault_thread __attribute__((tls_model("initial-exec")));

/* libfault-gl.c */
/** Go back to the stand-ins for the control page. */
void fault_slot_detach(void);
/** Look at requests, signals and the schedule at this call; false when the call itself must fail.
 */
bool fault_poll(enum fault_fn fn);
bool fault_gl_slow(enum fault_fn fn);
/** Count an EGL call and clear the thread's injected error; false when the call must fail. */
bool fault_egl_enter(enum fault_fn fn);
/** Fail an EGL call: sets what eglGetError() answers next. Returns EGL_FALSE. */
EGLBoolean fault_egl_fail(EGLint error);
/** Note the end of a frame; strikes at=frame. Call it before the swap reaches the driver. */
void fault_frame_ends(enum fault_fn fn);
/** Make all threads take the slow path at their next call. */
void fault_attention(void);
/** Use up one of the standing failures of a mode; false when there is none. Takes the lock. */
bool fault_take_standing(enum fault_mode mode);
/** Note that a frame has ended, by a swap that worked or by a flush. */
void fault_frame_done(void);
void fault_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* start.c */
/** Start once per process: environment, control page, driver. Cheap when already done. */
void fault_start(void);
/** Take a new request of the control page or the signal. The lock must be held. */
void fault_request_poll(void);

/* contexts.c: all but fault_current_dead() take the lock themselves. */
void fault_context_created(
	EGLDisplay display, EGLContext handle, EGLContext share, bool robust, bool purge_notify);
void fault_context_destroyed(EGLDisplay display, EGLContext handle);
void fault_display_seen(EGLDisplay display);
void fault_display_terminated(EGLDisplay display);
/** Whether a new context on the display is to suffer a mode: by its display or by the count. */
bool fault_display_takes(EGLDisplay display, enum fault_mode mode);
/** The living record of a handle, NULL for one that is not known. The lock must be held. */
struct fault_context *fault_context_find(EGLDisplay display, EGLContext handle);
void fault_context_bound(EGLDisplay display, EGLContext handle, EGLSurface draw, EGLSurface read);
/** Whether a ring, as a clause names it, holds a share group. */
bool fault_ring_holds(uint32_t ring, const struct fault_share_group *group);
/** Subtract a context from the counts of the living and mark it lost. The lock must be held. */
void fault_context_kill(struct fault_context *context, enum fault_cause cause);

static inline bool fault_current_dead(void)
{
	return fault_thread.context && fault_thread.context->dead;
}

/* loss.c */
/**
 * Let a clause strike: lose the contexts and set up standing faults. The lock must be held.
 *
 * when_ns is when the fault came about: an idle process meets a request later than it was made.
 */
void fault_strike(const struct fault_clause *clause, const char *call, int64_t when_ns);
/** Whether a reset is under way; ends it when its time is up. The lock must be held. */
bool fault_reset_active(void);
void fault_reset_end(void);
/** What glGetGraphicsResetStatus answers for the current context; false: ask the driver. */
bool fault_reset_status(GLenum *status);
GLenum fault_cause_status(enum fault_cause cause);

/* names.c: take the lock; do nothing without a living current context. */
void fault_names_created(enum fault_name_type type, GLsizei n, const GLuint *names);
void fault_names_deleted(enum fault_name_type type, GLsizei n, const GLuint *names);
void fault_name_created(enum fault_name_type type, GLuint name);
void fault_name_deleted(enum fault_name_type type, GLuint name);
/** Count objects that have no number (sync objects), by one up or down. */
void fault_name_count(enum fault_name_type type, int change);
/** The memory of a texture of the current context is an EGLImage's, until it is deleted. */
void fault_texture_borrows(GLuint name);
/** Drop a set and take what is in it off the counts of the slot. The lock must be held. */
void fault_name_set_drop(struct fault_name_set *set, enum fault_name_type type, bool lost);

/* egl-objects.c */
/** Count an EGL object by one up or down. */
void fault_object_count(EGLDisplay display, enum fault_object_type type, int change);
void fault_objects_terminated(EGLDisplay display);

/* gl-overrides.c: around a call that ends a frame where nothing is swapped */
void fault_flush_begins(enum fault_fn fn);
void fault_flush_done(void);

/* garbage.c */
void fault_surface_created(EGLDisplay display, EGLSurface surface);
void fault_surface_destroyed(EGLDisplay display, EGLSurface surface);
/** Spoil the back buffer of the current surface if its contents are from before the last loss. */
void fault_spoil_back_buffer(void);
void fault_surface_swapped(EGLDisplay display, EGLSurface surface);

/* spoil.c */
/** Fill the buffer of the current window or pbuffer with magenta. */
void fault_spoil_default_framebuffer(void);
/** Fill what a purge of video memory has taken from the current context. */
void fault_spoil_purged(void);
void fault_image_created(EGLDisplay display, EGLImage image);
void fault_image_destroyed(EGLDisplay display, EGLImage image);

/* extensions.c */
/** Whether the schedule hides an extension. */
bool fault_hides(const char *name);
/** Whether the entry point belongs to an extension that the schedule hides. */
bool fault_hides_proc(const char *name);

static inline bool fault_gl_enter(enum fault_fn fn)
{
	struct fault_thread *t = &fault_thread;

	t->gl_calls++;
	if (likely(t->seen_attention ==
			    atomic_load_explicit(&fault.attention, memory_order_relaxed) &&
		    t->seen_request == atomic_load_explicit(fault.request, memory_order_relaxed))) {
		return true;
	}
	return fault_gl_slow(fn);
}

static inline bool fault_gl_enter_draw(enum fault_fn fn)
{
	fault_thread.drew = true;
	return fault_gl_enter(fn);
}

#endif
