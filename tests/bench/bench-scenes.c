/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* The scenes of tools/bench. All that is drawn is drawn before: a step costs the client little. */
#include "bench-scenes.h"

#include <stdio.h>
#include <string.h>

#define HEAD_TIMEOUT_MS 10000
#define PARAM_MAX 2048

struct size {
	int width, height;
};

static struct size output_size(const struct bench *bench)
{
	struct size size;

	scene_output_logical_size(bench->scene.output, &size.width, &size.height);
	return size;
}

static struct window *still(
	struct bench *bench, struct window_area at, const char *format, enum alpha alpha)
{
	struct window *window = window_create(&bench->scene, format, at.width, at.height);

	window_draw(window, PATTERN_CARD, alpha, (uint32_t)(at.x + at.y));
	window_show(window, at.x, at.y);
	return window;
}

/* Buffers that differ in the area that is going to be damaged. */
static struct actor *act(
	struct bench *bench, struct window *window, int n_buffers, struct window_area damage)
{
	struct actor *actor = &bench->actors[bench->n_actors++];

	*actor = (struct actor){.window = window, .n_buffers = n_buffers, .damage = damage};
	actor->buffers[0] = window->current;
	for (int i = 1; i < n_buffers; i++) {
		actor->buffers[i] = window_copy_buffer(window);
		window_paint(window, actor->buffers[i], damage, PATTERN_NOISE, ALPHA_OPAQUE,
			(uint32_t)i);
	}
	return actor;
}

static struct window_area whole(const struct window *window)
{
	return (struct window_area){0, 0, window->width, window->height};
}

/* Wallpaper, panel, and a terminal whose cursor blinks. */
static void show_cursor(struct bench *bench, int param)
{
	struct size size = output_size(bench);
	struct window_area terminal = {200, 150, 800, 500};

	still(bench, (struct window_area){0, 0, size.width, size.height}, "XRGB8888", ALPHA_OPAQUE);
	still(bench, (struct window_area){0, 0, size.width, 32}, "ARGB8888", ALPHA_HALF);
	act(bench, still(bench, terminal, "XRGB8888", ALPHA_OPAQUE), 2,
		(struct window_area){90, 180, 9, 18});
}

/* One client covers the output, and draws all of it each time. */
static void show_full_screen(struct bench *bench, int param)
{
	struct size size = output_size(bench);
	struct window *window = still(bench, (struct window_area){0, 0, size.width, size.height},
		"XRGB8888", ALPHA_OPAQUE);

	act(bench, window, 3, whole(window));
}

/* Overlapping windows in rows; of each, 5 % is damaged. param: how many */
static void show_windows(struct bench *bench, int param)
{
	struct size size = output_size(bench);
	int columns = param <= 10 ? param : param <= 50 ? 10 : param <= 200 ? 20 : 40;
	int rows = (param + columns - 1) / columns;
	struct size cell = {size.width / columns, size.height / rows};

	for (int i = 0; i < param; i++) {
		struct window_area at = {
			.x = i % columns * cell.width,
			.y = i / columns * cell.height,
			.width = cell.width * 5 / 4,
			.height = cell.height * 3 / 4 / 20 * 20 + 20,
		};
		struct window *window =
			still(bench, at, i % 4 == 3 ? "ARGB8888" : "XRGB8888", ALPHA_OPAQUE);
		struct window_area damage = {0, at.height / 2, at.width, at.height / 20};

		act(bench, window, 2, damage);
	}
}

/* Nothing is drawn anew, but a window that one can look through moves over 50 others. */
static void show_moving(struct bench *bench, int param)
{
	show_windows(bench, param);
	bench->n_actors = 0;
	bench->mover = still(bench, (struct window_area){0, 0, 400, 300}, "ARGB8888", ALPHA_HALF);
	wr_scene_view_v1_set_alpha(bench->mover->views[0], 800000);
}

static void show_terminal(struct bench *bench, int param)
{
	struct size size = output_size(bench);
	struct window *window;

	still(bench, (struct window_area){0, 0, size.width, size.height}, "XRGB8888", ALPHA_OPAQUE);
	window = still(bench, (struct window_area){100, 80, 1000, 700}, "ARGB8888", ALPHA_OPAQUE);
	/* The lines, within the frame that decorates them. */
	act(bench, window, 2, (struct window_area){8, 30, 984, 662});
}

/* A film of 1280x720 in three planes, scaled to the output. */
static void show_video(struct bench *bench, int param)
{
	struct size size = output_size(bench);
	struct window *window =
		still(bench, (struct window_area){0, 0, 1280, 720}, "YUV420", ALPHA_OPAQUE);

	if (window_viewport(window)) {
		wp_viewport_set_destination(window_viewport(window), size.width, size.height);
	}
	act(bench, window, 3, whole(window));
}

/* A window on each output. param: how many outputs */
static void show_outputs(struct bench *bench, int param)
{
	struct scene_output *output;

	wl_list_for_each (output, &bench->display.outputs, link) {
		struct window_area at = {output->x + 40, output->y + 30, 400, 300};
		struct window *window = still(bench, at, "XRGB8888", ALPHA_OPAQUE);

		act(bench, window, 2, (struct window_area){0, 150, 400, 15});
	}
}

/* A few pixels of it: enough to have the output painted. */
static void touch_newest(struct bench *bench)
{
	struct window *window = wl_container_of(bench->scene.windows.prev, window, link);

	act(bench, window, 1, (struct window_area){0, 0, 16, 16});
}

/* Windows that cover the output without overlap, the last row perhaps with fewer. param: how many
 */
static void show_grid(struct bench *bench, int param, const char *format, enum alpha alpha)
{
	struct size size = output_size(bench);
	int columns = 1;

	while (columns * columns < param) {
		columns++;
	}
	int rows = (param + columns - 1) / columns;
	for (int i = 0; i < param; i++) {
		int row = i / columns, column = i % columns;
		int in_row = row == rows - 1 ? param - row * columns : columns;
		struct window_area at = {
			.x = size.width * column / in_row,
			.y = size.height * row / rows,
			.width = size.width * (column + 1) / in_row - size.width * column / in_row,
			.height = size.height * (row + 1) / rows - size.height * row / rows,
		};

		still(bench, at, format, alpha);
	}
	touch_newest(bench);
}

static void show_tiles(struct bench *bench, int param)
{
	show_grid(bench, param, "XRGB8888", ALPHA_OPAQUE);
}

/* The same, to be blended with what is behind. */
static void show_blended(struct bench *bench, int param)
{
	show_grid(bench, param, "ARGB8888", ALPHA_HALF);
}

/* A window on all of the output, above param windows of 512x512 that have been seen before. */
static void show_hidden(struct bench *bench, int param)
{
	for (int i = 0; i < param; i++) {
		still(bench, (struct window_area){0, 0, 512, 512}, "XRGB8888", ALPHA_OPAQUE);
		scene_wait_frame(&bench->scene);
	}
	show_tiles(bench, 1);
}

/* param MiB of content, all of it to be seen, in windows of 1 MiB or 16 MiB, scaled down. */
static void show_content(struct bench *bench, int param)
{
	struct size size = output_size(bench);
	int mib = param % 16 == 0 ? 16 : 1;
	int side = mib == 16 ? 2048 : 512, n = param / mib, columns = 1;

	while (columns * columns < n) {
		columns++;
	}
	struct size cell = {size.width / columns, size.height / columns};
	for (int i = 0; i < n; i++) {
		struct window *window = window_create(&bench->scene, "XRGB8888", side, side);

		window_draw(window, PATTERN_FLAT, ALPHA_OPAQUE, (uint32_t)i);
		if (window_viewport(window)) {
			wp_viewport_set_destination(
				window_viewport(window), cell.width, cell.height);
		}
		window_show(window, i % columns * cell.width, i / columns * cell.height);
	}
	touch_newest(bench);
}

static const struct {
	const char *name;
	void (*show)(struct bench *bench, int param);
	int param;
	int outputs;
} scenes[] = {
	{"idle-cursor", show_cursor, 0, 1},
	{"full-1080p", show_full_screen, 0, 1},
	{"full-4k", show_full_screen, 0, 1},
	{"windows-50", show_windows, 50, 1},
	{"windows-200", show_windows, 200, 1},
	{"translucent-move", show_moving, 50, 1},
	{"terminal-scroll", show_terminal, 0, 1},
	{"video-yuv", show_video, 0, 1},
	{"color-icc", show_windows, 10, 1},
	{"outputs-8", show_outputs, 0, 8},
};

/* The name and a number after it make a scene. */
static const struct {
	const char *name;
	void (*show)(struct bench *bench, int param);
} families[] = {
	{"tiles-", show_tiles},
	{"blended-", show_blended},
	{"hidden-", show_hidden},
	{"content-", show_content},
};

const char *bench_scene_name(size_t n)
{
	return n < sizeof(scenes) / sizeof(scenes[0]) ? scenes[n].name : NULL;
}

/* weston.ini configures output-1, output-2 ... */
static void plug_in(struct bench *bench, int outputs)
{
	for (int i = 1; i < outputs; i++) {
		char name[32];
		struct wl_callback *done;

		snprintf(name, sizeof(name), "output-%d", i);
		done = wr_scene_control_v1_create_head(bench->display.control, name);
		scene_display_wait(&bench->display, done, HEAD_TIMEOUT_MS);
	}
	for (int i = 0; i < 3; i++) {
		wl_display_roundtrip(bench->display.display);
	}
}

static void on_painted(void *data, struct wl_callback *callback, uint32_t time)
{
	struct bench *bench = data;

	wl_callback_destroy(callback);
	bench->unpainted--;
}

static const struct wl_callback_listener painted_listener = {.done = on_painted};

static void commit(struct bench *bench, struct window *window)
{
	struct wl_callback *callback = wl_surface_frame(window->surface);

	wl_callback_add_listener(callback, &painted_listener, bench);
	bench->unpainted++;
	wl_surface_commit(window->surface);
}

/* For ever, if need be: who started this program knows when it is enough. */
static bool wait_painted(struct bench *bench)
{
	while (bench->unpainted > 0) {
		if (wl_display_dispatch(bench->display.display) < 0) {
			return false;
		}
	}
	return true;
}

static bool show_named(struct bench *bench, const char *name)
{
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		if (strcmp(scenes[i].name, name) == 0) {
			plug_in(bench, scenes[i].outputs);
			bench->scene.output = scene_display_output(&bench->display, NULL);
			scenes[i].show(bench, scenes[i].param);
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		size_t length = strlen(families[i].name);
		int param;

		if (strncmp(families[i].name, name, length) == 0 &&
			sscanf(name + length, "%d", &param) == 1 && param >= 0 &&
			param <= PARAM_MAX) {
			bench->scene.output = scene_display_output(&bench->display, NULL);
			families[i].show(bench, param);
			return true;
		}
	}
	return false;
}

bool bench_show(struct bench *bench, const char *name)
{
	if (!show_named(bench, name)) {
		return false;
	}
	struct window *last = wl_container_of(bench->scene.windows.prev, last, link);
	commit(bench, last);
	return wait_painted(bench);
}

static void show_next_buffer(struct actor *actor, int step)
{
	struct window_area damage = actor->damage;

	window_attach(actor->window, actor->buffers[step % actor->n_buffers]);
	wl_surface_damage_buffer(
		actor->window->surface, damage.x, damage.y, damage.width, damage.height);
}

static void move(struct bench *bench)
{
	struct size size = output_size(bench);
	int step = bench->steps;

	scene_place(&bench->scene, bench->mover->views[0], step * 7 % (size.width - 400),
		step * 5 % (size.height - 300));
}

bool bench_step(struct bench *bench)
{
	bench->steps++;
	for (int i = 0; i < bench->n_actors; i++) {
		show_next_buffer(&bench->actors[i], bench->steps);
		commit(bench, bench->actors[i].window);
	}
	if (bench->mover) {
		move(bench);
		commit(bench, bench->mover);
	}
	return wait_painted(bench);
}
