/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include <string.h>

#include "fake-gl.h"
#include "gl-scene.h"
#include "gl/timing.h"
#include "test.h"

#define USEC ((int64_t)1000)
#define SEC ((int64_t)1000 * 1000 * 1000)

/* CLOCK_MONOTONIC when the GPU's clock says 0. */
#define EPOCH (70 * SEC)

struct rig {
	struct gl_api api;
	struct egl egl;
	struct generation *gen;
};

static const int owner, other;

static void open_rig(struct rig *rig)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(rig, 0, sizeof(*rig));
	fake_gl_load(&rig->api);
	test_assert(!egl_init(&rig->egl, &rig->api, &options));
	rig->gen = generation_create(&rig->egl, 1, &error);
	test_assert_msg(rig->gen, "%s", error);
}

static void close_rig(struct rig *rig, bool lost)
{
	generation_destroy(rig->gen, lost);
	egl_finish(&rig->egl);
	scene_check_no_misuse();
	test_assert_int_eq(fake_report.waits, 0);
	test_assert_int_eq(fake_gl_live_total(), 0);
	fake_gl_reset();
}

static int64_t now(void)
{
	return EPOCH + (int64_t)fake_script.gpu_time;
}

/* @us microseconds of work. */
static void measure(struct rig *rig, const void *who, uint64_t us, bool located)
{
	timing_begin(rig->gen, who, located ? now() : 0);
	fake_script.gpu_time += us * USEC;
	timing_end(rig->gen);
}

static void expect(struct rig *rig, const void *who, int64_t us)
{
	struct timing_result result;

	test_assert(timing_collect(rig->gen, &result));
	test_assert(result.owner == who);
	test_assert_int_eq(result.duration_ns, us * USEC);
}

static void expect_nothing(struct rig *rig)
{
	struct timing_result result;

	test_assert(!timing_collect(rig->gen, &result));
}

static void expect_no_error(struct rig *rig)
{
	test_assert_int_eq(rig->api.glGetError(), GL_NO_ERROR);
}

TEST(results_come_in_order)
{
	struct rig rig;

	open_rig(&rig);
	expect_nothing(&rig);
	measure(&rig, &owner, 250, false);
	measure(&rig, &other, 750, false);
	expect(&rig, &owner, 250);
	expect(&rig, &other, 750);
	expect_nothing(&rig);
	expect_no_error(&rig);
	close_rig(&rig, false);
}

/* Nobody asks for times: not one call is made. */
TEST(nothing_is_done_before_the_first_use)
{
	struct rig rig;
	uint64_t calls;

	open_rig(&rig);
	calls = fake_report.calls;
	timing_end(rig.gen);
	expect_nothing(&rig);
	timing_forget(rig.gen, &owner);
	timing_destroy(rig.gen, false);
	test_assert_int_eq(fake_report.calls, calls);
	test_assert_int_eq(fake_report.created[FAKE_QUERY], 0);
	close_rig(&rig, false);
}

TEST(nothing_waits_for_the_gpu)
{
	struct rig rig;

	open_rig(&rig);
	fake_script.query_latency = 3;
	measure(&rig, &owner, 250, false);
	measure(&rig, &owner, 350, false);
	for (int i = 0; i < 3; i++) {
		expect_nothing(&rig);
	}
	expect(&rig, &owner, 250);
	for (int i = 0; i < 3; i++) {
		expect_nothing(&rig);
	}
	expect(&rig, &owner, 350);
	close_rig(&rig, false);
}

/* A check that the fake can tell. */
FAIL_TEST(waiting_is_noticed)
{
	struct rig rig;
	GLuint query;
	GLuint64 value;

	open_rig(&rig);
	rig.api.glGenQueriesEXT(1, &query);
	rig.api.glQueryCounterEXT(query, GL_TIMESTAMP_EXT);
	rig.api.glGetQueryObjectui64vEXT(query, GL_QUERY_RESULT_EXT, &value);
	test_assert_int_eq(fake_report.waits, 0);
}

TEST(while_too_many_are_due_no_more_are_begun)
{
	struct rig rig;
	uint64_t calls;

	open_rig(&rig);
	fake_script.query_latency = 1000;
	for (int i = 0; i < TIMING_MOST; i++) {
		measure(&rig, &owner, (uint64_t)i + 1, false);
	}
	calls = fake_report.calls;
	measure(&rig, &owner, 999, false);
	test_assert_int_eq(fake_report.calls, calls);
	fake_script.query_latency = 0;
	for (int i = 0; i < TIMING_MOST; i++) {
		expect(&rig, &owner, i + 1);
	}
	expect_nothing(&rig);
	/* Round the ring, many times. */
	for (int i = 0; i < 5 * TIMING_MOST + 3; i++) {
		measure(&rig, &owner, 10, false);
		measure(&rig, &other, 20, false);
		expect(&rig, &owner, 10);
		expect(&rig, &other, 20);
	}
	expect_no_error(&rig);
	close_rig(&rig, false);
}

TEST(what_was_measured_by_a_disturbed_clock_is_thrown_away)
{
	struct rig rig;

	open_rig(&rig);
	measure(&rig, &owner, 1, true);
	measure(&rig, &owner, 2, true);
	fake_script.disjoint = true;
	expect_nothing(&rig);
	expect_nothing(&rig);
	measure(&rig, &owner, 3, true);
	expect(&rig, &owner, 3);
	close_rig(&rig, false);
}

/* Whatever was disturbed before the first use is no matter. */
TEST(an_old_disturbance_does_not_count)
{
	struct rig rig;

	open_rig(&rig);
	fake_script.disjoint = true;
	measure(&rig, &owner, 3, false);
	expect(&rig, &owner, 3);
	close_rig(&rig, false);
}

TEST(a_draw_that_was_given_up_does_not_count)
{
	struct rig rig;

	open_rig(&rig);
	timing_begin(rig.gen, &owner, 0);
	fake_script.gpu_time += 5 * USEC;
	measure(&rig, &other, 7, false);
	expect(&rig, &other, 7);
	expect_nothing(&rig);
	expect_no_error(&rig);
	close_rig(&rig, false);
}

TEST(gpus_that_tell_durations_only)
{
	struct timing_result result;
	struct rig rig;

	open_rig(&rig);
	fake_script.durations_only = true;
	measure(&rig, &owner, 250, true);
	timing_begin(rig.gen, &owner, now()); /* given up */
	measure(&rig, &other, 750, true);
	test_assert(timing_collect(rig.gen, &result));
	test_assert_int_eq(result.duration_ns, 250 * USEC);
	test_assert_int_eq(result.begin_ns, 0);
	expect(&rig, &other, 750);
	expect_no_error(&rig);
	close_rig(&rig, false);
}

TEST(gpus_without_the_extension)
{
	struct rig rig;
	uint64_t calls;

	open_rig(&rig);
	generation_destroy(rig.gen, false);
	fake_script.gl_extensions = "GL_EXT_texture_format_BGRA8888 GL_EXT_unpack_subimage"
				    " GL_EXT_robustness";
	rig.gen = generation_create(&rig.egl, 2, &(const char *){NULL});
	test_assert(!rig.gen->caps.timer_query);
	calls = fake_report.calls;
	measure(&rig, &owner, 250, true);
	expect_nothing(&rig);
	test_assert_int_eq(fake_report.calls, calls);
	close_rig(&rig, false);
}

TEST(times_are_told_in_the_other_clock)
{
	struct timing_result result;
	struct rig rig;

	open_rig(&rig);
	for (int i = 0; i < 200; i++) {
		int64_t begin = now();

		/* Asking for the GPU's clock takes a while, now and then a long one. */
		fake_script.clock_read_ns = i % 5 ? 900 * USEC : 100;
		measure(&rig, &owner, 2000, true);
		test_assert(timing_collect(rig.gen, &result));
		test_assert_int_eq(result.end_ns - result.begin_ns, 2000 * USEC);
		if (i >= 5) {
			int64_t late = begin + (int64_t)fake_script.clock_read_ns - result.begin_ns;
			test_assert_msg(late >= 0 && late < 1000 * USEC, "%lld ns off after %d",
				(long long)late, i);
		}
		fake_script.gpu_time += 14000 * USEC;
	}
	/* Without a reading there is a duration, and no place for it. */
	measure(&rig, &owner, 5, false);
	test_assert(timing_collect(rig.gen, &result));
	test_assert_int_eq(result.begin_ns, 0);
	close_rig(&rig, false);
}

TEST(a_counter_that_wraps_around)
{
	struct timing_result result;
	struct rig rig;
	int64_t begin;

	open_rig(&rig);
	fake_script.timer_bits = 36;
	fake_script.gpu_time = (1ull << 36) - 100000;
	measure(&rig, &owner, 50, true);
	expect(&rig, &owner, 50);
	begin = now();
	measure(&rig, &owner, 100, true);
	test_assert(timing_collect(rig.gen, &result));
	test_assert_int_eq(result.duration_ns, 100 * USEC);
	test_assert_int_eq(result.begin_ns, begin);
	close_rig(&rig, false);
}

TEST(owners_that_are_gone_get_no_result)
{
	struct rig rig;

	open_rig(&rig);
	measure(&rig, &owner, 1, false);
	measure(&rig, &other, 2, false);
	timing_forget(rig.gen, &owner);
	expect(&rig, &other, 2);
	close_rig(&rig, false);
}

TEST(queries_die_with_a_lost_context)
{
	struct rig rig;
	uint64_t deletes;

	open_rig(&rig);
	deletes = fake_report.deletes;
	measure(&rig, &owner, 1, false);
	timing_begin(rig.gen, &owner, 0);
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 1);
	generation_mark_lost(rig.gen);
	timing_destroy(rig.gen, true);
	test_assert_int_eq(fake_report.deletes, deletes);
	test_assert_int_eq(fake_report.gl_calls_when_lost, 0);
	close_rig(&rig, true);
}

/* Each call that could fail does: no wrong time, no crash, no query left over. */
TEST(any_call_may_fail)
{
	for (uint64_t n = 1; n <= 60; n++) {
		struct timing_result result;
		struct rig rig;

		open_rig(&rig);
		fake_script.fail_call = fake_report.calls + n;
		for (int i = 0; i < 3; i++) {
			measure(&rig, &owner, 40, true);
			if (timing_collect(rig.gen, &result)) {
				test_assert(result.duration_ns >= 0);
			}
		}
		fake_script.fail_call = 0;
		generation_destroy(rig.gen, false);
		egl_finish(&rig.egl);
		fake_gl_reset();
	}
}
