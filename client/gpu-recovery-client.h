/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * libgpu-recovery-client: EGL programs that live through GPU resets.
 *
 * A GPU reset takes a program's GL contexts away. The program has to notice it, let go of
 * everything that it made in them, wait until the driver is done, and make it all again in new
 * contexts. This library makes the contexts, notices, waits and makes the new ones; the program
 * lets go and makes its objects again when it is told. gpu-recovery-client(3) has an example.
 *
 * Objects. A struct gpu_recovery stands for an EGLDisplay. It has share groups: contexts that share
 * textures and buffers, and are lost together, whichever of them was hit. Each group has contexts,
 * which may be made at any time; a struct gpu_recovery_context outlives the EGLContexts that it has
 * one after another. Groups are independent: a reset that spares a group does not disturb it.
 *
 * Loop. Nothing blocks, and there is no event loop in here. The program calls
 * gpu_recovery_dispatch() from its own, at the latest at gpu_recovery_deadline(), and does what the
 * returned action says.
 *
 * Threads. The functions of one struct gpu_recovery may be called from several threads at once,
 * with three exceptions: gpu_recovery_dispatch(), gpu_recovery_dropped() and
 * gpu_recovery_close() belong to one thread at a time; those that ask a context need it current
 * on the calling thread; and nothing may be called from within a callback. Each context is current
 * on one thread at most, as EGL has it. Calls into EGL and the driver are made on the calling
 * thread; what was current there before is current again afterwards. They may change what
 * eglGetError() tells.
 *
 * The library never touches a context of the program behind its back: it has one more in each
 * group, current nowhere, which it asks for the status, and in which it draws the proof of life.
 */
#ifndef GPU_RECOVERY_CLIENT_H
#define GPU_RECOVERY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <EGL/egl.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GPU_RECOVERY_EXPORT __attribute__((visibility("default")))

struct gpu_recovery;
struct gpu_recovery_group;
struct gpu_recovery_context;

/** What the program has to do. */
enum gpu_recovery_action {
	/** Nothing more until gpu_recovery_deadline(). */
	GPU_RECOVERY_NOTHING,

	/**
	 * The contexts of a group are lost. Have every thread release them (eglMakeCurrent with
	 * EGL_NO_CONTEXT), forget all GL names without deleting them, destroy EGLImages and
	 * EGLSyncs that were made from them; then call gpu_recovery_dropped(). Window surfaces
	 * may be kept. Other groups go on.
	 */
	GPU_RECOVERY_DROP,

	/**
	 * The EGLDisplay is about to be opened anew. As DROP for all groups, lost or not; and all
	 * surfaces, images and syncs of the display have to be destroyed; then call
	 * gpu_recovery_dropped() with group NULL. May follow a DROP. Comes only with
	 * gpu_recovery_options.reopen_display.
	 */
	GPU_RECOVERY_DROP_DISPLAY,

	/**
	 * The group has new contexts, one of which has proved itself alive. Fetch their handles and
	 * make everything anew: surfaces if they were destroyed, then all GL objects.
	 */
	GPU_RECOVERY_RESTORE,

	/**
	 * Nothing is left to try. What remains is up to the program: another display, drawing
	 * without the GPU, a new process. Comes once.
	 */
	GPU_RECOVERY_GIVE_UP,
};

/** Graphics reset status, as in GL_EXT_robustness. */
enum gpu_recovery_status {
	GPU_RECOVERY_NO_RESET,
	GPU_RECOVERY_GUILTY,   // this context caused the reset
	GPU_RECOVERY_INNOCENT, // another one did
	GPU_RECOVERY_UNKNOWN,  // nobody told
};

/** The options of a display. Set them all to zero, then .size = sizeof, then what is wanted. */
struct gpu_recovery_options {
	size_t size; // sizeof(struct gpu_recovery_options) of the header that was compiled against

	/**
	 * EGL attributes that choose the EGLConfig of all contexts; ends with EGL_NONE. Copied.
	 * NULL: contexts without a config (EGL_KHR_no_config_context). A certain config is named by
	 * {EGL_CONFIG_ID, id, EGL_NONE}.
	 */
	const EGLint *config_attribs;

	/**
	 * Where new contexts do not help, terminate the display and open it anew. Only for a
	 * display that was opened here.
	 */
	bool reopen_display;

	int idle_poll_ms; // from the last sign of life to the next query; 0: 1000, negative: never
	unsigned give_up_after; // failures in a row until GIVE_UP; 0: goes on trying, each second

	/**
	 * Something has happened on another thread: gpu_recovery_dispatch() is due now. Called from
	 * any thread that calls this library, without locks held. May be NULL.
	 */
	void (*wake)(void *data);

	/** One line without a newline, "key=value" pairs. From any thread. May be NULL. */
	void (*log)(void *data, const char *line);

	void *data; // for the callbacks
};

/** The options of a group. Set them all to zero, then .size = sizeof, then what is wanted. */
struct gpu_recovery_group_options {
	size_t size;
	const char *name;      // for the log; copied. NULL: "contexts"
	EGLenum api;           // EGL_OPENGL_ES_API or EGL_OPENGL_API; 0: OpenGL ES
	const EGLint *attribs; // of the library's own context, as in gpu_recovery_context_create()
};

/**
 * Open a display.
 *
 * \param platform EGL_PLATFORM_WAYLAND_KHR, …_X11_KHR, …_GBM_KHR, …_SURFACELESS_MESA, …_DEVICE_EXT
 * \param native_display as for eglGetPlatformDisplay(); borrowed until gpu_recovery_close()
 * \param options may be NULL
 * \param error where not NULL: on failure a static sentence
 * \return NULL on failure. End it with gpu_recovery_close()
 *
 * The EGLDisplay is terminated in the end, and by reopen_display, for all of the process. Where
 * anybody else uses it, as toolkits do, let them open it and adopt it.
 */
GPU_RECOVERY_EXPORT struct gpu_recovery *gpu_recovery_open(EGLenum platform, void *native_display,
	const struct gpu_recovery_options *options, const char **error);

/** As gpu_recovery_open(), on an initialised display of somebody else, who also terminates it. */
GPU_RECOVERY_EXPORT struct gpu_recovery *gpu_recovery_adopt(
	EGLDisplay display, const struct gpu_recovery_options *options, const char **error);

/**
 * Destroy all groups and contexts, and terminate a display that was opened here. No context may
 * be current on another thread. NULL is allowed.
 */
GPU_RECOVERY_EXPORT void gpu_recovery_close(struct gpu_recovery *recovery);

/** The display; another one after DROP_DISPLAY. EGL_NO_DISPLAY while it could not be opened. */
GPU_RECOVERY_EXPORT EGLDisplay gpu_recovery_display(struct gpu_recovery *recovery);

/** The config of all contexts, or EGL_NO_CONFIG_KHR; another one after DROP_DISPLAY. */
GPU_RECOVERY_EXPORT EGLConfig gpu_recovery_config(struct gpu_recovery *recovery);

/**
 * Do what is due, and tell what the program has to do now. Call it again until it answers
 * GPU_RECOVERY_NOTHING.
 *
 * \param group where not NULL: the group concerned, NULL with DROP_DISPLAY and GIVE_UP
 */
GPU_RECOVERY_EXPORT enum gpu_recovery_action gpu_recovery_dispatch(
	struct gpu_recovery *recovery, struct gpu_recovery_group **group);

/** The program has done what DROP, or with group NULL what DROP_DISPLAY asked for. */
GPU_RECOVERY_EXPORT void gpu_recovery_dropped(
	struct gpu_recovery *recovery, struct gpu_recovery_group *group);

/**
 * Something suggests a reset: news of the compositor's, an event of the kernel's, the end of a
 * suspension. All groups are asked with the next gpu_recovery_dispatch(), which is due now.
 */
GPU_RECOVERY_EXPORT void gpu_recovery_ask(struct gpu_recovery *recovery);

/**
 * When gpu_recovery_dispatch() is due next.
 * \return CLOCK_MONOTONIC in ns, maybe gone by; INT64_MAX: not before something happens
 */
GPU_RECOVERY_EXPORT int64_t gpu_recovery_deadline(struct gpu_recovery *recovery);

/** The same for poll(): ms from now, rounded up; 0: now, -1: not before something happens. */
GPU_RECOVERY_EXPORT int gpu_recovery_timeout(struct gpu_recovery *recovery);

/**
 * Make a share group, without any context of the program yet.
 *
 * \param options may be NULL
 * \return NULL on failure. Owned by `recovery`, until gpu_recovery_group_destroy()
 *
 * During a reset the group is made all the same: its contexts come with RESTORE.
 */
GPU_RECOVERY_EXPORT struct gpu_recovery_group *gpu_recovery_group_create(
	struct gpu_recovery *recovery, const struct gpu_recovery_group_options *options,
	const char **error);

/** Destroy a group and its contexts, which must not be current on other threads. */
GPU_RECOVERY_EXPORT void gpu_recovery_group_destroy(struct gpu_recovery_group *group);

/** 1, and one more with each RESTORE. */
GPU_RECOVERY_EXPORT uint64_t gpu_recovery_group_generation(struct gpu_recovery_group *group);

/** Whether its contexts tell of resets. Otherwise a loss is found by drawing, now and then. */
GPU_RECOVERY_EXPORT bool gpu_recovery_group_is_robust(struct gpu_recovery_group *group);

/** What is known of the cause of its last reset: guilty if any of its contexts was. */
GPU_RECOVERY_EXPORT enum gpu_recovery_status gpu_recovery_group_cause(
	struct gpu_recovery_group *group);

/**
 * Make a context, which shares with all others of the group.
 *
 * \param attribs EGL attributes, ends with EGL_NONE; nothing about robustness, which is added.
 * Copied, at most 16 pairs. NULL: {EGL_CONTEXT_CLIENT_VERSION, 2}, or none for OpenGL
 * \return NULL on failure. Owned by the group, until gpu_recovery_context_destroy()
 *
 * It has no EGLContext yet where the group is lost at the moment: it joins in with RESTORE.
 */
GPU_RECOVERY_EXPORT struct gpu_recovery_context *gpu_recovery_context_create(
	struct gpu_recovery_group *group, const EGLint *attribs, const char **error);

/** Destroy a context, which must not be current on another thread. NULL is allowed. */
GPU_RECOVERY_EXPORT void gpu_recovery_context_destroy(struct gpu_recovery_context *context);

/**
 * The present EGLContext, for eglMakeCurrent(), or to make contexts of one's own that share with it
 * (those have to be destroyed with DROP). Owned by `context`; another one after RESTORE.
 * EGL_NO_CONTEXT from gpu_recovery_dropped() to RESTORE.
 */
GPU_RECOVERY_EXPORT EGLContext gpu_recovery_context_handle(struct gpu_recovery_context *context);

/**
 * Ask whether the context, which is current, is still alive. Cheap: one question to the driver, and
 * no lock. Ask before a picture is shown or pixels that were read are used: what is drawn in a
 * lost context is nothing, without an error.
 *
 * \return false: the group is lost. Stop using GL and release the context; DROP follows
 */
GPU_RECOVERY_EXPORT bool gpu_recovery_context_check(struct gpu_recovery_context *context);

/**
 * As gpu_recovery_context_check(), when a frame, or a piece of off-screen work, has been finished:
 * only that makes a reset count as survived.
 *
 * \param shown what eglSwapBuffers() returned; EGL_TRUE without a swap. Where it is EGL_FALSE,
 * eglGetError() is read: EGL_CONTEXT_LOST is a loss, everything else the program's own matter
 */
GPU_RECOVERY_EXPORT bool gpu_recovery_context_frame_done(
	struct gpu_recovery_context *context, EGLBoolean shown);

/** EGL_CONTEXT_LOST or GL_CONTEXT_LOST was seen. The context need not be current. */
GPU_RECOVERY_EXPORT void gpu_recovery_context_report_lost(struct gpu_recovery_context *context);

/**
 * Draw in the context and read it back. For a context that is current and has just been made: what
 * this needs of GL's state is left at the defaults.
 *
 * \return false: it does not draw. The group counts as lost; DROP follows
 *
 * The library does this with its own context of the group before RESTORE. Here the program may do
 * it with each.
 */
GPU_RECOVERY_EXPORT bool gpu_recovery_context_prove(struct gpu_recovery_context *context);

/**
 * What this very context was told about the last reset of its group; NO_RESET: it was not asked.
 * It is asked by check() and frame_done(), and after gpu_recovery_dropped().
 */
GPU_RECOVERY_EXPORT enum gpu_recovery_status gpu_recovery_context_status(
	struct gpu_recovery_context *context);

/** Lower-case names for logs, static; "invalid" for values out of range. */
GPU_RECOVERY_EXPORT const char *gpu_recovery_action_name(enum gpu_recovery_action action);
GPU_RECOVERY_EXPORT const char *gpu_recovery_status_name(enum gpu_recovery_status status);

#ifdef __cplusplus
}
#endif

#endif
