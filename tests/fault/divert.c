/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * Programs that open libEGL or libGLESv2 by dlopen() and take their symbols by dlsym() (libepoxy,
 * SDL) never meet the preloaded symbols. They are handed a handle of this library instead, which
 * exports the same names.
 */
#include "fault.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

typedef void *(*dlopen_fn)(const char *, int);

static dlopen_fn real_dlopen;

static bool is_diverted(const char *file)
{
	static const char *const names[] = {
		"libEGL.so.1", "libEGL.so", "libGLESv2.so.2", "libGLESv2.so"};

	for (size_t i = 0; file && i < sizeof names / sizeof *names; i++) {
		if (strcmp(file, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

static void find_real(void)
{
	if (!real_dlopen) {
		*(void **)&real_dlopen = dlsym(RTLD_NEXT, "dlopen");
	}
}

static void *divert(const char *file, int flags)
{
	Dl_info self;

	/* It must be there, as the program may ask just that; and stay, as ours leads to it. */
	if (!real_dlopen(file, flags) || !dladdr((void *)divert, &self)) {
		return NULL;
	}
	return real_dlopen(self.dli_fname, flags | RTLD_NOLOAD | RTLD_LAZY);
}

void *fault_real_dlopen(const char *file, int flags)
{
	find_real();
	return real_dlopen(file, flags);
}

/*
 * The C library looks at the caller's address to search the caller's own RUNPATH, so any other call
 * has to be passed on by a jump, which keeps that address. The compiler makes one of a call in tail
 * position when it optimises; where it does not, the library is built without this wrapper.
 */
#ifdef __OPTIMIZE__
FAULT_EXPORT void *dlopen(const char *file, int flags)
{
	find_real();
	if (is_diverted(file)) {
		return divert(file, flags);
	}
	return real_dlopen(file, flags);
}
#endif
