/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#ifndef WR_WESTON_14_ABI_DMABUF_H
#define WR_WESTON_14_ABI_DMABUF_H

/*
 * libweston 14.0.2's private interface for buffers in graphics memory, which no installed header
 * has: see abi.h.
 */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <wayland-server-core.h>

#define ABI_DMABUF_PLANES 4

/** dmabuf_attributes.flags; values of zwp_linux_buffer_params_v1.flags. */
#define ABI_DMABUF_Y_INVERT 1u

struct weston_compositor;

struct dmabuf_attributes {
	int32_t width, height; // pixels
	uint32_t format;       // DRM_FORMAT_*
	uint32_t flags;
	int n_planes;
	int fd[ABI_DMABUF_PLANES];          // closed by whoever owns the attributes; -1: not set
	uint32_t offset[ABI_DMABUF_PLANES]; // bytes
	uint32_t stride[ABI_DMABUF_PLANES];
	uint64_t modifier;
};

struct linux_dmabuf_buffer;

typedef void (*dmabuf_user_data_destroy_func)(struct linux_dmabuf_buffer *buffer);

/** What a client made with zwp_linux_buffer_params_v1. Goes with its wl_buffer. */
struct linux_dmabuf_buffer {
	struct wl_resource *buffer_resource; // NULL in import_dmabuf()
	struct wl_resource *params_resource;
	struct weston_compositor *compositor;
	struct dmabuf_attributes attributes;
	void *user_data;
	dmabuf_user_data_destroy_func user_data_destroy_func;
	bool direct_display;
};

/** Asserts that no data is replaced by other data. @func is called when the wl_buffer goes. */
void linux_dmabuf_buffer_set_user_data(
	struct linux_dmabuf_buffer *buffer, void *data, dmabuf_user_data_destroy_func func);
void *linux_dmabuf_buffer_get_user_data(struct linux_dmabuf_buffer *buffer);

/** Memory that a renderer has allocated, or was given to draw to. */
struct linux_dmabuf_memory {
	struct dmabuf_attributes *attributes;
	void (*destroy)(struct linux_dmabuf_memory *memory); // closes the fds too
};

/* ---- formats ---- */

struct weston_drm_format {
	uint32_t format;           // DRM_FORMAT_*
	struct wl_array modifiers; // uint64_t
};

struct weston_drm_format_array {
	struct wl_array arr; // struct weston_drm_format
};

void weston_drm_format_array_init(struct weston_drm_format_array *formats);
void weston_drm_format_array_fini(struct weston_drm_format_array *formats);
/** Asserts that the format is not there yet. Valid until the next one is added; NULL: no memory. */
struct weston_drm_format *weston_drm_format_array_add_format(
	struct weston_drm_format_array *formats, uint32_t format);
struct weston_drm_format *weston_drm_format_array_find_format(
	const struct weston_drm_format_array *formats, uint32_t format);
/** Asserts that the modifier is not there yet. -1: no memory. */
int weston_drm_format_add_modifier(struct weston_drm_format *format, uint64_t modifier);
bool weston_drm_format_has_modifier(const struct weston_drm_format *format, uint64_t modifier);

/* ---- feedback ---- */

enum weston_dmabuf_feedback_tranche_preference {
	RENDERER_PREF = 0,
	SCANOUT_PREF = 1,
};

struct weston_dmabuf_feedback;
struct weston_dmabuf_feedback_format_table;
struct weston_dmabuf_feedback_tranche;

struct weston_dmabuf_feedback_format_table *weston_dmabuf_feedback_format_table_create(
	const struct weston_drm_format_array *renderer_formats);
void weston_dmabuf_feedback_format_table_destroy(
	struct weston_dmabuf_feedback_format_table *format_table);
struct weston_dmabuf_feedback *weston_dmabuf_feedback_create(dev_t main_device);
void weston_dmabuf_feedback_destroy(struct weston_dmabuf_feedback *feedback);
struct weston_dmabuf_feedback_tranche *weston_dmabuf_feedback_tranche_create(
	struct weston_dmabuf_feedback *feedback,
	struct weston_dmabuf_feedback_format_table *format_table, dev_t target_device,
	uint32_t flags, enum weston_dmabuf_feedback_tranche_preference preference);

static_assert(sizeof(struct dmabuf_attributes) == 80, "dmabuf_attributes");
static_assert(offsetof(struct dmabuf_attributes, modifier) == 72, "dmabuf_attributes.modifier");
static_assert(sizeof(struct linux_dmabuf_buffer) == 128, "linux_dmabuf_buffer");
static_assert(offsetof(struct linux_dmabuf_buffer, attributes) == 24, "linux_dmabuf_buffer");
static_assert(offsetof(struct linux_dmabuf_buffer, direct_display) == 120, "linux_dmabuf_buffer");
static_assert(sizeof(struct linux_dmabuf_memory) == 16, "linux_dmabuf_memory");
static_assert(sizeof(struct weston_drm_format) == 32, "weston_drm_format");
static_assert(sizeof(struct weston_drm_format_array) == 24, "weston_drm_format_array");

#endif
