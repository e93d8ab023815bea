/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

#include "desk.h"

#include <string.h>

#include "test.h"

#define MSEC ((int64_t)1000 * 1000)

static void repaint(struct fake_host *host)
{
	struct desk *desk = (struct desk *)host;

	if (desk->paints_itself) {
		desk_paint(desk);
	}
}

void desk_open(struct desk *desk)
{
	const struct egl_options options = scene_egl_options();
	const char *error;

	memset(desk, 0, sizeof(*desk));
	fake_host_init(&desk->host, &desk->renderer);
	desk->host.repaint = repaint;
	desk->paints_itself = true;
	error = renderer_init(&desk->renderer, &desk->host.base, &options);
	test_assert_msg(!error, "%s; last calls:\n%s", error, fake_gl_log());
	scene_init(&desk->scene, &desk->renderer.egl);
	test_assert(desk_paint(desk));
	desk_check_whole(desk);
}

void desk_shut(struct desk *desk)
{
	scene_fini(&desk->scene);
	renderer_fini(&desk->renderer);
}

void desk_close(struct desk *desk)
{
	desk_shut(desk);
	scene_check_no_misuse();
	test_assert_int_eq(fake_gl_live_total(), 0);
	test_assert_int_eq(fake_report.images, 0);
	test_assert_int_eq(fake_report.contexts, 0);
	test_assert_int_eq(fake_report.surfaces, 0);
	test_assert_int_eq(fake_report.displays, 0);
	test_assert_int_eq(desk->renderer.recovery.bugs, 0);
	fake_gl_reset();
}

static void report_failure(struct desk *desk)
{
	if (desk->scene.lost_error) {
		renderer_accept(&desk->renderer, TARGET_LOST);
		return;
	}
	if (desk->scene.error != GL_NO_ERROR || desk->scene.result == TARGET_FAILED) {
		renderer_report_doubt(&desk->renderer);
	}
	if (renderer_accept(&desk->renderer, desk->scene.result)) {
		renderer_check(&desk->renderer);
	}
}

bool desk_paint(struct desk *desk)
{
	struct generation *gen = renderer_generation(&desk->renderer);
	struct gl_scene *scene = &desk->scene;

	if (!gen) {
		return false;
	}
	desk->whole = false;
	scene->lost_error = false;
	scene->error = GL_NO_ERROR;
	scene->result = target_bind(gen, &scene->window_target);
	if (scene->result != TARGET_OK || !renderer_check(&desk->renderer)) {
		desk->failures++;
		report_failure(desk);
		return false;
	}
	if (!scene_draw(scene, gen)) {
		desk->failures++;
		report_failure(desk);
		return false;
	}
	desk->whole = true;
	renderer_presented(&desk->renderer, true);
	return true;
}

bool desk_wait_until_whole(struct desk *desk, int64_t limit_ns)
{
	int64_t until = desk->host.now_ns + limit_ns;

	while (desk->host.now_ns < until) {
		fake_host_settle(&desk->host);
		/* In doubt, a rebuild is about to come: what was painted until then may be wrong.
		 */
		if (desk_paint(desk) && desk->renderer.recovery.doubt_at == 0) {
			return true;
		}
		fake_host_advance(&desk->host, 16 * MSEC);
	}
	return false;
}

void desk_lose(struct desk *desk, GLenum status, uint32_t queries)
{
	fake_gl_lose(status, queries);
	desk->whole = false;
}

void desk_check_whole(struct desk *desk)
{
	test_assert(desk->whole);
	scene_check_picture(&desk->scene);
}
