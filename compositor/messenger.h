/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/**
 * Runs the hook and notify-send when an incident has ended. The compositor never waits for them:
 * one child of each kind runs at a time, and of the incidents that end meanwhile only the newest is
 * told when it is done.
 */
#ifndef WESTON_ROBUST_COMPOSITOR_MESSENGER_H
#define WESTON_ROBUST_COMPOSITOR_MESSENGER_H

#include <stdbool.h>

#include <sys/types.h>
#include <wayland-server-core.h>

#include "libweston-robust/weston-robust-api.h"
#include "config.h"

enum messenger_kind {
	MESSENGER_HOOK,
	MESSENGER_NOTIFY,
	MESSENGER_KINDS
};

/** What a child is told, in its environment or its arguments. */
struct message {
	const char *event;                      // "recovered", "unfinished" or "failed"
	struct weston_robust_incident incident; // guilty_task is not valid; see task
	char task[256];
	const char *state;
	uint32_t untold; // incidents before this one that were not told
};

struct messenger_child {
	struct messenger *messenger;
	enum messenger_kind kind;
	struct wl_event_source *source; // NULL: none is running
	pid_t pid;
	int fd;       // pidfd
	bool pending; // `next` is to be told when the child has ended
	struct message next;
};

struct messenger {
	struct wl_event_loop *loop;
	const struct config *config; // always the one in use
	struct messenger_child child[MESSENGER_KINDS];
};

/** @config is borrowed until messenger_finish(). */
void messenger_init(
	struct messenger *messenger, struct wl_event_loop *loop, const struct config *config);

/** Children that run are left to themselves. */
void messenger_finish(struct messenger *messenger);

/** @state: the name of the renderer's state; static. @incident may be NULL where there is none. */
void messenger_tell(struct messenger *messenger, const char *event,
	const struct weston_robust_incident *incident, const char *state);

#endif
