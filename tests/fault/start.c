/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "fault.h"

#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a process does about faults, by its environment and its name. */
static struct {
	char comm[FAULT_COMM_MAX];
	bool targeted; // by WR_FAULT_TARGET or WR_FAULT_MATCH
	bool initialised;
	struct fault_schedule on_signal;
} process;

static void read_comm(void)
{
	FILE *f = fopen("/proc/self/comm", "re");

	if (!f || !fgets(process.comm, sizeof process.comm, f)) {
		snprintf(process.comm, sizeof process.comm, "%s", program_invocation_short_name);
	}
	if (f) {
		fclose(f);
	}
	process.comm[strcspn(process.comm, "\n")] = '\0';
}

static bool targeted_by_environment(void)
{
	const char *target = getenv("WR_FAULT_TARGET");
	const char *match = getenv("WR_FAULT_MATCH");

	if (match && *match) {
		return fnmatch(match, process.comm, 0) == 0;
	}
	if (!target || strcmp(target, "all") == 0) {
		return true;
	}
	if (strcmp(target, "compositor") == 0) {
		return fault.compositor;
	}
	if (strcmp(target, "clients") == 0) {
		return !fault.compositor;
	}
	fprintf(stderr, "fault-gl: WR_FAULT_TARGET is compositor, clients or all, not '%s'\n",
		target);
	return false;
}

static bool targeted_by_request(const struct fault_posted *posted)
{
	switch (posted->target) {
	case FAULT_TARGET_COMPOSITOR:
		return fault.compositor;
	case FAULT_TARGET_CLIENTS:
		return !fault.compositor;
	case FAULT_TARGET_ALL:
		return true;
	case FAULT_TARGET_PID:
		return posted->target_pid == fault.pid;
	case FAULT_TARGET_MATCH:
		return fnmatch(posted->target_match, process.comm, 0) == 0;
	default:
		return process.targeted;
	}
}

static void add_urgent(const struct fault_clause *clause)
{
	if (fault.n_urgent < FAULT_MAX_URGENT) {
		fault.urgent[fault.n_urgent++] = *clause;
	}
}

/* Clauses at=now wait in their own list, the others join the schedule. */
static void adopt(const struct fault_schedule *given)
{
	fault_schedule_prune(&fault.schedule);
	for (int i = 0; i < given->n_clauses; i++) {
		const struct fault_clause *clause = &given->clauses[i];
		if (clause->at == FAULT_AT_NOW) {
			add_urgent(clause);
		} else if (fault.schedule.n_clauses < FAULT_MAX_CLAUSES) {
			fault.schedule.clauses[fault.schedule.n_clauses++] = *clause;
		}
	}
	fault_attention();
}

static void replace_schedule(const struct fault_schedule *given)
{
	fault.schedule.n_clauses = 0;
	fault.schedule.hide_robustness = given->hide_robustness;
	fault.schedule.offer_purge = given->offer_purge;
	memcpy(fault.schedule.hide, given->hide, sizeof fault.schedule.hide);
	memcpy(fault.schedule.renderer, given->renderer, sizeof fault.schedule.renderer);
	fault.n_urgent = 0;
	fault.start_ns = fault_now_ns();
	adopt(given);
}

static void release(void)
{
	fault_reset_end();
	memset(fault.standing, 0, sizeof fault.standing);
	for (int i = 0; i < fault.n_displays; i++) {
		fault.displays[i].marks = 0;
	}
	fault.n_urgent = 0;
	fault.schedule.n_clauses = 0;
	fault.garbage = false;
	fault_attention();
}

static void execute(const struct fault_posted *posted)
{
	struct fault_schedule given;
	char error[128] = "";

	if (posted->kind != FAULT_REQUEST_RELEASE &&
		!fault_schedule_parse(&given, posted->text, error, sizeof error)) {
		fprintf(stderr, "fault-gl[%d]: %s\n", (int)fault.pid, error);
		fault.slot->ack_error = 1;
		return;
	}
	fault.slot->ack_error = 0;
	fault.urgent_ns = posted->time_ns;
	if (posted->kind == FAULT_REQUEST_RELEASE) {
		release();
	} else if (posted->kind == FAULT_REQUEST_SCHEDULE) {
		replace_schedule(&given);
	} else if (posted->kind == FAULT_REQUEST_STRIKE) {
		adopt(&given);
	}
}

/* Returns false when there is nothing new. */
static bool next_request(void)
{
	uint32_t latest = atomic_load_explicit(fault.request, memory_order_acquire);
	struct fault_posted posted;

	if (latest == fault.seen_request) {
		return false;
	}
	/* Who has been idle for too long gets only those that are still there. */
	if (latest - fault.seen_request > FAULT_REQUESTS) {
		fault.seen_request = latest - FAULT_REQUESTS;
	}
	fault.seen_request++;
	if (fault_page_fetch(fault.page, fault.seen_request, &posted) &&
		targeted_by_request(&posted)) {
		execute(&posted);
	}
	if (fault.n_urgent == 0) {
		atomic_store(&fault.slot->struck, fault.seen_request);
	}
	atomic_store(&fault.slot->ack, fault.seen_request);
	return true;
}

void fault_request_poll(void)
{
	if (atomic_exchange(&fault.signalled, false)) {
		fault.urgent_ns = fault_now_ns();
		adopt(&process.on_signal);
	}
	while (next_request()) {
	}
}

static void on_signal(int number)
{
	fault.signalled = true;
	fault_attention();
}

static void parse_or_complain(struct fault_schedule *schedule, const char *text, const char *name)
{
	char error[128];

	if (!fault_schedule_parse(schedule, text, error, sizeof error)) {
		fprintf(stderr, "fault-gl: %s: %s\n", name, error);
	}
}

static void open_control_page(void)
{
	const char *path = getenv("WR_FAULT_CONTROL");

	if (!path || !*path) {
		return;
	}
	if (!fault.page) {
		fault.page = fault_page_map(path, true);
	}
	if (!fault.page) {
		fprintf(stderr, "fault-gl: %s: %m\n", path);
		return;
	}
	struct fault_slot *slot = fault_page_claim(fault.page, fault.pid);
	if (!slot) {
		fprintf(stderr, "fault-gl: %s: no free slot\n", path);
		return;
	}
	/* Requests from before this process are not meant for it. */
	fault.seen_request = atomic_load(&fault.page->request);
	slot->ack = slot->struck = fault.seen_request;
	slot->compositor = fault.compositor;
	memcpy(slot->comm, process.comm, sizeof slot->comm);
	fault.slot = slot;
	fault.request = &fault.page->request;
	atomic_store(&slot->state, FAULT_SLOT_RUNNING);
}

/*
 * The child of a fork counts for itself, in a slot of its own, but only once it makes a GL call:
 * most children go on to execute some other program.
 */
static void after_fork(void)
{
	pthread_mutex_init(&fault_lock, NULL);
	fault_slot_detach();
	fault.started = false;
	fault_attention();
}

static void start_locked(void)
{
	const char *text = getenv("WR_FAULT");
	const char *match = getenv("WR_FAULT_COMPOSITOR");

	fault.pid = getpid();
	fault.verbose = getenv("WR_FAULT_VERBOSE") != NULL;
	read_comm();
	fault.compositor = fnmatch(match ? match : "weston", process.comm, 0) == 0;
	process.targeted = targeted_by_environment();
	fault.start_ns = fault_now_ns();
	if (text && process.targeted) {
		struct fault_schedule given;
		parse_or_complain(&given, text, "WR_FAULT");
		replace_schedule(&given);
	}
	open_control_page();
	fault_real_load();
	if (!process.initialised) {
		process.initialised = pthread_atfork(NULL, NULL, after_fork) == 0;
	}
}

void fault_start(void)
{
	if (likely(atomic_load_explicit(&fault.started, memory_order_acquire))) {
		return;
	}
	pthread_mutex_lock(&fault_lock);
	if (!fault.started) {
		start_locked();
		atomic_store(&fault.started, true);
	}
	pthread_mutex_unlock(&fault_lock);
}

/*
 * Only the signal can't wait for the first GL call: its default action would end the process.
 */
static void __attribute__((constructor)) install_signal(void)
{
	const char *text = getenv("WR_FAULT_SIGNAL");
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	if (!text || !*text || strcmp(text, "0") == 0) {
		return;
	}
	parse_or_complain(
		&process.on_signal, strchr(text, '=') ? text : "at=now", "WR_FAULT_SIGNAL");
	sigaction(SIGRTMIN + 3, &action, NULL);
}

static void __attribute__((destructor)) leave(void)
{
	if (fault.page && fault.started) {
		atomic_store(&fault.slot->state, FAULT_SLOT_EXITED);
	}
}
