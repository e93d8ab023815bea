/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Drive the fault injector of running programs through their control page. */
#include "control-page.h"
#include "schedule.h"
#include "wr-fault-status.h"

#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_TIMEOUT = 3,
	STATUS_NOBODY = 4,
};

static const char help_text[] =
	"Usage: wr-fault CONTROLFILE COMMAND [OPTION]...\n"
	"Drive the GL fault injector of the processes that share CONTROLFILE (WR_FAULT_CONTROL).\n"
	"\n"
	"Commands:\n"
	"  create            make the control file, or check that it is one\n"
	"  lose              make every GL context of the processes lost, at their next GL call\n"
	"  strike TEXT       let the clauses of a fault schedule come on top of what is under way\n"
	"  schedule TEXT     replace the fault schedule of the processes\n"
	"  release           end a reset that is under way and call off everything that is armed\n"
	"  status [--json]   print what the processes have counted\n"
	"  wait-over         wait until the last reset is over everywhere\n"
	"  wait-frame        wait until a whole frame was drawn after the last reset\n"
	"\n"
	"Options of lose:\n"
	"  --cause=CAUSE     guilty, innocent (default), unknown or purged\n"
	"  --queries=N       the reset is over after N status answers (default 3)\n"
	"  --ms=N            the reset is over after N ms\n"
	"  --forever         the reset is over when it is released\n"
	"  --mode=MODE       see doc/fault-injection.md (default lost)\n"
	"Options of lose, strike, schedule and release:\n"
	"  --target=WHOM     compositor, clients or all; default: as WR_FAULT_TARGET of each says\n"
	"  --pid=PID         only this process\n"
	"  --match=PATTERN   only processes whose name matches\n"
	"  --wait            return when it has struck: the compositor's process if there is one,\n"
	"                    all others otherwise or with --target, --pid or --match\n"
	"  --timeout=SECONDS how long to wait at most (default 10)\n"
	"  --help            print this\n"
	"\n"
	"Exit status: 0 done, 1 failure, 2 wrong usage, 3 waited in vain, 4 no process "
	"concerned.\n";

struct options {
	const char *path;
	const char *command;
	const char *text;
	const char *cause;
	const char *queries;
	const char *ms;
	const char *mode;
	const char *match;
	int pid;
	enum fault_target target;
	bool forever;
	bool wait;
	bool json;
	double timeout;
};

static bool running(const struct fault_slot *slot)
{
	return slot->pid != 0 && slot->state == FAULT_SLOT_RUNNING &&
	       (kill(slot->pid, 0) == 0 || errno != ESRCH);
}

static bool concerned(const struct options *o, const struct fault_slot *slot)
{
	if (!running(slot)) {
		return false;
	}
	switch (o->target) {
	case FAULT_TARGET_COMPOSITOR:
		return slot->compositor;
	case FAULT_TARGET_CLIENTS:
		return !slot->compositor;
	case FAULT_TARGET_PID:
		return slot->pid == o->pid;
	case FAULT_TARGET_MATCH:
		return fnmatch(o->match, slot->comm, 0) == 0;
	default:
		return true;
	}
}

/* Clients may stay idle for ever; the compositor is whom one waits for unless told otherwise. */
static int concerned_set(
	const struct options *o, struct fault_page *page, struct fault_slot **found)
{
	bool compositor = false;
	int n = 0;

	for (int i = 0; i < FAULT_SLOTS; i++) {
		struct fault_slot *slot = &page->slots[i].slot;
		if (concerned(o, slot)) {
			found[n++] = slot;
			compositor |= slot->compositor;
		}
	}
	if (o->target == FAULT_TARGET_DEFAULT && compositor) {
		int kept = 0;
		for (int i = 0; i < n; i++) {
			if (found[i]->compositor) {
				found[kept++] = found[i];
			}
		}
		n = kept;
	}
	return n;
}

static bool has_struck(const struct fault_slot *slot, uint32_t request)
{
	return (int32_t)(slot->struck - request) >= 0;
}

static bool is_over(const struct fault_slot *slot, uint32_t request)
{
	return slot->struck == slot->ack && slot->reset_state != FAULT_RESET_ACTIVE;
}

static bool has_frame(const struct fault_slot *slot, uint32_t request)
{
	return slot->struck == slot->ack && slot->losses > 0 && slot->first_frame_ns > 0;
}

static int wait_for(const struct options *o, struct fault_page *page, uint32_t request,
	bool (*done)(const struct fault_slot *, uint32_t))
{
	struct fault_slot *found[FAULT_SLOTS];
	int64_t end = fault_now_ns() + (int64_t)(o->timeout * 1e9);
	const struct timespec pause = {.tv_nsec = 500000};
	int n = concerned_set(o, page, found);

	if (n == 0) {
		fprintf(stderr, "wr-fault: no process concerned\n");
		return STATUS_NOBODY;
	}
	for (int i = 0; i < n; i++) {
		while (!done(found[i], request) && running(found[i])) {
			if (fault_now_ns() > end) {
				fprintf(stderr, "wr-fault: %s (%d): nothing after %g s\n",
					found[i]->comm, found[i]->pid, o->timeout);
				return STATUS_TIMEOUT;
			}
			nanosleep(&pause, NULL);
		}
		if (found[i]->ack_error) {
			fprintf(stderr, "wr-fault: %s (%d) rejects the schedule\n", found[i]->comm,
				found[i]->pid);
			return STATUS_FAILED;
		}
	}
	return STATUS_OK;
}

static int send_request(const struct options *o, struct fault_page *page,
	enum fault_request_kind kind, const char *text)
{
	uint32_t number = fault_page_post(page, o->path,
		&(struct fault_request){
			.kind = kind,
			.target = o->target,
			.pid = o->pid,
			.match = o->match,
			.text = text,
		});

	if (number == 0) {
		fprintf(stderr, "wr-fault: %s: %s\n", o->path, strerror(errno));
		return STATUS_FAILED;
	}
	return o->wait ? wait_for(o, page, number, has_struck) : STATUS_OK;
}

static int send_schedule(const struct options *o, struct fault_page *page,
	enum fault_request_kind kind, const char *text)
{
	struct fault_schedule schedule;
	char error[128];

	if (strlen(text) >= FAULT_TEXT_MAX) {
		fprintf(stderr, "wr-fault: the schedule is too long\n");
		return STATUS_USAGE;
	}
	if (!fault_schedule_parse(&schedule, text, error, sizeof error)) {
		fprintf(stderr, "wr-fault: %s\n", error);
		return STATUS_USAGE;
	}
	return send_request(o, page, kind, text);
}

static int lose(const struct options *o, struct fault_page *page)
{
	char text[512];
	int n = snprintf(text, sizeof text, "at=now cause=%s mode=%s%s%s%s%s%s",
		o->cause ? o->cause : "innocent", o->mode ? o->mode : "lost",
		o->queries ? " queries=" : "", o->queries ? o->queries : "", o->ms ? " ms=" : "",
		o->ms ? o->ms : "", o->forever ? " forever" : "");

	if (n >= (int)sizeof text) {
		return STATUS_USAGE;
	}
	return send_schedule(o, page, FAULT_REQUEST_STRIKE, text);
}

static int run(const struct options *o, struct fault_page *page)
{
	if (strcmp(o->command, "create") == 0) {
		return STATUS_OK;
	}
	if (strcmp(o->command, "lose") == 0) {
		return lose(o, page);
	}
	if (strcmp(o->command, "strike") == 0 && o->text) {
		return send_schedule(o, page, FAULT_REQUEST_STRIKE, o->text);
	}
	if (strcmp(o->command, "schedule") == 0 && o->text) {
		return send_schedule(o, page, FAULT_REQUEST_SCHEDULE, o->text);
	}
	if (strcmp(o->command, "release") == 0) {
		return send_request(o, page, FAULT_REQUEST_RELEASE, "");
	}
	if (strcmp(o->command, "status") == 0) {
		wr_fault_print_status(page, o->json);
		return STATUS_OK;
	}
	if (strcmp(o->command, "wait-over") == 0) {
		return wait_for(o, page, 0, is_over);
	}
	if (strcmp(o->command, "wait-frame") == 0) {
		return wait_for(o, page, 0, has_frame);
	}
	fprintf(stderr, "wr-fault: wrong command; see wr-fault --help\n");
	return STATUS_USAGE;
}

static bool parse_target(const char *word, enum fault_target *target)
{
	static const char *const words[] = {"", "compositor", "clients", "all"};

	for (int i = FAULT_TARGET_COMPOSITOR; i <= FAULT_TARGET_ALL; i++) {
		if (strcmp(words[i], word) == 0) {
			*target = i;
			return true;
		}
	}
	return false;
}

static bool parse_option(struct options *o, int option, const char *value)
{
	char *end = NULL;

	switch (option) {
	case 'c':
		o->cause = value;
		return true;
	case 'q':
		o->queries = value;
		return true;
	case 'm':
		o->ms = value;
		return true;
	case 'o':
		o->mode = value;
		return true;
	case 'f':
		o->forever = true;
		return true;
	case 'w':
		o->wait = true;
		return true;
	case 'j':
		o->json = true;
		return true;
	case 't':
		return parse_target(value, &o->target);
	case 'p':
		o->target = FAULT_TARGET_PID;
		o->pid = (int)strtol(value, &end, 10);
		return *value != '\0' && *end == '\0';
	case 'M':
		o->target = FAULT_TARGET_MATCH;
		o->match = value;
		return strlen(value) < FAULT_COMM_MAX;
	case 'T':
		o->timeout = strtod(value, &end);
		return *value != '\0' && *end == '\0';
	default:
		return false;
	}
}

static bool parse_options(int argc, char **argv, struct options *o)
{
	static const struct option long_options[] = {
		{"cause", required_argument, NULL, 'c'},
		{"queries", required_argument, NULL, 'q'},
		{"ms", required_argument, NULL, 'm'},
		{"mode", required_argument, NULL, 'o'},
		{"forever", no_argument, NULL, 'f'},
		{"wait", no_argument, NULL, 'w'},
		{"json", no_argument, NULL, 'j'},
		{"target", required_argument, NULL, 't'},
		{"pid", required_argument, NULL, 'p'},
		{"match", required_argument, NULL, 'M'},
		{"timeout", required_argument, NULL, 'T'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help_text, stdout);
			exit(STATUS_OK);
		}
		if (!parse_option(o, option, optarg)) {
			return false;
		}
	}
	o->path = argv[optind];
	o->command = o->path ? argv[optind + 1] : NULL;
	o->text = o->command ? argv[optind + 2] : NULL;
	return o->command != NULL;
}

int main(int argc, char **argv)
{
	struct options o = {.timeout = 10};

	if (!parse_options(argc, argv, &o)) {
		fputs("wr-fault: wrong usage; see wr-fault --help\n", stderr);
		return STATUS_USAGE;
	}
	struct fault_page *page = fault_page_map(o.path, strcmp(o.command, "status") != 0);
	if (!page) {
		fprintf(stderr, "wr-fault: %s: %s\n", o.path,
			errno == EPROTO ? "not a control file of this version" : strerror(errno));
		return STATUS_FAILED;
	}
	return run(&o, page);
}
