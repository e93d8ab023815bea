/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "messenger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libweston/libweston.h>

#include "child-process.h"
#include "text.h"

static const char *const cause_names[] = {"none", "guilty", "innocent", "unknown", "purged"};
static const char *const rung_names[] = {"context", "display", "software"};

/* "NAME=value"s for the hook. */
#define HOOK_VARIABLES 16
#define HOOK_VARIABLE_BYTES 320

struct hook_environment {
	char text[HOOK_VARIABLES][HOOK_VARIABLE_BYTES];
	const char *list[HOOK_VARIABLES + 1];
	size_t count;
};

__attribute__((format(printf, 2, 3))) static void add(
	struct hook_environment *environment, const char *format, ...)
{
	char *text = environment->text[environment->count];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, HOOK_VARIABLE_BYTES, format, arguments);
	va_end(arguments);
	environment->list[environment->count++] = text;
}

static void add_ms(
	struct hook_environment *environment, const char *name, int64_t begin_ns, int64_t end_ns)
{
	int64_t us = end_ns ? (end_ns - begin_ns) / 1000 : 0;

	add(environment, "WESTON_ROBUST_%s_MS=%" PRId64 ".%03d", name, us / 1000, (int)(us % 1000));
}

static void describe(struct hook_environment *environment, const struct message *message)
{
	const struct weston_robust_incident *incident = &message->incident;
	int64_t begin = incident->detected_ns;

	add(environment, "WESTON_ROBUST_EVENT=%s", message->event);
	add(environment, "WESTON_ROBUST_STATE=%s", message->state);
	add(environment, "WESTON_ROBUST_INCIDENT=%" PRIu64, incident->id);
	add(environment, "WESTON_ROBUST_CAUSE=%s", cause_names[incident->cause]);
	add(environment, "WESTON_ROBUST_STEP=%s", rung_names[incident->rung]);
	add(environment, "WESTON_ROBUST_ATTEMPTS=%" PRIu32, incident->attempts);
	add(environment, "WESTON_ROBUST_GUILTY_TASK=%s", message->task);
	add(environment, "WESTON_ROBUST_SIMULATED=%d", incident->simulated);
	add(environment, "WESTON_ROBUST_SURFACES_RESTORED=%" PRIu32, incident->surfaces_restored);
	add(environment, "WESTON_ROBUST_SURFACES_LOST=%" PRIu32, incident->surfaces_lost);
	add_ms(environment, "WAIT", begin, incident->over_ns);
	add_ms(environment, "REBUILT", begin, incident->rebuilt_ns);
	add_ms(environment, "FIRST_FRAME", begin, incident->first_frame_ns);
	add(environment, "WESTON_ROBUST_UNTOLD=%" PRIu32, message->untold);
	environment->list[environment->count] = NULL;
}

static pid_t start_hook(const char *command, const struct message *message)
{
	const char *argv[] = {"/bin/sh", "-c", command, NULL};
	struct hook_environment environment = {.count = 0};

	describe(&environment, message);
	return child_process_start(argv, environment.list);
}

static void word_notice(const struct message *message, char *text, size_t size)
{
	char task[sizeof(message->task)];

	text_clean_markup(task, sizeof(task), message->task);
	if (strcmp(message->event, "recovered") != 0) {
		snprintf(text, size,
			"The graphics processor was reset, and the desktop could not "
			"be restored.");
	} else if (task[0]) {
		snprintf(text, size,
			"The graphics processor was reset and the desktop restored. The program "
			"\"%s\" was the cause.",
			task);
	} else {
		snprintf(text, size, "The graphics processor was reset and the desktop restored.");
	}
}

static pid_t start_notice(const struct message *message)
{
	static const char *const no_extra[] = {NULL};
	char text[512];
	const char *argv[] = {"notify-send", "--app-name=Weston", "--icon=video-display",
		"--urgency=normal", "--", "Graphics reset", text, NULL};

	word_notice(message, text, sizeof(text));
	return child_process_start(argv, no_extra);
}

static pid_t start(struct messenger_child *child, const struct message *message)
{
	return child->kind == MESSENGER_HOOK ? start_hook(child->messenger->config->hook, message)
					     : start_notice(message);
}

static bool wanted(const struct messenger_child *child)
{
	const struct config *config = child->messenger->config;

	return child->kind == MESSENGER_HOOK ? config->hook[0] != '\0' : config->notify;
}

static const char *program(const struct messenger_child *child)
{
	return child->kind == MESSENGER_HOOK ? "the hook" : "notify-send";
}

static int child_ended(int fd, uint32_t mask, void *data);

static void run(struct messenger_child *child, const struct message *message)
{
	child->pid = start(child, message);
	if (child->pid < 0) {
		weston_log("gpu-recovery: can not start %s: %s\n", program(child),
			strerror(-child->pid));
		return;
	}
	child->fd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->fd >= 0) {
		child->source = wl_event_loop_add_fd(
			child->messenger->loop, child->fd, WL_EVENT_READABLE, child_ended, child);
	}
	if (!child->source) {
		/* Then weston's own handler of SIGCHLD collects it, and nothing is limited. */
		weston_log("gpu-recovery: can not watch %s: %s\n", program(child), strerror(errno));
		if (child->fd >= 0) {
			close(child->fd);
		}
	}
}

/* Weston collects all children when it hears of SIGCHLD, and may have been quicker. */
static void collect(struct messenger_child *child)
{
	int status;

	if (waitpid(child->pid, &status, WNOHANG) == child->pid && status != 0) {
		weston_log("gpu-recovery: %s failed, status 0x%x\n", program(child), status);
	}
}

static void forget(struct messenger_child *child)
{
	if (child->source) {
		wl_event_source_remove(child->source);
		child->source = NULL;
		close(child->fd);
	}
}

static int child_ended(int fd, uint32_t mask, void *data)
{
	struct messenger_child *child = data;

	collect(child);
	forget(child);
	if (child->pending) {
		child->pending = false;
		if (wanted(child)) {
			run(child, &child->next);
		}
	}
	return 0;
}

static void tell(struct messenger_child *child, const struct message *message)
{
	if (!wanted(child)) {
		return;
	}
	if (!child->source) {
		run(child, message);
		return;
	}
	uint32_t untold = child->pending ? child->next.untold + 1 : 0;

	child->next = *message;
	child->next.untold = untold;
	child->pending = true;
}

void messenger_tell(struct messenger *messenger, const char *event,
	const struct weston_robust_incident *incident, const char *state)
{
	struct message message = {.event = event, .state = state};

	if (incident) {
		message.incident = *incident;
		text_clean(message.task, sizeof(message.task), incident->guilty_task);
	}
	for (int kind = 0; kind < MESSENGER_KINDS; kind++) {
		tell(&messenger->child[kind], &message);
	}
}

void messenger_init(
	struct messenger *messenger, struct wl_event_loop *loop, const struct config *config)
{
	messenger->loop = loop;
	messenger->config = config;
	for (int kind = 0; kind < MESSENGER_KINDS; kind++) {
		messenger->child[kind].messenger = messenger;
		messenger->child[kind].kind = kind;
	}
}

void messenger_finish(struct messenger *messenger)
{
	for (int kind = 0; kind < MESSENGER_KINDS; kind++) {
		forget(&messenger->child[kind]);
	}
}
