/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "access.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wayland-server-core.h>

static bool is_listed(uid_t uid, const struct value_uids *uids)
{
	for (size_t i = 0; i < uids->count; i++) {
		if (uids->uid[i] == uid) {
			return true;
		}
	}
	return false;
}

static bool same_namespace(pid_t pid, const char *kind)
{
	char path[64];
	struct stat theirs;
	struct stat ours;

	snprintf(path, sizeof(path), "/proc/%ld/ns/%s", (long)pid, kind);
	if (stat(path, &theirs) < 0) {
		return false; // gone, or not to be looked at: then not to be trusted either
	}
	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &ours) == 0 && theirs.st_dev == ours.st_dev &&
	       theirs.st_ino == ours.st_ino;
}

bool access_allowed(const struct wl_client *client, const struct value_uids *uids)
{
	pid_t pid;
	uid_t uid;

	/* The function changes nothing; libwayland only forgot the const. */
	wl_client_get_credentials((struct wl_client *)client, &pid, &uid, NULL);
	if (uid != geteuid()) {
		return uid == 0 || is_listed(uid, uids);
	}
	return same_namespace(pid, "user") && same_namespace(pid, "pid");
}
