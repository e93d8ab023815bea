/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * retention-client HABIT FRAMES X Y: draws that many frames the way HABIT has it, under
 * scene-shell.
 *
 * Then it says `done` with what it has seen, stays, and takes commands from stdin: `report` says it
 * anew, `touch` draws the last picture with a small damage, `again` the last picture, `grey` a
 * placeholder, `truncate` all pools, `hide` and `show`; `paint` draws to the last buffer and
 * commits nothing, `recommit` does, and `destroy` destroys it. `gone` tells that the compositor cut
 * it off.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "pattern.h"
#include "scene-display.h"
#include "shm-buffer.h"

#define SIZE 64
#define TOUCHED 20
#define GREY 0xff29292b // the renderer's placeholder
#define STALL_NS ((int64_t)8 * 1000 * 1000 * 1000)
#define MAX_BUFFERS 8

struct client;

struct buffer {
	struct client *client;
	struct shm_buffer shm;
	bool used; // exists
	bool busy; // attached, and not released since
};

enum trigger {
	ON_FRAME,   // when the frame callback came and a buffer is free
	ALWAYS,     // when the frame callback came, free or not
	ON_RELEASE, // when the last buffer committed is free
	ON_ALL_RELEASED,
};

/** One way to behave. The steps may be NULL. */
struct habit {
	const char *name;
	int buffers; // 0: a new one for each frame
	enum trigger trigger;
	bool resizes;
	void (*after_commit)(struct client *client);
	void (*after_frame)(struct client *client);
	void (*at_end)(struct client *client);
};

struct client {
	struct scene_display display;
	const struct habit *habit;
	struct wl_surface *surface;
	struct wr_scene_view_v1 *view;
	struct buffer buffers[MAX_BUFFERS];
	struct buffer *last; // committed last; NULL: none, or destroyed
	bool frame_pending;
	int wanted, commits, releases, frames;
	int64_t began_ns, committed_ns, longest_ns;
	char order[16384]; // c: commit, r: release, f: frame callback
	size_t events;
};

static void note(struct client *client, char event)
{
	if (client->events < sizeof(client->order) - 1) {
		client->order[client->events++] = event;
	}
}

static void on_release(void *data, struct wl_buffer *proxy)
{
	struct buffer *buffer = data;

	buffer->busy = false;
	buffer->client->releases++;
	note(buffer->client, 'r');
}

static const struct wl_buffer_listener buffer_listener = {.release = on_release};

static void on_frame(void *data, struct wl_callback *callback, uint32_t time)
{
	struct client *client = data;

	wl_callback_destroy(callback);
	client->frame_pending = false;
	client->frames++;
	note(client, 'f');
	if (client->habit->after_frame) {
		client->habit->after_frame(client);
	}
}

static const struct wl_callback_listener frame_listener = {.done = on_frame};

static void destroy_buffer(struct buffer *buffer)
{
	shm_buffer_finish(&buffer->shm);
	if (buffer->client->last == buffer) {
		buffer->client->last = NULL;
	}
	buffer->used = false;
	buffer->busy = false;
}

static int size_of_frame(const struct client *client, int frame)
{
	return client->habit->resizes ? SIZE - 20 + frame % 20 : SIZE;
}

static struct buffer *make_buffer(struct client *client, int size)
{
	for (int i = 0; i < MAX_BUFFERS; i++) {
		struct buffer *buffer = &client->buffers[i];

		if (buffer->used && !buffer->busy && buffer->shm.width != size) {
			destroy_buffer(buffer);
		}
		if (!buffer->used) {
			if (!shm_buffer_init(&buffer->shm, client->display.shm,
				    WL_SHM_FORMAT_XRGB8888, size, size, 4 * size)) {
				abort();
			}
			*buffer =
				(struct buffer){.client = client, .shm = buffer->shm, .used = true};
			wl_buffer_add_listener(buffer->shm.buffer, &buffer_listener, buffer);
			return buffer;
		}
	}
	return NULL;
}

/* The next one in turn, free or not; NULL when all slots are in use. */
static struct buffer *next_buffer(struct client *client)
{
	int count = client->habit->buffers;
	int size = size_of_frame(client, client->commits + 1);

	if (count == 0) {
		return make_buffer(client, size);
	}
	struct buffer *buffer = &client->buffers[client->commits % count];
	return buffer->used ? buffer : make_buffer(client, size);
}

static bool any_busy(const struct client *client)
{
	bool busy = false;

	for (int i = 0; i < MAX_BUFFERS; i++) {
		busy |= client->buffers[i].used && client->buffers[i].busy;
	}
	return busy;
}

static bool may_draw(struct client *client)
{
	switch (client->habit->trigger) {
	case ON_FRAME:
		return !client->frame_pending &&
		       (client->habit->buffers == 0 || !next_buffer(client)->busy);
	case ALWAYS:
		return !client->frame_pending;
	case ON_RELEASE:
		return !client->last || !client->last->busy;
	case ON_ALL_RELEASED:
		return !any_busy(client);
	}
	return false;
}

static void paint(struct buffer *buffer, uint32_t seed, int area)
{
	const struct pixel_format *format = pixel_format_by_name("XRGB8888");

	for (int y = 0; y < area; y++) {
		for (int x = 0; x < area; x++) {
			pixel_format_pack(format,
				pattern_pixel(PATTERN_NOISE, ALPHA_OPAQUE, seed, x, y, area, area),
				0xffffffff, buffer->shm.data + y * buffer->shm.stride + 4 * x);
		}
	}
}

static void commit(struct client *client, struct buffer *buffer, int damaged)
{
	int64_t now = monotonic_ns();

	wl_surface_attach(client->surface, buffer->shm.buffer, 0, 0);
	wl_surface_damage_buffer(client->surface, 0, 0, damaged, damaged);
	wl_callback_add_listener(wl_surface_frame(client->surface), &frame_listener, client);
	wl_surface_commit(client->surface);
	client->frame_pending = true;
	buffer->busy = true;
	client->last = buffer;
	if (client->committed_ns && now - client->committed_ns > client->longest_ns) {
		client->longest_ns = now - client->committed_ns;
	}
	client->committed_ns = now;
	client->commits++;
	note(client, 'c');
}

static void draw(struct client *client)
{
	struct buffer *buffer = next_buffer(client);

	if (!buffer) {
		return;
	}
	paint(buffer, (uint32_t)client->commits + 1, buffer->shm.width);
	commit(client, buffer, buffer->shm.width);
	if (client->habit->after_commit) {
		client->habit->after_commit(client);
	}
}

/* Steps of the habits. */

static void destroy_last(struct client *client)
{
	if (client->last) {
		destroy_buffer(client->last);
	}
}

/* Reading such a pool is a SIGBUS for whoever does not guard its access. */
static void truncate_all(struct client *client)
{
	for (int i = 0; i < MAX_BUFFERS; i++) {
		if (client->buffers[i].used && ftruncate(client->buffers[i].shm.fd, 0) < 0) {
			abort();
		}
	}
}

static void truncate_at_last_commit(struct client *client)
{
	if (client->commits == client->wanted) {
		truncate_all(client);
	}
}

static void truncate_and_destroy(struct client *client)
{
	truncate_all(client);
	for (int i = 0; i < MAX_BUFFERS; i++) {
		if (client->buffers[i].used) {
			destroy_buffer(&client->buffers[i]);
		}
	}
}

static const struct habit habits[] = {
	{.name = "single", .buffers = 1, .trigger = ALWAYS},
	{.name = "single-release", .buffers = 1, .trigger = ON_RELEASE},
	{.name = "double", .buffers = 2, .trigger = ON_FRAME},
	{.name = "double-release", .buffers = 2, .trigger = ON_RELEASE},
	{.name = "all-released", .buffers = 3, .trigger = ON_ALL_RELEASED},
	{.name = "destroy-commit", .trigger = ON_FRAME, .after_commit = destroy_last},
	{.name = "destroy-frame", .trigger = ON_FRAME, .after_frame = destroy_last},
	{.name = "resize", .trigger = ON_FRAME, .resizes = true},
	{.name = "resize-released", .trigger = ON_ALL_RELEASED, .resizes = true},
	{.name = "truncate-commit",
		.buffers = 1,
		.trigger = ALWAYS,
		.after_commit = truncate_at_last_commit},
	{.name = "truncate-single", .buffers = 1, .trigger = ALWAYS, .at_end = truncate_all},
	{.name = "truncate-double", .buffers = 2, .trigger = ON_FRAME, .at_end = truncate_all},
	{.name = "truncate-destroy",
		.buffers = 2,
		.trigger = ON_FRAME,
		.at_end = truncate_and_destroy},
};

static void report(struct client *client)
{
	client->order[client->events] = '\0';
	printf("done commits=%d releases=%d frames=%d total_ms=%lld longest_ms=%lld order=%s\n",
		client->commits, client->releases, client->frames,
		(long long)(client->committed_ns - client->began_ns) / 1000000,
		(long long)client->longest_ns / 1000000, client->order);
	fflush(stdout);
}

/* Returns false when the connection is lost, or nothing happens any more. */
static bool run(struct client *client)
{
	client->began_ns = monotonic_ns();
	client->committed_ns = client->began_ns;
	while (client->commits < client->wanted || client->frame_pending) {
		int64_t deadline = monotonic_ns() + STALL_NS;
		int n;

		if (client->commits < client->wanted && may_draw(client)) {
			draw(client);
		}
		n = dispatch_until(client->display.display, deadline);
		if (n < 0) {
			return false;
		}
		if (n == 0 && monotonic_ns() >= deadline) {
			printf("stalled commits=%d order=%s\n", client->commits, client->order);
			return false;
		}
	}
	if (client->habit->at_end) {
		client->habit->at_end(client);
		wl_display_roundtrip(client->display.display);
	}
	return true;
}

/* A buffer with what was shown last, other than those that were used for that. */
static struct buffer *draw_again(struct client *client)
{
	int size = size_of_frame(client, client->wanted);
	struct buffer *buffer;

	for (int i = 0; i < MAX_BUFFERS; i++) {
		if (client->buffers[i].used && !client->buffers[i].busy) {
			destroy_buffer(&client->buffers[i]);
		}
	}
	buffer = make_buffer(client, size);
	if (!buffer) {
		abort();
	}
	paint(buffer, (uint32_t)client->wanted, size);
	return buffer;
}

static void again(struct client *client)
{
	struct buffer *buffer = draw_again(client);

	commit(client, buffer, buffer->shm.width);
}

/* Only what differs is damaged. */
static void touch(struct client *client)
{
	struct buffer *buffer = draw_again(client);

	paint(buffer, 77777, TOUCHED);
	commit(client, buffer, TOUCHED);
}

static void grey(struct client *client)
{
	struct buffer *buffer = draw_again(client);
	uint32_t *pixels = (uint32_t *)(void *)buffer->shm.data;

	for (size_t i = 0; i < buffer->shm.size / 4; i++) {
		pixels[i] = GREY;
	}
	commit(client, buffer, buffer->shm.width);
}

/* The next picture in the buffer that has the last one. */
static void recommit(struct client *client)
{
	client->wanted++;
	paint(client->last, (uint32_t)client->wanted, client->last->shm.width);
	commit(client, client->last, client->last->shm.width);
}

/* Not before the last commit was painted. */
static void obey(struct client *client, const char *command)
{
	static const struct {
		const char *command;
		void (*obey)(struct client *client);
	} orders[] = {{"report\n", report}, {"touch\n", touch}, {"again\n", again},
		{"grey\n", grey}, {"truncate\n", truncate_all}, {"recommit\n", recommit},
		{"destroy\n", destroy_last}};
	int64_t deadline = monotonic_ns() + 1000000000;

	while (client->frame_pending && dispatch_until(client->display.display, deadline) > 0) {
	}
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		if (strcmp(command, orders[i].command) == 0) {
			orders[i].obey(client);
		}
	}
	if (strcmp(command, "hide\n") == 0) {
		wr_scene_view_v1_hide(client->view);
	} else if (strcmp(command, "show\n") == 0) {
		wr_scene_view_v1_show(client->view);
	} else if (strcmp(command, "paint\n") == 0) {
		paint(client->last, 55555, client->last->shm.width);
	}
}

/* Returns false when the connection is lost. */
static bool stay(struct client *client)
{
	struct wl_display *display = client->display.display;
	struct pollfd pfds[] = {
		{.fd = wl_display_get_fd(display), .events = POLLIN},
		{.fd = STDIN_FILENO, .events = POLLIN},
	};
	char line[64];

	for (;;) {
		if (wl_display_dispatch_pending(display) < 0 ||
			(wl_display_flush(display) < 0 && errno != EAGAIN)) {
			return false;
		}
		if (poll(pfds, 2, -1) < 0) {
			return false;
		}
		if (pfds[0].revents && wl_display_dispatch(display) < 0) {
			return false;
		}
		if (pfds[1].revents) {
			if (!fgets(line, sizeof line, stdin)) {
				return true;
			}
			obey(client, line);
			if (wl_display_roundtrip(display) < 0) {
				return false;
			}
		}
	}
}

static const char *prepare(struct client *client, char *argv[])
{
	const char *error;

	for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++) {
		if (strcmp(habits[i].name, argv[1]) == 0) {
			client->habit = &habits[i];
		}
	}
	if (!client->habit) {
		return "no such habit";
	}
	error = scene_display_init(&client->display);
	if (error) {
		return error;
	}
	client->wanted = atoi(argv[2]);
	client->surface = wl_compositor_create_surface(client->display.compositor);
	client->view = wr_scene_control_v1_create_view(client->display.control, client->surface);
	wr_scene_view_v1_set_position(
		client->view, wl_fixed_from_int(atoi(argv[3])), wl_fixed_from_int(atoi(argv[4])));
	return NULL;
}

static void finish(struct client *client)
{
	fflush(stdout);
	for (int i = 0; i < MAX_BUFFERS; i++) {
		if (client->buffers[i].used) {
			destroy_buffer(&client->buffers[i]);
		}
	}
	wr_scene_view_v1_destroy(client->view);
	wl_surface_destroy(client->surface);
	scene_display_finish(&client->display);
}

int main(int argc, char *argv[])
{
	struct client client = {0};
	bool finished = false;
	const char *error;

	if (argc != 5) {
		fputs("usage: retention-client HABIT FRAMES X Y\n", stderr);
		return 2;
	}
	error = prepare(&client, argv);
	if (error) {
		fprintf(stderr, "retention-client: %s\n", error);
		return 1;
	}
	setvbuf(stdin, NULL, _IONBF, 0);
	if (run(&client)) {
		report(&client);
		finished = stay(&client);
	}
	if (!finished) {
		puts("gone");
	}
	finish(&client);
	return finished ? 0 : 3;
}
