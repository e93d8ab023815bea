/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "scene-commands.h"

#define MAX_WORDS 8
#define CAPTURE_TIMEOUT_MS 10000
#define REPLY_TIMEOUT_MS 5000

typedef enum command_result (*command_fn)(struct session *session, char **words);

static enum command_result failed(struct session *session, const char *why)
{
	snprintf(session->answer, sizeof session->answer, "%s", why);
	return COMMAND_ERROR;
}

const char *session_init(struct session *session)
{
	*session = (struct session){0};
	const char *error = scene_display_init(&session->display);
	scene_init(&session->scene, &session->display);
	if (!error) {
		session->scene.output = scene_display_output(&session->display, NULL);
	}
	return error;
}

void session_finish(struct session *session)
{
	image_finish(&session->picture);
	if (session->display.display) {
		scene_clear(&session->scene);
		wl_display_flush(session->display.display);
	}
	scene_display_finish(&session->display);
}

static enum command_result problem(struct session *session)
{
	if (session->scene.problem[0] == '\0') {
		return COMMAND_OK;
	}
	snprintf(session->answer, sizeof session->answer, "%s", session->scene.problem);
	return COMMAND_SKIP;
}

static enum command_result go_to_stage(struct session *session, int stage)
{
	while (session->stage < stage) {
		if (session->stage > 0) {
			scene_wait_frame(&session->scene);
		}
		session->stage++;
		session->entry->show(&session->scene, session->stage, session->entry->param);
	}
	if (wl_display_roundtrip(session->display.display) < 0) {
		return failed(session, "lost the connection");
	}
	return problem(session);
}

enum command_result session_show(struct session *session, const char *name, int stage)
{
	const struct scene_entry *entry = scene_entry_by_name(name);

	if (!entry || stage < 1 || stage > entry->stages) {
		return failed(session, "no such scene or stage");
	}
	scene_clear(&session->scene);
	session->entry = entry;
	session->stage = 0;
	return go_to_stage(session, stage);
}

static enum command_result do_show(struct session *session, char **words)
{
	return session_show(session, words[0], words[1] ? atoi(words[1]) : 1);
}

static enum command_result do_stage(struct session *session, char **words)
{
	int stage = atoi(words[0]);

	if (!session->entry || stage > session->entry->stages) {
		return failed(session, "no such stage");
	}
	return go_to_stage(session, stage);
}

/* A change that fits every scene: an opaque window, a turned one, and the oldest view moved. */
static enum command_result do_change(struct session *session, char **words)
{
	struct window *oldest = scene_window(&session->scene, 0);

	if (oldest && oldest->n_views > 0) {
		scene_place(&session->scene, oldest->views[0], 23, 31);
	}
	struct window *window = window_create(&session->scene, "XRGB8888", 71, 53);
	window_draw(window, PATTERN_NOISE, ALPHA_OPAQUE, 77);
	window_show(window, 5, 3);
	return wl_display_roundtrip(session->display.display) < 0
		       ? failed(session, "lost the connection")
		       : COMMAND_OK;
}

static enum command_result do_clear(struct session *session, char **words)
{
	scene_clear(&session->scene);
	session->entry = NULL;
	return wl_display_roundtrip(session->display.display) < 0
		       ? failed(session, "lost the connection")
		       : COMMAND_OK;
}

static enum command_result do_output(struct session *session, char **words)
{
	wl_display_roundtrip(session->display.display);
	struct scene_output *output = scene_display_output(&session->display, words[0]);
	if (!output) {
		return failed(session, "no such output");
	}
	session->scene.output = output;
	session->scene.origin_x = output->x;
	session->scene.origin_y = output->y;
	snprintf(session->answer, sizeof session->answer, "%d %d %d %d scale %d transform %d",
		output->x, output->y, output->width, output->height, output->scale,
		output->transform);
	return COMMAND_OK;
}

enum command_result session_capture(
	struct session *session, const char *source, struct image *image)
{
	struct capture_target target = {
		.display = session->display.display,
		.shm = session->display.shm,
		.factory = session->display.capture,
		.output = session->scene.output ? session->scene.output->proxy : NULL,
		.source = strcmp(source, "full") == 0 ? WESTON_CAPTURE_V1_SOURCE_FULL_FRAMEBUFFER
						      : WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER,
	};

	if (!target.factory || !target.output) {
		return failed(session, "no output, or no weston_capture_v1");
	}
	enum capture_result result = capture_take(&target, CAPTURE_TIMEOUT_MS, image);
	if (result != CAPTURE_OK) {
		return failed(session,
			result == CAPTURE_FAILED ? "capture failed" : "capture timed out or broke");
	}
	return COMMAND_OK;
}

static enum command_result do_capture(struct session *session, char **words)
{
	struct image image = {0};
	enum command_result result = session_capture(session, words[0], &image);

	if (result != COMMAND_OK) {
		return result;
	}
	bool written = image_write_png(&image, words[1]);
	image_finish(&image);
	return written ? COMMAND_OK : failed(session, "cannot write");
}

static bool wait_reply(struct session *session, struct wl_callback *callback)
{
	return scene_display_wait(&session->display, callback, REPLY_TIMEOUT_MS) == 1;
}

/* The n-th window's pixels by surface_copy_content. */
static enum command_result do_read(struct session *session, char **words)
{
	struct window *window = scene_window(&session->scene, atoi(words[0]));
	struct shm_buffer buffer;
	struct image image;

	if (!window || !image_init(&image, window->width, window->height)) {
		return failed(session, "no such window");
	}
	if (!shm_buffer_init(&buffer, session->display.shm, WL_SHM_FORMAT_ARGB8888, window->width,
		    window->height, window->width * 4)) {
		image_finish(&image);
		return failed(session, "no memory");
	}
	bool done = wait_reply(
		session, wr_scene_control_v1_read_surface(session->display.control, window->surface,
				 buffer.buffer, 0, 0, window->width, window->height));
	memcpy(image.rgba, buffer.data, image_size(&image));
	done = done && image_write_png(&image, words[1]);
	image_finish(&image);
	shm_buffer_finish(&buffer);
	return done ? COMMAND_OK : failed(session, "surface_copy_content failed");
}

static enum command_result control_reply(struct session *session, struct wl_callback *callback)
{
	if (!wait_reply(session, callback)) {
		return failed(session, "refused by the shell");
	}
	wl_display_roundtrip(session->display.display);
	if (session->scene.output && wl_list_empty(&session->display.outputs)) {
		session->scene.output = NULL;
	}
	return COMMAND_OK;
}

static enum command_result do_head(struct session *session, char **words)
{
	enum command_result result = control_reply(
		session, wr_scene_control_v1_create_head(session->display.control, words[0]));

	for (int i = 0; result == COMMAND_OK && i < 50; i++) {
		if (scene_display_output(&session->display, words[0])) {
			return COMMAND_OK;
		}
		wl_display_roundtrip(session->display.display);
	}
	return failed(session, "the new output did not appear");
}

/* A wl_output that goes away must not be used any more; `output` selects it anew. */
static enum command_result do_enable(struct session *session, char **words)
{
	struct wl_callback *callback = wr_scene_control_v1_set_output_enabled(
		session->display.control, words[0], (uint32_t)atoi(words[1]));

	session->scene.output = NULL;
	return control_reply(session, callback);
}

static enum command_result do_resize_output(struct session *session, char **words)
{
	struct wl_callback *callback = wr_scene_control_v1_resize_output(
		session->display.control, words[0], atoi(words[1]), atoi(words[2]));

	session->scene.output = NULL;
	return control_reply(session, callback);
}

static enum command_result do_move_output(struct session *session, char **words)
{
	return control_reply(session, wr_scene_control_v1_move_output(session->display.control,
					      words[0], atoi(words[1]), atoi(words[2])));
}

static enum command_result do_configure_output(struct session *session, char **words)
{
	return control_reply(session, wr_scene_control_v1_configure_output(session->display.control,
					      words[0], atoi(words[1]), (uint32_t)atoi(words[2])));
}

static enum command_result do_move(struct session *session, char **words)
{
	struct window *window = scene_window(&session->scene, atoi(words[0]));

	if (!window || window->n_views == 0) {
		return failed(session, "no such window");
	}
	scene_place(&session->scene, window->views[0], atof(words[1]), atof(words[2]));
	wl_display_flush(session->display.display);
	return COMMAND_OK;
}

static enum command_result do_resize(struct session *session, char **words)
{
	struct window *window = scene_window(&session->scene, atoi(words[0]));

	if (!window || atoi(words[1]) < 1 || atoi(words[2]) < 1) {
		return failed(session, "no such window or size");
	}
	window->width = atoi(words[1]);
	window->height = atoi(words[2]);
	window_draw(window, PATTERN_CARD, ALPHA_OPAQUE, (uint32_t)window->width);
	wl_surface_commit(window->surface);
	wl_display_flush(session->display.display);
	return COMMAND_OK;
}

static enum command_result do_frame(struct session *session, char **words)
{
	scene_wait_frame(&session->scene);
	return COMMAND_OK;
}

static enum command_result do_damage_all(struct session *session, char **words)
{
	wr_scene_control_v1_damage_all(session->display.control);
	wl_display_flush(session->display.display);
	return COMMAND_OK;
}

static enum command_result do_single_buffer(struct session *session, char **words)
{
	return act_single_buffer(session, atoi(words[0]), atoi(words[1]));
}

static enum command_result do_pings(struct session *session, char **words)
{
	return act_pings(session, atoi(words[0]));
}

static enum command_result do_destroy_buffers(struct session *session, char **words)
{
	return act_destroy_buffers(session);
}

static enum command_result do_truncate(struct session *session, char **words)
{
	return act_truncate(session);
}

static enum command_result do_digest(struct session *session, char **words)
{
	return act_digest(session, words[0]);
}

static enum command_result do_save(struct session *session, char **words)
{
	return act_save(session, words[0]);
}

static enum command_result do_recovery(struct session *session, char **words)
{
	int64_t data;

	if (words[0]) {
		return control_reply(session,
			wr_scene_control_v1_configure_recovery(session->display.control, words[0],
				words[1] ? (uint32_t)strtoul(words[1], NULL, 10) : 0));
	}
	data = scene_display_wait(&session->display,
		wr_scene_control_v1_query_recovery(session->display.control), REPLY_TIMEOUT_MS);
	snprintf(session->answer, sizeof session->answer, "%lld", (long long)data);
	return data < 0 ? COMMAND_ERROR : COMMAND_OK;
}

static enum command_result do_sync(struct session *session, char **words)
{
	return wl_display_roundtrip(session->display.display) < 0
		       ? failed(session, "lost the connection")
		       : COMMAND_OK;
}

static enum command_result do_quit(struct session *session, char **words)
{
	return COMMAND_QUIT;
}

static const struct {
	const char *name;
	int min_words; // after the name
	command_fn run;
} commands[] = {
	{"show", 1, do_show},
	{"stage", 1, do_stage},
	{"change", 0, do_change},
	{"clear", 0, do_clear},
	{"output", 1, do_output},
	{"capture", 2, do_capture},
	{"digest", 1, do_digest},
	{"save", 1, do_save},
	{"read", 2, do_read},
	{"head", 1, do_head},
	{"enable", 2, do_enable},
	{"resize-output", 3, do_resize_output},
	{"move-output", 3, do_move_output},
	{"configure-output", 3, do_configure_output},
	{"move", 3, do_move},
	{"resize", 3, do_resize},
	{"frame", 0, do_frame},
	{"damage-all", 0, do_damage_all},
	{"single-buffer", 2, do_single_buffer},
	{"pings", 1, do_pings},
	{"destroy-buffers", 0, do_destroy_buffers},
	{"truncate", 0, do_truncate},
	{"recovery", 0, do_recovery},
	{"sync", 0, do_sync},
	{"quit", 0, do_quit},
};

const char *session_help(void)
{
	return "show SCENE [STAGE]        clear, then show a scene\n"
	       "stage N                   go on to a later stage\n"
	       "change                    add a window and move the oldest view\n"
	       "clear                     remove everything\n"
	       "output NAME               make NAME the output of positions and captures\n"
	       "capture area|full FILE    write a PNG of the output\n"
	       "digest area|full          size and digest of a picture of the output\n"
	       "save FILE                 write a PNG of the last digest's picture\n"
	       "read N FILE               write a PNG of the N-th window's content\n"
	       "head NAME                 plug in an output\n"
	       "enable NAME 0|1           disable or enable an output\n"
	       "resize-output NAME W H    framebuffer pixels\n"
	       "move-output NAME X Y\n"
	       "configure-output NAME SCALE TRANSFORM\n"
	       "move N X Y                move the N-th window's first view\n"
	       "resize N W H              new buffer size of the N-th window\n"
	       "frame                     wait for a frame callback\n"
	       "damage-all                repaint everything\n"
	       "single-buffer FRAMES MS   redraw one buffer on each release\n"
	       "pings MS                  round trips for MS ms; longest and 99th percentile\n"
	       "destroy-buffers           destroy the wl_buffers of all windows\n"
	       "truncate                  truncate the pool of every window's buffer\n"
	       "recovery [NAME VALUE]     weston-robust's state and rung; or change its "
	       "configuration\n"
	       "sync                      a round trip\n"
	       "quit\n";
}

enum command_result session_run(struct session *session, char *line)
{
	char *words[MAX_WORDS + 1] = {0};
	char *save = NULL;
	int n = 0;

	session->answer[0] = '\0';
	for (char *word = strtok_r(line, " \t\n", &save); word && n < MAX_WORDS;
		word = strtok_r(NULL, " \t\n", &save)) {
		words[n++] = word;
	}
	if (n == 0) {
		return COMMAND_OK;
	}
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, words[0]) == 0) {
			return n - 1 < commands[i].min_words ? failed(session, "words missing")
							     : commands[i].run(session, words + 1);
		}
	}
	return failed(session, "unknown command");
}
