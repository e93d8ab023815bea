/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"

static const char options_help[] =
	"\n"
	"options:\n"
	"  --json          print JSON (doc/status.schema.json); watch: one object per line\n"
	"  --display NAME  another compositor than WAYLAND_DISPLAY's\n"
	"  --timeout S     wait so many seconds for an answer (default 5)\n"
	"  --limit N       history: the newest N; watch: end after N recoveries\n"
	"  --no-wait       simulate: do not wait for the desktop\n"
	"  --help          show this text, after a command more of that command\n"
	"  --version       show the version\n"
	"\n"
	"exit status:\n"
	"  0  done, and the desktop is well\n"
	"  1  the desktop is not well, or the compositor could not do it\n"
	"  2  wrong usage\n"
	"  3  no compositor that can be asked\n"
	"  4  not allowed by weston.ini\n";

static const struct option options[] = {
	{"json", no_argument, NULL, 'j'},
	{"display", required_argument, NULL, 'd'},
	{"timeout", required_argument, NULL, 't'},
	{"limit", required_argument, NULL, 'n'},
	{"no-wait", no_argument, NULL, 'w'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static void print_usage(FILE *to)
{
	fputs("usage: weston-robustctl [OPTION]... COMMAND [ARGUMENT]\n\ncommands:\n", to);
	for (const struct ctl_command *command = ctl_commands; command->name; command++) {
		char call[32];

		snprintf(call, sizeof(call), "%s %s", command->name,
			command->argument ? command->argument : "");
		fprintf(to, "  %-15s %s\n", call, command->summary);
	}
	fputs(options_help, to);
}

static void print_command_usage(const struct ctl_command *command)
{
	printf("usage: weston-robustctl [OPTION]... %s%s%s\n\n%s%s", command->name,
		command->argument ? " " : "", command->argument ? command->argument : "",
		command->text, options_help);
}

__attribute__((format(printf, 1, 2))) static enum ctl_exit misused(const char *format, ...)
{
	va_list arguments;

	fputs("weston-robustctl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("; weston-robustctl --help shows the usage\n", stderr);
	return CTL_USAGE;
}

static const struct ctl_command *find_command(const char *name)
{
	const struct ctl_command *command = ctl_commands;

	while (command->name && strcmp(command->name, name) != 0) {
		command++;
	}
	return command->name ? command : NULL;
}

/* A number from 1 to @most. */
static bool parse_number(const char *text, unsigned long most, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && *number >= 1 &&
	       *number <= most;
}

/* What one option asks for, besides what is kept in struct ctl. */
struct wishes {
	bool help;
	bool version;
};

static enum ctl_exit take_option(struct ctl *ctl, struct wishes *wishes, int option)
{
	unsigned long number;

	switch (option) {
	case 'j':
		ctl->json = true;
		return CTL_OK;
	case 'd':
		ctl->display = optarg;
		return CTL_OK;
	case 't':
		if (!parse_number(optarg, 3600, &number)) {
			return misused("--timeout takes a number of seconds from 1 to 3600");
		}
		ctl->timeout_ms = (int)number * 1000;
		return CTL_OK;
	case 'n':
		if (!parse_number(optarg, 1000000, &number)) {
			return misused("--limit takes a number from 1 to 1000000");
		}
		ctl->limit = number;
		return CTL_OK;
	case 'w':
		ctl->no_wait = true;
		return CTL_OK;
	case 'h':
		wishes->help = true;
		return CTL_OK;
	case 'V':
		wishes->version = true;
		return CTL_OK;
	default:
		fputs("weston-robustctl --help shows the usage\n", stderr);
		return CTL_USAGE;
	}
}

static enum ctl_exit check_argument(
	struct ctl *ctl, const struct ctl_command *command, int argc, char *argv[])
{
	int wanted = command->argument ? 1 : 0;

	if (argc - optind != 1 + wanted) {
		return misused(wanted ? "%s takes one argument, %s" : "%s takes no argument",
			command->name, command->argument);
	}
	ctl->argument = wanted ? argv[optind + 1] : NULL;
	if (command->run == ctl_simulate && !report_cause_number(ctl->argument)) {
		return misused(
			"\"%.40s\" is none of guilty, innocent, unknown and purged", ctl->argument);
	}
	return CTL_OK;
}

static enum ctl_exit run(struct ctl *ctl, const struct ctl_command *command)
{
	enum ctl_exit result = CTL_OK;

	ctl->command = command->name;
	if (!command->opens) {
		result = ctl_open(ctl, command->needs_operator);
	}
	if (result == CTL_OK) {
		result = command->run(ctl);
	}
	connection_close(&ctl->connection);
	return result;
}

int main(int argc, char *argv[])
{
	static struct ctl ctl = {.timeout_ms = 5000};
	struct wishes wishes = {.help = false};
	const struct ctl_command *command;
	enum ctl_exit result;
	int option;

	/* A reader of our output that goes away is no reason to die without a word. */
	signal(SIGPIPE, SIG_IGN);
	while ((option = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		result = take_option(&ctl, &wishes, option);
		if (result != CTL_OK) {
			return result;
		}
	}
	if (wishes.version) {
		puts("weston-robustctl " WESTON_ROBUST_VERSION);
		return CTL_OK;
	}
	command = optind < argc ? find_command(argv[optind]) : NULL;
	if (optind < argc && !command) {
		return misused("there is no command \"%.40s\"", argv[optind]);
	}
	if (wishes.help) {
		if (command) {
			print_command_usage(command);
		} else {
			print_usage(stdout);
		}
		return CTL_OK;
	}
	if (!command) {
		print_usage(stderr);
		return CTL_USAGE;
	}
	result = check_argument(&ctl, command, argc, argv);
	return (int)(result == CTL_OK ? run(&ctl, command) : result);
}
