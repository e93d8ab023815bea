/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libweston/config-parser.h>
#include <libweston/libweston.h>

#include "frontend-abi.h"
#include "plugin.h"
#include "text.h"

#define OPTION_PREFIX "--" CONFIG_SECTION "-"

/* Weston puts the path of the file that it has read into the environment as well, which serves
 * frontends that don't have wet_get_config(). */
static char *find_config_path(struct weston_compositor *compositor)
{
	struct weston_config *config = wet_get_config ? wet_get_config(compositor) : NULL;
	const char *path =
		config ? weston_config_get_full_path(config) : getenv("WESTON_CONFIG_FILE");

	return path && path[0] ? strdup(path) : NULL;
}

/* Takes "--gpu-recovery-KEY=VALUE". Returns whether it was one. */
static bool take_option(struct config *overrides, const char *argument)
{
	const char *name = argument + strlen(OPTION_PREFIX);
	const char *equals = strchr(argument, '=');
	char key[64];

	if (strncmp(argument, OPTION_PREFIX, strlen(OPTION_PREFIX)) != 0 || !equals ||
		equals == name || (size_t)(equals - name) >= sizeof(key)) {
		return false;
	}
	memcpy(key, name, (size_t)(equals - name));
	key[equals - name] = '\0';
	config_set(overrides, key, equals + 1, CONFIG_COMMAND_LINE, 0);
	return true;
}

/* Whatever comes after "--" is a program that weston shall start, and its arguments. */
static void take_options(struct config *overrides, int *argc, char *argv[])
{
	int kept = 1;
	int i = 1;

	for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (!take_option(overrides, argv[i])) {
			argv[kept++] = argv[i];
		}
	}
	for (; i < *argc; i++) {
		argv[kept++] = argv[i];
	}
	if (kept < *argc) {
		argv[kept] = NULL;
		*argc = kept;
	}
}

void settings_init(struct plugin *plugin, int *argc, char *argv[])
{
	config_init(&plugin->overrides, &plugin->renderer_defaults);
	take_options(&plugin->overrides, argc, argv);
	plugin->config = plugin->overrides;
	plugin->config_path = find_config_path(plugin->compositor);
}

void settings_finish(struct plugin *plugin)
{
	free(plugin->config_path);
	plugin->config_path = NULL;
}

static void log_problem(const struct plugin *plugin, const struct config_problem *problem)
{
	char key[sizeof(problem->key)];
	char message[sizeof(problem->message)];

	text_clean(key, sizeof(key), problem->key);
	text_clean(message, sizeof(message), problem->message);
	if (problem->line == 0) {
		weston_log("gpu-recovery: command line: " OPTION_PREFIX "%s: %s\n", key, message);
	} else {
		weston_log("gpu-recovery: %s:%u: [" CONFIG_SECTION "] %s%s%s\n",
			plugin->config_path, problem->line, key, key[0] ? ": " : "", message);
	}
}

static void log_problems(const struct plugin *plugin, const struct config *config)
{
	for (size_t i = 0; i < config->problem_count; i++) {
		log_problem(plugin, &config->problem[i]);
	}
	if (config->problems_total > config->problem_count) {
		weston_log("gpu-recovery: %zu more lines that can not be used\n",
			config->problems_total - config->problem_count);
	}
}

static enum reload_result read_file(struct plugin *plugin, struct config *config)
{
	FILE *file = fopen(plugin->config_path, "re");
	enum config_result result;

	if (!file) {
		weston_log("gpu-recovery: can not read %s (%s); the old settings stay\n",
			plugin->config_path, strerror(errno));
		return RELOAD_NO_FILE;
	}
	result = config_read(config, file);
	fclose(file);
	log_problems(plugin, config);
	if (result == CONFIG_BROKEN) {
		weston_log("gpu-recovery: %s is malformed; the old settings stay\n",
			plugin->config_path);
		return RELOAD_BROKEN;
	}
	return RELOAD_DONE;
}

enum reload_result settings_load(struct plugin *plugin)
{
	struct config config = plugin->overrides;
	enum reload_result result;

	if (!plugin->config_path) {
		log_problems(plugin, &config);
		return RELOAD_NO_FILE;
	}
	result = read_file(plugin, &config);
	if (result == RELOAD_DONE) {
		plugin->config = config;
	}
	return result;
}
