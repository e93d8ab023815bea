/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Inside of libgpu-recovery-client. */
#ifndef GPU_RECOVERY_CLIENT_PRIVATE_H
#define GPU_RECOVERY_CLIENT_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/recovery.h"
#include "gl/egl.h"
#include "gl/reset-status.h"
#include "gpu-recovery-client.h"

/** EGL attributes of one object, with the end. */
#define CLIENT_ATTRIBS_MAX 33

#define CLIENT_NAME_MAX 32

/** How far a group has come on its way through a loss. */
enum group_state {
	GROUP_ALIVE,
	GROUP_LOST,     // the program does not know yet
	GROUP_DROPPING, // it does
	GROUP_DROPPED,  // it has let go
	GROUP_READY,    // rebuilt, and the program does not know yet
};

/** How far the program has come with letting go of the display. */
enum display_state {
	DISPLAY_KEPT,
	DISPLAY_LEAVING, // the program does not know yet
	DISPLAY_DROPPING,
	DISPLAY_DROPPED,
};

struct gpu_recovery_context {
	struct gpu_recovery_context *next; // group.contexts
	struct gpu_recovery_group *group;
	EGLint attribs[CLIENT_ATTRIBS_MAX];
	_Atomic EGLContext handle;
	_Atomic(enum reset_status) status; // told by it, of the last loss
};

struct gpu_recovery_group {
	struct gpu_recovery_group *next; // gpu_recovery.groups
	struct gpu_recovery *recovery;
	struct gpu_recovery_context *contexts;
	char name[CLIENT_NAME_MAX];
	EGLenum api;
	EGLint attribs[CLIENT_ATTRIBS_MAX];

	enum group_state state;
	_Atomic bool lost; // state is not ALIVE: for those who don't hold the lock
	_Atomic bool confirmed;
	bool news;               // of a loss that the machine has not heard of
	bool built;              // at least once
	enum reset_status cause; // of the last loss
	int64_t lost_ns;
	uint64_t generation;

	EGLContext sentinel;  // ours, the first of the group; EGL_NO_CONTEXT: none
	bool robust;          // how contexts of this group are made
	gl_reset_query query; // NULL: they don't tell
};

/** What is current on a thread. */
struct current {
	bool saved;
	EGLenum api;
	EGLDisplay display;
	EGLSurface draw, read;
	EGLContext context;
};

struct gpu_recovery {
	/** Guards all that follows, but for atomics. EGL is called with it held. */
	pthread_mutex_t lock;
	struct gl_api api;
	struct egl egl;
	EGLint config_attribs[CLIENT_ATTRIBS_MAX]; // empty: none
	struct gpu_recovery_options options;       // its pointers to attributes are not valid
	struct gpu_recovery_group *groups;

	struct recovery machine;
	struct recovery_config config; // before it is fitted to the driver
	int64_t timer_ns;              // RECOVERY_TIMER_DISARM: none
	bool rebuild_ordered;          // as soon as the program has let go
	enum recovery_rung rung;       // of it
	enum display_state display_state;
	bool display_bare;             // opened anew, and the program has made nothing on it yet
	const struct disposal *fitted; // the driver that the machine's configuration is fitted to
	bool gave_up;                  // the program does not know yet
	bool ask;                      // all groups, soon

	struct current current; // before this call
};

/* clock.c */
int64_t client_now_ns(void);

/* current.c: with the lock held */

/** Remember what is current on this thread, once per call of the library; EGL may be used then. */
void client_enter_egl(struct gpu_recovery *r);

/** Bring it back, if client_enter_egl() was called. */
void client_leave_egl(struct gpu_recovery *r);

/** Make a context current without a surface, or none. */
bool client_make_current(struct gpu_recovery *r, EGLenum api, EGLContext context);

/* log.c: with the lock held */
void client_log(struct gpu_recovery *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* build.c: with the lock held */

/** The config that the options ask for, on the present display. Returns NULL or a sentence. */
const char *client_choose_config(struct gpu_recovery *r);

/**
 * Make the contexts of a group that has none, and have the first one prove itself.
 *
 * Returns NULL on success, else a static sentence; *@status is then a reset that they were born in,
 * if any: in that case they are kept, to be asked whether it is over, else they are gone.
 */
const char *client_build_group(
	struct gpu_recovery *r, struct gpu_recovery_group *group, enum reset_status *status);

/** Make the EGLContext of a context whose group has contexts. */
bool client_build_context(struct gpu_recovery *r, struct gpu_recovery_context *context);

/** Destroy all contexts of a group, none of which may be current. */
void client_dispose_group(struct gpu_recovery *r, struct gpu_recovery_group *group, bool lost);

/** Destroy one. */
void client_dispose_context(struct gpu_recovery *r, struct gpu_recovery_context *context);

/**
 * Carry out the rebuild that was ordered. Everybody has let go. Returns the machine's next input.
 */
struct recovery_input client_rebuild(struct gpu_recovery *r);

/* drive.c: with the lock held */

/** The machine's configuration, fitted to display and driver. */
struct recovery_config client_fit_config(const struct gpu_recovery *r);

/** Take note that a group is lost. Returns whether that is news. */
bool client_note_loss(struct gpu_recovery_group *group, enum reset_status status);

/** Feed the machine until it has no more to do at the moment. */
void client_drive(struct gpu_recovery *r);

/** Everything that was dropped has been dropped: the rebuild can begin. */
bool client_may_rebuild(const struct gpu_recovery *r);

/**
 * Ask a group whose contexts are there, because something failed. Takes note of a loss.
 *
 * Returns whether it is lost.
 */
bool client_ask_group(struct gpu_recovery *r, struct gpu_recovery_group *group);

/** RECOVERY_EVENT_FRAME. */
void client_note_frame(struct gpu_recovery_group *group);

/* group.c */

/** Destroy and free it, with its contexts. With the lock held. */
void client_remove_group(struct gpu_recovery_group *group);

enum gpu_recovery_status client_status(enum reset_status status);

/** What contexts are made with where the program does not say. Static; NULL: nothing. */
const EGLint *client_default_attribs(EGLenum api);

/* recovery-client.c: without the lock */
void client_wake(struct gpu_recovery *r);

/* attribs.c */

/** Copy a list with its end. Returns false when it is too long. */
bool client_copy_attribs(EGLint *to, const EGLint *from, const EGLint *instead);

#endif
