/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* bench-client: shows a scene of tools/bench under scene-shell, and takes steps when it is told so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench-scenes.h"

#define LINE_MAX_BYTES 128

static bool obey(struct bench *bench, const char *line)
{
	int steps = 0;

	if (sscanf(line, "step %d", &steps) != 1) {
		return false;
	}
	for (int i = 0; i < steps; i++) {
		if (!bench_step(bench)) {
			return false;
		}
	}
	return true;
}

static int list(void)
{
	for (size_t i = 0; bench_scene_name(i); i++) {
		puts(bench_scene_name(i));
	}
	return 0;
}

static int serve(struct bench *bench, const char *name)
{
	char line[LINE_MAX_BYTES];

	if (!bench_show(bench, name)) {
		fprintf(stderr, "bench-client: no scene %s, or it is not painted\n", name);
		return 1;
	}
	if (bench->scene.problem[0]) {
		printf("problem %s\n", bench->scene.problem);
	} else {
		puts("ready");
	}
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		puts(obey(bench, line) ? "ok" : "error");
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	const char *error;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		return list();
	}
	if (argc != 2 || argv[1][0] == '-') {
		fprintf(stderr,
			"usage: bench-client SCENE | --list\n"
			"Standard input: step N (N steps, each painted before the next).\n");
		return 2;
	}
	error = scene_display_init(&bench.display);
	if (error) {
		fprintf(stderr, "bench-client: %s\n", error);
		return 1;
	}
	scene_init(&bench.scene, &bench.display);
	int status = serve(&bench, argv[1]);
	scene_clear(&bench.scene);
	scene_display_finish(&bench.display);
	return status;
}
