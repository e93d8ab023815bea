/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Fail the n-th call of EGL or GL for n = 1, 2, 3, … until a run makes fewer calls: no crash, no
 * leak, and the program draws again. TEST_FAIL_CALL=n runs only that n.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "test.h"

typedef bool (*sweep_step)(uint64_t n);

static void sweep(sweep_step step, unsigned least)
{
	const char *only = getenv("TEST_FAIL_CALL");
	uint64_t n = 1;

	if (only) {
		step(strtoull(only, NULL, 10));
		return;
	}
	while (step(n)) {
		n++;
		test_assert_msg(n < 100000, "the sweep never ends");
	}
	test_assert_msg(n > least, "only %llu calls were made", (unsigned long long)n);
	printf("%llu calls failed in turn\n", (unsigned long long)n - 1);
}

/* A driver that fails to destroy leaves something behind; nobody else may. */
static void check_nothing_left(uint64_t n)
{
	const char *failed = fake_report.failed;

	if (failed &&
		(strncmp(failed, "eglDestroy", 10) == 0 || strcmp(failed, "eglTerminate") == 0)) {
		return;
	}
	test_assert_msg(
		fake_report.contexts == 0 && fake_report.displays == 0 && fake_gl_live_total() == 0,
		"call %llu, %s failed: %u contexts, %u displays, %u names are left",
		(unsigned long long)n, failed, fake_report.contexts, fake_report.displays,
		fake_gl_live_total());
}

static void make_what_can_be_made(struct rig *rig)
{
	rig->ring = gpu_recovery_group_create(rig->recovery, NULL, &rig->error);
	test_assert(rig->ring || rig->error);
	if (rig->ring) {
		rig->window = gpu_recovery_context_create(rig->ring, NULL, &rig->error);
		test_assert(rig->window || rig->error);
	}
}

static bool open_draw_close(uint64_t n)
{
	struct rig rig;
	bool hit;

	rig_init(&rig);
	fake_script.fail_call = n;
	rig_open(&rig, (struct gpu_recovery_options){0});
	test_assert_msg(rig.recovery || rig.error, "call %llu: no reason", (unsigned long long)n);
	if (rig.recovery) {
		make_what_can_be_made(&rig);
		test_assert_msg(rig_wait(&rig, 10 * SEC), "call %llu, %s failed: never drawn",
			(unsigned long long)n, fake_report.failed);
	}
	gpu_recovery_close(rig.recovery);
	check_nothing_left(n);
	hit = fake_report.calls >= n;
	fake_gl_reset();
	return hit;
}

TEST(open_draw_close_with_each_call_failing)
{
	sweep(open_draw_close, 40);
}

/* All calls from the n-th on fail, for so many. */
static bool recover(uint64_t n, uint64_t outage, const struct gpu_recovery_options *options)
{
	struct rig rig;
	bool hit;

	rig_init(&rig);
	rig_open(&rig, *options);
	rig_make(&rig);
	test_assert(rig_draw(&rig));
	fake_gl_lose(GL_INNOCENT_CONTEXT_RESET_EXT, 2);
	fake_script.fail_call = fake_report.calls + n;
	fake_script.fail_until = fake_script.fail_call + outage - 1;
	fake_script.disposal_works = outage > 1;
	rig_draw(&rig);
	/* Long enough for an idle poll and every rung. */
	rig_run(&rig, 3 * SEC);
	test_assert_msg(rig_wait(&rig, 300 * SEC), "call %llu, %s failed: lost for good",
		(unsigned long long)n, fake_report.failed);
	hit = fake_report.calls >= fake_script.fail_call;
	fake_script.fail_call = 0;
	rig_run(&rig, 2 * SEC);
	test_assert(rig_wait(&rig, 10 * SEC));
	gpu_recovery_close(rig.recovery);
	check_nothing_left(n);
	fake_gl_reset();
	return hit;
}

static bool recover_once(uint64_t n)
{
	return recover(n, 1, &(struct gpu_recovery_options){0});
}

TEST(recovery_with_each_call_failing)
{
	sweep(recover_once, 100);
}

static bool recover_with_display(uint64_t n)
{
	return recover(n, 60, &(struct gpu_recovery_options){.reopen_display = true});
}

TEST(recovery_after_an_outage_from_each_call_on)
{
	sweep(recover_with_display, 100);
}
