/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Fences of clients, waited for on the GPU or on the CPU, and fences for them. */
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "gl-scene.h"
#include "gl/fence.h"
#include "test.h"

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
	int fence; // signalled by writing to it
};

static void setup(struct rig *rig, bool native)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	test_assert(rig->egl.native_fences && rig->egl.fence_waits);
	rig->egl.native_fences = native;
	rig->gen = generation_create(&rig->egl, 1, &error);
	test_assert(rig->gen != NULL);
	rig->fence = eventfd(0, EFD_CLOEXEC);
}

static void teardown(struct rig *rig)
{
	generation_destroy(rig->gen, rig->gen->lost);
	egl_finish(&rig->egl);
	close(rig->fence);
	scene_check_no_misuse();
	test_assert_int_eq(fake_report.syncs, 0);
	fake_gl_reset();
}

static void signal_fence(struct rig *rig)
{
	uint64_t one = 1;

	test_assert_int_eq(write(rig->fence, &one, sizeof(one)), sizeof(one));
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

TEST(a_fence_that_is_done_costs_no_call)
{
	struct rig rig;
	uint64_t calls;

	setup(&rig, true);
	signal_fence(&rig);
	calls = fake_report.calls;
	test_assert_int_eq(fence_wait(rig.gen, rig.fence, 1000), FENCE_DONE);
	test_assert_int_eq(fake_report.calls, calls);
	teardown(&rig);
}

TEST(the_gpu_waits_where_it_can)
{
	struct rig rig;

	setup(&rig, true);
	test_assert_int_eq(fence_wait(rig.gen, rig.fence, 100000), FENCE_DONE);
	test_assert_int_eq(fake_report.gpu_waits, 1);
	/* The descriptor is still the caller's. */
	signal_fence(&rig);
	teardown(&rig);
}

TEST(patience_has_an_end)
{
	int64_t begin;
	struct rig rig;

	setup(&rig, false);
	begin = now_ms();
	test_assert_int_eq(fence_wait(rig.gen, rig.fence, 30), FENCE_LATE);
	test_assert(now_ms() - begin >= 30);
	begin = now_ms();
	test_assert_int_eq(fence_wait(rig.gen, rig.fence, 0), FENCE_LATE);
	test_assert(now_ms() - begin < 25);
	signal_fence(&rig);
	test_assert_int_eq(fence_wait(rig.gen, rig.fence, 100000), FENCE_DONE);
	test_assert_int_eq(fake_report.gpu_waits, 0);
	teardown(&rig);
}

TEST(what_the_gpu_refuses_the_cpu_waits_for)
{
	struct rig rig;

	setup(&rig, true);
	fake_script.no_syncs = true;
	test_assert_int_eq(fence_wait(rig.gen, rig.fence, 5), FENCE_LATE);
	test_assert_int_eq(fence_create_fd(rig.gen), -1);
	teardown(&rig);
}

TEST(no_fence_at_all)
{
	struct rig rig;

	setup(&rig, true);
	test_assert_int_eq(fence_wait(rig.gen, 12345, 1000), FENCE_FAILED);
	teardown(&rig);
}

TEST(a_fence_of_ours)
{
	struct pollfd poll_fd = {.events = POLLIN};
	struct rig rig;

	setup(&rig, true);
	poll_fd.fd = fence_create_fd(rig.gen);
	test_assert(poll_fd.fd >= 0);
	test_assert_int_eq(poll(&poll_fd, 1, 1000), 1);
	close(poll_fd.fd);
	teardown(&rig);

	setup(&rig, false);
	test_assert_int_eq(fence_create_fd(rig.gen), -1);
	teardown(&rig);
}

/* Nobody is given a fence of a context that will never draw again. */
TEST(no_fence_of_a_lost_context)
{
	struct rig rig;

	setup(&rig, true);
	fake_gl_lose(GL_GUILTY_CONTEXT_RESET_EXT, 5);
	test_assert_int_eq(fence_create_fd(rig.gen), -1);
	generation_mark_lost(rig.gen);
	teardown(&rig);
}
