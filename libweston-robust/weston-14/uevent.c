/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */

/*
 * The kernel's word on a GPU reset: DRM drivers send a "change" uevent with WEDGED=none after a
 * reset that went well, or with the methods that may bring the device back, and newer ones name the
 * guilty task in PID and TASK (the kernel's drm-uapi document, "Device Wedging"). Before there was
 * that, amdgpu in some distributions' kernels sent RESET=1 with PID and NAME, and i915 RESET=1
 * alone. None of it says anything about our own contexts, so it only prompts the question, and
 * lends its name to the record.
 */
#include "weston-14/glue.h"

#include <libudev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest text taken from an event. */
#define TEXT_MAX 64

struct text {
	char bytes[TEXT_MAX]; // printable ASCII; "": none
};

/* A process may give itself any name: what goes to the log must neither end lines nor steer
 * terminals. */
static void text_set(struct text *text, const char *value)
{
	snprintf(text->bytes, sizeof(text->bytes), "%s", value ? value : "");
	for (char *c = text->bytes; *c; c++) {
		if (*c < ' ' || *c > '~') {
			*c = '?';
		}
	}
}

static const char *text_or_dash(const struct text *text)
{
	return text->bytes[0] ? text->bytes : "-";
}

/* Kernels that name only the process id leave the name to us, as long as the process lives. */
static void read_comm(const struct text *pid, struct text *task)
{
	char path[64], comm[TEXT_MAX] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/comm", strtol(pid->bytes, NULL, 10));
	file = fopen(path, "re");
	if (!file) {
		return;
	}
	if (fgets(comm, sizeof(comm), file)) {
		comm[strcspn(comm, "\n")] = '\0';
	}
	fclose(file);
	text_set(task, comm);
}

static void find_task(struct udev_device *device, const struct text *pid, struct text *task)
{
	text_set(task, udev_device_get_property_value(device, "TASK"));
	if (!task->bytes[0]) {
		text_set(task, udev_device_get_property_value(device, "NAME"));
	}
	if (!task->bytes[0] && pid->bytes[0]) {
		read_comm(pid, task);
	}
}

static void take_event(struct glue *glue, struct udev_device *device)
{
	struct text node, wedged, pid, task;
	char line[5 * TEXT_MAX];

	text_set(&wedged, udev_device_get_property_value(device, "WEDGED"));
	if (!wedged.bytes[0] && !udev_device_get_property_value(device, "RESET")) {
		return;
	}
	text_set(&node, udev_device_get_sysname(device));
	text_set(&pid, udev_device_get_property_value(device, "PID"));
	find_task(device, &pid, &task);
	snprintf(line, sizeof(line), "kernel: %s was reset: WEDGED=%s PID=%s TASK=%s",
		node.bytes[0] ? node.bytes : "a device", text_or_dash(&wedged), text_or_dash(&pid),
		text_or_dash(&task));
	glue->host.trace(&glue->host, line);
	renderer_hint(&glue->renderer, task.bytes);
}

static int monitor_readable(int fd, uint32_t mask, void *data)
{
	struct glue *glue = data;
	struct udev_device *device = udev_monitor_receive_device(glue->uevents);

	if (device) {
		take_event(glue, device);
		udev_device_unref(device);
	}
	return 0;
}

static struct udev_monitor *create_monitor(void)
{
	struct udev *udev = udev_new();
	struct udev_monitor *monitor = udev ? udev_monitor_new_from_netlink(udev, "udev") : NULL;

	udev_unref(udev); /* the monitor keeps its own reference */
	if (!monitor) {
		return NULL;
	}
	if (udev_monitor_filter_add_match_subsystem_devtype(monitor, "drm", NULL) < 0 ||
		udev_monitor_enable_receiving(monitor) < 0) {
		udev_monitor_unref(monitor);
		return NULL;
	}
	return monitor;
}

void glue_uevent_init(struct glue *glue)
{
	struct wl_event_loop *loop = wl_display_get_event_loop(glue->compositor->wl_display);

	glue->uevents = create_monitor();
	if (glue->uevents) {
		glue->uevent_source = wl_event_loop_add_fd(loop, udev_monitor_get_fd(glue->uevents),
			WL_EVENT_READABLE, monitor_readable, glue);
	}
	if (!glue->uevent_source) {
		weston_log("warning: no kernel events about GPU resets: "
			   "these are found by asking only\n");
		glue_uevent_fini(glue);
	}
}

void glue_uevent_fini(struct glue *glue)
{
	if (glue->uevent_source) {
		wl_event_source_remove(glue->uevent_source);
	}
	udev_monitor_unref(glue->uevents);
	glue->uevent_source = NULL;
	glue->uevents = NULL;
}
