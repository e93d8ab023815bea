/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "install.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libweston/libweston.h>
#include <libweston/version.h>

#include "module-map.h"

#define TEXT(x) #x
#define NUMBER(x) TEXT(x)

#define BUILT_FOR                                                                                  \
	NUMBER(WESTON_VERSION_MAJOR)                                                               \
	"." NUMBER(WESTON_VERSION_MINOR) "." NUMBER(WESTON_VERSION_MICRO)

const char install_built_for[] = BUILT_FOR;

__attribute__((format(printf, 2, 3))) static void fail(struct part *part, const char *format, ...)
{
	va_list args;

	part->usable = false;
	va_start(args, format);
	vsnprintf(part->problem, sizeof(part->problem), format, args);
	va_end(args);
}

static bool find_program(const char *name, char path[PATH_MAX])
{
	const char *search = getenv("PATH");

	for (search = search ? search : "/usr/local/bin:/usr/bin:/bin"; search;) {
		size_t length = strcspn(search, ":");

		if (length > 0 &&
			snprintf(path, PATH_MAX, "%.*s/%s", (int)length, search, name) < PATH_MAX &&
			access(path, X_OK) == 0) {
			return true;
		}
		search = search[length] ? search + length + 1 : NULL;
	}
	path[0] = '\0';
	return false;
}

static pid_t spawn_version(const char *path, int out)
{
	char *const argv[] = {(char *)"weston", (char *)"--version", NULL};
	posix_spawn_file_actions_t actions;
	extern char **environ;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&actions) != 0) {
		return -1;
	}
	if (posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) != 0 ||
		posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO) != 0 ||
		posix_spawn(&pid, path, &actions, NULL, argv, environ) != 0) {
		pid = -1;
	}
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* What `weston --version` prints; its first line is all that is wanted. */
static bool read_version(const char *path, char *text, size_t size)
{
	size_t filled = 0;
	ssize_t got = 1;
	int status = -1;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		return false;
	}
	pid = spawn_version(path, fds[1]);
	close(fds[1]);
	while (pid > 0 && got != 0 && filled < size - 1) {
		got = read(fds[0], text + filled, size - 1 - filled);
		filled += got > 0 ? (size_t)got : 0;
		if (got < 0 && errno != EINTR) {
			break;
		}
	}
	close(fds[0]);
	text[filled] = '\0';
	text[strcspn(text, "\n")] = '\0';
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void examine_weston(struct part *part)
{
	char line[256] = "";

	if (!find_program("weston", part->path)) {
		fail(part, "there is no weston in PATH; weston " BUILT_FOR " is needed");
		return;
	}
	if (!read_version(part->path, line, sizeof(line))) {
		fail(part, "%s does not run: %s", part->path,
			line[0] ? line : "it tells no version");
		return;
	}
	if (sscanf(line, "weston %31s", part->version) != 1) {
		fail(part, "%s calls itself \"%s\"; weston " BUILT_FOR " is needed", part->path,
			line);
		return;
	}
	part->usable = strcmp(part->version, install_built_for) == 0;
	if (!part->usable) {
		fail(part,
			"%s is weston %s, but this weston-robust was built for " BUILT_FOR
			" and needs exactly that",
			part->path, part->version);
	}
}

static void find_path(void *symbol, char path[PATH_MAX])
{
	Dl_info info;

	if (dladdr(symbol, &info) && info.dli_fname) {
		snprintf(path, PATH_MAX, "%s", info.dli_fname);
	}
}

/* By hand, so that a missing library leads to a sentence and not to a linker's message. */
static void examine_libweston(struct install *install)
{
	struct part *part = &install->libweston;
	__typeof__(weston_version) *version = NULL;
	int major = 0, minor = 0, micro = 0;
	void *symbol = NULL;

	install->libweston_handle =
		dlopen("libweston-" NUMBER(WESTON_VERSION_MAJOR) ".so.0", RTLD_LAZY | RTLD_GLOBAL);
	if (install->libweston_handle) {
		symbol = dlsym(install->libweston_handle, "weston_version");
		memcpy(&version, &symbol, sizeof(version));
	}
	if (!version) {
		fail(part, "libweston " BUILT_FOR " can't be loaded: %s", dlerror());
		return;
	}
	find_path(symbol, part->path);
	version(&major, &minor, &micro);
	snprintf(part->version, sizeof(part->version), "%d.%d.%d", major, minor, micro);
	part->usable = strcmp(part->version, install_built_for) == 0;
	if (!part->usable) {
		fail(part,
			"libweston is %s, but this weston-robust was built for " BUILT_FOR
			" and needs exactly that",
			part->version);
	}
}

static void examine_module(
	struct part *part, const char *what, const char *symbol, const char *dir, const char *map)
{
	const char *name = strcmp(what, "renderer") == 0 ? RENDERER_MODULE : PLUGIN_MODULE;
	void *handle;

	if (!module_map_find(map, name, part->path, sizeof(part->path))) {
		snprintf(part->path, sizeof(part->path), "%s/%s", dir, name);
		if (strchr(dir, ';')) {
			fail(part, "%s has a semicolon in its path, which weston can't load",
				part->path);
			return;
		}
	}
	handle = dlopen(part->path, RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		fail(part, "the %s can't be loaded: %s", what, dlerror());
	} else if (!dlsym(handle, symbol)) {
		fail(part, "%s is no %s: it has no %s", part->path, what, symbol);
	} else {
		part->usable = true;
	}
}

void install_examine(struct install *install, const char *module_dir, const char *module_map)
{
	memset(install, 0, sizeof(*install));
	examine_weston(&install->weston);
	examine_libweston(install);
	examine_module(
		&install->renderer, "renderer", "gl_renderer_interface", module_dir, module_map);
	examine_module(&install->plugin, "plugin", "wet_module_init", module_dir, module_map);
}

const char *install_obstacle(const struct install *install)
{
	const struct part *const parts[] = {
		&install->weston, &install->libweston, &install->renderer};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i]->usable) {
			return parts[i]->problem;
		}
	}
	return NULL;
}
