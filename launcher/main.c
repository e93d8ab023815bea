/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* weston-robust: weston with our renderer and our plugin. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "check.h"
#include "ini.h"
#include "install.h"
#include "module-map.h"
#include "options.h"
#include "supervise.h"

#define STATUS_USAGE 2
#define STATUS_UNABLE 3

static int unable(const char *problem)
{
	fprintf(stderr, "weston-robust: %s\n", problem);
	return STATUS_UNABLE;
}

/* Entries that are there stay, and stand before ours. */
static bool export_module_map(const struct install *install)
{
	const struct part *const parts[] = {&install->renderer, &install->plugin};
	static const char *const names[] = {RENDERER_MODULE, PLUGIN_MODULE};

	for (size_t i = 0; i < 2; i++) {
		const char *map = getenv(MODULE_MAP_VARIABLE);
		char path[PATH_MAX];
		char *longer;

		if (!parts[i]->usable || module_map_find(map, names[i], path, sizeof(path))) {
			continue;
		}
		longer = module_map_add(map, names[i], parts[i]->path);
		if (!longer || setenv(MODULE_MAP_VARIABLE, longer, 1) < 0) {
			free(longer);
			return false;
		}
		free(longer);
	}
	return true;
}

static int replace_by(const char *path, char *const *argv)
{
	fflush(stdout);
	execv(path, argv);
	fprintf(stderr, "weston-robust: can't run %s: %s\n", path, strerror(errno));
	return STATUS_UNABLE;
}

static int restart_status(const struct options *options)
{
	const char *value =
		arguments_value(options->weston_argv, "--gpu-recovery-exit-status", NULL);

	return value ? atoi(value) : RESTART_STATUS;
}

static int run_supervised(
	const struct options *options, const char *path, struct arguments_request request)
{
	struct supervision plan = {
		.path = path,
		.software = options->restart_software,
		.restarts = options->restarts,
		.window_s = options->restart_window_s,
		.pause_s = options->restart_pause_s,
		.restart_status = restart_status(options),
	};
	char **first, **again;
	int status;

	request.exit_at_last = true;
	first = arguments_build(&request);
	request.software = options->restart_software;
	again = arguments_build(&request);
	if (first && again) {
		plan.first = first;
		plan.again = again;
		status = supervise(&plan);
	} else {
		status = unable("there is no memory left");
	}
	arguments_free(first);
	arguments_free(again);
	return status;
}

static int run(const struct options *options, const struct install *install)
{
	struct arguments_request request = {
		.user = options->weston_argv,
		.plugin = install->plugin.usable,
		.force_gl = !arguments_choose_renderer(options->weston_argv) &&
			    !ini_chooses_renderer(install->libweston_handle, options->weston_argv),
	};
	char **argv;
	int status;

	if (!install->plugin.usable) {
		fprintf(stderr, "weston-robust: weston runs without the plugin: %s\n",
			install->plugin.problem);
		if (options->restarts) {
			return unable("--restart needs the plugin");
		}
	}
	if (!export_module_map(install)) {
		return unable("there is no memory left");
	}
	if (options->restarts) {
		return run_supervised(options, install->weston.path, request);
	}
	argv = arguments_build(&request);
	status = argv ? replace_by(install->weston.path, argv) : unable("there is no memory left");
	arguments_free(argv);
	return status;
}

/* Our own words, then weston's. */
static int introduce(const struct options *options, const struct install *install)
{
	char *argv[] = {(char *)"weston", (char *)(options->help ? "--help" : "--version"), NULL};

	if (options->help) {
		fputs(options_usage, stdout);
	} else {
		printf("weston-robust " WESTON_ROBUST_VERSION " for weston %s\n",
			install_built_for);
	}
	if (!install->weston.path[0]) {
		return 0;
	}
	putchar('\n');
	return replace_by(install->weston.path, argv);
}

static int act(const struct options *options)
{
	static struct install install;
	const char *obstacle;

	install_examine(&install, options->module_dir, getenv(MODULE_MAP_VARIABLE));
	if (options->check) {
		return check(&install, options->json);
	}
	if (options->help || options->version) {
		return introduce(options, &install);
	}
	obstacle = install_obstacle(&install);
	return obstacle ? unable(obstacle) : run(options, &install);
}

int main(int argc, char *argv[])
{
	struct options options;
	char problem[256];
	int status;

	if (!options_parse(&options, argc, argv, problem, sizeof(problem))) {
		fprintf(stderr, "weston-robust: %s\n", problem);
		return STATUS_USAGE;
	}
	status = act(&options);
	options_finish(&options);
	return status;
}
