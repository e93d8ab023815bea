/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A plugin for the guest's weston: does what no client or key can ask for. Commands come as lines
 * through the FIFO that WR_HAND names: "mode OUTPUT WIDTH HEIGHT" sets a mode of that size;
 * "planes OUTPUT no" has all that is on it drawn by the renderer, "planes OUTPUT yes" no more.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libweston/libweston.h>

struct hand {
	struct weston_compositor *compositor;
	struct wl_event_source *source;
	struct wl_listener destroy;
	int fd;
};

/* libweston 14 exports it, and has it in no header that is installed. */
void weston_output_damage(struct weston_output *output);

__attribute__((visibility("default"))) int wet_module_init(
	struct weston_compositor *compositor, int *argc, char *argv[]);

static void set_mode(struct hand *hand, const char *name, int32_t width, int32_t height)
{
	struct weston_output *output;
	struct weston_mode *mode;

	wl_list_for_each (output, &hand->compositor->output_list, link) {
		if (strcmp(output->name, name) != 0) {
			continue;
		}
		wl_list_for_each (mode, &output->mode_list, link) {
			if (mode->width == width && mode->height == height) {
				int result = weston_output_mode_set_native(
					output, mode, output->current_scale);

				weston_log("hand: mode %dx%d: %d\n", width, height, result);
				return;
			}
		}
	}
	weston_log("hand: no mode %dx%d on %s\n", width, height, name);
}

static void allow_planes(struct hand *hand, const char *name, bool allow)
{
	struct weston_output *output;

	wl_list_for_each (output, &hand->compositor->output_list, link) {
		if (strcmp(output->name, name) == 0) {
			output->disable_planes = allow ? 0 : 1;
			weston_output_damage(output);
			weston_log("hand: planes of %s: %d\n", name, allow);
		}
	}
}

static void obey(struct hand *hand, const char *line)
{
	char name[64], word[8];
	int width, height;

	if (sscanf(line, "mode %63s %d %d", name, &width, &height) == 3) {
		set_mode(hand, name, width, height);
	} else if (sscanf(line, "planes %63s %7s", name, word) == 2) {
		allow_planes(hand, name, strcmp(word, "yes") == 0);
	} else {
		weston_log("hand: what is \"%s\"?\n", line);
	}
}

static int readable(int fd, uint32_t mask, void *data)
{
	struct hand *hand = data;
	char text[512];
	ssize_t length = read(fd, text, sizeof(text) - 1);
	char *rest, *line;

	if (length <= 0) {
		return 0;
	}
	text[length] = '\0';
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		obey(hand, line);
	}
	return 0;
}

static void destroyed(struct wl_listener *listener, void *data)
{
	struct hand *hand = wl_container_of(listener, hand, destroy);

	wl_event_source_remove(hand->source);
	wl_list_remove(&hand->destroy.link);
	close(hand->fd);
	free(hand);
}

int wet_module_init(struct weston_compositor *compositor, int *argc, char *argv[])
{
	struct wl_event_loop *loop = wl_display_get_event_loop(compositor->wl_display);
	const char *path = getenv("WR_HAND");
	struct hand *hand;

	if (!path || (mkfifo(path, 0600) < 0 && errno != EEXIST)) {
		return -1;
	}
	hand = calloc(1, sizeof(*hand));
	if (!hand) {
		return -1;
	}
	hand->compositor = compositor;
	/* For writing too, so that it never comes to its end. */
	hand->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (hand->fd < 0) {
		free(hand);
		return -1;
	}
	hand->source = wl_event_loop_add_fd(loop, hand->fd, WL_EVENT_READABLE, readable, hand);
	hand->destroy.notify = destroyed;
	wl_signal_add(&compositor->destroy_signal, &hand->destroy);
	return 0;
}
