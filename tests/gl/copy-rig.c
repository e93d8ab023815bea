/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "copy-rig.h"

#include <string.h>

#include <drm_fourcc.h>

#include "gl/pixel-pack.h"
#include "gl/readback.h"

static const struct affine same = {.a = 1.0f, .e = 1.0f};
const struct affine copy_place = {.a = 1.0f, .e = 1.0f, .c = COPY_LEFT, .f = COPY_TOP};
static const uint8_t field[4] = {0, 51, 102, 255};

void copy_set_pixels(struct copy_rig *rig, uint32_t fourcc, int32_t width, int32_t height)
{
	const struct content_layout layout = {.fourcc = fourcc,
		.width = width,
		.height = height,
		.stride = 4 * width,
		.bytes_per_pixel = 4};
	uint8_t pixels[SCENE_BYTES];

	for (int32_t i = 0; i < width * height; i++) {
		const uint8_t bytes[4] = {(uint8_t)(10 * (i % width)), (uint8_t)(20 * (i / width)),
			(uint8_t)(200 - 3 * (i % width)), 0};

		memcpy(&pixels[4 * i], bytes, sizeof(bytes));
	}
	test_assert(content_set_pixels(&rig->content, pixels, &layout));
}

void copy_expect_pixel(int32_t x, int32_t y, uint8_t rgba[4])
{
	rgba[0] = (uint8_t)(200 - 3 * x);
	rgba[1] = (uint8_t)(20 * y);
	rgba[2] = (uint8_t)(10 * x);
	rgba[3] = 255;
}

void copy_create(struct copy_rig *rig, uint64_t id)
{
	const char *error;

	rig->gen = generation_create(&rig->egl, id, &error);
	test_assert(rig->gen != NULL);
	rig->error = GL_NO_ERROR;
	generation_read_errors(rig->gen, &rig->error);
}

void copy_start(struct copy_rig *rig)
{
	const struct egl_options options = scene_egl_options();

	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	copy_create(rig, 1);
	scene_init(&rig->scene, &rig->egl);
	content_init(&rig->content);
	copy_set_pixels(rig, DRM_FORMAT_XRGB8888, COPY_WIDTH, COPY_HEIGHT);
	rig->item = (struct frame_item){.content = &rig->content,
		.to_buffer = same,
		.alpha = 1.0f,
		.opaque = true,
		.apart = true};
}

void copy_load(struct copy_rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	fake_script.gl_renderer = "llvmpipe (fake)";
}

void copy_setup(struct copy_rig *rig)
{
	copy_load(rig);
	copy_start(rig);
}

void copy_teardown(struct copy_rig *rig)
{
	texture_drop(&rig->content);
	content_fini(&rig->content);
	if (rig->target.egl) {
		target_fini(&rig->target);
	}
	scene_fini(&rig->scene);
	generation_destroy(rig->gen, false);
	egl_finish(&rig->egl);
	scene_check_no_misuse();
	test_assert_int_eq(fake_gl_live_total(), 0);
	fake_gl_reset();
}

static void add_field(struct frame *frame)
{
	struct frame_item item = {.to_clip = frame_to_clip(frame), .alpha = 1.0f};
	const pixman_box32_t all = {0, 0, SCENE_WIDTH, SCENE_HEIGHT};
	const pixman_box32_t around[] = {{0, 0, SCENE_WIDTH, COPY_TOP},
		{0, COPY_TOP, COPY_LEFT, COPY_TOP + COPY_HEIGHT},
		{COPY_LEFT + COPY_WIDTH, COPY_TOP, SCENE_WIDTH, COPY_TOP + COPY_HEIGHT},
		{0, COPY_TOP + COPY_HEIGHT, SCENE_WIDTH, SCENE_HEIGHT}};

	for (int i = 0; i < 4; i++) {
		item.solid[i] = (float)field[i] / 255.0f;
	}
	frame_add(frame, &item, (struct boxes){around, 4}, &same, (struct boxes){&all, 1});
}

static void add_window(struct copy_rig *rig, struct frame *frame)
{
	const pixman_box32_t shape = {0, 0, COPY_WIDTH, COPY_HEIGHT};
	const pixman_box32_t clip[] = {
		{0, 0, SCENE_WIDTH, COPY_TOP + 2}, {0, COPY_TOP + 2, SCENE_WIDTH, SCENE_HEIGHT}};
	const struct affine to_clip = frame_to_clip(frame);
	struct frame_item item = rig->item;

	item.to_clip = affine_multiply(&to_clip, &copy_place);
	if (frame->copies) {
		frame_item_offer_copy(&item, &copy_place);
	}
	frame_add(frame, &item, (struct boxes){&shape, 1}, &copy_place, (struct boxes){clip, 2});
}

static bool read_picture(struct copy_rig *rig, struct target *target)
{
	const struct readback read = {.width = SCENE_WIDTH,
		.height = SCENE_HEIGHT,
		.pixels = rig->picture,
		.stride = 4 * SCENE_WIDTH};
	struct pixel_pack *pack;
	bool ok;

	if (!rig->packed) {
		return readback_target(rig->gen, target, &read);
	}
	pack = pixel_pack_begin(rig->gen, target, &read);
	ok = pack && pixel_pack_arrived(pack) && pixel_pack_read(pack, rig->picture, read.stride);
	pixel_pack_destroy(pack);
	return ok;
}

uint64_t copy_draw(struct copy_rig *rig, struct target *target)
{
	uint64_t before = fake_report.copies;
	struct frame frame = {0};

	memset(rig->picture, 0, sizeof(rig->picture));
	rig->error = GL_NO_ERROR;
	if (target_bind(rig->gen, target) != TARGET_OK) {
		rig->error = GL_OUT_OF_MEMORY;
		return 0;
	}
	frame_begin(&frame, SCENE_WIDTH, SCENE_HEIGHT, target->kind == TARGET_WINDOW);
	frame.copies = target->takes_copies;
	if (!rig->alone) {
		add_field(&frame);
	}
	add_window(rig, &frame);
	draw_frame(rig->gen, &frame, rig->view, NULL);
	frame_fini(&frame);
	generation_read_errors(rig->gen, &rig->error);
	if (rig->error == GL_NO_ERROR && !read_picture(rig, target)) {
		rig->error = GL_OUT_OF_MEMORY;
	}
	return fake_report.copies - before;
}

static bool is_in_window(int32_t x, int32_t y)
{
	return x >= COPY_LEFT && y >= COPY_TOP && x < COPY_LEFT + COPY_WIDTH &&
	       y < COPY_TOP + COPY_HEIGHT;
}

bool copy_is_right(const struct copy_rig *rig)
{
	for (int32_t i = 0; i < SCENE_WIDTH * SCENE_HEIGHT; i++) {
		int32_t x = i % SCENE_WIDTH, y = i / SCENE_WIDTH;
		uint8_t expected[4];

		memcpy(expected, field, sizeof(expected));
		if (is_in_window(x, y)) {
			copy_expect_pixel(x - COPY_LEFT, y - COPY_TOP, expected);
		} else if (rig->alone) {
			continue;
		}
		if (memcmp(&rig->picture[4 * i], expected, sizeof(expected)) != 0) {
			return false;
		}
	}
	return true;
}
