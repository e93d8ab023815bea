/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A desktop with one window to be seen and many that are not: a third of them below it, a third
 * without a view (minimised), a third out of the output. Each has been on the screen before. Under
 * scene-shell; commands come by standard input and are answered with a line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

#define LINE_MAX_BYTES 128

/* Beyond any output. */
#define FAR_AWAY 20000

struct crowd {
	struct scene_display display;
	struct scene scene;
	int hidden;
	struct window *front;
};

static void hide(struct window *window, int number)
{
	switch (number % 3) {
	case 0:
		break;
	case 1:
		wr_scene_view_v1_hide(window->views[0]);
		break;
	case 2:
		scene_place(window->scene, window->views[0], FAR_AWAY, FAR_AWAY);
		break;
	}
}

static void to_the_front(struct window *window)
{
	wr_scene_view_v1_show(window->views[0]);
	wr_scene_view_v1_raise(window->views[0]);
	scene_place(window->scene, window->views[0], 0, 0);
	scene_wait_frame(window->scene);
}

static struct window *add_window(struct crowd *crowd, int width, int height, int seed)
{
	struct window *window = window_create(&crowd->scene, "XRGB8888", width, height);

	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, (uint32_t)seed);
	window_show(window, 0, 0);
	return window;
}

/* Each hidden window is seen once, so that whatever draws it has it; then the front one. */
static void parade(struct crowd *crowd)
{
	for (int i = 0; i < crowd->hidden; i++) {
		struct window *window = scene_window(&crowd->scene, i);

		to_the_front(window);
		hide(window, i);
	}
	to_the_front(crowd->front);
}

/* The front window covers the whole output. */
static void assemble(struct crowd *crowd, int size)
{
	int width, height;

	for (int i = 0; i < crowd->hidden; i++) {
		add_window(crowd, size, size, i);
	}
	scene_output_logical_size(crowd->scene.output, &width, &height);
	crowd->front = add_window(crowd, width, height, 1000);
	parade(crowd);
	wl_display_roundtrip(crowd->display.display);
}

/* Has weston paint the front window again. */
static void touch(struct crowd *crowd)
{
	wl_surface_damage_buffer(crowd->front->surface, 0, 0, 16, 16);
	wl_surface_commit(crowd->front->surface);
}

/* The n-th hidden window comes to the front. */
static void reveal(struct crowd *crowd, int number)
{
	if (number >= 0 && number < crowd->hidden) {
		to_the_front(scene_window(&crowd->scene, number));
	}
}

static bool obey(struct crowd *crowd, const char *line)
{
	if (strncmp(line, "touch", 5) == 0) {
		touch(crowd);
	} else if (strncmp(line, "parade", 6) == 0) {
		parade(crowd);
	} else if (strncmp(line, "reveal ", 7) == 0) {
		reveal(crowd, atoi(line + 7));
	} else {
		return false;
	}
	return wl_display_roundtrip(crowd->display.display) >= 0;
}

int main(int argc, char **argv)
{
	struct crowd crowd = {0};
	char line[LINE_MAX_BYTES];
	const char *error;

	if (argc != 3) {
		fprintf(stderr,
			"usage: crowd-client HIDDEN SIZE\n"
			"Shows HIDDEN windows of SIZE x SIZE pixels, one after the other, hides "
			"them, and covers the output with a window.\n"
			"Standard input: touch (damage that window), parade (show all again, one "
			"after the other), reveal N.\n");
		return 2;
	}
	error = scene_display_init(&crowd.display);
	if (error) {
		fprintf(stderr, "crowd-client: %s\n", error);
		return 1;
	}
	scene_init(&crowd.scene, &crowd.display);
	crowd.scene.output = scene_display_output(&crowd.display, NULL);
	crowd.hidden = atoi(argv[1]);
	assemble(&crowd, atoi(argv[2]));
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin) && obey(&crowd, line)) {
		puts("ok");
		fflush(stdout);
	}
	scene_clear(&crowd.scene);
	scene_display_finish(&crowd.display);
	return 0;
}
