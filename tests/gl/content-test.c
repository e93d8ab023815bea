/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Contents of clients' shm buffers: what is copied, and what becomes of a pool that shrinks. The
 * buffers are real memory; libwayland's functions for them are replaced (--wrap).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm_fourcc.h>

#include "gl-scene.h"
#include "gl/format.h"
#include "scene/mapping.h"
#include "test.h"

#define WIDTH 50
#define HEIGHT 400
#define STRIDE (WIDTH * 4 + 8)
#define OFFSET 1000 /* in the pool, and so in its first page */
#define POOL_BYTES (OFFSET + STRIDE * HEIGHT)

struct client {
	struct generation *gen;
	struct gl_api api;
	struct egl egl;
	int fd;
	uint8_t *pool;
	struct content content;
};

/* struct wl_shm_buffer is opaque: what stands for one here is the address of its pixels. */
void __wrap_wl_shm_buffer_begin_access(struct wl_shm_buffer *buffer);
void __wrap_wl_shm_buffer_end_access(struct wl_shm_buffer *buffer);
void *__wrap_wl_shm_buffer_get_data(struct wl_shm_buffer *buffer);

static int accesses;
static int readings; // that were begun

void __wrap_wl_shm_buffer_begin_access(struct wl_shm_buffer *buffer)
{
	accesses++;
	readings++;
}

void __wrap_wl_shm_buffer_end_access(struct wl_shm_buffer *buffer)
{
	accesses--;
}

void *__wrap_wl_shm_buffer_get_data(struct wl_shm_buffer *buffer)
{
	return buffer;
}

static void attach(struct client *client)
{
	const struct content_layout layout = {
		.fourcc = DRM_FORMAT_ABGR8888,
		.width = WIDTH,
		.height = HEIGHT,
		.stride = STRIDE,
		.bytes_per_pixel = 4,
	};

	content_set_shm(
		&client->content, (struct wl_shm_buffer *)(client->pool + OFFSET), &layout, false);
}

static void setup(struct client *client)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(client, 0, sizeof(*client));
	fake_gl_load(&client->api);
	test_assert(!egl_init(&client->egl, &client->api, &options));
	client->gen = generation_create(&client->egl, 1, &error);
	test_assert(client->gen != NULL);
	client->fd = memfd_create("content-test", MFD_CLOEXEC);
	test_assert_int_eq(ftruncate(client->fd, POOL_BYTES), 0);
	client->pool = mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, client->fd, 0);
	test_assert(client->pool != MAP_FAILED);
	memset(client->pool, 0x11, POOL_BYTES);
	content_init(&client->content);
	attach(client);
}

static void teardown(struct client *client)
{
	generation_destroy(client->gen, false);
	content_fini(&client->content);
	egl_finish(&client->egl);
	munmap(client->pool, POOL_BYTES);
	close(client->fd);
	test_assert_int_eq(accesses, 0);
	scene_check_no_misuse();
	fake_gl_reset();
}

static void next_generation(struct client *client, uint64_t id)
{
	const char *error;

	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 0);
	generation_destroy(client->gen, true);
	client->gen = generation_create(&client->egl, id, &error);
	test_assert(client->gen != NULL);
}

static void placeholder(struct client *client, enum content_loss why, uint64_t count)
{
	test_assert(!texture_get(client->gen, &client->content));
	texture_note_placeholder(client->gen, &client->content);
	test_assert_int_eq(client->content.lost, why);
	test_assert_int_eq(client->content.lost_in, client->gen->id);
	test_assert_int_eq(client->gen->counters.lost_surfaces, count);
}

static size_t differing(const uint8_t *pixels, uint8_t value)
{
	size_t n = 0;

	for (size_t i = 0; i < (size_t)STRIDE * HEIGHT; i++) {
		n += pixels[i] != value;
	}
	return n;
}

TEST(copies_follow_the_damage)
{
	pixman_region32_t damage;
	struct client client;

	setup(&client);
	pixman_region32_init(&damage);
	test_assert(content_update_copy(&client.content, &damage));
	test_assert_int_eq(client.content.copy_bytes, STRIDE * HEIGHT);
	test_assert_int_eq(memcmp(client.content.copy, client.pool + OFFSET, WIDTH * 4), 0);

	/* The client changes everything and tells of two rectangles: these bytes are copied, and no
	 * others. */
	memset(client.content.copy, 0x33, client.content.copy_bytes);
	memset(client.pool, 0x22, POOL_BYTES);
	pixman_region32_union_rect(&damage, &damage, 3, 5, 20, 10);
	pixman_region32_union_rect(&damage, &damage, 30, 200, 7, 100);
	attach(&client);
	test_assert(content_update_copy(&client.content, &damage));
	test_assert_int_eq(differing(client.content.copy, 0x33), 4 * (20 * 10 + 7 * 100));
	test_assert_int_eq(client.content.copy[(size_t)5 * STRIDE + 3 * 4], 0x22);
	pixman_region32_fini(&damage);
	teardown(&client);
}

/* Each damaged pixel's bytes in all planes, and what shares bytes with it. */
TEST(copies_have_every_plane)
{
	static const struct {
		uint32_t fourcc;
		size_t bytes; // of a box of 3 x 3 pixels from 5, 5 on
	} cases[] = {
		{DRM_FORMAT_YUV420, 9 + 2 * 4},
		{DRM_FORMAT_NV12, 9 + 2 * 4},
		{DRM_FORMAT_NV16, 9 + 2 * 2 * 3},
		{DRM_FORMAT_NV24, 9 + 2 * 9},
		{DRM_FORMAT_YUYV, 3 * 8},
		{DRM_FORMAT_XYUV8888, 4 * 9},
	};
	pixman_region32_t damage;
	struct client client;

	pixman_region32_init_rect(&damage, 5, 5, 3, 3);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct format *format = format_from_fourcc(cases[i].fourcc);
		struct content_layout layout;
		size_t changed = 0, bytes;

		setup(&client);
		test_assert(format_shm_layout(
			format, WIDTH, 40, WIDTH * format->bytes_per_pixel + 6, &layout));
		bytes = content_layout_bytes(&layout);
		content_set_shm(
			&client.content, (struct wl_shm_buffer *)client.pool, &layout, false);
		test_assert(content_update_copy(&client.content, &damage));
		test_assert_int_eq(client.content.copy_bytes, bytes);
		memset(client.content.copy, 0x33, bytes);
		memset(client.pool, 0x22, POOL_BYTES);
		test_assert(content_update_copy(&client.content, &damage));
		for (size_t k = 0; k < bytes; k++) {
			changed += client.content.copy[k] == 0x22;
		}
		test_assert_msg(changed == cases[i].bytes, "%.4s: %zu bytes, not %zu",
			(const char *)&cases[i].fourcc, changed, cases[i].bytes);
		teardown(&client);
	}
	pixman_region32_fini(&damage);
}

TEST(what_belongs_to_a_mapping)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = memfd_create("mapping", MFD_CLOEXEC);
	uint8_t *map;

	test_assert_int_eq(ftruncate(fd, (off_t)(4 * page)), 0);
	map = mmap(NULL, 4 * page, PROT_READ, MAP_SHARED, fd, 0);
	test_assert(map != MAP_FAILED);
	munmap(map + 3 * page, page);
	test_assert_int_eq(mapping_bytes_from(map), 3 * page);
	test_assert_int_eq(mapping_bytes_from(map + 3 * page - 1), 1);
	munmap(map, 3 * page);
	test_assert_int_eq(mapping_bytes_from(map), 0);
	close(fd);
}

TEST(damage_beyond_the_buffer_is_cut_off)
{
	pixman_region32_t damage;
	struct client client;

	setup(&client);
	pixman_region32_init_rect(&damage, WIDTH - 1, HEIGHT - 1, 1000, 1000);
	test_assert(content_update_copy(&client.content, &damage));
	memset(client.content.copy, 0x33, client.content.copy_bytes);
	test_assert(content_update_copy(&client.content, &damage));
	test_assert_int_eq(differing(client.content.copy, 0x33), 4);
	pixman_region32_fini(&damage);
	teardown(&client);
}

TEST(a_truncated_pool_is_noticed_without_a_signal)
{
	const off_t lengths[] = {0, 4096, OFFSET + STRIDE * (HEIGHT - 40)};
	pixman_region32_t damage;
	struct client client;

	pixman_region32_init(&damage);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		setup(&client);
		test_assert(texture_get(client.gen, &client.content) != NULL);
		test_assert(content_still_readable(&client.content));
		test_assert(content_restorable(&client.content));
		test_assert_int_eq(ftruncate(client.fd, lengths[i]), 0);
		test_assert(!content_still_readable(&client.content));
		test_assert(!content_restorable(&client.content));
		test_assert(!content_update_copy(&client.content, &damage));
		test_assert(!content_begin_read(&client.content));
		/* The texture goes on showing it. */
		test_assert(texture_get(client.gen, &client.content) != NULL);
		teardown(&client);
	}
	pixman_region32_fini(&damage);
}

TEST(a_pool_cut_behind_the_buffer_is_whole)
{
	struct client client;

	setup(&client);
	client.content.layout.height = 10;
	test_assert_int_eq(ftruncate(client.fd, OFFSET + STRIDE * 10), 0);
	test_assert(content_still_readable(&client.content));
	teardown(&client);
}

TEST(truncated_while_the_gpu_is_away)
{
	struct client client;

	setup(&client);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	test_assert_int_eq(ftruncate(client.fd, 0), 0);
	next_generation(&client, 2);
	placeholder(&client, CONTENT_LOSS_UNREADABLE, 1);
	/* Counted once in a generation, and once in the next. */
	placeholder(&client, CONTENT_LOSS_UNREADABLE, 1);
	test_assert_int_eq(client.gen->counters.placeholders, 2);
	next_generation(&client, 3);
	placeholder(&client, CONTENT_LOSS_UNREADABLE, 1);

	/* The client's next frame is a new beginning. */
	test_assert_int_eq(ftruncate(client.fd, POOL_BYTES), 0);
	attach(&client);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	teardown(&client);
}

TEST(what_was_let_go_of_says_why)
{
	static const enum content_loss reasons[] = {CONTENT_LOSS_NOT_KEPT, CONTENT_LOSS_EVICTED};
	pixman_region32_t damage;
	struct client client;

	pixman_region32_init(&damage);
	for (size_t i = 0; i < 2; i++) {
		setup(&client);
		test_assert(content_update_copy(&client.content, &damage));
		test_assert(texture_get(client.gen, &client.content) != NULL);
		content_forget(&client.content, reasons[i]);
		content_release_shm(&client.content);
		test_assert(texture_get(client.gen, &client.content) != NULL);
		test_assert_int_eq(client.gen->counters.lost_surfaces, 0);
		next_generation(&client, 2);
		placeholder(&client, reasons[i], 1);
		teardown(&client);
	}
	pixman_region32_fini(&damage);
}

/* Shown, and the buffer was lent to its client. */
static void setup_lent(struct client *client)
{
	setup(client);
	test_assert(texture_get(client->gen, &client->content) != NULL);
	test_assert(content_lend(&client->content));
	test_assert(content_restorable(&client->content));
	test_assert(!client->content.copy);
}

TEST(what_is_lent_is_restored_while_it_is_the_same)
{
	struct client client;

	setup_lent(&client);
	for (uint64_t id = 2; id < 5; id++) {
		next_generation(&client, id);
		readings = 0;
		test_assert(texture_get(client.gen, &client.content) != NULL);
		/* Compared, and uploaded. */
		test_assert_int_eq(readings, 2);
		test_assert(texture_get(client.gen, &client.content) != NULL);
		test_assert_int_eq(readings, 2);
		test_assert_int_eq(client.gen->counters.restored_surfaces, 1);
	}
	teardown(&client);
}

TEST(what_is_painted_over_while_lent_is_lost)
{
	static const size_t places[] = {0, STRIDE * HEIGHT / 2 + 4, STRIDE * HEIGHT - 12};
	struct client client;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		setup_lent(&client);
		client.pool[OFFSET + places[i]] ^= 1;
		/* Its texture is what was committed. */
		test_assert(texture_get(client.gen, &client.content) != NULL);
		next_generation(&client, 2);
		placeholder(&client, CONTENT_LOSS_REPAINTED, 1);
		test_assert(!content_restorable(&client.content));
		/* It is not believed again, whatever is there. */
		client.pool[OFFSET + places[i]] ^= 1;
		placeholder(&client, CONTENT_LOSS_REPAINTED, 1);
		attach(&client);
		test_assert(texture_get(client.gen, &client.content) != NULL);
		teardown(&client);
	}
}

TEST(damage_without_a_commit_uploads_nothing_that_was_painted)
{
	struct client client;
	pixman_region32_t damage;
	uint64_t uploaded;

	pixman_region32_init_rect(&damage, 3, 5, 10, 10);
	setup_lent(&client);
	uploaded = client.gen->counters.uploaded_bytes;
	texture_damage(&client.content, &damage);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	test_assert_int_eq(client.gen->counters.uploaded_bytes, uploaded + 10 * 10 * 4);
	memset(client.pool, 0x44, POOL_BYTES);
	texture_damage(&client.content, &damage);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	test_assert_int_eq(client.gen->counters.uploaded_bytes, uploaded + 10 * 10 * 4);
	teardown(&client);
	pixman_region32_fini(&damage);
}

TEST(what_is_lent_is_copied_if_it_is_the_same)
{
	pixman_region32_t damage;
	struct client client;

	pixman_region32_init(&damage);
	setup_lent(&client);
	test_assert(content_update_copy(&client.content, &damage));
	content_release_shm(&client.content);
	memset(client.pool, 0x44, POOL_BYTES);
	for (size_t y = 0; y < HEIGHT; y++) {
		test_assert_int_eq(client.content.copy[y * STRIDE], 0x11);
		test_assert_int_eq(client.content.copy[y * STRIDE + WIDTH * 4 - 1], 0x11);
	}
	next_generation(&client, 2);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	teardown(&client);

	setup_lent(&client);
	client.pool[OFFSET + 100]++;
	test_assert(!content_update_copy(&client.content, &damage));
	test_assert(!client.content.copy);
	test_assert_int_eq(client.content.gone, CONTENT_LOSS_REPAINTED);
	teardown(&client);
	pixman_region32_fini(&damage);
}

TEST(a_pool_truncated_while_lent_is_not_read)
{
	struct client client;

	setup_lent(&client);
	test_assert_int_eq(ftruncate(client.fd, 0), 0);
	next_generation(&client, 2);
	placeholder(&client, CONTENT_LOSS_UNREADABLE, 1);
	teardown(&client);

	setup_lent(&client);
	test_assert_int_eq(ftruncate(client.fd, 0), 0);
	test_assert(!content_begin_read(&client.content));
	teardown(&client);
}

/* Held again with the next commit, of the same buffer or another one. */
TEST(what_is_committed_after_that_is_not_lent)
{
	struct client client;

	setup_lent(&client);
	memset(client.pool, 0x44, POOL_BYTES);
	attach(&client);
	test_assert(!client.content.lent);
	next_generation(&client, 2);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	content_release_shm(&client.content);
	test_assert(!client.content.lent);
	test_assert(!content_lend(&client.content));
	teardown(&client);
}

/* Fails the upload of the next texture_get(), whichever call of it that is. */
static void fail_upload(void)
{
	fake_script.fail_call = fake_report.calls + 1;
	fake_script.fail_until = UINT64_MAX;
}

TEST(an_upload_that_fails_is_no_garbage)
{
	struct client client;
	GLenum error;

	setup(&client);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	next_generation(&client, 2);
	fail_upload();
	placeholder(&client, CONTENT_LOSS_UPLOAD, 1);
	/* The error is still there for those who doubt the frame. */
	fake_script.fail_call = 0;
	test_assert(!generation_read_errors(client.gen, &error));
	test_assert(error != GL_NO_ERROR);
	test_assert(!generation_read_errors(client.gen, &error));
	test_assert_int_eq(error, GL_NO_ERROR);
	test_assert(texture_get(client.gen, &client.content) != NULL);
	teardown(&client);
}

TEST(what_gl_never_showed_is_not_lost)
{
	struct client client;

	setup(&client);
	fail_upload();
	test_assert(!texture_get(client.gen, &client.content));
	texture_note_placeholder(client.gen, &client.content);
	test_assert_int_eq(client.gen->counters.placeholders, 1);
	test_assert_int_eq(client.gen->counters.lost_surfaces, 0);
	test_assert_int_eq(client.content.lost_in, 0);
	fake_script.fail_call = 0;
	teardown(&client);
}
