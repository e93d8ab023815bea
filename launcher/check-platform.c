/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "check-platform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check-trial.h"

/* A driver that takes longer does not work, for a user who waits for a picture. */
#define TIME_LIMIT_S 30

const char *const check_rung_names[CHECK_RUNGS] = {"context", "display", "software"};

/* Drivers chatter on standard error; all that matters is in the report. */
static void silence(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
}

static void explain_death(struct check_platform *result, int status)
{
	char how[96];

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
		snprintf(
			how, sizeof(how), "the driver did not come back within %d s", TIME_LIMIT_S);
	} else if (WIFSIGNALED(status)) {
		snprintf(how, sizeof(how), "the driver crashed (%s)", strsignal(WTERMSIG(status)));
	} else {
		snprintf(how, sizeof(how), "the driver ended the process (status %d)",
			WEXITSTATUS(status));
	}
	/* What was not tried any more is not known to work. */
	for (int i = 0; i < CHECK_RUNGS; i++) {
		struct check_rung *rung = &result->rungs[i];

		if (!rung->works && !rung->why[0]) {
			snprintf(rung->why, sizeof(rung->why), "%s: %s", result->step, how);
		}
	}
	if (!result->usable) {
		snprintf(result->problem, sizeof(result->problem), "%s: %s", result->step, how);
	}
}

struct check_platform *check_platform_try(const struct check_request *request)
{
	struct check_platform *result = mmap(
		NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid;

	if (result == MAP_FAILED) {
		return NULL;
	}
	result->request = *request;
	pid = fork();
	if (pid == 0) {
		silence();
		alarm(TIME_LIMIT_S);
		check_trial(result);
		_exit(0);
	}
	if (pid < 0) {
		snprintf(result->problem, sizeof(result->problem), "no process to try it in: %s",
			strerror(errno));
		return result;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		explain_death(result, status);
	}
	return result;
}

void check_platform_free(struct check_platform *result)
{
	if (result) {
		munmap(result, sizeof(*result));
	}
}
