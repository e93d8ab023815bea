/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/* A preload library for clients whose picture depends on the time of day: it stands still. */

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT void srandom(unsigned int seed)
{
	void (*real)(unsigned int) = (void (*)(unsigned int))dlsym(RTLD_NEXT, "srandom");

	real(1);
}

EXPORT int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	*tv = (struct timeval){.tv_sec = 1000000000};
	return 0;
}

EXPORT time_t time(time_t *now)
{
	if (now) {
		*now = 1000000000;
	}
	return 1000000000;
}
