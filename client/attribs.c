/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "client-private.h"

bool client_copy_attribs(EGLint *to, const EGLint *from, const EGLint *instead)
{
	const EGLint *source = from ? from : instead;
	unsigned n = 0;

	while (source && source[n] != EGL_NONE) {
		if (n + 2 >= CLIENT_ATTRIBS_MAX) {
			return false;
		}
		to[n] = source[n];
		to[n + 1] = source[n + 1];
		n += 2;
	}
	to[n] = EGL_NONE;
	return true;
}
