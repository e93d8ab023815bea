/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "fault.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

fault_proc fault_real[FAULT_FN_COUNT];

/*
 * RTLD_NEXT can't be used: weston reaches libEGL only by dlopen() of its modules, so libEGL is not
 * among the libraries that come after this one. A handle searches the library itself and what it
 * needs, never the global scope, so it can't find our own symbols either.
 */
static void *egl_library;
static void *gles_library;

static void *open_library(const char *variable, const char *name)
{
	const char *path = getenv(variable);

	return fault_real_dlopen(path && *path ? path : name, RTLD_NOW | RTLD_LOCAL);
}

static fault_proc by_symbol(void *library, const char *name)
{
	fault_proc proc;

	if (!library) {
		return NULL;
	}
	*(void **)&proc = dlsym(library, name);
	return proc;
}

void fault_real_load(void)
{
	egl_library = open_library("WR_FAULT_LIBEGL", "libEGL.so.1");
	gles_library = open_library("WR_FAULT_LIBGLES", "libGLESv2.so.2");
	for (int fn = 0; fn < FAULT_FN_COUNT; fn++) {
		const struct fault_entry *entry = &fault_entries[fn];
		if (entry->flags & FAULT_FN_CORE) {
			fault_real[fn] =
				by_symbol(entry->flags & FAULT_FN_EGL ? egl_library : gles_library,
					entry->name);
		}
	}
}

fault_proc fault_real_find(enum fault_fn fn)
{
	if (likely(fault_real[fn])) {
		return fault_real[fn];
	}
	if (fault_real[FN_eglGetProcAddress]) {
		fault_real[fn] = REAL(eglGetProcAddress)(fault_entries[fn].name);
	}
	return fault_real[fn];
}

int fault_fn_by_name(const char *name)
{
	int low = 0;
	int high = FAULT_FN_COUNT;

	while (low < high) {
		int middle = (low + high) / 2;
		int order = strcmp(name, fault_entries[middle].name);
		if (order == 0) {
			return middle;
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return -1;
}
