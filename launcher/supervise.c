/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct supervisor {
	const struct supervision *plan;
	sigset_t caught;
	sigset_t before;
	int64_t started_ns[RESTARTS_MAX]; // when the last restarts were, as a ring
	unsigned restarted;
};

static const int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* The service manager names the process that it talks to by its id. */
static void inherit_service(const char *variable, pid_t supervisor)
{
	const char *pid = getenv(variable);
	char own[32];

	if (pid && strtol(pid, NULL, 10) == supervisor) {
		snprintf(own, sizeof(own), "%ld", (long)getpid());
		setenv(variable, own, 1);
	}
}

static void run_weston(const struct supervisor *supervisor, bool again, pid_t parent)
{
	const struct supervision *plan = supervisor->plan;

	/* Nobody else would end weston if this process were killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) {
		_exit(1);
	}
	inherit_service("WATCHDOG_PID", parent);
	inherit_service("LISTEN_PID", parent);
	if (again && plan->software == SOFTWARE_GL) {
		setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
		setenv("GBM_ALWAYS_SOFTWARE", "1", 1);
	}
	sigprocmask(SIG_SETMASK, &supervisor->before, NULL);
	execv(plan->path, again ? plan->again : plan->first);
	fprintf(stderr, "weston-robust: can't run %s: %s\n", plan->path, strerror(errno));
	_exit(3);
}

static pid_t start(const struct supervisor *supervisor, bool again)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		run_weston(supervisor, again, parent);
	}
	if (pid < 0) {
		fprintf(stderr, "weston-robust: can't start weston: %s\n", strerror(errno));
	}
	return pid;
}

/* What the terminal sends, it sends to weston as well. */
static bool is_for_us_alone(const siginfo_t *info)
{
	return info->si_code != SI_KERNEL;
}

/* Returns the status that waitpid() gave. */
static int wait_for(const struct supervisor *supervisor, pid_t pid)
{
	siginfo_t info;
	int status;

	for (;;) {
		if (sigwaitinfo(&supervisor->caught, &info) < 0) {
			continue;
		}
		if (info.si_signo != SIGCHLD) {
			if (is_for_us_alone(&info)) {
				kill(pid, info.si_signo);
			}
		} else if (waitpid(pid, &status, WNOHANG) == pid) {
			return status;
		}
	}
}

static void die_of(int signo)
{
	const struct rlimit no_core = {0, 0};
	sigset_t set;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	raise(signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Returns false when a signal wants us to end instead. */
static bool pause_before_restart(const struct supervisor *supervisor)
{
	int64_t end = now_ns() + supervisor->plan->pause_s * INT64_C(1000000000);
	int64_t left;
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGHUP);
	sigaddset(&ending, SIGQUIT);
	while ((left = end - now_ns()) > 0) {
		const struct timespec timeout = {left / 1000000000, left % 1000000000};
		int signo = sigtimedwait(&ending, NULL, &timeout);

		if (signo > 0) {
			die_of(signo);
			return false;
		}
	}
	return true;
}

static unsigned restarts_in_window(const struct supervisor *supervisor)
{
	int64_t since = now_ns() - supervisor->plan->window_s * INT64_C(1000000000);
	unsigned kept = supervisor->restarted < RESTARTS_MAX ? supervisor->restarted : RESTARTS_MAX;
	unsigned count = 0;

	for (unsigned i = 0; i < kept; i++) {
		count += supervisor->started_ns[i] > since;
	}
	return count;
}

static bool may_restart(struct supervisor *supervisor)
{
	const struct supervision *plan = supervisor->plan;
	static const char *const how[] = {"", " with the pixman renderer", " with software GL"};
	unsigned count = restarts_in_window(supervisor);

	if (count >= plan->restarts) {
		fprintf(stderr,
			"weston-robust: weston asks to be started again, but that was done "
			"%u times in the last %u s\n",
			count, plan->window_s);
		return false;
	}
	fprintf(stderr,
		"weston-robust: the renderer has nothing left to try: starting weston "
		"again%s in %u s (%u of %u)\n",
		how[plan->software], plan->pause_s, count + 1, plan->restarts);
	supervisor->started_ns[supervisor->restarted++ % RESTARTS_MAX] = now_ns();
	return pause_before_restart(supervisor);
}

static void catch_signals(struct supervisor *supervisor)
{
	sigemptyset(&supervisor->caught);
	sigaddset(&supervisor->caught, SIGCHLD);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++) {
		sigaddset(&supervisor->caught, forwarded[i]);
	}
	/* Ignored by our parent, perhaps, and then never delivered. */
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &supervisor->caught, &supervisor->before);
}

int supervise(const struct supervision *plan)
{
	struct supervisor supervisor = {.plan = plan};
	int status;
	pid_t pid;

	catch_signals(&supervisor);
	do {
		pid = start(&supervisor, supervisor.restarted > 0);
		if (pid < 0) {
			return 3;
		}
		status = wait_for(&supervisor, pid);
	} while (WIFEXITED(status) && WEXITSTATUS(status) == plan->restart_status &&
		 may_restart(&supervisor));
	if (WIFSIGNALED(status)) {
		die_of(WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	return WEXITSTATUS(status);
}
