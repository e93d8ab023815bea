/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_ABI_H
#define WR_WESTON_14_ABI_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libweston/libweston.h>
#include <libweston/weston-log.h>
#include <pixman.h>

/**
 * The part of libweston 14's private interface that a renderer needs: declarations of our own, for
 * exactly the releases 14.0.0 to 14.0.3 on LP64. No installed header has them, and there is no
 * version handshake: module.c compares weston_version() before anything here is used. Sizes and
 * offsets are asserted below. All functions are exported by libweston-14.so.0. Everything runs on
 * the main thread.
 */

/* ---- renderer ---- */

struct pixel_format_info;
struct linux_dmabuf_buffer;
struct linux_dmabuf_memory;
struct weston_drm_format_array;
struct pixman_renderer_interface;
struct weston_capture_task;
struct weston_paint_node;

/** A target of FBO outputs. Counted: destroy() runs when the last reference goes. */
struct weston_renderbuffer {
	pixman_region32_t
		damage; // global coordinates; what the buffer is missing; backends write it too
	int refcount;
	void (*destroy)(struct weston_renderbuffer *renderbuffer);
};

/** The hooks that the core calls. Stored by the module in weston_compositor.renderer. */
struct weston_renderer {
	int (*read_pixels)(struct weston_output *output, const struct pixel_format_info *format,
		void *pixels, uint32_t x, uint32_t y, uint32_t width, uint32_t height);
	void (*repaint_output)(struct weston_output *output, pixman_region32_t *output_damage,
		struct weston_renderbuffer *renderbuffer);
	bool (*resize_output)(struct weston_output *output, const struct weston_size *fb_size,
		const struct weston_geometry *area);
	void (*flush_damage)(struct weston_paint_node *pnode);
	void (*attach)(struct weston_paint_node *pnode);
	void (*destroy)(struct weston_compositor *compositor);
	int (*surface_copy_content)(struct weston_surface *surface, void *target, size_t size,
		int src_x, int src_y, int width, int height); // may be NULL
	bool (*import_dmabuf)(struct weston_compositor *compositor,
		struct linux_dmabuf_buffer *buffer); // NULL: no linux-dmabuf protocol
	const struct weston_drm_format_array *(*get_supported_formats)(
		struct weston_compositor *compositor); // with import_dmabuf
	bool (*fill_buffer_info)(struct weston_compositor *compositor,
		struct weston_buffer *buffer); // NULL: unknown wl_buffers are rejected
	void (*buffer_init)(struct weston_compositor *compositor,
		struct weston_buffer *buffer); // may be NULL
	struct weston_renderbuffer *(*create_renderbuffer_dmabuf)(
		struct weston_output *output, struct linux_dmabuf_memory *dmabuf);
	void (*remove_renderbuffer_dmabuf)(
		struct weston_output *output, struct weston_renderbuffer *renderbuffer);
	struct linux_dmabuf_memory *(*dmabuf_alloc)(struct weston_renderer *renderer,
		unsigned int width, unsigned int height, uint32_t format, const uint64_t *modifiers,
		unsigned int count); // NULL: PipeWire offers no dmabuf
	enum weston_renderer_type type;
	const struct gl_renderer_interface *gl;         // set by the core after display_create()
	const struct pixman_renderer_interface *pixman; // NULL
};

/** Drop a reference; destroys at 0. */
void weston_renderbuffer_unref(struct weston_renderbuffer *renderbuffer);

/* ---- the module's entry ---- */

/** Empty base of all renderer options, as in libweston. */
struct weston_renderer_options {
};

struct gl_renderer_display_options {
	struct weston_renderer_options base;
	uint32_t egl_platform;                    // EGLenum
	void *egl_native_display;                 // borrowed
	int32_t egl_surface_type;                 // EGLint
	const struct pixel_format_info **formats; // on the caller's stack, the preferred one first
	unsigned int formats_count;
};

struct gl_renderer_output_options {
	uintptr_t window_for_legacy; // EGLNativeWindowType
	void *window_for_platform;
	struct weston_size fb_size;  // whole framebuffer incl. borders
	struct weston_geometry area; // composited part, top-left origin
	const struct pixel_format_info **formats;
	unsigned int formats_count;
};

struct gl_renderer_fbo_options {
	struct weston_size fb_size;
	struct weston_geometry area;
};

enum gl_renderer_border_side {
	GL_RENDERER_BORDER_TOP,
	GL_RENDERER_BORDER_LEFT,
	GL_RENDERER_BORDER_RIGHT,
	GL_RENDERER_BORDER_BOTTOM,
};

/** The data symbol "gl_renderer_interface". */
struct gl_renderer_interface {
	int (*display_create)(struct weston_compositor *compositor,
		const struct gl_renderer_display_options *options);
	int (*output_window_create)(
		struct weston_output *output, const struct gl_renderer_output_options *options);
	int (*output_fbo_create)(
		struct weston_output *output, const struct gl_renderer_fbo_options *options);
	void (*output_destroy)(struct weston_output *output);
	void (*output_set_border)(struct weston_output *output, enum gl_renderer_border_side side,
		int32_t width, int32_t height, int32_t tex_width, unsigned char *data);
	int (*create_fence_fd)(struct weston_output *output);
	struct weston_renderbuffer *(*create_fbo)(struct weston_output *output,
		const struct pixel_format_info *format, int width, int height, uint32_t *pixels);
};

/* ---- paint nodes ---- */

/** source -> blending space; transform NULL: identity. */
struct weston_surface_color_transform {
	struct weston_color_transform *transform;
	bool identity_pipeline;
};

/** One view of one surface on one output. Only the core makes and frees them. */
struct weston_paint_node {
	struct wl_list surface_link;
	struct weston_surface *surface;
	struct wl_list view_link;
	struct weston_view *view;
	struct wl_list output_link;
	struct weston_output *output;
	int status;
	struct weston_matrix buffer_to_output_matrix; // buffer pixels -> output pixels
	struct weston_matrix output_to_buffer_matrix;
	bool needs_filtering;
	bool valid_transform;
	enum wl_output_transform transform;
	struct wl_list z_order_link; // weston_output.paint_node_z_order_list, top-most first
	pixman_region32_t visible;   // global coordinates
	pixman_region32_t damage;
	struct weston_plane *plane;
	struct weston_plane *plane_next;
	struct weston_surface_color_transform surf_xform;
	bool surf_xform_valid; // false: not to be drawn
	uint32_t try_view_on_plane_failure_reasons;
	bool is_fully_opaque;
	bool is_fully_blended;
	bool is_direct;                          // never sample the buffer
	bool draw_solid;                         // draw `solid` instead of the content
	struct weston_solid_buffer_values solid; // premultiplied
	bool need_hole;                          // the content is on an underlay plane
	uint32_t psf_flags;
};

/* ---- pixel formats ---- */

struct pixel_format_info {
	uint32_t format; // DRM fourcc
	const char *drm_format_name;
	bool hide_from_clients;
	int num_planes;
	uint32_t opaque_substitute;
	uint32_t sampler_type;
	int gl_internalformat;
	int gl_format;
	int gl_type;
	int gl_channel_order;
	pixman_format_code_t pixman_format;
	int addfb_legacy_depth;
	int bpp;
	int hsub;
	int vsub;
	int chroma_order;
	int luma_chroma_order;
	struct {
		int r, g, b, a;
	} bits;
	int component_type;
};

/** Static, or NULL if unknown. */
const struct pixel_format_info *pixel_format_get_info(uint32_t drm_format);
/** The wl_shm code of a format. */
uint32_t pixel_format_get_shm_format(const struct pixel_format_info *info);

/* ---- buffers ---- */

/**
 * Set what a zero-initialised reference refers to. NULL only with BUFFER_WILL_NOT_BE_ACCESSED
 * (asserted). When the last BUFFER_MAY_BE_ACCESSED reference goes, wl_buffer.release is sent. May
 * free the previous buffer, after its destroy_signal.
 */
void weston_buffer_reference(struct weston_buffer_reference *ref, struct weston_buffer *buffer,
	enum weston_buffer_reference_type type);
void weston_buffer_release_reference(
	struct weston_buffer_release_reference *ref, struct weston_buffer_release *release);
/** Ends the client that owns @resource. */
void linux_explicit_synchronization_send_server_error(
	struct wl_resource *resource, const char *msg);
/** Ends the client; asserts that buffer->resource is not NULL. */
void weston_buffer_send_server_error(struct weston_buffer *buffer, const char *msg);

/* ---- capture ---- */

enum weston_output_capture_source {
	WESTON_OUTPUT_CAPTURE_SOURCE_WRITEBACK,
	WESTON_OUTPUT_CAPTURE_SOURCE_FRAMEBUFFER,
	WESTON_OUTPUT_CAPTURE_SOURCE_FULL_FRAMEBUFFER,
	WESTON_OUTPUT_CAPTURE_SOURCE_BLENDING,
};

void weston_output_update_capture_info(struct weston_output *output,
	enum weston_output_capture_source source, int width, int height,
	const struct pixel_format_info *format);
/** Whether a task is pending whose source is not WRITEBACK. */
bool weston_output_has_renderer_capture_tasks(struct weston_output *output);
/** Asserts that the size and format equal the last update. The caller owns the task and must retire
 * it. */
struct weston_capture_task *weston_output_pull_capture_task(struct weston_output *output,
	enum weston_output_capture_source source, int width, int height,
	const struct pixel_format_info *format);
struct weston_buffer *weston_capture_task_get_buffer(struct weston_capture_task *task);
void weston_capture_task_retire_complete(struct weston_capture_task *task);
void weston_capture_task_retire_failed(struct weston_capture_task *task, const char *msg);

/* ---- geometry, damage, sync ---- */

/** Global to output pixels, top-left origin of the area. @dst may be @src. */
void weston_region_global_to_output(
	pixman_region32_t *dst, struct weston_output *output, pixman_region32_t *src);
/** Surface to buffer pixels, rounded outwards, not clamped to the buffer. @out must be initialised.
 */
void weston_surface_to_buffer_region(
	struct weston_surface *surface, pixman_region32_t *in, pixman_region32_t *out);
/** Have the whole output repainted. */
void weston_output_damage(struct weston_output *output);
/* ---- checks ---- */

#define ABI_OFFSET(type, member, offset)                                                           \
	static_assert(offsetof(struct type, member) == (offset), #type "." #member)
#define ABI_SIZE(type, size) static_assert(sizeof(struct type) == (size), #type)

ABI_SIZE(weston_compositor, 1296);
ABI_OFFSET(weston_compositor, capabilities, 720);
ABI_OFFSET(weston_compositor, renderer, 752);
ABI_OFFSET(weston_compositor, read_format, 760);
ABI_SIZE(weston_output, 896);
ABI_OFFSET(weston_output, renderer_state, 40);
ABI_OFFSET(weston_output, matrix, 120);
ABI_OFFSET(weston_output, paint_node_z_order_list, 296);
ABI_OFFSET(weston_output, region, 312);
ABI_OFFSET(weston_output, color_outcome, 840);
ABI_SIZE(weston_surface, 968);
ABI_OFFSET(weston_surface, damage, 64);
ABI_OFFSET(weston_surface, renderer_state, 152);
ABI_OFFSET(weston_surface, buffer_ref, 224);
ABI_OFFSET(weston_surface, acquire_fence_fd, 848);
ABI_SIZE(weston_view, 672);
ABI_OFFSET(weston_view, alpha, 168);
ABI_OFFSET(weston_view, transform.matrix, 364);
ABI_SIZE(weston_buffer, 136);
ABI_OFFSET(weston_buffer, pixel_format, 120);
ABI_SIZE(weston_renderer, 136);
ABI_OFFSET(weston_renderer, type, 112);
ABI_OFFSET(weston_renderer, pixman, 128);
ABI_SIZE(weston_renderbuffer, 40);
ABI_SIZE(gl_renderer_interface, 56);
ABI_SIZE(gl_renderer_display_options, 40);
ABI_SIZE(gl_renderer_output_options, 56);
ABI_SIZE(gl_renderer_fbo_options, 24);
ABI_SIZE(weston_paint_node, 360);
ABI_OFFSET(weston_paint_node, buffer_to_output_matrix, 76);
ABI_OFFSET(weston_paint_node, needs_filtering, 212);
ABI_OFFSET(weston_paint_node, visible, 240);
ABI_OFFSET(weston_paint_node, surf_xform, 304);
ABI_OFFSET(weston_paint_node, is_fully_opaque, 328);
ABI_OFFSET(weston_paint_node, solid, 332);
ABI_OFFSET(weston_paint_node, psf_flags, 352);
ABI_SIZE(pixel_format_info, 96);
ABI_OFFSET(pixel_format_info, pixman_format, 48);
ABI_OFFSET(pixel_format_info, bits, 76);

#undef ABI_OFFSET
#undef ABI_SIZE

#endif
