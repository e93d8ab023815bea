/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libudev.h>

#include "check.h"

#define DRM_CLASS "/sys/class/drm"

/* "card0", but not "card0-HDMI-A-1". */
static bool is_card(const char *name)
{
	const char *digits = name + strlen("card");

	return strncmp(name, "card", strlen("card")) == 0 && *digits &&
	       strspn(digits, "0123456789") == strlen(digits);
}

static void read_kernel_driver(const char *card, char *driver, size_t size)
{
	char link[PATH_MAX], target[PATH_MAX];
	const char *name = target;
	ssize_t length;

	snprintf(link, sizeof(link), DRM_CLASS "/%s/device/driver", card);
	length = readlink(link, target, sizeof(target) - 1);
	if (length <= 0) {
		return;
	}
	target[length] = '\0';
	if (strrchr(target, '/')) {
		name = strrchr(target, '/') + 1;
	}
	if (strlen(name) < size) {
		memcpy(driver, name, strlen(name) + 1);
	}
}

static int by_node(const void *a, const void *b)
{
	return strcmp(((const struct check_gpu *)a)->node, ((const struct check_gpu *)b)->node);
}

static void find_gpus(struct check_report *report)
{
	DIR *dir = opendir(DRM_CLASS);
	struct dirent *entry;

	while (dir && report->gpu_count < CHECK_GPUS_MAX && (entry = readdir(dir))) {
		struct check_gpu *gpu = &report->gpus[report->gpu_count];

		if (is_card(entry->d_name) && snprintf(gpu->node, sizeof(gpu->node), "/dev/dri/%s",
						      entry->d_name) < (int)sizeof(gpu->node)) {
			read_kernel_driver(entry->d_name, gpu->driver, sizeof(gpu->driver));
			report->gpu_count++;
		}
	}
	if (dir) {
		closedir(dir);
	}
	qsort(report->gpus, report->gpu_count, sizeof(report->gpus[0]), by_node);
}

static bool can_listen(void)
{
	struct udev *udev = udev_new();
	struct udev_monitor *monitor = udev ? udev_monitor_new_from_netlink(udev, "udev") : NULL;
	bool ok = monitor &&
		  udev_monitor_filter_add_match_subsystem_devtype(monitor, "drm", NULL) >= 0 &&
		  udev_monitor_enable_receiving(monitor) >= 0;

	udev_monitor_unref(monitor);
	udev_unref(udev);
	return ok;
}

/* The renderer listens to what udevd passes on, since only that is vouched for. */
static void check_events(struct check_report *report)
{
	const char *problem = "";

	if (!can_listen()) {
		problem = "no socket for the kernel's events can be opened";
	} else if (access("/run/udev/control", F_OK) != 0) {
		problem = "udevd, which passes the kernel's events on, does not run";
	}
	report->events = !problem[0];
	snprintf(report->events_problem, sizeof(report->events_problem), "%s", problem);
}

void check_system(struct check_report *report)
{
	find_gpus(report);
	check_events(report);
}
