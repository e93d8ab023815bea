/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* wr-capture: pictures of weston's outputs through its own capture protocol, as exact PNGs. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"

struct output {
	struct wl_list link; // client.outputs, in the order of the registry
	struct wl_output *proxy;
	char *name; // connector name, NULL before the name event
};

struct client {
	struct wl_display *display;
	struct wl_shm *shm;
	struct weston_capture_v1 *capture;
	struct wl_list outputs; // output.link
};

struct options {
	const char *output; // name or index, NULL: the first
	const char *path;
	uint32_t source;
	int timeout_ms;
	int settle_ms; // -1: one picture is enough
	float gamma;   // of the picture of a blending space
	bool all;
	bool list;
};

static void on_name(void *data, struct wl_output *proxy, const char *name)
{
	struct output *output = data;

	free(output->name);
	output->name = strdup(name);
}

static void on_geometry(void *data, struct wl_output *proxy, int32_t x, int32_t y, int32_t pw,
	int32_t ph, int32_t subpixel, const char *make, const char *model, int32_t transform)
{
}

static void on_mode(void *data, struct wl_output *proxy, uint32_t flags, int32_t width,
	int32_t height, int32_t refresh)
{
}

static void on_done(void *data, struct wl_output *proxy)
{
}

static void on_scale(void *data, struct wl_output *proxy, int32_t factor)
{
}

static void on_description(void *data, struct wl_output *proxy, const char *text)
{
}

static const struct wl_output_listener output_listener = {
	.geometry = on_geometry,
	.mode = on_mode,
	.done = on_done,
	.scale = on_scale,
	.name = on_name,
	.description = on_description,
};

static void add_output(
	struct client *client, struct wl_registry *registry, uint32_t name, uint32_t version)
{
	struct output *output = calloc(1, sizeof(*output));

	if (!output) {
		return;
	}
	output->proxy =
		wl_registry_bind(registry, name, &wl_output_interface, version < 4 ? version : 4);
	wl_output_add_listener(output->proxy, &output_listener, output);
	wl_list_insert(client->outputs.prev, &output->link);
}

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct client *client = data;

	if (strcmp(interface, wl_output_interface.name) == 0) {
		add_output(client, registry, name, version);
	} else if (strcmp(interface, wl_shm_interface.name) == 0) {
		client->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	} else if (strcmp(interface, weston_capture_v1_interface.name) == 0) {
		client->capture = wl_registry_bind(registry, name, &weston_capture_v1_interface, 1);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

static const char *client_init(struct client *client)
{
	*client = (struct client){.display = wl_display_connect(NULL)};
	wl_list_init(&client->outputs);
	if (!client->display) {
		return "no compositor reached (WAYLAND_DISPLAY, XDG_RUNTIME_DIR)";
	}
	struct wl_registry *registry = wl_display_get_registry(client->display);
	wl_registry_add_listener(registry, &registry_listener, client);
	if (wl_display_roundtrip(client->display) < 0 ||
		wl_display_roundtrip(client->display) < 0) {
		return "the compositor closed the connection";
	}
	wl_registry_destroy(registry);
	if (!client->capture || !client->shm) {
		return "the compositor has no weston_capture_v1";
	}
	return NULL;
}

static void client_finish(struct client *client)
{
	struct output *output, *next;

	wl_list_for_each_safe (output, next, &client->outputs, link) {
		wl_output_destroy(output->proxy);
		free(output->name);
		free(output);
	}
	if (client->capture) {
		weston_capture_v1_destroy(client->capture);
	}
	if (client->shm) {
		wl_shm_destroy(client->shm);
	}
	if (client->display) {
		wl_display_disconnect(client->display);
	}
}

static struct output *find_output(struct client *client, const char *wanted)
{
	struct output *output;
	char *end = NULL;
	long index = wanted ? strtol(wanted, &end, 10) : 0;
	bool by_index = !wanted || (*wanted && *end == '\0');

	wl_list_for_each (output, &client->outputs, link) {
		if (by_index ? index-- == 0 : output->name && strcmp(output->name, wanted) == 0) {
			return output;
		}
	}
	return NULL;
}

static int shoot(struct client *client, const struct options *options, const struct output *output,
	const char *path)
{
	struct capture_target target = {
		.display = client->display,
		.shm = client->shm,
		.factory = client->capture,
		.output = output->proxy,
		.source = options->source,
		.gamma = options->gamma,
	};
	struct image image = {0};
	enum capture_result result;

	if (options->settle_ms >= 0) {
		result = capture_take_settled(
			&target, options->settle_ms, options->timeout_ms, &image);
	} else {
		result = capture_take(&target, options->timeout_ms, &image);
	}
	if (result == CAPTURE_OK && !image_write_png(&image, path)) {
		result = CAPTURE_ERROR;
	}
	image_finish(&image);
	return (int)result;
}

static int shoot_all(struct client *client, const struct options *options)
{
	struct output *output;
	int worst = 0;
	int index = 0;

	wl_list_for_each (output, &client->outputs, link) {
		char path[4096];
		char fallback[16];

		snprintf(fallback, sizeof fallback, "%d", index++);
		snprintf(path, sizeof path, "%s-%s.png", options->path,
			output->name ? output->name : fallback);
		int result = shoot(client, options, output, path);
		worst = result > worst ? result : worst;
	}
	return worst;
}

static int list_outputs(struct client *client)
{
	struct output *output;

	wl_list_for_each (output, &client->outputs, link) {
		printf("%s\n", output->name ? output->name : "(unnamed)");
	}
	return 0;
}

static int run(struct client *client, const struct options *options)
{
	if (options->list) {
		return list_outputs(client);
	}
	if (options->all) {
		return shoot_all(client, options);
	}
	struct output *output = find_output(client, options->output);
	if (!output) {
		fprintf(stderr, "wr-capture: no output %s\n",
			options->output ? options->output : "at all");
		return CAPTURE_ERROR;
	}
	return shoot(client, options, output, options->path);
}

static void usage(FILE *stream)
{
	fputs("usage: wr-capture [options] OUT.png\n"
	      "       wr-capture [options] --all PREFIX   writes PREFIX-<output name>.png for "
	      "each\n"
	      "       wr-capture --list                   prints the outputs' names\n"
	      "  --output NAME|INDEX   which output (default: the first)\n"
	      "  --source framebuffer|full-framebuffer|writeback|blending (default: framebuffer)\n"
	      "  --gamma G             the power curve to show linear colours by (default: 1)\n"
	      "  --timeout MS          give up after MS milliseconds (default: 10000)\n"
	      "  --wait-idle MS        repeat, MS apart, until two pictures are equal\n"
	      "Exit status: 0 done, 1 error, 2 refused by the compositor, 3 no answer in time.\n"
	      "The PNG has the captured bytes: exact size, premultiplied colours, alpha kept.\n",
		stream);
}

static bool parse_source(const char *text, uint32_t *source)
{
	static const char *const names[] = {
		[WESTON_CAPTURE_V1_SOURCE_WRITEBACK] = "writeback",
		[WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER] = "framebuffer",
		[WESTON_CAPTURE_V1_SOURCE_FULL_FRAMEBUFFER] = "full-framebuffer",
		[WESTON_CAPTURE_V1_SOURCE_BLENDING] = "blending",
	};

	for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(text, names[i]) == 0) {
			*source = i;
			return true;
		}
	}
	return false;
}

static bool parse_number(const char *text, int *value)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || number < 0 || number > 86400000) {
		return false;
	}
	*value = (int)number;
	return true;
}

static bool parse_option(struct options *options, int option)
{
	switch (option) {
	case 'o':
		options->output = optarg;
		return true;
	case 's':
		return parse_source(optarg, &options->source);
	case 'g':
		options->gamma = strtof(optarg, NULL);
		return options->gamma > 0.0f;
	case 't':
		return parse_number(optarg, &options->timeout_ms);
	case 'w':
		return parse_number(optarg, &options->settle_ms);
	case 'a':
		options->all = true;
		return true;
	case 'l':
		options->list = true;
		return true;
	default:
		return false;
	}
}

static bool parse(struct options *options, int argc, char *argv[])
{
	static const struct option longs[] = {
		{"output", required_argument, NULL, 'o'},
		{"source", required_argument, NULL, 's'},
		{"gamma", required_argument, NULL, 'g'},
		{"timeout", required_argument, NULL, 't'},
		{"wait-idle", required_argument, NULL, 'w'},
		{"all", no_argument, NULL, 'a'},
		{"list", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			exit(0);
		}
		if (!parse_option(options, option)) {
			return false;
		}
	}
	options->path = argv[optind];
	return argc - optind == (options->list ? 0 : 1);
}

int main(int argc, char *argv[])
{
	struct options options = {
		.source = WESTON_CAPTURE_V1_SOURCE_FRAMEBUFFER,
		.gamma = 1.0f,
		.timeout_ms = 10000,
		.settle_ms = -1,
	};
	struct client client;

	if (!parse(&options, argc, argv)) {
		usage(stderr);
		return CAPTURE_ERROR;
	}
	const char *error = client_init(&client);
	if (error) {
		fprintf(stderr, "wr-capture: %s\n", error);
	}
	int result = error ? CAPTURE_ERROR : run(&client, &options);
	client_finish(&client);
	return result;
}
