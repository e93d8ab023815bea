/* SPDX-License-Identifier: MIT */
/* SPDX-FileCopyrightText: weston-robust contributors */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <drm.h>

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

/* The name that the kernel's driver has for itself; below /sys there is only that of its bus. */
static void read_kernel_driver(struct check_gpu *gpu)
{
	struct drm_version version = {.name = gpu->driver, .name_len = sizeof(gpu->driver) - 1};
	int fd = open(gpu->node, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		return;
	}
	ioctl(fd, DRM_IOCTL_DROP_MASTER, 0);
	if (ioctl(fd, DRM_IOCTL_VERSION, &version) < 0) {
		gpu->driver[0] = '\0';
	}
	close(fd);
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
			read_kernel_driver(gpu);
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
