/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* EGLImages of dmabufs: the ways to import one, what becomes of them in a reset, and who owns them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "gl-scene.h"
#include "gl/readback.h"
#include "test.h"

#define WIDTH 8
#define HEIGHT 6
#define STRIDE 64
#define CHROMA (STRIDE * HEIGHT)
#define MEMORY (STRIDE * HEIGHT * 2)
#define VENDOR_MODIFIER 0x0700000000000001u

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	struct content content;
	struct image_source source;
	uint8_t *memory;
	int fd;
};

static void setup(struct rig *rig, uint32_t fourcc, uint64_t modifier)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	rig->gen = generation_create(&rig->egl, 1, &error);
	test_assert(rig->gen != NULL);
	rig->fd = memfd_create("image-test", MFD_CLOEXEC);
	test_assert_int_eq(ftruncate(rig->fd, MEMORY), 0);
	rig->memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, rig->fd, 0);
	rig->source = (struct image_source){
		.kind = IMAGE_SOURCE_DMABUF,
		.fourcc = fourcc,
		.width = WIDTH,
		.height = HEIGHT,
		.alpha = fourcc == DRM_FORMAT_ARGB8888,
		.modifier = modifier,
		.plane_count = fourcc == DRM_FORMAT_NV12 ? 2 : 1,
		.planes = {{rig->fd, 0, STRIDE}, {rig->fd, CHROMA, STRIDE}},
	};
	content_init(&rig->content);
	content_set_image(&rig->content, &rig->source, false);
}

static void teardown(struct rig *rig)
{
	image_drop(&rig->source);
	image_source_fini(&rig->source);
	generation_destroy(rig->gen, false);
	test_assert(!rig->source.image);
	content_fini(&rig->content);
	egl_finish(&rig->egl);
	scene_check_no_misuse();
	test_assert_int_eq(fake_gl_live_total(), 0);
	test_assert_int_eq(fake_report.images, 0);
	munmap(rig->memory, MEMORY);
	close(rig->fd);
	fake_gl_reset();
}

static void next_generation(struct rig *rig)
{
	const char *error;

	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	generation_destroy(rig->gen, true);
	rig->gen = generation_create(&rig->egl, 2, &error);
	test_assert(rig->gen != NULL);
}

/* All pixels alike, RGB. */
static void paint(struct rig *rig, uint8_t red, uint8_t green, uint8_t blue)
{
	for (int i = 0; i < HEIGHT * STRIDE; i += 4) {
		const uint8_t pixel[4] = {blue, green, red, 0x77};

		memcpy(rig->memory + i, pixel, 4);
	}
}

/* A YUV colour that is this RGB: grey. */
static void paint_grey(struct rig *rig, uint8_t luma)
{
	memset(rig->memory, luma, CHROMA);
	memset(rig->memory + CHROMA, 128, MEMORY - CHROMA);
}

static void check(struct rig *rig, uint8_t red, uint8_t green, uint8_t blue)
{
	uint8_t seen[WIDTH * HEIGHT][4];

	test_assert(readback_content(rig->gen, &rig->content, 0, 0, WIDTH, HEIGHT, &seen[0][0]));
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		test_assert_msg(seen[i][0] == red && seen[i][1] == green && seen[i][2] == blue,
			"pixel %d is %d %d %d", i, seen[i][0], seen[i][1], seen[i][2]);
	}
}

static enum format_sampling sampling(struct rig *rig)
{
	test_assert(rig->source.image != NULL);
	return rig->source.image->sampling;
}

TEST(shown_and_shown_again_after_a_reset)
{
	static const uint64_t modifiers[] = {
		DRM_FORMAT_MOD_INVALID, DRM_FORMAT_MOD_LINEAR, VENDOR_MODIFIER};
	struct rig rig;

	for (size_t i = 0; i < 3; i++) {
		setup(&rig, DRM_FORMAT_ARGB8888, modifiers[i]);
		paint(&rig, 10, 20, 30);
		check(&rig, 10, 20, 30);
		test_assert_int_eq(fake_report.images, 1);
		paint(&rig, 40, 50, 60);
		next_generation(&rig);
		test_assert_int_eq(fake_report.images, 0);
		test_assert(!rig.source.image);
		check(&rig, 40, 50, 60);
		test_assert_int_eq(rig.gen->counters.restored_surfaces, 1);
		teardown(&rig);
	}
}

TEST(padding_is_no_alpha)
{
	uint8_t pixel[4];
	struct rig rig;

	setup(&rig, DRM_FORMAT_XRGB8888, DRM_FORMAT_MOD_LINEAR);
	paint(&rig, 10, 20, 30);
	test_assert(readback_content(rig.gen, &rig.content, 1, 1, 1, 1, pixel));
	test_assert_int_eq(pixel[3], 255);
	teardown(&rig);

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	paint(&rig, 10, 20, 30);
	test_assert(readback_content(rig.gen, &rig.content, 1, 1, 1, 1, pixel));
	test_assert_int_eq(pixel[3], 0x77);
	teardown(&rig);
}

/* A commit may bring a new picture in the same buffer; between commits nothing is done. */
TEST(pointed_at_again_with_each_commit)
{
	struct rig rig;
	uint64_t calls;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	paint(&rig, 1, 2, 3);
	check(&rig, 1, 2, 3);
	calls = fake_report.calls;
	test_assert(texture_get(rig.gen, &rig.content) != NULL);
	test_assert_int_eq(fake_report.calls, calls);
	paint(&rig, 4, 5, 6);
	content_set_image(&rig.content, &rig.source, false);
	check(&rig, 4, 5, 6);
	test_assert_int_eq(fake_gl_live(FAKE_TEXTURE), 1);
	teardown(&rig);
}

TEST(yuv_is_the_drivers_affair_where_it_can)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR);
	paint_grey(&rig, 126);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_FINE);
	test_assert_int_eq(sampling(&rig), SAMPLING_EXTERNAL);
	check(&rig, 128, 128, 128);
	next_generation(&rig);
	check(&rig, 128, 128, 128);
	test_assert_int_eq(sampling(&rig), SAMPLING_EXTERNAL);
	teardown(&rig);
}

TEST(yuv_by_planes_where_it_can_not)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR);
	fake_script.no_whole_images = true;
	paint_grey(&rig, 126);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_FINE);
	test_assert_int_eq(sampling(&rig), SAMPLING_Y_UV);
	test_assert_int_eq(fake_report.images, 2);
	check(&rig, 128, 128, 128);
	next_generation(&rig);
	check(&rig, 128, 128, 128);
	teardown(&rig);
}

/* Nothing said about the modifier: 2D is tried, the driver refuses, and external works. */
TEST(what_gl_refuses_is_tried_another_way)
{
	struct rig rig;
	GLenum error;

	setup(&rig, DRM_FORMAT_NV12, DRM_FORMAT_MOD_INVALID);
	paint_grey(&rig, 126);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_FINE);
	test_assert_int_eq(sampling(&rig), SAMPLING_EXTERNAL);
	/* The refusal is nobody's error. */
	test_assert(!generation_read_errors(rig.gen, &error));
	test_assert_int_eq(error, GL_NO_ERROR);
	check(&rig, 128, 128, 128);
	teardown(&rig);
}

static void refused(struct rig *rig)
{
	GLenum error;

	test_assert_int_eq(image_test(rig->gen, &rig->source), IMAGE_REFUSED);
	test_assert(!rig->source.image);
	test_assert_int_eq(fake_report.images, 0);
	test_assert(!generation_read_errors(rig->gen, &error));
	test_assert_int_eq(error, GL_NO_ERROR);
}

TEST(refused_by_egl)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_BGRA8888, DRM_FORMAT_MOD_LINEAR);
	refused(&rig);
	teardown(&rig);
}

TEST(refused_by_gl)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	fake_script.refuse_images = true;
	refused(&rig);
	teardown(&rig);
}

/* The driver that takes what it can't draw is found out, and once is enough. */
TEST(found_out_by_sampling_it)
{
	struct rig rig;
	uint64_t draws;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	fake_script.unsampleable_images = true;
	refused(&rig);
	fake_script.unsampleable_images = false;
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_FINE);
	draws = fake_report.draws;
	image_drop(&rig.source);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_FINE);
	test_assert_int_eq(fake_report.draws, draws);
	teardown(&rig);
}

TEST(lost_while_it_is_tried)
{
	struct rig rig;
	GLenum error;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 3);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_UNKNOWN);
	/* Whoever reads the errors next is told. */
	test_assert(generation_read_errors(rig.gen, &error));
	next_generation(&rig);
	check(&rig, 0, 0, 0);
	teardown(&rig);
}

TEST(dropped_while_lost)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_NV12, DRM_FORMAT_MOD_LINEAR);
	fake_script.no_whole_images = true;
	check(&rig, 0, 136, 0);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 3);
	generation_mark_lost(rig.gen);
	image_drop(&rig.source);
	test_assert(!rig.source.image);
	/* Whoever destroys the context lets go of them. */
	test_assert_int_eq(fake_report.images, 2);
	generation_strip(rig.gen);
	test_assert_int_eq(fake_report.images, 2);
	generation_destroy(rig.gen, true);
	test_assert_int_eq(fake_report.images, 0);
	rig.gen = NULL;
	teardown(&rig);
}

/* The client closes its file descriptors with the wl_buffer. */
TEST(kept_fds_outlive_the_clients)
{
	struct rig rig;
	int fd;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	paint(&rig, 7, 8, 9);
	check(&rig, 7, 8, 9);
	fd = dup(rig.fd);
	rig.source.planes[0].fd = fd;
	test_assert(image_source_keep_fds(&rig.source));
	close(fd);
	next_generation(&rig);
	check(&rig, 7, 8, 9);
	teardown(&rig);
}

/* Buffers that only EGL understands are asked for plane by plane. */
TEST(wl_buffers_of_egl)
{
	struct fake_wl_buffer buffer = {
		.width = WIDTH,
		.height = HEIGHT,
		.fourccs = {DRM_FORMAT_R8, DRM_FORMAT_GR88},
		.offset = {0, CHROMA},
		.pitch = STRIDE,
	};
	struct rig rig;

	setup(&rig, DRM_FORMAT_NV12, DRM_FORMAT_MOD_INVALID);
	buffer.fd = rig.fd;
	rig.source.kind = IMAGE_SOURCE_WL_BUFFER;
	rig.source.wl_buffer = &buffer;
	rig.source.layout = IMAGE_SOURCE_Y_UV;
	paint_grey(&rig, 126);
	check(&rig, 128, 128, 128);
	test_assert_int_eq(fake_report.images, 2);
	next_generation(&rig);
	check(&rig, 128, 128, 128);
	/* Gone, and shown all the same. */
	image_source_forget(&rig.source);
	check(&rig, 128, 128, 128);
	next_generation(&rig);
	test_assert(!texture_get(rig.gen, &rig.content));
	teardown(&rig);
}

TEST(forgotten_is_shown_until_the_next_reset)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	paint(&rig, 7, 8, 9);
	check(&rig, 7, 8, 9);
	image_source_forget(&rig.source);
	check(&rig, 7, 8, 9);
	test_assert(!content_restorable(&rig.content));
	next_generation(&rig);
	test_assert(!texture_get(rig.gen, &rig.content));
	texture_note_placeholder(rig.gen, &rig.content);
	test_assert_int_eq(rig.content.lost, CONTENT_LOSS_NOT_KEPT);
	teardown(&rig);
}

/* What was there before the reset and can't be had after it is worth another rebuild. */
static void check_doubt(struct rig *rig, bool by_egl)
{
	GLenum error;

	next_generation(rig);
	fake_script.refuse_images = !by_egl;
	fake_script.fail_call = by_egl ? fake_report.calls + 1 : 0;
	test_assert(!texture_get(rig->gen, &rig->content));
	texture_note_placeholder(rig->gen, &rig->content);
	test_assert_int_eq(rig->content.lost, CONTENT_LOSS_UPLOAD);
	test_assert(!generation_read_errors(rig->gen, &error));
	test_assert(error != GL_NO_ERROR);
	texture_note_placeholder(rig->gen, &rig->content);
	test_assert(!generation_read_errors(rig->gen, &error));
	test_assert_int_eq(error, GL_NO_ERROR);
}

TEST(not_imported_again_is_a_doubt)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	check(&rig, 0, 0, 0);
	check_doubt(&rig, false);
	teardown(&rig);
}

/* Accepted from its client, committed, and then the context was lost. */
TEST(not_imported_before_it_was_drawn_is_a_doubt)
{
	struct rig rig;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_FINE);
	test_assert(!rig.content.drawn);
	check_doubt(&rig, true);
	test_assert_str_eq(fake_report.failed, "eglCreateImageKHR");
	teardown(&rig);
}

TEST(formats_as_egl_has_them)
{
	struct image_format *formats;
	struct rig rig;
	size_t count;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	formats = image_formats(&rig.egl, &rig.gen->caps, &count);
	test_assert_int_eq(count, 13);
	test_assert_int_eq(formats[0].fourcc, DRM_FORMAT_ARGB8888);
	test_assert(formats[0].modifier == DRM_FORMAT_MOD_INVALID);
	test_assert(formats[2].modifier == VENDOR_MODIFIER);
	test_assert(formats[12].fourcc == DRM_FORMAT_NV12 && formats[12].external);
	free(formats);
	teardown(&rig);
}

TEST(without_modifiers)
{
	struct image_format *formats;
	struct rig rig;
	size_t count;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	rig.egl.dma_buf_modifiers = false;
	formats = image_formats(&rig.egl, &rig.gen->caps, &count);
	test_assert_int_eq(count, 7);
	free(formats);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_REFUSED);
	rig.source.modifier = DRM_FORMAT_MOD_INVALID;
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_FINE);
	teardown(&rig);
}

TEST(without_images_nothing)
{
	struct rig rig;
	size_t count;

	setup(&rig, DRM_FORMAT_ARGB8888, DRM_FORMAT_MOD_LINEAR);
	rig.gen->caps.egl_image = false;
	test_assert(!image_formats(&rig.egl, &rig.gen->caps, &count));
	test_assert_int_eq(count, 0);
	test_assert_int_eq(image_test(rig.gen, &rig.source), IMAGE_REFUSED);
	teardown(&rig);
}
