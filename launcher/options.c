/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char options_usage[] =
	"Usage: weston-robust [OPTION]... [WESTON-OPTION]... [-- PROGRAM [ARGUMENT]...]\n"
	"\n"
	"Runs weston with a renderer that survives GPU resets. Options that are not listed here\n"
	"are passed to weston.\n"
	"\n"
	"  --check                   examine this machine, start nothing\n"
	"  --json                    with --check: print JSON\n"
	"  --restart=N               when the renderer has nothing left to try, start weston "
	"again,\n"
	"                            N times at most within the window\n"
	"  --restart-software[=HOW]  start it again without the GPU; HOW is pixman or gl\n"
	"                            [pixman]\n"
	"  --restart-window=SECONDS  older restarts are forgotten [600]\n"
	"  --restart-pause=SECONDS   wait before each restart [1]\n"
	"  --module-dir=DIR          use gl-renderer.so and gpu-recovery.so of this directory\n"
	"  --version                 print the version, then weston's\n"
	"  -h, --help                print this text, then weston's\n"
	"\n"
	"Exit status: weston's. 2: an option above is wrong. 3: weston can't be run; a sentence "
	"says\n"
	"why. With --check: 0 all is well, 1 something is weaker than it could be, 3 it can't "
	"work.\n";

struct parser {
	struct options *options;
	char *problem;
	size_t problem_size;
};

enum taken {
	TAKEN,
	NOT_OURS,
	WRONG,
};

static bool parse_number(const char *text, unsigned least, unsigned most, unsigned *number)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] < '0' || text[0] > '9' || value < least ||
		value > most) {
		return false;
	}
	*number = (unsigned)value;
	return true;
}

static enum taken take_flag(bool *flag)
{
	*flag = true;
	return TAKEN;
}

/* Returns the value in "NAME=VALUE", or NULL if @argument is another option. */
static const char *value_of(const char *argument, const char *name)
{
	size_t length = strlen(name);

	return strncmp(argument, name, length) == 0 && argument[length] == '='
		       ? argument + length + 1
		       : NULL;
}

static enum taken take_number(struct parser *parser, const char *argument)
{
	struct options *options = parser->options;
	const struct {
		const char *name;
		unsigned least, most;
		unsigned *number;
	} numbers[] = {
		{"--restart", 1, RESTARTS_MAX, &options->restarts},
		{"--restart-window", 1, 86400, &options->restart_window_s},
		{"--restart-pause", 0, 3600, &options->restart_pause_s},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const char *value = value_of(argument, numbers[i].name);

		if (strcmp(argument, numbers[i].name) == 0) {
			value = "";
		}
		if (!value) {
			continue;
		}
		if (parse_number(value, numbers[i].least, numbers[i].most, numbers[i].number)) {
			return TAKEN;
		}
		snprintf(parser->problem, parser->problem_size,
			"%s needs a number from %u to %u: %s=%u", numbers[i].name, numbers[i].least,
			numbers[i].most, numbers[i].name, *numbers[i].number);
		return WRONG;
	}
	return NOT_OURS;
}

static enum taken take_software(struct parser *parser, const char *argument)
{
	const char *how = value_of(argument, "--restart-software");

	if (strcmp(argument, "--restart-software") == 0 || (how && strcmp(how, "pixman") == 0)) {
		parser->options->restart_software = SOFTWARE_PIXMAN;
		return TAKEN;
	}
	if (how && strcmp(how, "gl") == 0) {
		parser->options->restart_software = SOFTWARE_GL;
		return TAKEN;
	}
	if (how) {
		snprintf(parser->problem, parser->problem_size,
			"--restart-software is pixman or gl, not \"%s\"", how);
		return WRONG;
	}
	return NOT_OURS;
}

static enum taken take(struct parser *parser, const char *argument)
{
	struct options *options = parser->options;
	const char *module_dir = value_of(argument, "--module-dir");
	enum taken taken;

	if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
		return take_flag(&options->help);
	}
	if (strcmp(argument, "--version") == 0) {
		return take_flag(&options->version);
	}
	if (strcmp(argument, "--check") == 0) {
		return take_flag(&options->check);
	}
	if (strcmp(argument, "--json") == 0) {
		return take_flag(&options->json);
	}
	if (module_dir) {
		options->module_dir = module_dir;
		return TAKEN;
	}
	taken = take_number(parser, argument);
	return taken == NOT_OURS ? take_software(parser, argument) : taken;
}

static bool fits_together(struct parser *parser)
{
	const struct options *options = parser->options;
	const char *problem = NULL;

	if (options->json && !options->check) {
		problem = "--json belongs to --check";
	} else if (options->check && options->weston_argv[0]) {
		problem = "--check starts no weston and takes none of its options";
	} else if (options->check && options->restarts) {
		problem = "--check starts no weston, so there is nothing to --restart";
	} else if (options->restart_software && !options->restarts) {
		problem = "--restart-software belongs to --restart=N";
	}
	if (problem) {
		snprintf(parser->problem, parser->problem_size, "%s", problem);
	}
	return !problem;
}

bool options_parse(
	struct options *options, int argc, char *argv[], char *problem, size_t problem_size)
{
	struct parser parser = {options, problem, problem_size};
	enum taken taken = TAKEN;
	size_t count = 0;
	bool own = true;

	*options = (struct options){
		.restart_window_s = 600,
		.restart_pause_s = 1,
		.module_dir = WESTON_ROBUST_MODULE_DIR,
		.weston_argv = calloc((size_t)argc + 1, sizeof(char *)),
	};
	if (!options->weston_argv) {
		snprintf(problem, problem_size, "there is no memory left");
		return false;
	}
	for (int i = 1; i < argc && taken != WRONG; i++) {
		own = own && strcmp(argv[i], "--") != 0;
		taken = own ? take(&parser, argv[i]) : NOT_OURS;
		if (taken == NOT_OURS) {
			options->weston_argv[count++] = argv[i];
		}
	}
	if (taken != WRONG && fits_together(&parser)) {
		return true;
	}
	options_finish(options);
	return false;
}

void options_finish(struct options *options)
{
	free(options->weston_argv);
	options->weston_argv = NULL;
}
