/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* scene-client: shows deterministic scenes under scene-shell.so, alone or driven by commands. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene-commands.h"

struct options {
	const char *scene;
	const char *output;
	int stage;
	bool list;
	bool serve;
};

static void usage(FILE *stream)
{
	fputs("usage: scene-client [--output NAME] [--stage N] SCENE   show it until killed\n"
	      "       scene-client --list    name, class on outputs of scale 1 and 2, stages, set, "
	      "like\n"
	      "       scene-client --serve   take commands from stdin, answer `ok …`, `skip …` or\n"
	      "                              `error …` on stdout:\n",
		stream);
	fputs(session_help(), stream);
}

static int list_scenes(void)
{
	const struct scene_entry *entry;

	for (size_t i = 0; (entry = scene_entry_at(i)); i++) {
		printf("%s %s %s %d %s %s\n", entry->name, scene_entry_class(entry, 1),
			scene_entry_class(entry, 2), entry->stages,
			entry->flags & SCENE_MEDIUM ? "medium" : "all",
			scene_entry_like(entry) ? scene_entry_like(entry) : "-");
	}
	return 0;
}

static int serve(struct session *session)
{
	static const char *const words[] = {
		[COMMAND_OK] = "ok",
		[COMMAND_SKIP] = "skip",
		[COMMAND_ERROR] = "error",
		[COMMAND_QUIT] = "ok",
	};
	char line[1024];
	enum command_result result = COMMAND_OK;

	while (result != COMMAND_QUIT && fgets(line, sizeof line, stdin)) {
		result = session_run(session, line);
		printf("%s %s\n", words[result], session->answer);
		fflush(stdout);
	}
	return 0;
}

static int show_until_killed(struct session *session, const struct options *options)
{
	if (options->output) {
		char line[256];

		snprintf(line, sizeof line, "output %s", options->output);
		if (session_run(session, line) != COMMAND_OK) {
			fprintf(stderr, "scene-client: %s\n", session->answer);
			return 1;
		}
	}
	enum command_result result = session_show(session, options->scene, options->stage);
	if (result != COMMAND_OK) {
		fprintf(stderr, "scene-client: %s\n", session->answer);
		return result == COMMAND_SKIP ? 77 : 1;
	}
	puts("ready");
	fflush(stdout);
	while (wl_display_dispatch(session->display.display) >= 0) {
	}
	return 1;
}

static bool parse(struct options *options, int argc, char *argv[])
{
	static const struct option longs[] = {
		{"list", no_argument, NULL, 'l'},
		{"serve", no_argument, NULL, 'S'},
		{"output", required_argument, NULL, 'o'},
		{"stage", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'l') {
			options->list = true;
		} else if (option == 'S') {
			options->serve = true;
		} else if (option == 'o') {
			options->output = optarg;
		} else if (option == 's') {
			options->stage = atoi(optarg);
		} else if (option == 'h') {
			usage(stdout);
			exit(0);
		} else {
			return false;
		}
	}
	options->scene = argv[optind];
	return argc - optind == (options->list || options->serve ? 0 : 1);
}

int main(int argc, char *argv[])
{
	struct options options = {.stage = 1};
	struct session session;

	if (!parse(&options, argc, argv)) {
		usage(stderr);
		return 1;
	}
	if (options.list) {
		return list_scenes();
	}
	const char *error = session_init(&session);
	int status = 1;
	if (error) {
		fprintf(stderr, "scene-client: %s\n", error);
	} else {
		status = options.serve ? serve(&session) : show_until_killed(&session, &options);
	}
	session_finish(&session);
	return status;
}
