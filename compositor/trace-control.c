/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include "trace-control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libweston/libweston.h>

#include "trace.h"

static const char *runtime_directory(void)
{
	const char *directory = getenv("XDG_RUNTIME_DIR");

	return directory ? directory : "/tmp";
}

static int dispatch(int fd, uint32_t mask, void *data)
{
	struct trace_control *control = data;

	trace_dispatch(control->trace);
	return 0;
}

static void failed(void *data, const char *path, int error)
{
	weston_log("gpu-recovery: can not write the trace %s: %s\n", path, strerror(abs(error)));
}

static void stop(struct trace_control *control)
{
	if (control->source) {
		wl_event_source_remove(control->source);
		control->source = NULL;
	}
	trace_destroy(control->trace);
	control->trace = NULL;
}

static void start(struct trace_control *control, const struct config *config)
{
	control->trace = trace_create(config->trace_buffer_bytes);
	if (!control->trace) {
		weston_log("gpu-recovery: no memory for a trace\n");
		return;
	}
	trace_set_failed_func(control->trace, failed, control);
	control->source = wl_event_loop_add_fd(
		control->loop, trace_get_fd(control->trace), WL_EVENT_READABLE, dispatch, control);
}

static void set_continuous(struct trace_control *control, const struct config *config)
{
	char path[CONFIG_VALUE_BYTES + 64];
	bool on = config->trace == CONFIG_TRACE_CONTINUOUS;
	int result;

	if (config->trace_file[0]) {
		snprintf(path, sizeof(path), "%s", config->trace_file);
	} else {
		snprintf(path, sizeof(path), "%s/weston-gpu-recovery.pftrace", runtime_directory());
	}
	result = trace_set_continuous(control->trace, on ? path : NULL, config->trace_limit_bytes);
	if (result < 0) {
		failed(control, path, result);
	}
}

static void set_on_recovery(struct trace_control *control, const struct config *config)
{
	bool on = config->trace == CONFIG_TRACE_ON_RECOVERY;
	const char *directory =
		config->trace_directory[0] ? config->trace_directory : runtime_directory();
	int result =
		trace_set_on_recovery(control->trace, on ? directory : NULL, config->trace_keep);

	if (result < 0) {
		failed(control, directory, result);
	}
}

static bool same_settings(const struct config *a, const struct config *b)
{
	return a->trace == b->trace && a->trace_buffer_bytes == b->trace_buffer_bytes &&
	       a->trace_keep == b->trace_keep && a->trace_limit_bytes == b->trace_limit_bytes &&
	       strcmp(a->trace_directory, b->trace_directory) == 0 &&
	       strcmp(a->trace_file, b->trace_file) == 0;
}

void trace_control_init(struct trace_control *control, struct wl_event_loop *loop)
{
	control->loop = loop;
}

void trace_control_configure(struct trace_control *control, const struct config *config)
{
	if (control->trace && same_settings(&control->config, config)) {
		return;
	}
	if (control->trace &&
		(config->trace == CONFIG_TRACE_OFF ||
			config->trace_buffer_bytes != control->config.trace_buffer_bytes)) {
		stop(control);
	}
	if (!control->trace && config->trace != CONFIG_TRACE_OFF) {
		start(control, config);
	}
	control->config = *config;
	if (control->trace) {
		set_continuous(control, config);
		set_on_recovery(control, config);
	}
}

void trace_control_finish(struct trace_control *control)
{
	stop(control);
}

bool trace_control_records(const struct trace_control *control)
{
	return control->trace != NULL;
}

size_t trace_control_bytes_most(const struct trace_control *control)
{
	return control->trace ? trace_bytes_most(control->trace) : 0;
}

ssize_t trace_control_write(struct trace_control *control, int fd)
{
	return control->trace ? trace_write_fd(control->trace, fd) : -ENOENT;
}
