/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* reference-client: shows cases under scene-shell.so and checks the pictures against the model. */

#include <getopt.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define WAIT_MS 5000

struct options {
	unsigned group;
	const char *only; // regular expression on names; NULL: all
	const char *prefix;
	const char *output; // NULL: the first
	bool list;
};

static const struct check_case *const tables[] = {
	buffer_cases, view_cases, damage_cases, capture_cases, yuv_cases};

static const char *const group_names[] = {
	"plain", "output", "damage", "color", "borders", "source-gone", "buffer-gone"};

/** What the client has bound beside the scene's display. */
struct bound {
	struct wl_registry *registry;
	struct wl_seat *seat;
};

static struct bound bound;

static void on_enter(void *data, struct wl_pointer *pointer, uint32_t serial,
	struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y)
{
	((struct check *)data)->pointer_serial = serial;
}

static void on_leave(
	void *data, struct wl_pointer *pointer, uint32_t serial, struct wl_surface *surface)
{
}

static void on_motion(
	void *data, struct wl_pointer *pointer, uint32_t time, wl_fixed_t x, wl_fixed_t y)
{
}

static const struct wl_pointer_listener pointer_listener = {
	.enter = on_enter,
	.leave = on_leave,
	.motion = on_motion,
};

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
	const char *interface, uint32_t version)
{
	struct check *check = data;

	if (strcmp(interface, wr_reference_seat_v1_interface.name) == 0) {
		check->pointer_control =
			wl_registry_bind(registry, name, &wr_reference_seat_v1_interface, 1);
	} else if (strcmp(interface, wl_seat_interface.name) == 0) {
		/* Version 1 tells of no more than the listener above takes. */
		bound.seat = wl_registry_bind(registry, name, &wl_seat_interface, 1);
		check->pointer = wl_seat_get_pointer(bound.seat);
		wl_pointer_add_listener(check->pointer, &pointer_listener, check);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = {
	.global = on_global,
	.global_remove = on_global_remove,
};

/* With many outputs, resets at every second repaint would keep the later ones from being drawn. */
static void disable_others(struct scene_display *display, const char *name)
{
	struct scene_output *output, *next;

	wl_list_for_each_safe (output, next, &display->outputs, link) {
		if (output->name && strcmp(output->name, name) != 0) {
			scene_display_wait(display,
				wr_scene_control_v1_set_output_enabled(
					display->control, output->name, 0),
				WAIT_MS);
		}
	}
	wl_display_roundtrip(display->display);
}

/* Plugs it in where it is not there yet. */
static struct scene_output *only_output(struct scene_display *display, const char *name)
{
	struct scene_output *output = scene_display_output(display, name);

	if (!output) {
		scene_display_wait(
			display, wr_scene_control_v1_create_head(display->control, name), WAIT_MS);
		for (int i = 0; !output && i < 50; i++) {
			wl_display_roundtrip(display->display);
			output = scene_display_output(display, name);
		}
	}
	if (output) {
		disable_others(display, name);
	}
	return output;
}

static bool choose_output(struct check *check, const char *name)
{
	struct scene_display *display = &check->display;
	struct scene_output *output =
		name ? only_output(display, name) : scene_display_output(display, NULL);

	if (!output) {
		return false;
	}
	check->scene.output = output;
	check->scene.origin_x = output->x;
	check->scene.origin_y = output->y;
	return true;
}

static bool set_up(struct check *check, const struct options *options)
{
	const char *error = scene_display_init(&check->display);

	scene_init(&check->scene, &check->display);
	if (error) {
		fprintf(stderr, "reference-client: %s\n", error);
		return false;
	}
	bound.registry = wl_display_get_registry(check->display.display);
	wl_registry_add_listener(bound.registry, &registry_listener, check);
	wl_display_roundtrip(check->display.display);
	if (!choose_output(check, options->output)) {
		fprintf(stderr, "reference-client: no output %s\n",
			options->output ? options->output : "at all");
		return false;
	}
	return true;
}

static void tear_down(struct check *check)
{
	if (check->pointer) {
		wl_pointer_destroy(check->pointer);
		wl_seat_destroy(bound.seat);
	}
	if (check->pointer_control) {
		wr_reference_seat_v1_destroy(check->pointer_control);
	}
	if (bound.registry) {
		wl_registry_destroy(bound.registry);
	}
	scene_display_finish(&check->display);
}

static void run_case(struct check *check, const struct check_case *which, const char *prefix)
{
	static const char *const words[] = {"PASS", "FAIL", "SKIP"};
	char name[128];

	snprintf(name, sizeof name, "%s%s", prefix, which->name);
	char file[128];
	snprintf(file, sizeof file, "%s", name);
	for (char *slash; (slash = strchr(file, '/'));) {
		*slash = '_';
	}
	check->case_name = file;
	check->verdict = VERDICT_PASS;
	check->why[0] = '\0';
	which->run(check, which->param);
	check_clear(check);
	if (wl_display_roundtrip(check->display.display) < 0) {
		check_fail(check, "lost the connection");
	}
	printf("%s %s%s%s\n", words[check->verdict], name, check->why[0] ? ": " : "", check->why);
	fflush(stdout);
}

static bool for_all(struct check *check, const struct options *options)
{
	regex_t only;

	if (options->only && regcomp(&only, options->only, REG_EXTENDED | REG_NOSUB) != 0) {
		fprintf(stderr, "reference-client: no regular expression: %s\n", options->only);
		return false;
	}
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		for (const struct check_case *which = tables[i]; which->name; which++) {
			if (!(which->groups & options->group) ||
				(options->only && regexec(&only, which->name, 0, NULL, 0) != 0)) {
				continue;
			}
			if (options->list) {
				printf("%s%s\n", options->prefix, which->name);
			} else {
				run_case(check, which, options->prefix);
			}
		}
	}
	if (options->only) {
		regfree(&only);
	}
	return true;
}

static void usage(FILE *stream)
{
	fputs("usage: reference-client [option]...\n"
	      "  --group NAME     plain, output, damage, color, borders, source-gone or "
	      "buffer-gone\n"
	      "  --only REGEX     only cases with such names\n"
	      "  --list           print the names of the cases, run none\n"
	      "  --prefix TEXT    put before all names\n"
	      "  --output NAME    the only one, plugged in where it is missing\n"
	      "  --light NAME     none, srgb or wide: what the compositor's output shows\n"
	      "  --resets         the contexts are lost now and then\n"
	      "  --full-upload    the compositor has the quirk gl_force_full_upload\n"
	      "  --mistake        the model is wrong: pictures must fail\n"
	      "  --pictures N     of everything, one after the other (default: 1)\n"
	      "  --out FOLDER     for the pictures of failures\n",
		stream);
}

static int index_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(names[i], name) == 0) {
			return (int)i;
		}
	}
	usage(stderr);
	exit(1);
}

static void parse(struct options *options, struct check *check, int argc, char *argv[])
{
	static const char *const lights[] = {"none", "srgb", "wide"};
	static const struct option longs[] = {
		{"group", required_argument, NULL, 'g'},
		{"only", required_argument, NULL, 'o'},
		{"list", no_argument, NULL, 'l'},
		{"prefix", required_argument, NULL, 'x'},
		{"output", required_argument, NULL, 'O'},
		{"light", required_argument, NULL, 'L'},
		{"resets", no_argument, NULL, 'r'},
		{"full-upload", no_argument, NULL, 'u'},
		{"mistake", no_argument, NULL, 'm'},
		{"pictures", required_argument, NULL, 'p'},
		{"out", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (option) {
		case 'g':
			options->group = 1u << index_of(group_names, 7, optarg);
			break;
		case 'o':
			options->only = optarg;
			break;
		case 'l':
			options->list = true;
			break;
		case 'x':
			options->prefix = optarg;
			break;
		case 'O':
			options->output = optarg;
			break;
		case 'L':
			check->light = (enum light)index_of(lights, 3, optarg);
			break;
		case 'r':
			check->resets = true;
			break;
		case 'u':
			check->full_upload = true;
			break;
		case 'm':
			check->mistake = true;
			break;
		case 'p':
			check->pictures = atoi(optarg);
			break;
		case 'd':
			check->out_dir = optarg;
			break;
		default:
			usage(option == 'h' ? stdout : stderr);
			exit(option == 'h' ? 0 : 1);
		}
	}
}

int main(int argc, char *argv[])
{
	struct options options = {.group = GROUP_PLAIN, .prefix = ""};
	static struct check check = {.pictures = 1};

	parse(&options, &check, argc, argv);
	if (options.list) {
		return for_all(&check, &options) ? 0 : 1;
	}
	bool ok = set_up(&check, &options) && for_all(&check, &options);
	tear_down(&check);
	return ok ? 0 : 1;
}
