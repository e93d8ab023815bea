/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "hangup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Both kinds are counted in one eventfd, which adds up what is written to it. */
#define ONE_RELOAD ((uint64_t)1)
#define ONE_TERMINAL ((uint64_t)1 << 32)

/* Signal handlers belong to the process, so there is one of these. */
static volatile sig_atomic_t wake_fd = -1;

static void caught(int number, siginfo_t *info, void *context)
{
	uint64_t count = info->si_code == SI_KERNEL ? ONE_TERMINAL : ONE_RELOAD;
	int before = errno;

	if (wake_fd >= 0 && write(wake_fd, &count, sizeof(count)) < 0) {
		/* Full: it is readable, which is all that is wanted. */
	}
	errno = before;
}

static int dispatch(int fd, uint32_t mask, void *data)
{
	struct hangup *hangup = data;
	uint64_t count;

	if (read(fd, &count, sizeof(count)) != sizeof(count)) {
		return 0;
	}
	if (count >= ONE_TERMINAL && hangup->before.sa_handler != SIG_IGN) {
		hangup->terminal_lost(hangup->data);
	} else if (count % ONE_TERMINAL) {
		hangup->reload(hangup->data);
	}
	return 0;
}

static int listen_to(struct hangup *hangup, struct wl_event_loop *loop)
{
	struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_RESTART};

	hangup->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (hangup->fd < 0) {
		return -errno;
	}
	hangup->source =
		wl_event_loop_add_fd(loop, hangup->fd, WL_EVENT_READABLE, dispatch, hangup);
	if (!hangup->source) {
		return -ENOMEM;
	}
	sigemptyset(&action.sa_mask);
	wake_fd = hangup->fd;
	return sigaction(SIGHUP, &action, NULL) < 0 ? -errno : 0;
}

int hangup_init(struct hangup *hangup, struct wl_event_loop *loop)
{
	int result;

	hangup->fd = -1;
	hangup->source = NULL;
	if (sigaction(SIGHUP, NULL, &hangup->before) < 0) {
		return -errno;
	}
	if ((hangup->before.sa_flags & SA_SIGINFO) ||
		(hangup->before.sa_handler != SIG_DFL && hangup->before.sa_handler != SIG_IGN)) {
		return -EBUSY;
	}
	result = listen_to(hangup, loop);
	if (result < 0) {
		hangup_finish(hangup);
	}
	return result;
}

void hangup_finish(struct hangup *hangup)
{
	if (hangup->source) {
		sigaction(SIGHUP, &hangup->before, NULL);
		wl_event_source_remove(hangup->source);
		hangup->source = NULL;
	}
	if (hangup->fd >= 0) {
		wake_fd = -1;
		close(hangup->fd);
		hangup->fd = -1;
	}
}
