/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "child-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static size_t count(const char *const *list)
{
	size_t length = 0;

	while (list[length]) {
		length++;
	}
	return length;
}

/* A list of borrowed strings. What LD_PRELOAD has put into the compositor is not for others. */
static const char **join_environment(const char *const *extra)
{
	size_t extras = count(extra);
	size_t inherited = count((const char *const *)environ);
	const char **joined = calloc(extras + inherited + 1, sizeof(*joined));
	size_t at = extras;

	if (!joined) {
		return NULL;
	}
	memcpy(joined, extra, extras * sizeof(*joined));
	for (size_t i = 0; i < inherited; i++) {
		if (strncmp(environ[i], "LD_PRELOAD=", strlen("LD_PRELOAD=")) != 0) {
			joined[at++] = environ[i];
		}
	}
	return joined;
}

static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes)
{
	sigset_t all;
	sigset_t none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	errno = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
	return errno ? errno : posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

pid_t child_process_start(const char *const *argv, const char *const *extra)
{
	const char **environment = join_environment(extra);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid = -1;
	int error;

	if (!environment) {
		return -ENOMEM;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	error = prepare(&actions, &attributes);
	if (!error) {
		error = posix_spawnp(&pid, argv[0], &actions, &attributes, (char *const *)argv,
			(char *const *)environment);
	}
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	free(environment);
	return error ? -error : pid;
}
