/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The client helper on a real driver (llvmpipe) with the fault injector: many threads, and OpenGL.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control-page.h"
#include "gpu-recovery-client.h"
#include "probe.h"
#include "test.h"

#define THREADS 4
#define RESETS 24

/** A thread that draws in a context of its own, and believes nothing that was lost. */
struct drawer {
	pthread_t thread;
	struct scene *scene;
	struct gpu_recovery_context *context;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool may_draw, entered, quit;
	_Atomic unsigned frames; // that were good, since the last RESTORE
	_Atomic unsigned wrong;  // that were said to be good, and were not
};

struct scene {
	struct gpu_recovery *recovery;
	struct gpu_recovery_group *ring, *apart;
	struct drawer drawers[THREADS]; // the last one is apart
	_Atomic unsigned wakes;
	unsigned drops, restores;
};

static void on_wake(void *data)
{
	struct scene *scene = data;

	scene->wakes++;
}

static bool draw_frame(const struct probe *probe, struct drawer *drawer)
{
	uint32_t color = 0xff000000u | (uint32_t)(drawer->frames * 4099u & 0xffffffu);
	uint32_t pixel;

	probe_clear(color);
	pixel = probe_read();
	if (!gpu_recovery_context_check(drawer->context)) {
		return false;
	}
	drawer->wrong += pixel != color;
	return gpu_recovery_context_frame_done(drawer->context, EGL_TRUE);
}

/* With the lock held. */
static void enter_or_leave(struct drawer *drawer, struct probe *probe)
{
	if (drawer->entered && (!drawer->may_draw || drawer->quit)) {
		eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
		drawer->entered = false;
		pthread_cond_broadcast(&drawer->changed);
	} else if (!drawer->entered && drawer->may_draw) {
		probe_use(probe, gpu_recovery_context_handle(drawer->context));
		drawer->entered = true;
	}
}

static void *run(void *data)
{
	struct drawer *drawer = data;
	struct probe probe = {.display = gpu_recovery_display(drawer->scene->recovery)};

	pthread_mutex_lock(&drawer->lock);
	while (!drawer->quit || drawer->entered) {
		enter_or_leave(drawer, &probe);
		if (drawer->entered) {
			bool alive;

			pthread_mutex_unlock(&drawer->lock);
			alive = draw_frame(&probe, drawer);
			pthread_mutex_lock(&drawer->lock);
			drawer->frames += alive;
			drawer->may_draw &= alive;
		} else if (!drawer->quit) {
			pthread_cond_wait(&drawer->changed, &drawer->lock);
		}
	}
	pthread_mutex_unlock(&drawer->lock);
	eglReleaseThread();
	return NULL;
}

static void tell(struct drawer *drawer, bool may_draw, bool quit)
{
	pthread_mutex_lock(&drawer->lock);
	drawer->may_draw = may_draw;
	drawer->quit = quit;
	drawer->frames = may_draw ? 0 : drawer->frames;
	pthread_cond_broadcast(&drawer->changed);
	while (!may_draw && drawer->entered) {
		pthread_cond_wait(&drawer->changed, &drawer->lock);
	}
	pthread_mutex_unlock(&drawer->lock);
}

static void tell_group(struct scene *scene, struct gpu_recovery_group *group, bool may_draw)
{
	for (int i = 0; i < THREADS; i++) {
		if ((i == THREADS - 1) == (group == scene->apart)) {
			tell(&scene->drawers[i], may_draw, false);
		}
	}
}

static void dispatch(struct scene *scene)
{
	struct gpu_recovery_group *group;

	for (;;) {
		switch (gpu_recovery_dispatch(scene->recovery, &group)) {
		case GPU_RECOVERY_DROP:
			scene->drops++;
			tell_group(scene, group, false);
			gpu_recovery_dropped(scene->recovery, group);
			break;
		case GPU_RECOVERY_RESTORE:
			scene->restores++;
			tell_group(scene, group, true);
			break;
		case GPU_RECOVERY_NOTHING:
			return;
		default:
			test_fail("an action that cannot be");
		}
	}
}

static bool all_draw(struct scene *scene)
{
	for (int i = 0; i < THREADS; i++) {
		if (scene->drawers[i].frames == 0) {
			return false;
		}
	}
	return true;
}

/* Until so many groups were restored, and all threads have drawn. */
static void wait_until_whole(struct scene *scene, unsigned restores)
{
	for (int i = 0; i < 10000; i++) {
		dispatch(scene);
		if (scene->restores >= restores && all_draw(scene)) {
			return;
		}
		usleep(1000);
	}
	test_fail("not whole after 10 s: %u restored, %u wanted", scene->restores, restores);
}

static void open_scene(struct scene *scene, const struct probe *probe)
{
	const struct gpu_recovery_options options = {
		.size = sizeof(options), .idle_poll_ms = 50, .wake = on_wake, .data = scene};
	const char *error = NULL;

	memset(scene, 0, sizeof(*scene));
	scene->recovery = gpu_recovery_adopt(probe->display, &options, &error);
	test_assert_msg(scene->recovery, "not adopted: %s", error);
	scene->ring = gpu_recovery_group_create(scene->recovery, NULL, &error);
	scene->apart = gpu_recovery_group_create(scene->recovery, NULL, &error);
	test_assert_msg(scene->ring && scene->apart, "no groups: %s", error);
	for (int i = 0; i < THREADS; i++) {
		struct drawer *drawer = &scene->drawers[i];

		drawer->scene = scene;
		drawer->may_draw = true;
		drawer->context = gpu_recovery_context_create(
			i == THREADS - 1 ? scene->apart : scene->ring, NULL, &error);
		test_assert_msg(drawer->context, "no context: %s", error);
		pthread_mutex_init(&drawer->lock, NULL);
		pthread_cond_init(&drawer->changed, NULL);
		test_assert_int_eq(pthread_create(&drawer->thread, NULL, run, drawer), 0);
	}
}

static unsigned close_scene(struct scene *scene)
{
	unsigned wrong = 0;

	for (int i = 0; i < THREADS; i++) {
		tell(&scene->drawers[i], false, true);
		pthread_join(scene->drawers[i].thread, NULL);
		wrong += scene->drawers[i].wrong;
	}
	gpu_recovery_close(scene->recovery);
	return wrong;
}

PROBE_TEST(threads_draw_through_resets, NULL)
{
	static const char *const schedules[] = {
		"ring=1 guilty=3 queries=4", "cause=innocent queries=6", "ring=2 ms=20"};
	unsigned restores = 0, apart = 1;
	struct scene scene;

	open_scene(&scene, probe);
	for (int i = 0; i < RESETS; i++) {
		wait_until_whole(&scene, restores);
		probe_strike(schedules[i % 3]);
		restores += i % 3 == 1 ? 2 : 1;
		apart += i % 3 != 0;
	}
	wait_until_whole(&scene, restores);
	test_assert_int_eq(scene.restores, restores);
	test_assert_int_eq(scene.drops, restores);
	test_assert_int_eq(gpu_recovery_group_generation(scene.apart), apart);
	test_assert(scene.wakes > 0);
	test_assert_int_eq(close_scene(&scene), 0);
	test_assert_int_eq(probe_slot()->objects_alive[FAULT_OBJECT_CONTEXT], 0);
}

/* A reset that strikes while the contexts are being made: whenever, the next try is whole. */
PROBE_TEST(resets_during_rebuilds, NULL)
{
	struct scene scene;
	char schedule[128];

	open_scene(&scene, probe);
	for (int i = 0; i < 12; i++) {
		wait_until_whole(&scene, scene.restores);
		snprintf(schedule, sizeof(schedule),
			"at=now queries=2; at=call space=%d mode=during-rebuild queries=2", i * 5);
		probe_strike(schedule);
		wait_until_whole(&scene, scene.restores + 2);
		probe_release();
	}
	test_assert_int_eq(close_scene(&scene), 0);
}

static const EGLint desktop_attribs[] = {
	EGL_CONTEXT_MAJOR_VERSION,
	3,
	EGL_CONTEXT_MINOR_VERSION,
	3,
	EGL_CONTEXT_OPENGL_PROFILE_MASK,
	EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
	EGL_NONE,
};

static void restore_all(struct gpu_recovery *recovery, unsigned count)
{
	struct gpu_recovery_group *group;

	for (int i = 0; i < 5000 && count > 0; i++) {
		enum gpu_recovery_action action = gpu_recovery_dispatch(recovery, &group);

		if (action == GPU_RECOVERY_DROP) {
			eglMakeCurrent(gpu_recovery_display(recovery), EGL_NO_SURFACE,
				EGL_NO_SURFACE, EGL_NO_CONTEXT);
			gpu_recovery_dropped(recovery, group);
		}
		count -= action == GPU_RECOVERY_RESTORE;
		usleep(1000);
	}
	test_assert_int_eq(count, 0);
}

static bool prove(struct gpu_recovery *recovery, struct gpu_recovery_context *context)
{
	EGLDisplay display = gpu_recovery_display(recovery);
	bool alive = eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE,
			     gpu_recovery_context_handle(context)) &&
		     gpu_recovery_context_prove(context);

	eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	return alive;
}

/* As QEMU has it: OpenGL's core profile. Beside it, OpenGL ES. */
PROBE_TEST(opengl_contexts, NULL)
{
	const struct gpu_recovery_group_options options = {
		.size = sizeof(options), .api = EGL_OPENGL_API, .attribs = desktop_attribs};
	struct gpu_recovery *recovery = gpu_recovery_adopt(probe->display, NULL, NULL);
	struct gpu_recovery_group *desktop, *embedded;
	struct gpu_recovery_context *one, *other;
	const char *error = NULL;

	desktop = gpu_recovery_group_create(recovery, &options, &error);
	if (!desktop) {
		test_skip("no OpenGL 3.3 core contexts: %s", error);
	}
	embedded = gpu_recovery_group_create(recovery, NULL, NULL);
	one = gpu_recovery_context_create(desktop, desktop_attribs, NULL);
	other = gpu_recovery_context_create(embedded, NULL, NULL);
	test_assert(one && other);
	test_assert_int_eq(eglQueryAPI(), EGL_OPENGL_ES_API);
	test_assert(gpu_recovery_group_is_robust(desktop));
	eglBindAPI(EGL_OPENGL_API);
	test_assert(prove(recovery, one));

	for (unsigned i = 0; i < 3; i++) {
		probe_strike(i % 2 == 0 ? "ring=1 cause=guilty" : "cause=innocent");
		test_assert(!prove(recovery, one));
		restore_all(recovery, i % 2 == 0 ? 1 : 2);
		test_assert_int_eq(gpu_recovery_group_cause(desktop),
			i % 2 == 0 ? GPU_RECOVERY_GUILTY : GPU_RECOVERY_INNOCENT);
		test_assert_int_eq(eglQueryAPI(), EGL_OPENGL_API);
		test_assert(prove(recovery, one));
		test_assert(prove(recovery, other));
	}
	gpu_recovery_close(recovery);
	test_assert_int_eq(probe_slot()->objects_alive[FAULT_OBJECT_CONTEXT], 0);
}

/* A context that a toolkit makes, sharing with one of ours. */
PROBE_TEST(contexts_of_others_may_share, NULL)
{
	struct gpu_recovery *recovery = gpu_recovery_adopt(probe->display, NULL, NULL);
	struct gpu_recovery_group *group = gpu_recovery_group_create(recovery, NULL, NULL);
	struct gpu_recovery_context *context = gpu_recovery_context_create(group, NULL, NULL);
	EGLContext guest;

	for (int i = 0; i < 3; i++) {
		guest = probe_try_context(
			probe, PROBE_ROBUST, gpu_recovery_context_handle(context));
		test_assert_msg(guest != EGL_NO_CONTEXT, "EGL error 0x%x", eglGetError());
		probe_use(probe, guest);
		probe_clear(PROBE_GREEN);
		test_assert_int_eq(probe_read(), PROBE_GREEN);
		probe_strike("queries=2");
		test_assert_int_eq(probe_read(), PROBE_UNTOUCHED);
		eglDestroyContext(probe->display, guest);
		restore_all(recovery, 1);
	}
	gpu_recovery_close(recovery);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* No limit is put on it: it is printed for whoever reads the log. */
PROBE_TEST(what_a_check_costs, NULL)
{
	struct gpu_recovery *recovery = gpu_recovery_adopt(probe->display, NULL, NULL);
	struct gpu_recovery_group *group = gpu_recovery_group_create(recovery, NULL, NULL);
	struct gpu_recovery_context *context = gpu_recovery_context_create(group, NULL, NULL);
	double begin;

	probe_use(probe, gpu_recovery_context_handle(context));
	begin = seconds();
	for (int i = 0; i < 100000; i++) {
		test_assert(gpu_recovery_context_check(context));
	}
	printf("a check takes %.0f ns\n", (seconds() - begin) / 100000 * 1e9);
	begin = seconds();
	for (int i = 0; i < 10000; i++) {
		gpu_recovery_dispatch(recovery, NULL);
	}
	printf("a dispatch without anything to do takes %.0f ns\n",
		(seconds() - begin) / 10000 * 1e9);
	eglMakeCurrent(probe->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	gpu_recovery_close(recovery);
}

static long resident_kib(void)
{
	long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	test_assert(file && fscanf(file, "%*d %ld", &pages) == 1);
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Each group has a context of the library's own. */
PROBE_TEST(what_a_group_costs, NULL)
{
	struct gpu_recovery *recovery = gpu_recovery_adopt(probe->display, NULL, NULL);
	long before;

	gpu_recovery_group_create(recovery, NULL, NULL);
	before = resident_kib();
	for (int i = 0; i < 20; i++) {
		test_assert(gpu_recovery_group_create(recovery, NULL, NULL));
	}
	printf("a group takes %ld KiB\n", (resident_kib() - before) / 20);
	gpu_recovery_close(recovery);
}
