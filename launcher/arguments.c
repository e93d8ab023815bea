/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module-map.h"

/* Most arguments that are added to the user's, argv[0] and the NULL included. */
#define ADDED_MAX 8

static bool is_end(const char *argument)
{
	return !argument || strcmp(argument, "--") == 0;
}

/* The value that starts in @argument, if that is option @name; may be "". */
static const char *long_value(const char *argument, const char *next, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(argument, name, length) != 0) {
		return NULL;
	}
	if (argument[length] == '=') {
		return argument + length + 1;
	}
	return argument[length] == '\0' && !is_end(next) ? next : NULL;
}

static const char *short_value(const char *argument, const char *next, const char *name)
{
	if (!name || strncmp(argument, name, 2) != 0) {
		return NULL;
	}
	if (argument[2]) {
		return argument + 2;
	}
	return is_end(next) ? NULL : next;
}

const char *arguments_value(char *const *argv, const char *name, const char *short_name)
{
	const char *last = NULL;

	for (size_t i = 0; !is_end(argv[i]); i++) {
		const char *value = long_value(argv[i], argv[i + 1], name);

		if (!value) {
			value = short_value(argv[i], argv[i + 1], short_name);
		}
		if (value) {
			last = value;
			i += value == argv[i + 1];
		}
	}
	return last;
}

bool arguments_flag(char *const *argv, const char *flag)
{
	for (size_t i = 0; !is_end(argv[i]); i++) {
		if (strcmp(argv[i], flag) == 0) {
			return true;
		}
	}
	return false;
}

bool arguments_choose_renderer(char *const *argv)
{
	return arguments_value(argv, "--renderer", NULL) || arguments_flag(argv, "--use-gl") ||
	       arguments_flag(argv, "--use-pixman");
}

static bool names_module(const char *list, const char *name)
{
	size_t length = strlen(name);

	while (list && *list) {
		size_t word = strcspn(list, ",");

		if (word == length && strncmp(list, name, length) == 0) {
			return true;
		}
		list += word;
		list += *list == ',';
	}
	return false;
}

/* NULL also when nothing needs to be added. */
static char *modules_option(char *const *user)
{
	const char *modules = arguments_value(user, "--modules", NULL);
	char *option;

	if (names_module(modules, PLUGIN_MODULE)) {
		return NULL;
	}
	if (asprintf(&option, "--modules=%s%s" PLUGIN_MODULE, modules ? modules : "",
		    modules && *modules ? "," : "") < 0) {
		return NULL;
	}
	return option;
}

/* These would contradict another renderer that is chosen after them. */
static bool is_dropped(const struct arguments_request *request, const char *argument)
{
	return request->software == SOFTWARE_PIXMAN &&
	       (strcmp(argument, "--use-gl") == 0 || strcmp(argument, "--use-pixman") == 0);
}

static size_t add_own(const struct arguments_request *request, char **argv, size_t n)
{
	char *const *user = request->user;

	if (request->plugin) {
		argv[n] = modules_option(user);
		n += argv[n] != NULL;
	}
	if (request->software == SOFTWARE_PIXMAN) {
		argv[n++] = strdup("--renderer=pixman");
	} else if (request->force_gl) {
		argv[n++] = strdup("--renderer=gl");
	}
	if (request->exit_at_last && !arguments_value(user, "--gpu-recovery-last-resort", NULL)) {
		argv[n++] = strdup("--gpu-recovery-last-resort=exit");
	}
	if (request->exit_at_last && !arguments_value(user, "--gpu-recovery-exit-status", NULL)) {
		n += asprintf(&argv[n], "--gpu-recovery-exit-status=%d", RESTART_STATUS) > 0;
	}
	return n;
}

char **arguments_build(const struct arguments_request *request)
{
	char **argv;
	size_t count = 0;
	size_t n = 0;
	size_t i;

	while (request->user[count]) {
		count++;
	}
	argv = calloc(count + ADDED_MAX, sizeof(*argv));
	if (!argv) {
		return NULL;
	}
	argv[n++] = strdup("weston");
	for (i = 0; !is_end(request->user[i]); i++) {
		if (!is_dropped(request, request->user[i])) {
			argv[n++] = strdup(request->user[i]);
		}
	}
	n = add_own(request, argv, n);
	for (; i < count; i++) {
		argv[n++] = strdup(request->user[i]);
	}
	for (i = 0; i < n; i++) {
		if (!argv[i]) {
			arguments_free(argv);
			return NULL;
		}
	}
	return argv;
}

void arguments_free(char **argv)
{
	for (size_t i = 0; argv && argv[i]; i++) {
		free(argv[i]);
	}
	free(argv);
}
