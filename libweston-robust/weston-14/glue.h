/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_GLUE_H
#define WR_WESTON_14_GLUE_H

#include "core/retention.h"
#include "renderer.h"
#include "scene/content.h"
#include "scene/frame.h"
#include "weston-14/abi-dmabuf.h"
#include "weston-14/abi.h"
#include "weston-robust-api.h"

/* The data model of the glue between libweston 14 and the renderer. Private to weston-14/. */

/** Deepest buffer age that is made use of. EGL gives out no more than four buffers a window. */
#define DAMAGE_HISTORY 4

#define BORDER_COUNT 4

#define NS_PER_MS 1000000

/** For what is rare on a way that each frame takes: it is kept out of line, so that nobody saves
 * the registers that it needs. */
#define GLUE_RARE __attribute__((cold, noinline))

struct pixel_pack;

/** The module's one object. `base` is what libweston knows of it. */
struct glue {
	struct weston_renderer base;
	struct weston_compositor *compositor;
	struct renderer renderer;

	struct renderer_host host;
	struct wl_event_source *recovery_timer;
	struct wl_event_source *retry_timer;   // for outputs that could not be drawn
	int retry_ms;                          // its next delay; 0: nothing failed lately
	struct wl_event_source *dispatch_idle; // NULL: none pending
	struct wl_event_source *restore_idle;  // likewise: a frame to prepare
	struct wl_event_source *restore_timer; // to go on with that
	struct wl_listener wake;               // weston_compositor.wake_signal
	bool asleep;                           // as told to the renderer
	struct wl_list workers;                // struct glue_worker.link

	struct news news;
	struct wl_list listeners; // struct weston_robust_listener.link
	uint64_t lost_surfaces;   // reported by glue_api_surface_lost()

	struct udev_monitor *uevents; // NULL: none to be had
	struct wl_event_source *uevent_source;
	struct glue_programs *programs; // NULL: nothing is kept from one session to the next

	struct wl_list colors; // struct glue_color.link
	uint64_t last_color_serial;
	bool color_ops; // as told to the core: colour transforms can be applied

	struct wl_list outputs;                 // struct glue_output.link
	struct wl_list surfaces;                // struct glue_surface.link
	struct wl_list buffers;                 // struct glue_buffer.link
	struct weston_drm_format_array formats; // of dmabufs; never changes
	unsigned bound_opening; // egl.opened when EGL was bound to the wl_display; 0: it is not
	struct gbm_device *gbm; // to allocate from; NULL: none
	int gbm_fd;             // -1: the device is the backend's
	bool read_bgra;         // compositor->read_format is ARGB8888, not ABGR8888
	int64_t frame_ns;       // when the present repaint began
	struct frame frame;     // reused by each repaint
	struct target
		*bound_target; // between drawing and presenting only: what read_pixels() reads

	enum retention_policy retention;
	struct retention_budget budget; // of copies, over all surfaces
	struct wl_event_source *retention_timer;
	int64_t retention_due_ns;      // when the timer is due; 0: not armed
	struct timespec repaint_start; // the core's, of the repaint that `flushed_ns` is for
	int64_t flushed_ns;            // when the first buffer was flushed in that
	unsigned spares_watched;       // surfaces that listen to spare_destroy
	uint64_t last_buffer_serial;

	enum draw_view view;
	bool images_drawn; // a frame read a client's image since the last glue_fence_release()
	struct draw_log shader_log;
	struct weston_binding *debug_binding;
	struct weston_log_scope *scope;          // "gl-renderer"
	struct weston_log_scope *shader_scope;   // "gl-shader-generator"
	struct weston_log_scope *recovery_scope; // "gpu-recovery"
	struct weston_log_pacer failure_pacer;
	struct weston_log_pacer fence_pacer;
};

/** What a window's buffers got in one presented frame. */
struct frame_damage {
	pixman_region32_t region; // global coordinates
	uint32_t borders;         // bit n: enum gl_renderer_border_side n
};

/** weston_output.renderer_state */
struct glue_output {
	struct wl_list link; // glue.outputs
	struct glue *glue;
	struct weston_output *output;
	struct weston_size fb_size;  // pixels, whole framebuffer incl. borders
	struct weston_geometry area; // composited part of it, top-left origin

	bool has_window;
	struct target window;                        // with has_window
	struct frame_damage pending;                 // not presented yet
	struct frame_damage history[DAMAGE_HISTORY]; // presented, the newest first
	unsigned int history_count;
	bool retry;     // could not be drawn, with nothing lost
	bool owes_swap; // the backend waits for something that only a swap sets off

	bool has_layer;
	struct target layer;            // with has_layer: where views are blended, as large as area
	pixman_region32_t layer_damage; // global coordinates: what it lacks

	struct wl_list held_captures;       // struct held_capture.link: waiting, oldest first
	struct wl_event_source *hold_timer; // made when the first one is held
	bool holding;                       // hold_timer is armed

	struct wl_list renderbuffers; // struct glue_renderbuffer.link
	struct content borders[BORDER_COUNT];
	int64_t gpu_ns;        // that an earlier frame took the GPU, not told yet; 0: not known
	uint64_t presented_by; // id of the generation whose frame it shows; 0: none yet
};

/** A renderbuffer of an output; may outlive it, when the backend still holds a reference. */
struct glue_renderbuffer {
	struct weston_renderbuffer base;
	struct wl_list link; // glue_output.renderbuffers; self-linked when off the list
	struct target target;
	uint32_t borders; // dirty sides, as in struct frame_damage
	uint32_t *pixels; // borrowed; where each repaint is copied to; NULL: nowhere
	struct linux_dmabuf_memory *memory; // owned: it is drawn to this; NULL: GL's own
	struct image_source *source;        // owned, with memory
};

/** weston_buffer.renderer_private */
struct glue_buffer {
	struct wl_list link; // glue.buffers
	struct weston_buffer *buffer;
	uint64_t serial;                      // of no other buffer, ever
	struct wl_listener destroy;           // of the buffer, not of its wl_buffer
	bool layout_known;                    // SHM: the rest of these lines is true
	bool layout_possible;                 // and the pool has all of its planes
	struct content_layout layout;         // with layout_possible
	struct image_source *image;           // DMABUF: owned; NULL: none
	struct wl_listener wl_buffer_destroy; // with image
};

/** weston_surface.renderer_state */
struct glue_surface {
	struct wl_list link; // glue.surfaces
	struct glue *glue;
	struct weston_surface *surface;
	struct content content;
	struct weston_buffer_reference buffer_ref;
	struct weston_buffer_release_reference release_ref;
	pixman_region32_t damage; // buffer pixels, not handed on to texture or copy yet
	bool fresh;               // a buffer was attached since the last flush
	bool fence_passed;        // there is no need to wait for its acquire fence any more
	struct retention_state retention;
	int64_t drawn_ns;    // when it was last part of a frame; 0: never
	int64_t deadline_ns; // when to decide anew about the held buffer; 0: never
	struct wl_listener surface_destroy;
	struct wl_listener surface_unmap;
	struct wl_listener buffer_destroy; // of the wl_buffer while it is held
	struct wl_listener spare_destroy;  // of one that its client could use instead
	uint64_t restored_in; // id of the generation that it was uploaded to ahead; 0: none
	uint64_t reported_in; // id of the generation that it was reported lost in; 0: none
};

/** The glue behind a compositor that display_create() succeeded for. */
struct glue *glue_from_compositor(struct weston_compositor *compositor);

/* ---- host.c: the renderer's way out ---- */

/** Fill in glue->host and make its event sources. Returns false when memory is short. */
bool glue_host_init(struct glue *glue);

void glue_host_fini(struct glue *glue);

/** The output could not be drawn although nothing was lost: try again from a timer, less and less
 * often. */
void glue_retry_later(struct glue_output *out);

/* ---- output.c, repaint.c ---- */

/** What EGL needs to know of the formats that a backend accepts. */
struct egl_visuals glue_visuals_from_formats(
	const struct pixel_format_info **formats, unsigned int count);

int glue_output_window_create(
	struct weston_output *output, const struct gl_renderer_output_options *options);

int glue_output_fbo_create(
	struct weston_output *output, const struct gl_renderer_fbo_options *options);

void glue_output_destroy(struct weston_output *output);

void glue_output_set_border(struct weston_output *output, enum gl_renderer_border_side side,
	int32_t width, int32_t height, int32_t tex_width, unsigned char *data);

struct weston_renderbuffer *glue_output_create_fbo(struct weston_output *output,
	const struct pixel_format_info *format, int width, int height, uint32_t *pixels);

/** Draw to @memory, which is owned from then on. NULL: it can't be; the caller keeps it. */
struct weston_renderbuffer *glue_output_create_dmabuf(
	struct weston_output *output, struct linux_dmabuf_memory *memory);

/** Take @renderbuffer off the output's list, if it is on it. */
void glue_output_remove_dmabuf(
	struct weston_output *output, struct weston_renderbuffer *renderbuffer);

bool glue_output_resize(struct weston_output *output, const struct weston_size *fb_size,
	const struct weston_geometry *area);

/** Note that @damage (global coordinates) and the dirty borders are missing in every buffer of the
 * output. */
void glue_output_add_damage(struct glue_output *out, pixman_region32_t *damage, uint32_t borders);

/** Have a layer for blending, or none. A new one is empty. */
void glue_output_want_layer(struct glue_output *out, bool wanted);

/** After a swap: what was pending is the newest entry of the history now. */
void glue_output_frame_presented(struct glue_output *out);

void glue_repaint_output(struct weston_output *output, pixman_region32_t *damage,
	struct weston_renderbuffer *renderbuffer);

/** Paint and present once more, outside of a repaint of the core: for a window that owes its
 * backend a swap. */
void glue_repaint_owed(struct glue_output *out);

/** Note that the output presented a frame of the present generation, and tell the renderer. */
void glue_output_note_presented(struct glue_output *out);

/* ---- scene.c: paint nodes to a frame ---- */

/** What a repaint has to draw. */
struct glue_paint {
	const struct target *target;
	struct weston_geometry area; // of the target, that the output's views are drawn to
	pixman_region32_t region;    // global coordinates
	uint32_t borders;            // sides, as in struct frame_damage
	bool fresh;                  // nothing that the target shows is known
};

/** Fill glue->frame with what the output shows there. */
void glue_build_frame(struct glue_output *out, struct glue_paint *paint);

/** Fill glue->frame with out->layer, converted to the output's colours, and the borders. */
void glue_build_layer_frame(struct glue_output *out, struct glue_paint *paint);

/** The framebuffer rectangle of a border side, pixels, top-left origin. Empty sides have no size.
 */
pixman_box32_t glue_border_box(const struct glue_output *out, enum gl_renderer_border_side side);

/** Global coordinates to framebuffer pixels, top-left origin. @dst may be @src. */
void glue_region_to_framebuffer(
	struct glue_output *out, pixman_region32_t *dst, pixman_region32_t *src);

/* ---- color.c ---- */

/**
 * The renderer's form of @source, a colour transform of the core's, which may be NULL. *@transform
 * is NULL for the identity; it lives as long as @source. Returns false when it can't be applied.
 */
bool glue_color_get(struct glue *glue, struct weston_color_transform *source,
	struct color_transform **transform);

void glue_color_fini(struct glue *glue);

/* ---- buffer.c, flush.c ---- */

void glue_attach(struct weston_paint_node *pnode);

void glue_flush_damage(struct weston_paint_node *pnode);

/** Where the surface showed a placeholder and has got a new buffer: all of it is new. */
void glue_replace_placeholder(struct glue_surface *gs);

/** Free the surface's state. For renderer shutdown: clients and surfaces may still be there. */
void glue_surface_destroy(struct glue_surface *gs);

/* ---- client-buffer.c ---- */

/** The buffer's state, made when there is none yet. NULL when memory is short. */
struct glue_buffer *glue_buffer_get(struct glue *glue, struct weston_buffer *buffer);

/** For renderer shutdown: clients and buffers may still be there. */
void glue_buffer_destroy(struct glue_buffer *gb);

/**
 * How the pixels of a buffer with a shm buffer lie in memory; lives as long as @buffer. NULL when
 * its client's word for that can't be true, or memory is short.
 */
const struct content_layout *glue_buffer_shm_layout(
	struct glue *glue, struct weston_buffer *buffer);

/** Stop listening to its wl_buffer. */
void glue_buffer_unwatch(struct glue_buffer *gb);

/** @buffer shows @source, which is owned from then on. Returns false when memory is short. */
bool glue_buffer_set_image(
	struct glue *glue, struct weston_buffer *buffer, struct image_source *source);

/** Free its image source, and all that was made of it. */
void glue_buffer_drop_image(struct glue_buffer *gb);

/* ---- dmabuf.c, dmabuf-formats.c, dmabuf-alloc.c ---- */

/** Find out what can be imported, and set the hooks for that. */
void glue_dmabuf_init(struct glue *glue);

void glue_dmabuf_fini(struct glue *glue);

bool glue_import_dmabuf(struct weston_compositor *compositor, struct linux_dmabuf_buffer *dmabuf);

void glue_buffer_init(struct weston_compositor *compositor, struct weston_buffer *buffer);

/** A source that borrows the descriptors of @attributes. NULL when memory is short. */
struct image_source *glue_source_from_attributes(
	const struct dmabuf_attributes *attributes, const struct pixel_format_info *info);

/** Free the source, and all that was made of it. */
void glue_source_destroy(struct image_source *source);

/** The device file that EGL draws with; NULL: none, or not known. */
const char *glue_device_file(const struct egl *egl);

/** Find a device to allocate from, and set the hook for that. */
void glue_alloc_init(struct glue *glue);

void glue_alloc_fini(struct glue *glue);

const struct weston_drm_format_array *glue_supported_formats(struct weston_compositor *compositor);

/* ---- lost.c: what could not be restored ---- */

/** A frame of @gen was drawn with placeholders: report the surfaces that were not reported yet. */
void glue_note_lost_surfaces(struct glue *glue, const struct generation *gen);

/* ---- legacy.c ---- */

/** Have EGL serve clients with its own protocol, on the display that is open now. */
void glue_legacy_bind(struct glue *glue);

void glue_legacy_unbind(struct glue *glue);

/* ---- fence.c ---- */

/**
 * Wait for the acquire fence of what the surface shows, if there is one, within a frame. Returns
 * false when it must not be drawn; its client was told then.
 */
bool glue_fence_acquire(struct glue_surface *gs);

/** A frame of @out was drawn by @gen: tell the clients whose buffers it reads when it is done. */
void glue_fence_release(struct glue_output *out, struct generation *gen);

int glue_fence_create(struct weston_output *output);

/* ---- capture.c
 * ------------------------------------------------------------------------------------ */

/** Serve the capture tasks that are pending, reading @target, which is bound. */
void glue_capture(struct glue_output *out, struct target *target);

/**
 * There will be no frame for the capture tasks that are pending: put them off where a reset is the
 * reason, fail them otherwise. The core aborts when one is left after a repaint.
 */
void glue_capture_give_up(struct glue_output *out, const char *reason);

/** Copy the pixels of @pack to the task's buffer. The generation must be current. Returns a static
 * sentence when that fails, by a reset or otherwise. */
const char *glue_capture_finish(
	struct glue_output *out, struct weston_capture_task *task, struct pixel_pack *pack);

/** Tell the core which sizes and format captures have. */
void glue_capture_announce(struct glue_output *out);

/* ---- capture-hold.c ---- */

/** Whether another task may wait for its pixels. */
bool glue_capture_may_wait(const struct glue_output *out);

/**
 * Keep a task that was pulled, for 5 s at most: until its pixels are there, which are on their way
 * in @pack, or, with NULL or when that is lost in a reset, until a frame serves it. Returns false,
 * with the task and the pack as they were, when that is impossible; else @pack has another owner.
 */
bool glue_capture_hold(struct glue_output *out, struct weston_capture_task *task,
	enum weston_output_capture_source source, struct pixel_pack *pack);

/** The oldest task that waits for a frame, which is the caller's from now on; NULL when there is
 * none. */
struct weston_capture_task *glue_capture_take_held(
	struct glue_output *out, enum weston_output_capture_source *source);

void glue_capture_fail_held(struct glue_output *out, const char *reason);

/** The output goes: fail what is held. */
void glue_capture_hold_fini(struct glue_output *out);

int glue_read_pixels(struct weston_output *output, const struct pixel_format_info *format,
	void *pixels, uint32_t x, uint32_t y, uint32_t width, uint32_t height);

int glue_surface_copy_content(struct weston_surface *surface, void *target, size_t size, int src_x,
	int src_y, int width, int height);

/* ---- features.c
 * ----------------------------------------------------------------------------------- */

/** Log what EGL and GL offer, in the stock renderer's words. */
void glue_log_features(struct glue *glue);

/** Offer the wl_shm formats that can be drawn. */
void glue_add_shm_formats(struct glue *glue);

/* ---- uevent.c ---- */

/** Listen to the kernel's events about GPU resets. Works without them. */
void glue_uevent_init(struct glue *glue);

void glue_uevent_fini(struct glue *glue);

/* ---- api.c: weston-robust-api.h ---- */

void glue_api_init(struct glue *glue);

void glue_api_fini(struct glue *glue);

/** @surface shows a placeholder: its content could not be restored. Once per reset. */
void glue_api_surface_lost(
	struct glue *glue, struct weston_surface *surface, enum weston_robust_loss why);

/** Whether glue_api_frame() has anybody to tell. */
bool glue_api_wants_frames(const struct glue *glue);

/** A repaint of @out began at @begin_ns and is over. @gpu_ns: as in struct weston_robust_frame. */
void glue_api_frame(struct glue_output *out, int64_t begin_ns, int64_t gpu_ns);

/* ---- timing.c: what repaints take the GPU, while anybody wants to know ---- */

/** @out is drawn from here on. @gen's context must be current. */
void glue_timing_begin(struct glue_output *out, struct generation *gen);

void glue_timing_end(struct generation *gen);

/** What an earlier frame of @out took the GPU, nanoseconds; each is told once. -1: not known. */
int64_t glue_timing_take(struct glue_output *out);

/** Nothing was drawn for a while: look for the results that no frame has looked for. */
void glue_timing_idle(struct glue *glue);

/** @out goes away. */
void glue_timing_forget(struct glue_output *out);

/* ---- debug.c
 * -------------------------------------------------------------------------------------- */

/** Log scopes and the key binding. Nothing in here can fail in a way that matters. */
void glue_debug_init(struct glue *glue);

void glue_debug_fini(struct glue *glue);

#endif
