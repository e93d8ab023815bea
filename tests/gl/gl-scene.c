/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "gl-scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "gl/pixel-pack.h"
#include "test.h"

struct placement {
	uint32_t fourcc;
	int x, y, width, height;
	int padding; // bytes at the end of each row
};

/* The third one has a stride that is no whole number of pixels: it is uploaded row by row. The last
 * one is a dmabuf. */
static const struct placement placements[SCENE_CONTENTS] = {
	{DRM_FORMAT_ARGB8888, 1, 1, 8, 6, 0},
	{DRM_FORMAT_XRGB8888, 12, 2, 10, 5, 8},
	{DRM_FORMAT_XBGR8888, 4, 9, 16, 6, 2},
	{DRM_FORMAT_XRGB8888, 21, 9, 2, 5, 8},
};

#define SCENE_DMABUF (SCENE_CONTENTS - 1)

static const float background[4] = {0.0f, 0.2f, 0.4f, 1.0f};

/* A translucent rectangle, partly over a content. */
static const float veil[4] = {0.25f, 0.0f, 0.125f, 0.5f};
static const struct placement veil_at = {0, 18, 1, 5, 4, 0};

/* Bytes as in memory; all formats here have 4 bytes and are opaque where they have alpha. */
static void pixel_of(int index, int x, int y, uint8_t bytes[4])
{
	bytes[0] = (uint8_t)(40 * index + 7 * x);
	bytes[1] = (uint8_t)(11 * y + 3 * index);
	bytes[2] = (uint8_t)(200 - 5 * x - 3 * y);
	bytes[3] = placements[index].fourcc == DRM_FORMAT_ARGB8888 ? 255 : 0;
}

struct egl_options scene_egl_options(void)
{
	return (struct egl_options){
		.platform = EGL_PLATFORM_SURFACELESS_MESA,
		.visuals = {.count = 1, .list = {{DRM_FORMAT_XRGB8888, 8, 8, 8, 8}}},
	};
}

static void draw_pixels(uint8_t *pixels, const struct content_layout *layout, int index)
{
	int x, y;

	for (y = 0; y < layout->height; y++) {
		for (x = 0; x < layout->width; x++) {
			pixel_of(index, x, y, pixels + y * layout->stride + 4 * x);
		}
	}
}

static struct content_layout layout_of(int index)
{
	const struct placement *p = &placements[index];

	return (struct content_layout){
		.fourcc = p->fourcc,
		.width = p->width,
		.height = p->height,
		.stride = 4 * p->width + p->padding,
		.bytes_per_pixel = 4,
	};
}

static void init_source(struct image_source *source, int index)
{
	const struct content_layout layout = layout_of(index);
	size_t bytes = content_layout_bytes(&layout);
	uint8_t *pixels = calloc(1, bytes);
	int fd = memfd_create("gl-scene", MFD_CLOEXEC);

	draw_pixels(pixels, &layout, index);
	test_assert_int_eq(write(fd, pixels, bytes), bytes);
	free(pixels);
	*source = (struct image_source){
		.kind = IMAGE_SOURCE_DMABUF,
		.fourcc = layout.fourcc,
		.width = layout.width,
		.height = layout.height,
		.modifier = DRM_FORMAT_MOD_LINEAR,
		.plane_count = 1,
		.planes = {{.fd = fd, .stride = (uint32_t)layout.stride}},
		.owns_fds = true,
	};
}

static void init_content(struct content *content, int index)
{
	const struct content_layout layout = layout_of(index);
	uint8_t *pixels = calloc(1, content_layout_bytes(&layout));

	draw_pixels(pixels, &layout, index);
	content_init(content);
	test_assert(content_set_pixels(content, pixels, &layout));
	free(pixels);
}

void scene_init(struct gl_scene *scene, struct egl *egl)
{
	const struct egl_options options = scene_egl_options();
	int i;

	memset(scene, 0, sizeof(*scene));
	scene->window = (struct fake_window){.width = SCENE_WIDTH, .height = SCENE_HEIGHT};
	target_init_window(&scene->window_target, egl,
		egl_native_window_from_handles(
			egl, (EGLNativeWindowType)(uintptr_t)&scene->window, &scene->window),
		&options.visuals, SCENE_WIDTH, SCENE_HEIGHT);
	target_init_image(
		&scene->image_target, egl, DRM_FORMAT_XRGB8888, SCENE_WIDTH, SCENE_HEIGHT);
	for (i = 0; i < SCENE_DMABUF; i++) {
		init_content(&scene->contents[i], i);
	}
	init_source(&scene->source, SCENE_DMABUF);
	content_init(&scene->contents[SCENE_DMABUF]);
	content_set_image(&scene->contents[SCENE_DMABUF], &scene->source, false);
}

void scene_fini(struct gl_scene *scene)
{
	int i;

	for (i = 0; i < SCENE_CONTENTS; i++) {
		texture_drop(&scene->contents[i]);
		content_fini(&scene->contents[i]);
	}
	image_drop(&scene->source);
	image_source_fini(&scene->source);
	target_fini(&scene->window_target);
	target_fini(&scene->image_target);
	free(scene->window.front);
	scene->window.front = NULL;
}

static pixman_region32_t region_of(const struct placement *p)
{
	pixman_region32_t region;

	pixman_region32_init_rect(&region, p->x, p->y, (unsigned)p->width, (unsigned)p->height);
	return region;
}

/* Nothing is below the content that may be copied. */
static void add_background(struct frame *frame, struct frame_item *item, pixman_region32_t *all)
{
	const struct affine same = {.a = 1.0f, .e = 1.0f};
	pixman_region32_t shape = region_of(&placements[SCENE_COPIED]);

	memcpy(item->solid, background, sizeof(background));
	pixman_region32_subtract(&shape, all, &shape);
	frame_add(frame, item, region_boxes(&shape), &same, region_boxes(all));
	pixman_region32_fini(&shape);
}

/* Vertices are buffer pixels, as the compositor has them. */
static void add_content(
	struct gl_scene *scene, struct frame *frame, struct frame_item item, int index)
{
	const struct affine same = {.a = 1.0f, .e = 1.0f};
	const struct placement *p = &placements[index];
	const struct affine place = affine_translated(&same, (float)p->x, (float)p->y);
	const pixman_box32_t box = {0, 0, p->width, p->height};
	const pixman_box32_t all = {0, 0, SCENE_WIDTH, SCENE_HEIGHT};

	item.content = &scene->contents[index];
	item.to_clip = affine_multiply(&item.to_clip, &place);
	item.to_buffer = same;
	item.blend = index == 0;
	item.apart = index == SCENE_COPIED;
	if (frame->copies) {
		frame_item_offer_copy(&item, &place);
	}
	frame_add(frame, &item, (struct boxes){&box, 1}, &place, (struct boxes){&all, 1});
}

static void build_frame(struct gl_scene *scene, struct frame *frame, const struct target *target)
{
	const struct affine same = {.a = 1.0f, .e = 1.0f};
	struct frame_item item = {.alpha = 1.0f};
	pixman_region32_t all, shape;
	int i;

	pixman_region32_init_rect(&all, 0, 0, SCENE_WIDTH, SCENE_HEIGHT);
	frame_begin(frame, SCENE_WIDTH, SCENE_HEIGHT, target->kind == TARGET_WINDOW);
	frame->copies = target->takes_copies;
	item.to_clip = frame_to_clip(frame);
	add_background(frame, &item, &all);
	for (i = 0; i < SCENE_CONTENTS; i++) {
		add_content(scene, frame, item, i);
	}
	item.blend = true;
	memcpy(item.solid, veil, sizeof(veil));
	shape = region_of(&veil_at);
	frame_add(frame, &item, region_boxes(&shape), &same, region_boxes(&all));
	pixman_region32_fini(&shape);
	pixman_region32_fini(&all);
}

/* Whatever fails: either there are no pixels, or the right ones. */
static void read_by_pack(
	struct generation *gen, const struct target *target, const struct readback *read)
{
	struct pixel_pack *pack = pixel_pack_begin(gen, target, read);
	uint8_t picture[SCENE_BYTES];

	if (pack && pixel_pack_arrived(pack) && pixel_pack_read(pack, picture, read->stride)) {
		test_assert(memcmp(picture, read->pixels, SCENE_BYTES) == 0);
	}
	pixel_pack_destroy(pack);
}

static bool draw_to(struct gl_scene *scene, struct generation *gen, struct target *target,
	uint8_t picture[SCENE_BYTES])
{
	const struct readback read = {
		.width = SCENE_WIDTH,
		.height = SCENE_HEIGHT,
		.pixels = picture,
		.stride = 4 * SCENE_WIDTH,
	};
	EGLint rects[4] = {0, 0, SCENE_WIDTH, SCENE_HEIGHT};
	struct timing_result timed;
	struct frame frame = {0};
	bool ok;

	scene->result = target_bind(gen, target);
	if (scene->result != TARGET_OK) {
		return false;
	}
	if (target->kind == TARGET_WINDOW) {
		target_buffer_age(gen, target);
	}
	target_set_damage(gen, target, rects, 1);
	build_frame(scene, &frame, target);
	while (timing_collect(gen, &timed)) {
		test_assert(timed.owner == scene);
		scene->timed_draws++;
	}
	timing_begin(gen, scene, 0);
	draw_frame(gen, &frame, DRAW_VIEW_NORMAL, NULL);
	timing_end(gen);
	scene->lost_error = generation_read_errors(gen, &scene->error);
	ok = !frame.failed && !scene->lost_error && scene->error == GL_NO_ERROR;
	frame_fini(&frame);
	ok = ok && readback_target(gen, target, &read);
	if (ok) {
		read_by_pack(gen, target, &read);
	}
	scene->result = target_present(gen, target, rects, 1);
	return ok && scene->result == TARGET_OK &&
	       generation_reset_status(gen) == RESET_STATUS_NONE;
}

bool scene_draw(struct gl_scene *scene, struct generation *gen)
{
	uint8_t window[SCENE_BYTES], image[SCENE_BYTES];

	if (!draw_to(scene, gen, &scene->window_target, window) ||
		!draw_to(scene, gen, &scene->image_target, image)) {
		return false;
	}
	memcpy(scene->picture, window, SCENE_BYTES);
	memcpy(scene->image, image, SCENE_BYTES);
	return true;
}

static void fill_background(uint8_t picture[SCENE_BYTES])
{
	static const uint8_t color[4] = {0, 51, 102, 255};
	int i;

	for (i = 0; i < SCENE_WIDTH * SCENE_HEIGHT; i++) {
		memcpy(&picture[4 * i], color, 4);
	}
}

static void lay_veil(uint8_t picture[SCENE_BYTES])
{
	int x, y, i;

	for (y = veil_at.y; y < veil_at.y + veil_at.height; y++) {
		for (x = veil_at.x; x < veil_at.x + veil_at.width; x++) {
			uint8_t *to = &picture[4 * (y * SCENE_WIDTH + x)];

			for (i = 0; i < 4; i++) {
				to[i] = (uint8_t)lrint(255.0 * veil[i] + to[i] * (1.0 - veil[3]));
			}
		}
	}
}

void scene_expected(uint8_t picture[SCENE_BYTES])
{
	int i, x, y;

	fill_background(picture);
	for (i = 0; i < SCENE_CONTENTS; i++) {
		const struct placement *p = &placements[i];
		bool bgr = p->fourcc != DRM_FORMAT_XBGR8888;

		for (y = 0; y < p->height; y++) {
			for (x = 0; x < p->width; x++) {
				uint8_t *to = &picture[4 * ((p->y + y) * SCENE_WIDTH + p->x + x)];
				uint8_t bytes[4];

				pixel_of(i, x, y, bytes);
				to[0] = bytes[bgr ? 2 : 0];
				to[1] = bytes[1];
				to[2] = bytes[bgr ? 0 : 2];
				to[3] = 255;
			}
		}
	}
	lay_veil(picture);
}

static void check(const uint8_t picture[SCENE_BYTES], const char *what)
{
	uint8_t expected[SCENE_BYTES];
	int i;

	scene_expected(expected);
	for (i = 0; i < SCENE_BYTES; i++) {
		test_assert_msg(picture[i] == expected[i],
			"%s: pixel %d,%d channel %d is %d, expected %d", what, i / 4 % SCENE_WIDTH,
			i / 4 / SCENE_WIDTH, i % 4, picture[i], expected[i]);
	}
}

void scene_check_picture(const struct gl_scene *scene)
{
	check(scene->picture, "window");
	check(scene->image, "image");
}

void scene_check_no_misuse(void)
{
	test_assert_msg(fake_report.bad_names == 0 && fake_report.bad_handles == 0 &&
				fake_report.no_current == 0 && fake_report.bad_copies == 0,
		"misuse: %llu names, %llu handles, %llu calls without a context, %llu copies, "
		"first in %s",
		(unsigned long long)fake_report.bad_names,
		(unsigned long long)fake_report.bad_handles,
		(unsigned long long)fake_report.no_current,
		(unsigned long long)fake_report.bad_copies, fake_report.misused);
}
