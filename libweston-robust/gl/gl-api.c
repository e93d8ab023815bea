/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "gl/gl-api.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct entry_point {
	const char *name;
	size_t offset;
	bool required;
};

static const struct entry_point entry_points[] = {
#define X(type, member) {"egl" #member, offsetof(struct gl_api, egl##member), true},
	GL_API_EGL_REQUIRED(X)
#undef X
#define X(type, member) {"egl" #member, offsetof(struct gl_api, egl##member), false},
		GL_API_EGL_OPTIONAL(X)
#undef X
#define X(type, member) {"gl" #member, offsetof(struct gl_api, gl##member), true},
			GL_API_GL_REQUIRED(X)
#undef X
#define X(type, member) {"gl" #member, offsetof(struct gl_api, gl##member), false},
				GL_API_GL_OPTIONAL(X)
#undef X
};

const char *gl_api_load(struct gl_api *api, gl_resolver resolve, void *data)
{
	for (size_t i = 0; i < sizeof(entry_points) / sizeof(entry_points[0]); i++) {
		const struct entry_point *entry = &entry_points[i];
		gl_proc proc = resolve(entry->name, data);

		if (!proc && entry->required) {
			return entry->name;
		}
		memcpy((char *)api + entry->offset, &proc, sizeof(proc));
	}
	return NULL;
}

static gl_proc resolve_symbol(const char *library, const char *name)
{
	/* Never closed: drivers do not survive being unloaded, and the module itself stays loaded
	 * for good. */
	void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
	gl_proc proc = NULL;

	if (handle) {
		void *symbol = dlsym(handle, name);
		memcpy(&proc, &symbol, sizeof(proc));
	}
	return proc;
}

gl_proc gl_api_resolve_driver(const char *name, void *data)
{
	gl_proc proc = (gl_proc)eglGetProcAddress(name);

	if (!proc) {
		const char *library =
			strncmp(name, "egl", 3) == 0 ? "libEGL.so.1" : "libGLESv2.so.2";
		proc = resolve_symbol(library, name);
	}
	return proc;
}

int gl_parse_es_version(const char *version)
{
	int major = 0, minor = 0;

	if (!version || sscanf(version, "OpenGL ES %d.%d", &major, &minor) != 2) {
		return 0;
	}
	return 10 * major + minor;
}

bool gl_extension_in_list(const char *extensions, const char *name)
{
	size_t length = strlen(name);

	while (extensions && *extensions) {
		size_t word = strcspn(extensions, " ");

		if (word == length && strncmp(extensions, name, length) == 0) {
			return true;
		}
		extensions += word + strspn(extensions + word, " ");
	}
	return false;
}
