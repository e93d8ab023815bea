/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * A compositor without a screen for tests of the plugin: a real libweston with its pixman renderer,
 * and a fake of weston-robust's API, whose states and incidents are what stdin says. The plugin is
 * the one that weston loads.
 *
 *   fake-desk PLUGIN SOCKET [PLUGIN'S OPTIONS]
 *
 * Each line of stdin is answered by one line, "ok …" or "error". See commands[] below.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libweston/backend-headless.h>
#include <libweston/libweston.h>
#include <libweston/weston-log.h>

#include "fake-desk.h"

static struct desk desk;

static int log_text(const char *format, va_list arguments)
{
	return vfprintf(stderr, format, arguments);
}

static void surface_destroyed(struct wl_listener *listener, void *data)
{
	struct desk_surface *entry = wl_container_of(listener, entry, destroyed);

	wl_list_remove(&entry->destroyed.link);
	entry->surface = NULL;
}

static void surface_created(struct wl_listener *listener, void *data)
{
	struct desk_surface *entry = &desk.surface[desk.surface_count++ % DESK_SURFACES];
	struct weston_surface *surface = data;

	if (entry->surface) {
		wl_list_remove(&entry->destroyed.link);
	}
	entry->surface = surface;
	entry->destroyed.notify = surface_destroyed;
	wl_signal_add(&surface->destroy_signal, &entry->destroyed);
}

static struct weston_surface *find_surface(const char *number)
{
	return desk.surface[strtoul(number, NULL, 10) % DESK_SURFACES].surface;
}

static bool lose_surface(char *arguments)
{
	char *number = strsep(&arguments, " ");
	struct weston_surface *surface = find_surface(number);

	if (!surface || !arguments) {
		return false;
	}
	desk_lose_surface(
		&desk, surface, (enum weston_robust_loss)(int)strtol(arguments, NULL, 10));
	return true;
}

static bool quit(char *arguments)
{
	wl_display_terminate(desk.display);
	return true;
}

static bool show_config(char *arguments)
{
	const struct weston_robust_config *config = &desk.config;

	printf("rungs=%" PRIu32 " idle_poll_ns=%" PRId64 " max_resets=%" PRIu32
	       " retention=%d budget=%" PRIu64 " configured=%u frames=%d\n",
		config->rungs, config->idle_poll_ns, config->max_resets, (int)config->retention,
		config->retention_budget_bytes, desk.configured, desk_wants_frames(&desk));
	return true;
}

static bool set_state(char *arguments)
{
	return desk_set_state(&desk, (enum weston_robust_state)(int)strtol(arguments, NULL, 10));
}

static bool begin(char *arguments)
{
	return desk_begin(&desk, arguments);
}

static bool end(char *arguments)
{
	return desk_end(&desk, arguments);
}

static bool set_status(char *arguments)
{
	return desk_set_status(&desk, arguments);
}

static bool exhaust(char *arguments)
{
	desk_exhaust(&desk);
	return true;
}

static bool refuse_simulation(char *arguments)
{
	desk.refuse_simulation = arguments[0] == '1';
	return true;
}

static bool end_whole(char *arguments)
{
	desk.simulate_failure = arguments[0] == '0';
	return true;
}

struct command {
	const char *name;
	bool (*run)(char *arguments);
};

static const struct command commands[] = {
	{"begin", begin},              // CAUSE [TASK]: an incident
	{"config", show_config},       // what the plugin has configured
	{"end", end},                  // 1 or 0: by a whole frame or not
	{"exhausted", exhaust},        //
	{"lose", lose_surface},        // SURFACE WHY: numbers, surfaces in order of creation
	{"quit", quit},                //
	{"refuse", refuse_simulation}, // 1 or 0
	{"state", set_state},          // NUMBER
	{"whole", end_whole},          // 1 or 0: how simulated resets end
	{"status", set_status},        // KEY VALUE: of struct weston_robust_status
};

static void obey(char *line)
{
	char *arguments = line;
	char *name = strsep(&arguments, " ");
	static char none[] = "";

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) == 0) {
			bool good = commands[i].run(arguments ? arguments : none);

			printf("%s\n", good ? "ok" : "error");
			return;
		}
	}
	printf("error\n");
}

static int commanded(int fd, uint32_t mask, void *data)
{
	static char pending[4096];
	static size_t length;
	ssize_t got = read(fd, pending + length, sizeof(pending) - 1 - length);
	char *end_of_line;

	if (got <= 0) {
		wl_display_terminate(desk.display);
		return 0;
	}
	length += (size_t)got;
	pending[length] = '\0';
	while ((end_of_line = strchr(pending, '\n')) != NULL) {
		*end_of_line = '\0';
		obey(pending);
		length -= (size_t)(end_of_line + 1 - pending);
		memmove(pending, end_of_line + 1, length + 1);
	}
	fflush(stdout);
	return 0;
}

static void leave(struct weston_compositor *compositor)
{
	wl_display_terminate(desk.display);
}

static bool load_backend(void)
{
	struct weston_headless_backend_config config = {
		.base.struct_version = WESTON_HEADLESS_BACKEND_CONFIG_VERSION,
		.base.struct_size = sizeof(config),
		.renderer = WESTON_RENDERER_PIXMAN,
	};

	return weston_compositor_load_backend(
		       desk.compositor, WESTON_BACKEND_HEADLESS, &config.base) &&
	       weston_compositor_backends_loaded(desk.compositor) == 0;
}

static bool load_plugin(const char *path, int *argc, char *argv[])
{
	void *plugin = dlopen(path, RTLD_NOW);
	int (*init)(struct weston_compositor *, int *, char **);

	if (!plugin) {
		fprintf(stderr, "%s\n", dlerror());
		return false;
	}
	init = (int (*)(struct weston_compositor *, int *, char **))dlsym(
		plugin, "wet_module_init");
	return init && init(desk.compositor, argc, argv) == 0;
}

static bool start(const char *plugin, const char *socket, int argc, char *argv[])
{
	static struct wl_listener created = {.notify = surface_created};

	weston_log_set_handler(log_text, log_text);
	desk.display = wl_display_create();
	desk.log = weston_log_ctx_create();
	desk.compositor = weston_compositor_create(desk.display, desk.log, NULL, NULL);
	if (!desk.compositor || !load_backend()) {
		return false;
	}
	desk.compositor->exit = leave;
	wl_signal_add(&desk.compositor->create_surface_signal, &created);
	desk_register(&desk);
	desk.commands = wl_event_loop_add_fd(wl_display_get_event_loop(desk.display), STDIN_FILENO,
		WL_EVENT_READABLE, commanded, NULL);
	return load_plugin(plugin, &argc, argv) && wl_display_add_socket(desk.display, socket) == 0;
}

int main(int argc, char *argv[])
{
	if (argc < 3 || !start(argv[1], argv[2], argc - 2, argv + 2)) {
		fprintf(stderr, "fake-desk: can not start\n");
		return 2;
	}
	printf("ready\n");
	fflush(stdout);
	wl_display_run(desk.display);
	wl_display_destroy_clients(desk.display);
	wl_event_source_remove(desk.commands);
	if (desk.simulation) {
		wl_event_source_remove(desk.simulation);
	}
	int status = desk.compositor->exit_code;

	weston_compositor_destroy(desk.compositor);
	weston_log_ctx_destroy(desk.log);
	wl_display_destroy(desk.display);
	return status;
}
