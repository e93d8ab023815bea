/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * libreference-quirks.so: a preload library that starts weston with the quirks of its test suite.
 * WR_QUIRKS has their names (struct weston_testsuite_quirks), separated by blanks.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libweston/libweston.h>

WL_EXPORT int wet_main(int argc, char *argv[], const struct weston_testsuite_data *data);

int wet_main(int argc, char *argv[], const struct weston_testsuite_data *data)
{
	struct weston_testsuite_data own = {0};
	const char *names = getenv("WR_QUIRKS");
	int (*real)(int, char **, const struct weston_testsuite_data *);

	*(void **)&real = dlsym(RTLD_NEXT, "wet_main");
	if (!real) {
		fprintf(stderr, "reference-quirks: %s\n", dlerror());
		return 1;
	}
	if (!names) {
		return real(argc, argv, data);
	}
	own.test_quirks.gl_force_full_upload = strstr(names, "gl_force_full_upload") != NULL;
	own.test_quirks.gl_force_full_redraw_of_shadow_fb =
		strstr(names, "gl_force_full_redraw_of_shadow_fb") != NULL;
	return real(argc, argv, &own);
}
