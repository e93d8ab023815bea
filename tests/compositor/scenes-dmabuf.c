/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Scenes about dmabufs. What stands for them are memfds, which llvmpipe maps as it does a dmabuf.
 */

#include <drm_fourcc.h>

#include "scenes.h"

/* Rows of whole multiples of this many bytes: as GPUs like them. */
#define ROW_BYTES 64

static struct window *create(
	struct scene *scene, int format, int width, int height, uint64_t modifier)
{
	struct window *window =
		window_create_dmabuf(scene, pixel_formats[format].name, width, height, modifier);

	window->stride = (width * window->format->bytes + ROW_BYTES - 1) / ROW_BYTES * ROW_BYTES;
	return window;
}

/* param: index into pixel_formats; + 100: with the explicit modifier */
static void show_format(struct scene *scene, int stage, int param)
{
	uint64_t modifier = param >= 100 ? DRM_FORMAT_MOD_LINEAR : DRM_FORMAT_MOD_INVALID;
	struct window *card = create(scene, param % 100, 128, 96, modifier);
	struct window *noise = create(scene, param % 100, 64, 52, modifier);

	window_draw(card, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(card, 10, 12);
	window_draw(noise, PATTERN_NOISE, ALPHA_OPAQUE, 2);
	window_show(noise, 101, 73);
}

/* param: index into dmabuf_formats; + 100: into pixel_formats */
static void show_rare(struct scene *scene, int stage, int param)
{
	const char *name =
		param < 100 ? dmabuf_formats[param].name : pixel_formats[param - 100].name;
	struct window *window = window_create_dmabuf(scene, name, 128, 96, DRM_FORMAT_MOD_LINEAR);

	window->stride = (128 * window->format->bytes + ROW_BYTES - 1) / ROW_BYTES * ROW_BYTES;
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(window, 10, 12);
}

/* param: index into pixel_formats */
static void show_mapped(struct scene *scene, int stage, int param)
{
	struct window *scaled = create(scene, param, 128, 96, DRM_FORMAT_MOD_LINEAR);

	window_draw(scaled, PATTERN_CARD, ALPHA_OPAQUE, 1);
	if (window_viewport(scaled)) {
		wp_viewport_set_source(
			window_viewport(scaled), 17 * 256 + 64, 9 * 256, 90 * 256, 70 * 256 + 128);
		wp_viewport_set_destination(window_viewport(scaled), 151, 133);
	}
	wr_scene_view_v1_set_alpha(window_show(scaled, 6, 8), 750000);

	struct window *turned = create(scene, param, 64, 52, DRM_FORMAT_MOD_LINEAR);
	window_draw(turned, PATTERN_NOISE, ALPHA_HALF, 2);
	window_set_transform(turned, WL_OUTPUT_TRANSFORM_FLIPPED_90, 1);
	window_show(turned, 180, 20);

	struct window *child = create(scene, param, 40, 36, DRM_FORMAT_MOD_LINEAR);
	window_draw(child, PATTERN_CARD, ALPHA_GRADIENT, 3);
	window_make_subsurface(child, turned, 20, 40);
	wl_surface_commit(child->surface);
	wl_surface_commit(turned->surface);
}

/* Other buffers, the same one again, and one that its client destroys at once. */
static void show_turns(struct scene *scene, int stage, int param)
{
	struct window *window = scene_window(scene, 0);

	switch (stage) {
	case 1:
		window = create(scene, param, 96, 80, DRM_FORMAT_MOD_LINEAR);
		window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
		window_show(window, 30, 20);
		return;
	case 2:
		window_draw(window, PATTERN_NOISE, ALPHA_OPAQUE, 2);
		break;
	case 3:
		/* The same buffer: its client may draw into it, badly behaved as that is. */
		window_paint(window, window->current, (struct window_area){20, 10, 40, 30},
			PATTERN_CARD, ALPHA_OPAQUE, 5);
		window_attach(window, window->current);
		wl_surface_damage_buffer(window->surface, 20, 10, 40, 30);
		break;
	default:
		window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 7);
		wl_surface_commit(window->surface);
		wl_buffer_destroy(window->current->shm.buffer);
		window->current->shm.buffer = NULL;
		return;
	}
	wl_surface_commit(window->surface);
}

/* From dmabufs to shared memory and to a colour and back. */
static void show_kinds(struct scene *scene, int stage, int param)
{
	struct window *window = scene_window(scene, 0);

	switch (stage) {
	case 1:
		window = window_create(scene, "XRGB8888", 96, 80);
		window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
		window_show(window, 30, 20);
		return;
	case 2:
		window->dmabuf = scene->display->dmabuf;
		window->modifier = DRM_FORMAT_MOD_LINEAR;
		window_draw(window, PATTERN_NOISE, ALPHA_OPAQUE, 2);
		break;
	case 3:
		window_attach_solid(window, 1u << 31, 1u << 30, 1u << 29, UINT32_MAX);
		wp_viewport_set_destination(window_viewport(window), 96, 80);
		break;
	case 4:
		window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 3);
		break;
	default:
		window->dmabuf = false;
		window_draw(window, PATTERN_NOISE, ALPHA_OPAQUE, 4);
		break;
	}
	wl_surface_commit(window->surface);
}

/* param: the rows are turned round by the flag of the buffer, or by the surface's transform */
static void show_flipped(struct scene *scene, int stage, int param)
{
	struct window *window = create(scene, 0, 128, 96, DRM_FORMAT_MOD_LINEAR);

	if (param) {
		window_set_transform(window, WL_OUTPUT_TRANSFORM_FLIPPED_180, 1);
	} else {
		window->dmabuf_flags = ZWP_LINUX_BUFFER_PARAMS_V1_FLAGS_Y_INVERT;
	}
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, 1);
	window_show(window, 10, 12);
}

#define FORMAT(NAME, INDEX, CLASS)                                                                 \
	{"dmabuf-" NAME, CLASS, 1, 1, 0, show_format, INDEX},                                      \
	{                                                                                          \
		"dmabuf-linear-" NAME, CLASS, 1, 1, 0, show_format, 100 + INDEX                    \
	}
#define RARE(NAME, INDEX, CLASS)                                                                   \
	{                                                                                          \
		"dmabuf-rare-" NAME, CLASS, 1, 1, 0, show_rare, INDEX                              \
	}
#define MAPPED(NAME, INDEX)                                                                        \
	{                                                                                          \
		"dmabuf-mapped-" NAME, SCENE_FILTERED, 1, 1, 0, show_mapped, INDEX                 \
	}

static const struct scene_entry entries[] = {
	FORMAT("argb8888", 0, SCENE_EXACT),
	FORMAT("xrgb8888", 1, SCENE_EXACT),
	FORMAT("xbgr8888", 2, SCENE_EXACT),
	FORMAT("abgr8888", 3, SCENE_EXACT),
	FORMAT("rgb565", 10, SCENE_EXACT),
	FORMAT("abgr2101010", 11, SCENE_EXACT),
	FORMAT("xbgr2101010", 12, SCENE_EXACT),
	FORMAT("abgr16161616f", 13, SCENE_EXACT),
	FORMAT("abgr16161616", 15, SCENE_EXACT),
	FORMAT("yuv420", 17, SCENE_BLENDED),
	FORMAT("yuv444", 18, SCENE_BLENDED),
	FORMAT("nv12", 19, SCENE_BLENDED),
	FORMAT("nv16", 20, SCENE_BLENDED),
	FORMAT("nv24", 21, SCENE_BLENDED),
	FORMAT("yuyv", 22, SCENE_BLENDED),
	FORMAT("xyuv8888", 23, SCENE_BLENDED),
	RARE("argb2101010", 0, SCENE_EXACT),
	RARE("xrgb2101010", 1, SCENE_EXACT),
	RARE("argb1555", 2, SCENE_EXACT),
	RARE("abgr1555", 3, SCENE_EXACT),
	RARE("argb4444", 4, SCENE_EXACT),
	RARE("abgr4444", 5, SCENE_EXACT),
	RARE("yvyu", 6, SCENE_BLENDED),
	RARE("uyvy", 7, SCENE_BLENDED),
	RARE("vyuy", 8, SCENE_BLENDED),
	RARE("nv21", 9, SCENE_BLENDED),
	RARE("nv61", 10, SCENE_BLENDED),
	RARE("nv42", 11, SCENE_BLENDED),
	RARE("p010", 12, SCENE_BLENDED),
	RARE("p012", 13, SCENE_BLENDED),
	RARE("p016", 14, SCENE_BLENDED),
	RARE("yuv410", 15, SCENE_BLENDED),
	RARE("yvu410", 16, SCENE_BLENDED),
	RARE("yuv411", 17, SCENE_BLENDED),
	RARE("yvu411", 18, SCENE_BLENDED),
	RARE("yvu420", 19, SCENE_BLENDED),
	RARE("yuv422", 20, SCENE_BLENDED),
	RARE("yvu422", 21, SCENE_BLENDED),
	RARE("yvu444", 22, SCENE_BLENDED),
	RARE("as-yuv420", 117, SCENE_BLENDED),
	RARE("as-yuv444", 118, SCENE_BLENDED),
	RARE("as-nv12", 119, SCENE_BLENDED),
	RARE("as-nv16", 120, SCENE_BLENDED),
	RARE("as-nv24", 121, SCENE_BLENDED),
	MAPPED("argb8888", 0),
	MAPPED("xrgb8888", 1),
	MAPPED("nv12", 19),
	MAPPED("yuyv", 22),
	{"dmabuf-turns-xrgb8888", SCENE_EXACT, 1, 4, 0, show_turns, 1},
	{"dmabuf-turns-nv12", SCENE_BLENDED, 1, 4, 0, show_turns, 19},
	{"dmabuf-kinds", SCENE_EXACT, 1, 5, 0, show_kinds, 0},
	{"dmabuf-flipped", SCENE_EXACT, 1, 1, 0, show_flipped, 0},
	{"dmabuf-upside-down", SCENE_EXACT, 1, 1, 0, show_flipped, 1},
};

const struct scene_table dmabuf_scenes = {entries, sizeof entries / sizeof entries[0]};
