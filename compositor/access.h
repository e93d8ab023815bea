/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/** Who may be an operator. */
#ifndef WESTON_ROBUST_COMPOSITOR_ACCESS_H
#define WESTON_ROBUST_COMPOSITOR_ACCESS_H

#include <stdbool.h>

#include "values.h"

struct wl_client;

/**
 * Whether the client runs as root, as one of @uids, or as the compositor's user in the same user
 * and process namespaces. Sandboxes such as bubblewrap's have others, and so do containers.
 *
 * It is asked of the process that opened the connection, so it does not hold against one that
 * passes its connection on; and a process of the compositor's user can do worse than this in other
 * ways, unless it is confined.
 */
bool access_allowed(const struct wl_client *client, const struct value_uids *uids);

#endif
