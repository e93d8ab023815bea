/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* Preloaded into weston: libweston claims to be the version that WR_LIBWESTON_VERSION names
 * ("15.0.1"). */
#include <stdio.h>
#include <stdlib.h>

#include <libweston/libweston.h>

__attribute__((visibility("default"))) void weston_version(int *major, int *minor, int *micro)
{
	const char *version = getenv("WR_LIBWESTON_VERSION");

	if (!version || sscanf(version, "%d.%d.%d", major, minor, micro) != 3) {
		*major = *minor = *micro = 0;
	}
}
